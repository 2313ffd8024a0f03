"""From what the tracks say to what is done next, one place at a time."""

import hashlib
from dataclasses import dataclass, field, replace
from heapq import nsmallest

from reconcilers.budget import DAY, Use, Wait
from reconcilers.errors import QuotaError
from reconcilers.model import Intent, Place, Placement, Source, State, Track
from reconcilers.plan import lookback as posts
from reconcilers.plan import readings
from reconcilers.plan.absence import arriving
from reconcilers.plan.board import audio_of
from reconcilers.plan.bulk import queue_order
from reconcilers.plan.corrections import in_question
from reconcilers.plan.operations import Add, Operation, Remove, Resolve, Search
from reconcilers.plan.setting import Setting
from reconcilers.plan.song import BLANK, NOT_AGAIN
from reconcilers.policy import Fetch, Mode, RemovalPolicy
from reconcilers.services.protocol import AddRequest, Head, ServiceName

BATCH = {ServiceName.TELEGRAM: 1, ServiceName.YOUTUBE: 5, ServiceName.SPOTIFY: 50}
"""Additions per turn: small where each takes long, so that a new song need not wait for a backlog."""

SEARCHES = 5
"""Searches and look-ups per turn."""

SEARCHES_COUNTED = 10
"""Where each one counts: a turn ends with an addition and with readings, which are paid for but once."""


def operations_for(setting: Setting, service: ServiceName) -> tuple[Operation, ...]:
    """What to do next in one place, in order; a small batch, decided anew after it."""
    target = setting.sync.targets.get(service)
    place = setting.places.get(service, Place())
    purse = setting.purse(service)
    if place.terminal and place.parked is None:
        return ()
    if place.parked is not None and setting.now < place.parked:
        return _uncounted(setting, service, place)
    if target is not None and service is not ServiceName.TELEGRAM:
        observe = readings.observation_due(setting, service, place)
        if observe is not None:
            if purse.take(readings.use_of(place), readings.price_of(setting, service, place, observe)):
                return (observe,)
            if readings.asked(place):
                return ()
        if place.count is None:
            return ()
    if setting.sync.mode is Mode.PLAN:
        return ()
    if target is None and service is not ServiceName.YOUTUBE:
        return ()
    if service is ServiceName.TELEGRAM:
        old = posts.operations(setting.board, place, setting.lookback, setting.now)
        if old:
            return old
    wanted = _wanted(setting, service)
    allowance = purse.budget.allowance
    # One kind at a time: after a removal the place is another than the one that an addition would rest on.
    if wanted.removals:
        write = allowance.write if allowance is not None else 0
        return tuple(
            Remove(service, track.name, placement.id, placement.entry)
            for track in nsmallest(BATCH[service], wanted.removals, key=queue_order)
            if (placement := track.placements[service]).id is not None and purse.take(Use.NEW, write)
        )
    # Whether what vanished was taken out is no song's question: while it is open, it costs the backlog's part.
    vanished = [
        _lookup(service, track, placement.id)
        for track in nsmallest(SEARCHES, wanted.vanished, key=queue_order)
        if (placement := track.placements[service]) and purse.take(Use.NEW, allowance.resolve if allowance else 0)
    ]
    if vanished:
        return tuple(vanished)
    # What is decided goes in before more is looked for: the places converge song by song.
    unread = service is not ServiceName.TELEGRAM and place.full and place.listed is None
    if wanted.additions and not unread:
        additions = nsmallest(BATCH[service], wanted.additions, key=lambda pair: queue_order(pair[0]))
        made = _additions(setting, service, place, additions)
        if made:
            return made
    prices = (allowance.search, allowance.resolve) if allowance is not None else (0, 0)
    if wanted.additions and not unread and any(prices):
        return ()  # the additions wait for what a search would use
    most = SEARCHES_COUNTED if any(prices) else SEARCHES
    lookups: list[Operation] = []
    for track, id in nsmallest(most, wanted.lookups, key=lambda pair: queue_order(pair[0])):
        if not purse.take(_song_use(track), prices[id is not None]):
            break
        lookups.append(_lookup(service, track, id))
    return tuple(lookups)


