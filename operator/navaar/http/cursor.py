"""Where a page ends: a place in the order of what is listed.

It is no number, so nothing is skipped or shown twice for what comes and goes meanwhile.
"""

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

from pydantic_core import from_json, to_json

from navaar.http.problem import Problem, bad

LIMIT = 2048


def sealed(question: Any, place: Sequence[Any]) -> str:
    """The cursor for what comes after `place`, for this question only."""
    return base64.urlsafe_b64encode(to_json([_stamp(question), *place])).decode().rstrip("=")


def opened(question: Any, cursor: str, types: Sequence[type]) -> tuple[Any, ...]:
    """The place of a cursor, made of values of these types. Raises Problem."""
    try:
        stamp, *place = from_json(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError):
        raise _not_ours() from None
    if len(place) != len(types) or any(type(value) is not kind for value, kind in zip(place, types, strict=True)):
        raise _not_ours()
    if stamp != _stamp(question):
        raise bad(
            "This cursor is of another question: repeat the parameters that it came with, but for limit and fields."
        )
    return tuple(place)


def _not_ours() -> Problem:
    return bad("This is no cursor of ours: take `next` from the last answer as it stands, or leave cursor out.")


def _stamp(question: Any) -> str:
    return hashlib.sha256(to_json(question)).hexdigest()[:12]
