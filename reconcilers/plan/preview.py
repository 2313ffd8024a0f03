"""What would be done, for the person who decides whether it is to be: in `mode: Plan`, and while a plan waits for approval."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from heapq import nsmallest
from itertools import zip_longest
from math import ceil

from reconcilers.budget import SONGS_A_DAY
from reconcilers.matching import Band, compare
from reconcilers.model import State, Track
from reconcilers.plan.board import Board, audio_of
from reconcilers.plan.bulk import Held, queue_order
from reconcilers.policy import Mode, Sync
from reconcilers.services.protocol import ServiceName

SAMPLES = 50

POSSIBLE_DUPLICATE = "PossibleDuplicate"


class Op(StrEnum):
    """What a sample shows. *Review*: nothing is done about it until a person decides."""

    ADD = "Add"
    REMOVE = "Remove"
    REVIEW = "Review"


@dataclass(frozen=True, slots=True)
class Outlook:
    """One place: songs to be added, and to be removed.

    `searches` must be made before that; `held` operations are more than the limits let pass unasked; `days` is how long
    all this takes, about (0: there is nothing to do).
    """

    adds: int = 0
    removes: int = 0
    searches: int = 0
    held: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """One operation, or one question.

    `other` is the track that it may be the same song as; `why` says what is in question. Titles are as people write them.
    """

    track: str
    service: ServiceName
    op: Op
    title: str
    other: str = ""
    other_title: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be done, place by place.

    `doubtful` songs may be one with another; `unclear` ones wait for a person for another reason. `samples` show something
    of every kind.
    """

    places: Mapping[ServiceName, Outlook] = field(default_factory=dict)
    doubtful: int = 0
    unclear: int = 0
    samples: tuple[Sample, ...] = ()


@dataclass(slots=True)
class _Tally:
    adds: int = 0
    removes: int = 0
    searches: int = 0
    held: int = 0
    behind_youtube: bool = False


def preview(sync: Sync, board: Board, held: Held, songs_a_day: Mapping[ServiceName, float] = SONGS_A_DAY) -> Preview:
    """In mode Plan everything that is wanted; else only what is held. `songs_a_day`: places left out take no time."""
    whole = sync.mode is Mode.PLAN
    tallies = {service: _Tally() for service in sync.targets}
    kinds: dict[tuple[Op, ServiceName], list[Track]] = defaultdict(list)
    doubtful = unclear = 0
    for track in board.awake():
        question: ServiceName | None = None
        reasons: set[str] = set()
        for service, placement in track.placements.items():
            tally = tallies.get(service)
            if tally is None:
                continue
            state = placement.state
            if state is State.REVIEW:
                reasons.add(placement.reason)
                question = question or service
                continue
            removed = placement.missing >= 2 and state is State.PRESENT
            if state not in (State.PENDING, State.REMOVING):
                tally.searches += whole and removed
                continue
            op = Op.ADD if state is State.PENDING else Op.REMOVE
            waits = (track.name, service, op.value.lower()) in held.keys
            if not whole and not waits:
                continue
            kinds[op, service].append(track)
            tally.held += waits
            if op is Op.REMOVE:
                tally.removes += 1
            else:
                tally.adds += 1
                _count_search(sync, track, service, tally)
        if question is not None and whole:
            kinds[Op.REVIEW, question].append(track)
            doubtful += POSSIBLE_DUPLICATE in reasons
            unclear += POSSIBLE_DUPLICATE not in reasons
    samples = tuple(_sample(board, track, service, op) for track, service, op in _chosen(kinds))
    return Preview(_outlooks(tallies, songs_a_day), doubtful, unclear, samples)


def _count_search(sync: Sync, track: Track, service: ServiceName, tally: _Tally) -> None:
    placement, pin = track.placements[service], track.wishes.pins.get(service)
    if service is not ServiceName.TELEGRAM:
        tally.searches += placement.id is None or (pin is not None and placement.id != pin)
    elif audio_of(track) is None:
        theirs = track.placements.get(ServiceName.YOUTUBE)
        if ServiceName.YOUTUBE in sync.targets and theirs is not None and theirs.state is State.PENDING:
            tally.behind_youtube = True  # what is found for the playlist is what is posted
        else:
            tally.searches += 1


def _outlooks(
    tallies: Mapping[ServiceName, _Tally], songs_a_day: Mapping[ServiceName, float]
) -> dict[ServiceName, Outlook]:
    days: dict[ServiceName, int] = {}
    for service, tally in tallies.items():
        songs = max(tally.adds + tally.removes, tally.searches)
        days[service] = max(1, ceil(songs / songs_a_day.get(service, float("inf")))) if songs else 0
    telegram = tallies.get(ServiceName.TELEGRAM)
    if telegram is not None and telegram.behind_youtube:
        days[ServiceName.TELEGRAM] = max(days[ServiceName.TELEGRAM], days.get(ServiceName.YOUTUBE, 0))
    return {s: Outlook(t.adds, t.removes, t.searches, t.held, days[s]) for s, t in tallies.items()}


def _chosen(kinds: Mapping[tuple[Op, ServiceName], list[Track]]) -> list[tuple[Track, ServiceName, Op]]:
    """At most `SAMPLES`, each kind in the order in which it would be done, no kind crowded out by another."""
    groups = [
        [(track, service, op) for track in nsmallest(SAMPLES, tracks, key=queue_order)]
        for (op, service), tracks in sorted(kinds.items())
    ]
    turns = [one for turn in zip_longest(*groups) for one in turn if one is not None]
    order = {(op, service): n for n, (op, service) in enumerate(sorted(kinds))}
    return sorted(turns[:SAMPLES], key=lambda one: order[one[2], one[1]])


def _sample(board: Board, track: Track, service: ServiceName, op: Op) -> Sample:
    title = _title(track)
    if op is not Op.REVIEW:
        return Sample(track.name, service, op, title)
    placement = track.placements[service]
    if placement.reason == POSSIBLE_DUPLICATE:
        found = _twin(board, track)
        if found is not None:
            other, reasons = found
            service = track.origin[0] if track.origin is not None else service
            return Sample(track.name, service, op, title, other.name, _title(other), ", ".join(reasons))
    return Sample(track.name, service, op, title, why=placement.message)


def _title(track: Track) -> str:
    if track.recording is not None:
        return str(track.recording)
    service, id = track.origin or (ServiceName.TELEGRAM, "?")
    return f"{service.title} {id}, of which nothing tells the song"


def _twin(board: Board, track: Track) -> tuple[Track, tuple[str, ...]] | None:
    """The track that this one is most like, and what speaks for and against their being one."""
    recording = track.recording
    if recording is None:
        return None
    pairs = [
        (compare(recording, other.recording), other)
        for other in board.alike(recording)
        if other.name != track.name and other.recording is not None
    ]
    likely = [(verdict, other) for verdict, other in pairs if verdict.band is not Band.DIFFERENT]
    if not likely:
        return None
    verdict, other = min(likely, key=lambda pair: (pair[0].band is not Band.SAME, -pair[0].score, pair[1].name))
    return other, verdict.reasons
