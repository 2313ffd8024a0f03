"""The port to where tracks are kept, and how concurrent changes of one track come together."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Protocol

from reconcilers.matching import keys
from reconcilers.model import NO_WISHES, NOTHING, Origin, Placement, State, Track, Wishes
from reconcilers.services.protocol import ServiceName

_NOWHERE = Placement()


class StoreError(Exception):
    """A change could not be stored; where no answer came, it may have been. The message is for the person who reads it."""


class Store(Protocol):
    """The tracks of one sync. What changes them raises `StoreError`."""

    def tracks(self) -> Mapping[str, Track]:
        """All tracks by name, as last known. The mapping must not be changed, and does not change while it is held."""
        ...

    async def record(self, before: Track | None, after: Track) -> None:
        """Stores what a plan changed. A track that changed since is not overwritten: the change is applied to it (`rebase`)."""
        ...

    async def intend(
        self,
        name: str,
        service: ServiceName,
        before: Placement,
        intent: Placement,
        wishes: Wishes = NO_WISHES,
        alike: Mapping[str, Placement] | None = None,
    ) -> bool:
        """Stores the intent of a write that can't be repeated, before it is made.

        False, and nothing stored, if the placement or what people wrote is not what the decision rests on; where `alike`
        is given, also if another track that may be of the song (`unforeseen`) is not as it was then.
        """
        ...

    async def forget(self, name: str) -> None:
        """Deletes a track that was merged into another. Repeatable."""
        ...


def unforeseen(track: Track, service: ServiceName, alike: Mapping[str, Placement], there: Iterable[Track]) -> bool:
    """Whether any of the tracks that are there may be of the song, and says other than `alike` what stands in a place."""
    mine = set(keys(track.recording)) if track.recording is not None else set()
    for other in there:
        if other.name == track.name or other.duplicate_of is not None or other.recording is None:
            continue
        known = alike.get(other.name)
        if known is None or _standing(known) != _standing(other.placements.get(service, _NOWHERE)):
            if not mine.isdisjoint(keys(other.recording)):
                return True
    return False


def _standing(placement: Placement) -> tuple[State, str | None, str | None]:
    return placement.state, placement.id, placement.intent.token if placement.intent is not None else None


def rebase(before: Track | None, after: Track, current: Track | None) -> Track | None:
    """The change from `before` (None: there was no such track) to `after`, applied to `current`.

    None if the track is gone meanwhile: it stays gone.
    """
    if current is None:
        return after if before is None else None
    return filled(after, current) if before is None else merged(before, after, current)


def merged(before: Track, after: Track, current: Track) -> Track:
    """`current` with what was changed from `before` to `after`. Origin and wishes, which are people's, stay."""
    services = (*current.placements, *(s for s in after.placements if s not in current.placements))
    placements = {
        service: placement
        for service in services
        if (placement := _merged(service, before, after, current)) is not None
    }
    changes: dict[str, Any] = {
        field: getattr(after, field)
        for field in ("identity", "source", "audio", "absent", "duplicate_of", "handled")
        if getattr(after, field) != getattr(before, field)
    }
    if placements != current.placements:
        changes["placements"] = MappingProxyType(placements) if placements else NOTHING
    return replace(current, **changes) if changes else current


def filled(new: Track, current: Track) -> Track:
    """`current`, with what it doesn't know yet from `new`: two hands made the same track."""
    placements = {**new.placements, **current.placements}
    return replace(
        current,
        identity=current.identity or new.identity,
        audio=current.audio or new.audio,
        placements=MappingProxyType(placements) if placements else NOTHING,
    )


def _merged(service: ServiceName, before: Track, after: Track, current: Track) -> Placement | None:
    base, mine, theirs = (track.placements.get(service) for track in (before, after, current))
    if mine in (base, theirs):
        return theirs
    if theirs == base or theirs is None:
        return mine
    if mine is None:
        return theirs
    # The same place was changed by two hands. What either put there, or may have, is not forgotten: a surplus entry
    # that is known can be taken out again, and where something may be arriving, it is looked for before an addition.
    known = base or _NOWHERE
    undecided = mine.intent is None and mine.state in (State.PENDING, State.REVIEW, State.NOT_FOUND, State.FAILED)
    if undecided and theirs.state is State.PRESENT and known.state is not State.PRESENT:
        return theirs
    # That an entry is missing says nothing against who took it out.
    if mine.state is State.PRESENT and mine.missing > known.missing and theirs.state is not State.PRESENT:
        return theirs
    begun_by_them = theirs.intent is not None and theirs.intent not in (known.intent, mine.intent)
    found_by_them = theirs.id is not None and theirs.id != known.id
    if mine.id is None and (found_by_them or begun_by_them):
        return theirs
    if not found_by_them:
        return placed_by_either(mine, theirs)
    ids = (*mine.others, theirs.id, *theirs.others)
    others = tuple(dict.fromkeys(other for other in ids if other is not None and other != mine.id))
    return placed_by_either(mine if others == mine.others else replace(mine, others=others), theirs)


def placed_by_either(mine: Placement, theirs: Placement) -> Placement:
    """`mine`, as our own work where the other says that it put it there: who only saw it can't know better.

    What the other was only about to put there says nothing: a person's entry must not be taken for ours.
    """
    if mine.origin is not Origin.FOUND or mine.id is None or theirs.origin is not Origin.PLACED:
        return mine
    # What was not seen yet may stand there under another id than the one that was asked for.
    if theirs.seen and theirs.id != mine.id:
        return mine
    asked = theirs.requested or (theirs.id if theirs.id != mine.id else None)
    return replace(mine, origin=Origin.PLACED, requested=asked, match=theirs.match or mine.match, placed=theirs.placed)
