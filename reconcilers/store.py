"""The port to where tracks are kept, and how concurrent changes of one track come together."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from reconcilers.model import NO_WISHES, Placement, Track, Wishes
from reconcilers.services.protocol import ServiceName


class Store(Protocol):
    """The tracks of one sync."""

    def tracks(self) -> Mapping[str, Track]:
        """All tracks by name, as last known. The mapping must not be changed, and does not change while it is held."""
        ...

    async def record(self, before: Track | None, after: Track) -> None:
        """Stores what a plan changed. A track that changed since is not overwritten: the change is applied to it (`rebase`)."""
        ...

    async def intend(
        self, name: str, service: ServiceName, before: Placement, intent: Placement, wishes: Wishes = NO_WISHES
    ) -> bool:
        """Stores the intent of a write that can't be repeated, before it is made.

        False, and nothing stored, if the placement or what people wrote is not what the decision rests on.
        """
        ...

    async def forget(self, name: str) -> None:
        """Deletes a track that was merged into another. Repeatable."""
        ...


def rebase(before: Track | None, after: Track, current: Track | None) -> Track | None:
    """The change from `before` to `after`, applied to `current`; None if the track is gone meanwhile.

    A placement that changed in both keeps its current value: the planner sees it again and decides anew.
    """
    if current is None:
        return after if before is None else None
    if before is None:
        before = replace(after, placements={}, identity=None, audio=None, duplicate_of=None, absent=current.absent)
    was, now = before.placements, current.placements
    changed = {s: p for s, p in after.placements.items() if p != was.get(s) and now.get(s) == was.get(s)}
    placements = {**now, **changed}
    for service in before.placements.keys() - after.placements.keys():
        placements.pop(service, None)
    changes = {
        field: getattr(after, field)
        for field in ("identity", "audio", "duplicate_of", "absent")
        if getattr(after, field) != getattr(before, field)
    }
    return replace(current, placements=placements, **changes)
