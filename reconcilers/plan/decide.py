"""From what the tracks say to what is done next, one place at a time."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from heapq import nsmallest

from reconcilers.budget import DAY, Use, Wait
from reconcilers.errors import QuotaError
from reconcilers.model import Intent, Place, Placement, Source, State, Track
from reconcilers.plan import lookback as posts
from reconcilers.plan.absence import arriving
from reconcilers.plan.absorb import INCOMPLETE
from reconcilers.plan.board import Board, audio_of
from reconcilers.plan.bulk import Held, queue_order
from reconcilers.plan.lookback import NO_LOOKBACK, Lookback
from reconcilers.plan.operations import Add, Observe, Operation, Remove, Resolve, Search
from reconcilers.plan.purse import Purse
from reconcilers.plan.song import BLANK, NOT_AGAIN
from reconcilers.policy import Fetch, Mode, RemovalPolicy, Sync
from reconcilers.services.protocol import AddRequest, Head, ServiceName

BATCH = {ServiceName.TELEGRAM: 1, ServiceName.YOUTUBE: 5, ServiceName.SPOTIFY: 50}
"""Additions per turn: small where each takes long, so that a new song need not wait for a backlog."""

SEARCHES = 5
"""Searches and look-ups per turn."""

SEARCHES_COUNTED = 10
"""Where each one counts: a turn ends with an addition and with readings, which are paid for but once."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a decision is made in. `posting` is False while the channel's past is unknown; `epoch` is the Lease's."""

    sync: Sync
    board: Board
    places: Mapping[ServiceName, Place]
    held: Held
    now: float
    posting: bool = True
    lookback: Lookback = NO_LOOKBACK
    epoch: int = 0
    purses: Mapping[ServiceName, Purse] = field(default_factory=dict)

    def purse(self, service: ServiceName) -> Purse:
        """What may be used of the account there."""
        return self.purses.get(service) or Purse()


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
        observe = observation_due(setting, service, place)
        if observe is not None:
            if purse.take(_use_of(setting, place), _reading(setting, service, place, observe)):
                return (observe,)
            if _asked(place):
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
    stale = service is not ServiceName.TELEGRAM and _stale(setting, place)
    if stale:
        observe = _observe(setting, service, place, full=True)
        if purse.take(_song_use(wanted[0][0]), _reading(setting, service, place, observe)):
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


def _use_of(setting: Setting, place: Place) -> Use:
    return Use.NEW if _asked(place) else Use.POLL


def _asked(place: Place) -> bool:
    """Whether a place is to be read for a better reason than that time has passed."""
    return place.wanted or place.full or place.count is None or place.looked is None


def _reading(setting: Setting, service: ServiceName, place: Place, observe: Observe) -> int:
    allowance = setting.purse(service).budget.allowance
    if allowance is None:
        return 0
    # What has grown is read at its end.
    return allowance.reading(place.count or 0) if observe.full else allowance.reading(1)


def interval_of(setting: Setting, service: ServiceName) -> float:
    """Seconds between readings on schedule: as declared, or longer where the account's allowance is short."""
    return setting.sync.targets[service].interval * setting.purse(service).budget.stretch


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


def observation_due(setting: Setting, service: ServiceName, place: Place) -> Observe | None:
    """Whether, and how thoroughly, a playlist is to be looked at now."""
    now, timing = setting.now, setting.sync.timing
    longest = timing.weekly if place.snapshot is not None else timing.relist
    full = place.full or place.count is None or (place.listed is None and place.snapshot is None)
    full = full or (place.listed is not None and now - place.listed >= longest)
    due = place.looked is None or place.wanted or now - place.looked >= interval_of(setting, service)
    if not due and not full and _proof_needed(setting, service, place):
        due = full = True
    again = again_at(setting.sync, service, place)
    if again is not None and now < again and not place.wanted:
        return None
    # A whole listing that proved nothing is not asked for again at once.
    if not due and not (full and now - (place.looked or 0.0) >= timing.confirm):
        return None
    return _observe(setting, service, place, full=full or _proof_needed(setting, service, place))


def _stale(setting: Setting, place: Place) -> bool:
    """Whether a place must be read again before an addition: a count alone doesn't tell one song from another."""
    if place.snapshot is not None:
        return False
    return place.listed is None or setting.now - place.listed > setting.sync.timing.confirm


def _observe(setting: Setting, service: ServiceName, place: Place, *, full: bool) -> Observe:
    seen = setting.board.seen(service)
    known = Head(place.count, place.snapshot) if place.count is not None else None
    # The end of a list explains its growth only if what is held to stand there is what stood there.
    full = full or len(seen) < place.placed or len(seen) > (place.count or 0)
    return Observe(service, known, seen, full)


def again_at(sync: Sync, service: ServiceName, place: Place) -> float | None:
    """When a place is read again whose last reading was incomplete: longer each time, at most its interval."""
    if place.reason != INCOMPLETE or place.looked is None:
        return None
    longest = max(sync.targets[service].interval, sync.timing.confirm)
    return place.looked + min(sync.timing.confirm * 2.0 ** min(max(place.failures - 1, 0), 20), longest)


def _proof_needed(setting: Setting, service: ServiceName, place: Place) -> bool:
    for track in setting.board.awake():
        placement = track.placements.get(service)
        if placement is not None and placement.id is not None:
            wake = proof_due(setting.sync, placement, place)
            if wake is not None and setting.now >= wake:
                return True
    return False


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


@dataclass(slots=True)
class _Wanted:
    """What one place is wanted for: removals, (track, id to add), and (track, id to resolve or None to search)."""

    removals: list[Track] = field(default_factory=list)
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
                wanted.lookups.append((track, placement.id))
        elif state is State.PENDING:
            if writable and (track.name, service, "add") not in setting.held.keys:
                _pending(setting, service, track, placement, wanted)
        elif state is State.REMOVING:
            if writable and (track.name, service, "remove") not in setting.held.keys:
                wanted.removals.append(track)
        elif service is ServiceName.YOUTUBE and state is not State.ADDING and _audio_wanted(setting, track):
            wanted.lookups.append((track, None))
    return wanted


def _due(setting: Setting, placement: Placement) -> bool:
    if placement.state in (State.NOT_FOUND, State.UNAVAILABLE):
        return True  # theirs is another clock; the channel's audio has its own
    return placement.next_attempt is None or placement.next_attempt <= setting.now


def _pending(setting: Setting, service: ServiceName, track: Track, placement: Placement, wanted: _Wanted) -> None:
    recording = track.recording
    pin = track.wishes.pins.get(service)
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
    if channel is None or channel.state is not State.PENDING or not _due(setting, channel):
        return False
    if (track.name, ServiceName.TELEGRAM, "add") in setting.held.keys:
        return False
    if track.placements.get(ServiceName.YOUTUBE, BLANK).reason in NOT_AGAIN:
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
    known_id = posts.marker(setting.board, place) if service is ServiceName.TELEGRAM else 0
    intent = Intent("add", token, setting.now + setting.sync.timing.deadline, setting.epoch, known_id)
    request = AddRequest(id, recording, token, silent=track.source is Source.BACKLOG)
    kept = None if service is ServiceName.TELEGRAM else placement.id
    adding = placement.to(State.ADDING, setting.now, intent=intent, id=kept)
    known = Head(place.count, place.snapshot) if place.count is not None else None
    return Add(service, track.name, request, placement, adding, track.wishes, known)
