"""Pages of a listing, and the ways in which they can be wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sandbox.faults import Fault

T = TypeVar("T")
LISTING = ("empty", "short", "truncated", "reordered", "repeated", "stale")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows with their positions, the count the service claims, and where the next page starts (or None)."""

    rows: list[tuple[int, T]]
    total: int
    following: int | None


def cut(rows: Sequence[T], offset: int, size: int, fault: Fault | None = None, name: str = "") -> Page[T]:
    """One page of `size` rows from `offset` of the listing called `name`, spoilt as `fault` says."""
    shown, total, last = list(rows), len(rows), False
    match fault.kind if fault is not None else None:
        case "short" if fault is not None:
            shown = shown[: int(fault.detail.get("keep", total // 2))]
        case "empty":
            shown = []
        case "truncated":
            last = True
            shown = shown[: offset + size] if offset + size < total else shown[: (offset + total) // 2]
        case "reordered":
            shown = shown[::-1]
        case "repeated":
            shown = shown[:1] + shown
        case "stale" if fault is not None and name in (fault.memory or {}):
            shown = list(fault.memory[name])
    if fault is not None and fault.kind in ("short", "empty", "stale") and not fault.detail.get("honest"):
        total = len(shown)
    following = offset + size if offset + size < len(shown) and not last else None
    return Page(list(enumerate(shown))[offset : offset + size], total, following)
