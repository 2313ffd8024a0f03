"""What came to the places of late, and what comes next: from Tracks in memory, without keeping anything beside them."""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from navaar.http.tracklist import in_turns
from navaar.people.queue import OPERATIONS
from reconcilers.model import Origin, State, Track
from reconcilers.plan.bulk import queue_order
from reconcilers.services.protocol import ServiceName

HOUR, DAY = 3600.0, 86400.0

WINDOW = 600.0
"""Seconds over which the pace is measured."""

ENOUGH = 3
"""Songs in that time from which there is a pace."""

_WAITING = tuple(State(word) for word in OPERATIONS)


@dataclass(frozen=True, slots=True)
class Lately:
    """What one place was given. `hours` are the songs of each of the last 24 hours, the oldest first.

    `pace` is in songs a second, None where too few came; `next` are the Tracks whose turn comes next, in order.
    """

    hours: tuple[int, ...]
    pace: float | None
    next: tuple[Track, ...]


async def lately(tracks: Iterable[Track], now: float, coming: int = 0) -> Mapping[ServiceName, Lately]:
    """Of one MusicSync's Tracks, place by place; `now` is in Unix seconds, `coming` how many of the next to tell."""
    hours = {service: [0] * 24 for service in ServiceName}
    fresh: dict[ServiceName, list[float]] = {service: [] for service in ServiceName}
    waiting: dict[ServiceName, list[Track]] = {service: [] for service in ServiceName}
    async for part in in_turns(tracks):
        for track in part:
            for service, placement in track.placements.items():
                state, placed = placement.state, placement.placed
                if state in _WAITING:
                    waiting[service].append(track)
                elif placed is not None and placed > now - DAY and placement.origin is Origin.PLACED:
                    ago = max(0.0, now - placed)
                    hours[service][23 - int(ago // HOUR)] += 1
                    if ago <= WINDOW:
                        fresh[service].append(ago)
    return {
        service: Lately(tuple(hours[service]), _pace(fresh[service]), _next(service, waiting[service], coming))
        for service in ServiceName
    }


def _pace(ages: list[float]) -> float | None:
    return len(ages) / max(60.0, *ages) if len(ages) >= ENOUGH else None


def _next(service: ServiceName, waiting: list[Track], count: int) -> tuple[Track, ...]:
    """Removals go first, as in `navaar queue`."""
    if not count:
        return ()
    return tuple(
        heapq.nsmallest(
            count,
            waiting,
            key=lambda track: (track.placements[service].state is not State.REMOVING, queue_order(track)),
        )
    )