def _uncounted(setting: Setting, service: ServiceName, place: Place) -> tuple[Operation, ...]:
    """What can be done while an account's allowance is used up: searches, where they are made without it."""
    allowance = setting.purse(service).budget.allowance
    if place.reason != QuotaError.reason or place.count is None or allowance is None or allowance.search:
        return ()
    if setting.sync.mode is Mode.PLAN:
        return ()
    lookups = [pair for pair in _wanted(setting, service).lookups if pair[1] is None]
    found = nsmallest(SEARCHES, lookups, key=lambda pair: queue_order(pair[0]))
    return tuple(_lookup(service, track, id) for track, id in found)


def _additions(
    setting: Setting, service: ServiceName, place: Place, wanted: list[tuple[Track, str]]
) -> tuple[Operation, ...]:
    """As many additions as can be paid for, or the reading that they rest on."""
    purse = setting.purse(service)
    allowance = purse.budget.allowance
    stale = service is not ServiceName.TELEGRAM and readings.stale(setting, service, place)
    if stale:
        observe = readings.observe(setting, service, place, full=True)
        if purse.take(_song_use(wanted[0][0]), readings.price_of(setting, service, place, observe)):
            return (observe,)
        return ()
    made: list[Operation] = []
    for track, id in wanted:
        price = 0
        if allowance is not None and not (made and allowance.together):
            # Each call looks first; after the last one the place is read again.
            price = allowance.write + allowance.look + (0 if made else allowance.reading(1))
        if not purse.take(_song_use(track), price):
            break
        made.append(_add(setting, service, track, id))
    return tuple(made)


def _song_use(track: Track) -> Use:
    return Use.BACKLOG if track.source is Source.BACKLOG else Use.NEW


def waits(setting: Setting) -> dict[ServiceName, Wait]:
    """The places in which more songs are wanted than the account's day suffices for."""
    found = {}
    for service, purse in setting.purses.items():
        allowance = purse.budget.allowance
        target = setting.sync.targets.get(service)
        if allowance is None or target is None or not target.access.writable:
            continue
        songs = sum(
            p.state is State.PENDING and (track.name, service, "add") not in setting.held.keys
            for track in setting.board.awake()
            if (p := track.placements.get(service)) is not None and _due(setting, p)
        )
        short = songs * allowance.song - max(0.0, purse.budget.left(Use.BACKLOG, setting.now))
        if songs and short > 0:
            daily = purse.budget.daily()
            found[service] = Wait(songs, DAY * short / (daily * allowance.song), daily)
    return found


@dataclass(slots=True)
class _Wanted:
    """What one place is wanted for: removals, look-ups of what vanished, (track, id to add), (track, id or None to search)."""

    removals: list[Track] = field(default_factory=list)
    vanished: list[Track] = field(default_factory=list)
    additions: list[tuple[Track, str]] = field(default_factory=list)
    lookups: list[tuple[Track, str | None]] = field(default_factory=list)


def _wanted(setting: Setting, service: ServiceName) -> _Wanted:
    wanted = _Wanted()
    target = setting.sync.targets.get(service)
    writable = target is not None and target.access.writable
    for track in setting.board.awake():
        placement = track.placements.get(service)
        state = placement.state if placement is not None else None
        if placement is None or target is None:
            if service is ServiceName.YOUTUBE and _audio_wanted(setting, track):
                wanted.lookups.append((track, None))
        elif not _due(setting, placement):
            continue
        elif state is State.PRESENT:
            spreads = setting.sync.removal is RemovalPolicy.PROPAGATE
            if placement.missing >= 2 and placement.id is not None and not (spreads and arriving(track)):
                wanted.vanished.append(track)
            elif (asked := in_question(track, service, placement)) is not None:
                wanted.lookups.append((track, asked))
        elif state is State.PENDING:
            if writable and (track.name, service, "add") not in setting.held.keys:
                _pending(setting, service, track, placement, wanted)
        elif state is State.REMOVING:
            if writable and (track.name, service, "remove") not in setting.held.keys:
                wanted.removals.append(track)
        elif state is State.CORRECTING:
            if writable and setting.posting and (audio := _to_be_posted(setting, track, placement)) is not None:
                wanted.additions.append((track, audio))
        elif service is ServiceName.YOUTUBE and state is not State.ADDING and _audio_wanted(setting, track):
            wanted.lookups.append((track, None))
    return wanted


