"""When a place is to be read, how thoroughly, and out of which part of the account's day."""

from reconcilers.budget import Use
from reconcilers.model import Place, Placement, State
from reconcilers.plan.absorb import INCOMPLETE
from reconcilers.plan.operations import Observe
from reconcilers.plan.setting import Setting
from reconcilers.policy import Sync
from reconcilers.services.protocol import Head, ServiceName


def interval_of(setting: Setting, service: ServiceName) -> float:
    """Seconds between readings on schedule: as declared, or longer where the account's allowance is short."""
    return setting.sync.targets[service].interval * setting.purse(service).budget.stretch


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
    return observe(setting, service, place, full=full or _proof_needed(setting, service, place))


def stale(setting: Setting, service: ServiceName, place: Place) -> bool:
    """Whether a place must be read whole before an addition: what stands there may not be told by any track.

    So it is before this process has read it, and once a track was changed by another hand since. A count alone doesn't
    tell one song from another: without a snapshot what was read is soon old.
    """
    if place.listed is None or len(setting.board.seen(service)) < place.placed:
        return True
    return place.snapshot is None and setting.now - place.listed > setting.sync.timing.confirm


def observe(setting: Setting, service: ServiceName, place: Place, *, full: bool) -> Observe:
    """A look at a place, whole where less would not explain what is found."""
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
        if placement is not None and perhaps_there(placement, place):
            return True
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
    if placement.state in (State.ADDING, State.CORRECTING) and placement.intent is not None:
        return placement.intent.deadline + timing.settle
    if placement.state is State.PRESENT and placement.missing == 1:
        return (placement.missed or 0.0) + timing.confirm
    if placement.state is State.PRESENT and not placement.seen and placement.placed is not None:
        return placement.placed + timing.settle
    return None


def perhaps_there(placement: Placement, place: Place) -> bool:
    """Whether the song may stand there by another entry, and the playlist was not read whole since we took out ours."""
    if placement.state is not State.PENDING or not placement.others or placement.taken is None:
        return False
    return place.wanted or place.listed is None or place.listed < (placement.changed or 0.0)


def use_of(place: Place) -> Use:
    """What a reading is charged to."""
    return Use.NEW if asked(place) else Use.POLL


def asked(place: Place) -> bool:
    """Whether a place is to be read for a better reason than that time has passed."""
    return place.wanted or place.full or place.count is None or place.looked is None


def price_of(setting: Setting, service: ServiceName, place: Place, observe: Observe) -> int:
    """The units that a look takes of the account, at most."""
    allowance = setting.purse(service).budget.allowance
    if allowance is None:
        return 0
    # What has grown is read at its end.
    return allowance.reading(place.count or 0) if observe.full else allowance.reading(1)
