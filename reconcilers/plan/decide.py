"""From what the tracks say to what is done next, one place at a time."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconcilers.model import Intent, Place, Placement, Source, State, Track
from reconcilers.plan.board import Board, audio_of
from reconcilers.plan.bulk import Held, queue_order
from reconcilers.plan.operations import Add, Observe, Operation, Remove, Resolve, Search
from reconcilers.policy import Fetch, Sync
from reconcilers.services.protocol import AddRequest, Head, ServiceName

BATCH = {ServiceName.TELEGRAM: 1, ServiceName.YOUTUBE: 5, ServiceName.SPOTIFY: 50}
"""Additions per turn: small where each takes long, so that a new song need not wait for a backlog."""

SEARCHES = 5
"""Searches and look-ups per turn."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a decision is made in. `posting` is False while the channel's past is unknown; `epoch` is the Lease's."""

    sync: Sync
    board: Board
    places: Mapping[ServiceName, Place]
    held: Held
    now: float
    posting: bool = True
    epoch: int = 0


def operations_for(setting: Setting, service: ServiceName) -> tuple[Operation, ...]:
    """What to do next in one place, in order; a small batch, decided anew after it."""
    target = setting.sync.targets.get(service)
    place = setting.places.get(service, Place())
    if place.terminal and place.parked is None:
        return ()
    if place.parked is not None and setting.now < place.parked:
        return ()
    if target is not None and service is not ServiceName.TELEGRAM:
        observe = observation_due(setting, service, place)
        if observe is not None:
            return (observe,)
        if place.count is None:
            return ()
    if target is None and service is not ServiceName.YOUTUBE:
        return ()
    adds: list[tuple[Track, Operation]] = []
    others: list[Operation] = []
    lookups: list[tuple[Track, Operation]] = []
    for track, operation in _wanted(setting, service):
        if isinstance(operation, Add):
            adds.append((track, operation))
        elif isinstance(operation, Remove):
            others.append(operation)
        else:
            lookups.append((track, operation))
    lookups.sort(key=lambda pair: queue_order(pair[0]))
    adds.sort(key=lambda pair: queue_order(pair[0]))
    # What is decided goes in before more is looked for: the places converge song by song.
    if others or adds:
        return (*others[: BATCH[service]], *(o for _, o in adds[: BATCH[service]]))
    return tuple(o for _, o in lookups[:SEARCHES])


def observation_due(setting: Setting, service: ServiceName, place: Place) -> Observe | None:
    """Whether, and how thoroughly, a playlist is to be looked at now."""
    now, timing = setting.now, setting.sync.timing
    target = setting.sync.targets[service]
    longest = timing.weekly if place.snapshot is not None else timing.relist
    full = place.full or place.count is None or (place.listed is None and place.snapshot is None)
    full = full or (place.listed is not None and now - place.listed >= longest)
    due = place.looked is None or place.wanted or now - place.looked >= target.interval
    seen: list[str] = []
    for track in setting.board.tracks.values():
        placement = track.placements.get(service)
        if placement is None or placement.id is None:
            continue
        if placement.state is State.PRESENT and placement.seen:
            seen.append(placement.id)
        wake = proof_due(setting.sync, placement, place)
        if wake is not None and now >= wake:
            due = full = True
    # A whole listing that proved nothing is not asked for again at once.
    if not due and not (full and now - (place.looked or 0.0) >= timing.confirm):
        return None
    if len(seen) < place.placed:
        full = True
    known = Head(place.count, place.snapshot) if place.count is not None else None
    return Observe(service, known, frozenset(seen), full)


def proof_due(sync: Sync, placement: Placement, place: Place) -> float | None:
    """When a whole listing is needed to tell what became of a placement; None: no need."""
    wake = _proof_wake(sync, placement)
    if wake is None or place.looked is None or place.looked < wake:
        return wake
    # It was looked, and nothing was proved.
    return place.looked + sync.timing.confirm


