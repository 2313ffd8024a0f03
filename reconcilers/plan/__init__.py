"""The planner: from what was seen to what is done next. Pure: no I/O, and the only clock is the `now` it is given.

    observations ──► absorb, digest ──► tracks ──► wishes ──► decide ──► operations
                     (what is there)               (people)   (what next)

Repeated planning of a world in which operations are carried out reaches the empty plan. A plan's records are stored
before its operations are carried out; whatever is lost in between is planned again from what is stored.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconcilers.budget import SONGS_A_DAY, Budget, Claim, Wait
from reconcilers.errors import ItemError
from reconcilers.model import Place, Placement, State, Track, nothing
from reconcilers.plan import absorb, again, bulk, decide, digest, progress, readings, trouble, wishes
from reconcilers.plan import lookback as posts
from reconcilers.plan.board import BLANK, Board, audio_of, fingerprint
from reconcilers.plan.lookback import NO_LOOKBACK, Lookback
from reconcilers.plan.merge import disputed
from reconcilers.plan.operations import (
    AddDone,
    Listed,
    Looked,
    Observation,
    Operation,
    RemoveDone,
    Resolved,
    Scanned,
    Searched,
    Troubled,
)
from reconcilers.plan.preview import Preview, preview
from reconcilers.plan.purse import Purse
from reconcilers.plan.setting import Setting
from reconcilers.plan.song import NOT_AGAIN, taken_back
from reconcilers.policy import Fetch, Mode, Sync
from reconcilers.services.protocol import Added, ServiceName

__all__ = ["Plan", "Preview", "plan"]

TELEGRAM = ServiceName.TELEGRAM

_ORDER = {s: i for i, s in enumerate((ServiceName.TELEGRAM, ServiceName.YOUTUBE, ServiceName.SPOTIFY))}


@dataclass(frozen=True, slots=True)
class Plan:
    """What to store and then to do.

    `records` are new and changed tracks, in the order in which they are to be stored; `deleted` maps merged-away tracks to
    their survivors, to be deleted after that. `operations` are per place, in order, to be carried out one after another;
    places are independent. `held` waits for approval. `wake` is when to plan again though nothing happens (Unix seconds).
    `claims` are the units of their accounts that the operations may use; `waits` tells of songs for which a day's don't
    suffice; `due` of what could be done in each place, so that it can be told whether it is.
    """

    records: tuple[Track, ...]
    deleted: Mapping[str, str]
    places: Mapping[ServiceName, Place]
    operations: Mapping[ServiceName, tuple[Operation, ...]]
    held: bulk.Held
    preview: Preview | None
    wake: float | None
    claims: Mapping[ServiceName, Claim] = field(default_factory=nothing)
    waits: Mapping[ServiceName, Wait] = field(default_factory=nothing)
    due: Mapping[ServiceName, progress.Due] = field(default_factory=nothing)

    @property
    def empty(self) -> bool:
        """Nothing to store and nothing to do."""
        return not self.records and not self.deleted and not any(self.operations.values())


def plan(
    sync: Sync,
    tracks: Mapping[str, Track],
    places: Mapping[ServiceName, Place],
    observations: Sequence[Observation],
    now: float,
    *,
    busy: Collection[ServiceName] = (),
    posting: bool = True,
    lookback: Lookback = NO_LOOKBACK,
    epoch: int = 0,
    budgets: Mapping[ServiceName, Budget] | None = None,
) -> Plan:
    """The next step of a sync.

    `busy` are places in which earlier operations are still being carried out: nothing more is asked of them. `posting`
    is False while the channel may not be posted to; `lookback` says what of it has to be read first. `epoch` goes into
    intents. `budgets` tell what the accounts of the places allow; without one, a place is asked whatever is wanted.
    """
    board = Board(tracks, sync.targets, now)
    remembered = {service: places.get(service, Place()) for service in (*sync.targets, *places)}
    ordered = sorted(observations, key=_order)
    listings = [posts.listed(o) if isinstance(o, Scanned) else o for o in ordered if isinstance(o, (Listed, Scanned))]
    board.index({listing.service for listing in listings}.intersection(sync.targets))
    new = [i for listing in listings for i in absorb.unknown_of(sync, board, listing)]
    board.gather(item.recording for item in new)
    for observation in ordered:
        _take(sync, board, remembered, observation)
    budgets = budgets or {}
    for service, budget in budgets.items():
        remembered[service] = trouble.closed(remembered.get(service, Place()), budget.closed(now), now)
    if TELEGRAM in sync.targets and TELEGRAM not in busy:
        remembered[TELEGRAM] = posts.settle(sync, board, remembered[TELEGRAM], lookback, now)
    wishes.carry(sync, board, now)
    _settle(sync, board, now)
    disputed(board, now)
    held = bulk.held_back(sync, board, remembered, now)
    if sync.approved and sync.approved == held.hash:
        bulk.approve(board, held.keys)
        held = bulk.Held()
    setting = Setting(sync, board, remembered, held, now, posting, lookback, epoch, _purses(budgets, now))
    operations: dict[ServiceName, tuple[Operation, ...]] = {}
    for service in _ORDER:
        if service in busy:
            continue
        wanted = decide.operations_for(setting, service)
        if wanted:
            operations[service] = wanted
    a_day = {service: budget.daily() for service, budget in budgets.items() if budget.allowance is not None}
    shown = preview(sync, board, held, {**SONGS_A_DAY, **a_day}) if sync.mode is Mode.PLAN or held.keys else None
    wake = _wake(setting)
    claims = {service: setting.purses[service].claim for service in operations if service in setting.purses}
    waits = decide.waits(setting) if sync.mode is not Mode.PLAN else {}
    due = progress.due(setting)
    return Plan(board.records(), dict(board.deleted), remembered, operations, held, shown, wake, claims, waits, due)


def _purses(budgets: Mapping[ServiceName, Budget], now: float) -> dict[ServiceName, Purse]:
    return {service: Purse(budget, now) for service, budget in budgets.items()}


def _order(observation: Observation) -> tuple[int, int, str]:
    """Results before listings, listings in a fixed order of places: what comes first never decides what comes out."""
    listed = isinstance(observation, (Listed, Looked, Scanned))
    track = "" if isinstance(observation, (Listed, Looked, Scanned)) else observation.track or ""
    return (listed, _ORDER[observation.service], track)


def _take(sync: Sync, board: Board, places: dict[ServiceName, Place], observation: Observation) -> None:
    service = observation.service
    place = places.get(service, Place())
    match observation:
        case Listed():
            if service in sync.targets:
                places[service] = absorb.absorb(sync, board, place, observation)
        case Scanned():
            if service in sync.targets:
                places[service] = posts.read(sync, board, place, observation)
        case Looked(head=head, at=at):
            place = replace(place, looked=at, wanted=False, count=head.count, snapshot=head.snapshot)
            places[service] = trouble.mended(place)
        case Searched():
            digest.searched(sync, board, observation)
            places[service] = trouble.mended(place)
        case Resolved():
            digest.resolved(sync, board, observation)
            places[service] = trouble.mended(place)
        case AddDone():
            digest.added(sync, board, observation)
            if service is TELEGRAM and isinstance(observation.outcome, Added):
                place = replace(trouble.mended(place), highest=max(place.highest, int(observation.outcome.id)))
            # Our own writes are confirmed by looking, never by remembering what they answered.
            places[service] = replace(place, wanted=True)
        case RemoveDone():
            left = posts.removed(board, place, observation) if service is TELEGRAM else None
            if left is None:
                digest.removed(sync, board, observation)
            places[service] = left or replace(place, wanted=True)
        case Troubled(error=ItemError()):
            trouble.stumbled(sync, board, observation, observation.at)
        case Troubled():
            places[service] = trouble.troubled(place, observation)


def _settle(sync: Sync, board: Board, now: float) -> None:
    """What follows from time and from the other placements: another try, and the channel's dependence on YouTube."""
    again.try_again(sync, board, now)
    for track in board.awake():
        for service, placement in track.placements.items():
            if placement.state is State.NOT_FOUND and (placement.next_attempt or now + 1) <= now:
                board.place(track, service, placement.to(State.PENDING, now, next_attempt=None))
            elif placement.state is State.UNAVAILABLE and (placement.next_attempt or now + 1) <= now:
                board.place(track, service, Placement(State.PENDING, changed=now))
            elif placement.state is State.PENDING and track.recording is None and service not in track.wishes.pins:
                board.place(track, service, _unidentified(sync, track, placement, now))
    if TELEGRAM not in sync.targets or ServiceName.YOUTUBE not in sync.targets or sync.fetch is Fetch.NEVER:
        return
    for track in board.awake():
        channel = track.placements.get(TELEGRAM)
        if channel is None or channel.state in (State.PRESENT, State.ADDING):
            continue
        theirs = track.placements.get(ServiceName.YOUTUBE, BLANK)
        if channel.state is State.CORRECTING:
            if theirs.state is State.NOT_FOUND and audio_of(track) is None and channel.intent is None:
                board.place(track, TELEGRAM, taken_back(channel, now, "Rejected"))
            continue
        stuck = theirs.state in (State.REVIEW, State.NOT_FOUND) or theirs.reason in NOT_AGAIN
        undecided = stuck and audio_of(track) is None
        if channel.state is State.PENDING and undecided:
            message = f"waits for the YouTube id that its audio comes from ({theirs.told.value} there)"
            board.place(track, TELEGRAM, channel.to(theirs.told, now, reason="Inherited", message=message))
        elif channel.reason == "Inherited" and not (undecided and channel.state is theirs.told):
            board.place(track, TELEGRAM, channel.to(State.PENDING, now))