def _to_be_posted(setting: Setting, track: Track, placement: Placement) -> str | None:
    """What a wrong post of ours is to be made from now; None: that isn't known, or is being done."""
    audio, intent = audio_of(track), placement.intent
    if audio is None or track.recording is None:
        return None
    if intent is None:
        return audio if audio != placement.requested else None
    # After an edit whose outcome isn't known, the post is what was asked for last once that is done again.
    return audio if setting.now >= intent.deadline + setting.sync.timing.settle else None


def _due(setting: Setting, placement: Placement) -> bool:
    if placement.state in (State.NOT_FOUND, State.UNAVAILABLE):
        return True  # theirs is another clock; the channel's audio has its own
    return placement.next_attempt is None or placement.next_attempt <= setting.now


def _pending(setting: Setting, service: ServiceName, track: Track, placement: Placement, wanted: _Wanted) -> None:
    recording = track.recording
    pin = track.wishes.pins.get(service)
    if readings.perhaps_there(placement, setting.places.get(service, Place())):
        return
    if service is ServiceName.TELEGRAM:
        audio = audio_of(track)
        if setting.posting and audio is not None and recording is not None:
            wanted.additions.append((track, audio))
    elif pin is not None and placement.id != pin:
        wanted.lookups.append((track, pin))
    elif recording is not None:
        if placement.id is not None:
            wanted.additions.append((track, placement.id))
        else:
            wanted.lookups.append((track, None))


def _audio_wanted(setting: Setting, track: Track) -> bool:
    """Whether the channel needs audio for a song whose YouTube id no playlist decides."""
    if setting.sync.fetch is Fetch.NEVER or not setting.posting:
        return False
    channel = track.placements.get(ServiceName.TELEGRAM)
    if channel is None or channel.state not in (State.PENDING, State.CORRECTING) or not _due(setting, channel):
        return False
    if (track.name, ServiceName.TELEGRAM, "add") in setting.held.keys:
        return False
    theirs = track.placements.get(ServiceName.YOUTUBE, BLANK)
    asked = channel.state is State.CORRECTING and theirs.state in (State.REVIEW, State.NOT_FOUND)
    # A pin is not searched past.
    if asked or theirs.reason in NOT_AGAIN or ServiceName.YOUTUBE in track.wishes.pins:
        return False
    return track.recording is not None and audio_of(track) is None


def _lookup(service: ServiceName, track: Track, id: str | None) -> Operation:
    if id is not None:
        return Resolve(service, track.name, id)
    assert track.recording is not None
    return Search(service, track.name, track.recording, track.wishes.rejects.get(service, frozenset()))


def _add(setting: Setting, service: ServiceName, track: Track, id: str) -> Add:
    recording, placement = track.recording, track.placements[service]
    assert recording is not None
    place = setting.places.get(service, Place())
    token = hashlib.sha256(f"{track.name}\n{service.value}\n{placement.attempts}\n{setting.now}".encode()).hexdigest()[
        :12
    ]
    deadline = setting.now + setting.sync.timing.deadline
    if placement.state is State.CORRECTING:
        edit = Intent("edit", token, deadline, setting.epoch)
        request = AddRequest(id, recording, token, silent=True, replaces=placement.id)
        editing = replace(placement, intent=edit)
        return Add(
            service, track.name, request, placement, editing, track.wishes, alike=_alike(setting, service, track)
        )
    request = AddRequest(id, recording, token, silent=track.source is Source.BACKLOG)
    if service is ServiceName.TELEGRAM:
        intent = Intent("add", token, deadline, setting.epoch, posts.marker(setting.board, place))
        adding = placement.to(State.ADDING, setting.now, intent=intent, id=None, requested=id)
        return Add(service, track.name, request, placement, adding, track.wishes, alike=_alike(setting, service, track))
    adding = placement.to(State.ADDING, setting.now, intent=Intent("add", token, deadline, setting.epoch))
    known = Head(place.count, place.snapshot) if place.count is not None else None
    return Add(service, track.name, request, placement, adding, track.wishes, known)


def _alike(setting: Setting, service: ServiceName, track: Track) -> dict[str, Placement]:
    """What the other tracks that may be of the song say of a place."""
    assert track.recording is not None
    others = setting.board.alike(track.recording)
    return {other.name: other.placements.get(service, BLANK) for other in others if other.name != track.name}
