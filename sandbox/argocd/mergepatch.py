"""JSON merge patches (RFC 7386), and the patch of three that `kubectl apply` and Argo CD make of custom resources."""

from typing import Any

Json = Any


def merged(whole: Json, patch: Json) -> Json:
    """`whole` with the patch applied."""
    if not isinstance(patch, dict):
        return patch
    made = dict(whole) if isinstance(whole, dict) else {}
    for name, value in patch.items():
        if value is None:
            made.pop(name, None)
        else:
            made[name] = merged(made.get(name), value)
    return made


def difference(before: dict[str, Json], after: dict[str, Json]) -> dict[str, Json]:
    """The patch that makes `after` of `before`; null stands for what goes."""
    patch: dict[str, Json] = {name: None for name in before if name not in after}
    for name, value in after.items():
        old = before.get(name)
        if isinstance(old, dict) and isinstance(value, dict):
            if inner := difference(old, value):
                patch[name] = inner
        elif name not in before or old != value:
            patch[name] = value
    return patch


def of_three(applied: dict[str, Json], wanted: dict[str, Json], live: dict[str, Json]) -> dict[str, Json]:
    """What must change in `live`: what `wanted` has otherwise, and what it has no more since it was `applied` last."""
    changed = _only(difference(live, wanted), gone=False)
    gone = _only(difference(applied, wanted), gone=True)
    return _both(changed, gone)


def _only(patch: dict[str, Json], *, gone: bool) -> dict[str, Json]:
    kept: dict[str, Json] = {}
    for name, value in patch.items():
        if isinstance(value, dict):
            if inner := _only(value, gone=gone):
                kept[name] = inner
        elif (value is None) == gone:
            kept[name] = value
    return kept


def _both(one: dict[str, Json], other: dict[str, Json]) -> dict[str, Json]:
    made = dict(one)
    for name, value in other.items():
        here = made.get(name)
        made[name] = _both(here, value) if isinstance(here, dict) and isinstance(value, dict) else value
    return made
