"""Which fields of an answer are wanted: ``fields=name,placements.spotify.state``."""

import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from navaar.http.problem import bad

Wanted = Mapping[str, "Wanted"]
"""Fields by name; empty: the whole of it."""


def wanted(paths: Iterable[str], model: type[BaseModel]) -> Wanted:
    """What the paths ask of a `model`. Raises Problem for one that leads nowhere."""
    made: dict[str, Any] = {}
    for path in paths:
        here, inside = made, model
        parts = path.split(".")
        for depth, part in enumerate(parts):
            known = _fields(inside)
            if part not in known:
                raise bad(
                    f"There is no field {'.'.join(parts[: depth + 1])[:100]}. "
                    + (f"There are: {', '.join(known)}." if known else f"{'.'.join(parts[:depth])} has no fields.")
                )
            last = depth == len(parts) - 1
            if part in here and not here[part]:
                break  # all of it is wanted already
            here = here.setdefault(part, {})
            if last:
                here.clear()
            inside = known[part]
    return made


def picked(value: Any, fields: Wanted) -> Any:
    """What is wanted of a value, of each element where it is a list."""
    if not fields:
        return value
    if isinstance(value, list):
        return [picked(element, fields) for element in value]
    if not isinstance(value, dict):
        return value
    return {name: picked(value[name], inner) for name, inner in fields.items() if name in value}


def _fields(kind: Any) -> dict[str, Any]:
    """The fields of a model by their names outside, and what they are."""
    for model in _models(kind):
        return {field.alias or name: field.annotation for name, field in model.model_fields.items()}
    return {}


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    elif get_origin(kind) in (Union, types.UnionType, list):
        for part in get_args(kind):
            yield from _models(part)
    elif hasattr(kind, "__metadata__"):
        yield from _models(kind.__origin__)
