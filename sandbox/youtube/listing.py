"""Pages of a listing, and the ways in which they can be wrong."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sandbox.faults import Fault

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows with their positions, the count the service claims, and where the next page starts (or None)."""

    rows: list[tuple[int, T]]
    total: int
    following: int | None


def cut(rows: Sequence[T], offset: int, size: int, fault: Fault | None = None) -> Page[T]:
    """One page of `size` rows from `offset`.

    Faults as in `sandbox.faults`: ``short`` and ``empty`` hide rows and count only what they show, unless
    their `detail` says {"honest": True}; ``truncated`` ends the listing after this page, or in the middle of
    it when it is the last.
    """
    shown, total, last = list(enumerate(rows)), len(rows), False
    if fault is not None:
        match fault.kind:
            case "short":
                shown = shown[: int(fault.detail.get("keep", total // 2))]
            case "empty":
                shown = []
            case "truncated":
                last = True
                shown = shown[: offset + size] if offset + size < total else shown[: (offset + total) // 2]
        if not last and not fault.detail.get("honest"):
            total = len(shown)
    following = offset + size if offset + size < len(shown) and not last else None
    return Page(shown[offset : offset + size], total, following)


def token(scope: str, offset: int) -> str:
    """An opaque token for the page of `scope` that starts at `offset`."""
    return base64.urlsafe_b64encode(f"{scope}#{offset}".encode()).decode().rstrip("=")


def offset_of(scope: str, page_token: str) -> int | None:
    """Where a token's page starts; None when it is not a token of `scope`."""
    found = read_token(page_token)
    return found[1] if found and found[0] == scope else None


def read_token(page_token: str) -> tuple[str, int] | None:
    """A token's scope and offset; None when it is not a token."""
    try:
        text = base64.urlsafe_b64decode(page_token + "=" * (-len(page_token) % 4)).decode()
        scope, _, offset = text.rpartition("#")
        return scope, int(offset)
    except (binascii.Error, ValueError):
        return None