def _proof_wake(sync: Sync, placement: Placement) -> float | None:
    timing = sync.timing
    if placement.state is State.ADDING and placement.missing:
        return (placement.missed or 0.0) + timing.confirm
    if placement.state is State.ADDING and placement.intent is not None:
        return placement.intent.deadline + timing.settle
    if placement.state is State.PRESENT and placement.missing == 1:
        return (placement.missed or 0.0) + timing.confirm
    if placement.state is State.PRESENT and not placement.seen and placement.placed is not None:
        return placement.placed + timing.settle
    return None


def _wanted(setting: Setting, service: ServiceName) -> Iterator[tuple[Track, Operation]]:
    for track in setting.board.tracks.values():
        placement = track.placements.get(service)
        if placement is None:
            if service is ServiceName.YOUTUBE:
                yield from _audio_search(setting, track)
            continue
        state = placement.state
        if state is State.PRESENT:
            if placement.missing >= 2 and placement.id is not None:
                yield track, Resolve(service, track.name, placement.id)
        elif state is State.PENDING:
            yield from _pending(setting, service, track, placement)
        elif state is State.REMOVING:
            if _due(setting, placement) and (track.name, service, "remove") not in setting.held.keys and placement.id:
                yield track, Remove(service, track.name, placement.id, placement.entry)
        elif service is ServiceName.YOUTUBE and state is not State.ADDING:
            yield from _audio_search(setting, track)


def _due(setting: Setting, placement: Placement) -> bool:
    return placement.next_attempt is None or placement.next_attempt <= setting.now


def _pending(
    setting: Setting, service: ServiceName, track: Track, placement: Placement
) -> Iterator[tuple[Track, Operation]]:
    if not _due(setting, placement) or (track.name, service, "add") in setting.held.keys:
        return
    recording = track.recording
    pin = track.wishes.pins.get(service)
    if service is ServiceName.TELEGRAM:
        audio = audio_of(track)
        if setting.posting and audio is not None and recording is not None:
            yield track, _add(setting, service, track, placement, audio)
    elif pin is not None and placement.id != pin:
        yield track, Resolve(service, track.name, pin)
    elif placement.id is not None and recording is not None:
        yield track, _add(setting, service, track, placement, placement.id)
    elif placement.id is None and recording is not None:
        rejects = track.wishes.rejects.get(service, frozenset())
        yield track, Search(service, track.name, recording, rejects)


def _audio_search(setting: Setting, track: Track) -> Iterator[tuple[Track, Operation]]:
    """The channel needs audio for a song whose YouTube id no playlist decides."""
    if setting.sync.fetch is Fetch.NEVER or not setting.posting:
        return
    channel = track.placements.get(ServiceName.TELEGRAM)
    if channel is None or channel.state is not State.PENDING or not _due(setting, channel):
        return
    if (track.name, ServiceName.TELEGRAM, "add") in setting.held.keys:
        return
    recording = track.recording
    if recording is not None and audio_of(track) is None:
        rejects = track.wishes.rejects.get(ServiceName.YOUTUBE, frozenset())
        yield track, Search(ServiceName.YOUTUBE, track.name, recording, rejects)


def _add(setting: Setting, service: ServiceName, track: Track, placement: Placement, id: str) -> Add:
    recording = track.recording
    assert recording is not None
    place = setting.places.get(service, Place())
    token = hashlib.sha256(f"{track.name}\n{service.value}\n{placement.attempts}\n{setting.now}".encode()).hexdigest()[:12]
    intent = Intent("add", token, setting.now + setting.sync.timing.deadline, setting.epoch)
    request = AddRequest(id, recording, token, silent=track.source is Source.BACKLOG)
    kept = None if service is ServiceName.TELEGRAM else placement.id
    adding = placement.to(State.ADDING, setting.now, intent=intent, id=kept)
    known = Head(place.count, place.snapshot) if place.count is not None else None
    return Add(service, track.name, request, placement, adding, known)