def _unidentified(sync: Sync, track: Track, placement: Placement, now: float) -> Placement:
    message = "nothing tells which song this is: set spec.title and spec.artists"
    return placement.to(State.REVIEW, now, reason="Unidentified", message=message, sought=fingerprint(sync, track))


def _wake(setting: Setting) -> float | None:
    """The earliest moment at which time alone changes the plan."""
    sync, now = setting.sync, setting.now
    moments: list[float] = []
    for service, place in setting.places.items():
        target = sync.targets.get(service)
        if place.parked is not None and place.parked > now:
            moments.append(place.parked)
        elif target is not None and service is not ServiceName.TELEGRAM and place.looked is not None:
            later = readings.again_at(sync, service, place)
            soon = place.looked + sync.timing.confirm if place.full else None
            moments.append(later or soon or place.looked + readings.interval_of(setting, service))
        elif target is not None and service is TELEGRAM:
            rested = posts.wake(place, setting.lookback, now)
            moments += [rested] if rested is not None else []
    for track in setting.board.awake():
        for service, placement in track.placements.items():
            if service not in sync.targets or (
                placement.state is State.PRESENT and placement.seen and not placement.missing
            ):
                continue
            proof = readings.proof_due(sync, placement, setting.places.get(service, Place()))
            if proof is not None:
                moments.append(proof)
            if placement.next_attempt is not None:
                moments.append(placement.next_attempt)
    moments += [purse.wait for purse in setting.purses.values() if purse.wait is not None]
    return min((m for m in moments if m > now), default=None)
