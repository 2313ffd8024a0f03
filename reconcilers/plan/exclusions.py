"""Places that are to be left alone, for a song or altogether."""

from dataclasses import replace

from reconcilers.matching import fold
from reconcilers.model import Placement, State, Track
from reconcilers.policy import Sync

_KEPT = frozenset({State.ADDING, State.REMOVED, State.RETAINED})
"""States that an exclusion leaves as they are: nothing is done in them that it would have to stop, and they remember."""


class Exclusions:
    """The MusicSync's `exclude`, ready to be asked."""

    def __init__(self, sync: Sync) -> None:
        self._rules = [
            (fold(e.artist) if e.artist else None, fold(e.title) if e.title else None, e.id)
            for e in sync.exclude
            if e.artist or e.title or e.id
        ]
        self.any = bool(self._rules)

    def __call__(self, track: Track) -> bool:
        """Whether a rule names this song."""
        if not self._rules:
            return False
        recording = track.recording
        artists = {fold(a) for a in recording.artists} if recording else set()
        title = fold(recording.title) if recording else None
        ids = {i for p in track.placements.values() for i in (p.id, *p.others) if i}
        return any(
            (artist is None or artist in artists) and (name is None or name == title) and (id is None or id in ids)
            for artist, name, id in self._rules
        )


def exclude(placement: Placement, now: float, reason: str, message: str) -> Placement:
    """The placement, from now on neither added nor removed."""
    if placement.state in _KEPT:
        return placement
    if placement.state is State.REVIEW and placement.intent is not None:
        return placement  # it may have been delivered: that question stays
    if placement.reason == "WrongMatch":
        # That is the answer: a person removed it here, and it stays away.
        return placement.to(State.REMOVED, now, reason="RemovedByPerson")
    if placement.state in (State.REMOVING, State.CORRECTING) and reason != "Excluded":
        return placement.to(State.RETAINED, now, reason=reason, message=message, next_attempt=None)
    return placement.to(State.EXCLUDED, now, reason=reason, message=message, candidates=(), next_attempt=None)


def included(placement: Placement, now: float) -> Placement:
    """The placement after nothing excludes it any more: what it was, as far as it is known to stand there."""
    here = placement.id is not None and (placement.seen or placement.placed is not None)
    if here:
        return placement.to(State.PRESENT, now)
    return replace(Placement(State.PENDING, changed=now), others=placement.others)
