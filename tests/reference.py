"""A second opinion on where people's additions and removals end: the union of the places, at the level of songs.

It is fed what the planner is fed, and knows nothing of tracks, placements, searches or intents: only which song was seen,
acknowledged or taken out where, and what the removal policy makes of it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reconcilers.plan.operations import AddDone, Listed, Observation, RemoveDone
from reconcilers.policy import RemovalPolicy, Sync
from reconcilers.services.protocol import Added, ServiceName

WEEK = 7 * 86400.0


@dataclass
class Spot:
    """One song in one place. `closed` says why it is not wanted there: removed, propagated, review or lost."""

    stands: bool = False
    seen: bool = False
    ours: bool = False
    placed: float = 0.0
    missed: float | None = None
    closed: str = ""


class Reference:
    """`song_of` tells which song an id of a place is; `added` which song an addition's track name and place stand for."""

    def __init__(self, sync: Sync, song_of: Callable[[ServiceName, str], str], added: Callable[[str], str]) -> None:
        self.sync = sync
        self.songs: set[str] = set()
        self._song_of, self._added = song_of, added
        self._spots: dict[tuple[ServiceName, str], Spot] = {}

    def expected(self, service: ServiceName) -> set[str]:
        """The songs that are to end up in a place."""
        kept = {s for s in self.songs if not self.spot(service, s).closed}
        if service is ServiceName.TELEGRAM:
            kept |= {s for s in self.songs if self.spot(service, s).stands and not self.spot(service, s).ours}
        return kept

    def spot(self, service: ServiceName, song: str) -> Spot:
        """What is known of a song in a place."""
        return self._spots.setdefault((service, song), Spot())

    def observe(self, observations: Iterable[Observation]) -> None:
        """Takes what one pass plans with: results first."""
        for observation in sorted(observations, key=lambda o: isinstance(o, Listed)):
            match observation:
                case AddDone(service=service, track=track, outcome=Added(), at=at):
                    spot = self.spot(service, self._added(track))
                    spot.stands, spot.ours, spot.placed, spot.missed = True, True, at, None
                    spot.seen = service is ServiceName.TELEGRAM
                case RemoveDone(service=service, id=id, error=None):
                    self.spot(service, self._song_of(service, id)).stands = False
                case Listed():
                    self._listed(observation)

    def _listed(self, listed: Listed) -> None:
        service, at, timing = listed.service, listed.at, self.sync.timing
        shown = {self._song_of(service, item.id) for item in listed.items}
        for song in shown:
            self.songs.add(song)
            spot = self.spot(service, song)
            if spot.closed == "propagated" and spot.stands:
                continue  # to be taken out, and not yet gone
            if spot.closed:
                self._lift(service, song)
            if not spot.stands:
                spot.ours = False
            spot.stands, spot.seen, spot.missed = True, True, None
        if not listed.complete or not shown:
            return
        for song in self.songs - shown:
            spot = self.spot(service, song)
            if not spot.stands or spot.closed or (not spot.seen and at < spot.placed + timing.settle):
                continue
            if spot.missed is None:
                spot.missed = at
            elif at >= spot.missed + timing.confirm:
                self._gone(service, song, spot, at)

    def _lift(self, service: ServiceName, song: str) -> None:
        again = self.sync.removal is RemovalPolicy.PROPAGATE and self.spot(service, song).closed in (
            "removed",
            "propagated",
        )
        self.spot(service, song).closed = ""
        for other in self.sync.targets:
            if again and self.spot(other, song).closed in ("removed", "propagated"):
                self.spot(other, song).closed = ""

    def _gone(self, service: ServiceName, song: str, spot: Spot, at: float) -> None:
        spot.stands, spot.missed = False, None
        if not spot.seen:
            spot.closed = "lost"  # acknowledged and never shown: not added again unasked
        elif self.sync.removal is RemovalPolicy.KEEP:
            spot.closed = "removed"
        elif spot.ours and at - spot.placed < WEEK:
            spot.closed = "review"
        else:
            for other in self.sync.targets:
                self.spot(other, song).closed = self.spot(other, song).closed or "propagated"
            spot.closed = "removed"
