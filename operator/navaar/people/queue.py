"""What is to come: every addition and removal that waits, in the order in which their turn comes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from navaar.api.convert import track_from
from navaar.people.outlook import Next, Setting, following, setting
from navaar.people.song import placements_of, song_of
from navaar.people.span import DAY, coming
from navaar.words import ENGLISH, word
from reconcilers.budget import SONGS_A_DAY
from reconcilers.plan.bulk import queue_order
from reconcilers.services.protocol import ServiceName

Resource = Mapping[str, Any]

OPERATIONS = {"Pending": "Add", "Adding": "Add", "Correcting": "Correct", "Removing": "Remove"}


@dataclass(frozen=True, slots=True)
class Waiting:
    """One operation that waits. `turn` counts from 1 in its place; `source` is Requested, New or Backlog."""

    track: Resource
    song: str
    service: ServiceName
    operation: str
    source: str
    turn: int
    next: Next


def queue(sync: Resource | None, tracks: Iterable[Resource], now: float, language: str = ENGLISH) -> list[Waiting]:
    """What waits of one MusicSync's Tracks, by place; `now` is in Unix seconds. Removals come before additions."""
    waiting = []
    for track in tracks:
        places = [
            (service, placement)
            for service in ServiceName
            if (placement := placements_of(track).get(service.value)) is not None and placement["state"] in OPERATIONS
        ]
        if places:
            known = track_from(track)
            waiting.append((queue_order(known), known.source.value, track, places))
    waiting.sort(key=lambda one: one[0])
    found: list[Waiting] = []
    for service in ServiceName:
        around = setting(sync, service)
        here = [
            (placement["state"] != "Removing", source, track, placement)
            for _, source, track, places in waiting
            for where, placement in places
            if where is service
        ]
        here.sort(key=lambda one: one[0])
        for turn, (_, source, track, placement) in enumerate(here, 1):
            next = _in_turn(following(placement, around, now, language), turn, service, around, language)
            operation = OPERATIONS[placement["state"]]
            found.append(Waiting(track, song_of(track), service, operation, source, turn, next))
    return found


def _in_turn(next: Next, turn: int, service: ServiceName, around: Setting, language: str) -> Next:
    """With what the service's limits make of the place in the queue."""
    if next.word != "in turn" or around.idle or around.reason:
        return next
    daily = SONGS_A_DAY[service]
    if service is ServiceName.TELEGRAM:
        seconds = turn / daily * DAY
    else:
        seconds = max(0.0, (turn - daily) / daily * DAY)
    return Next(next.says, word(language, "when", "next") if seconds < 60 else coming(seconds, language))
