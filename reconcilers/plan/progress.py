"""Whether a sync gets on: what stands still for no reason is told from what waits for a good one.

A backlog of ten hours moves all the time; an account that is parked, a song that is tried again later and a question that
a person must answer all say what they wait for. What could be done, and isn't, is a mistake of ours: its seconds are
counted, from outside of what decides.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from reconcilers.model import Place, Placement, State, Track, nothing
from reconcilers.plan import readings
from reconcilers.plan.board import BLANK, audio_of
from reconcilers.plan.setting import Setting
from reconcilers.policy import Mode
from reconcilers.services.protocol import ServiceName

TELEGRAM = ServiceName.TELEGRAM

PROOFS = 4
"""Readings, as far apart as those that confirm each other, within which it is known what came of an addition."""


@dataclass(frozen=True, slots=True)
class Due:
    """What could be done in one place.

    `songs`: something that is wanted there waits for nothing. `look`: when the place is asked again at the latest (Unix
    seconds); None: that is not by the clock.
    """

    songs: bool = False
    look: float | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Since when places stand still (`songs`), and when each was due to be asked (`looks`), in Unix seconds."""

    songs: Mapping[ServiceName, float] = field(default_factory=nothing)
    looks: Mapping[ServiceName, float] = field(default_factory=nothing)

    def after(self, found: Mapping[ServiceName, Due], moved: Collection[ServiceName], now: float) -> "Progress":
        """As it stands after a pass that found this to do, and in which these places got on."""
        songs = {
            service: now if service in moved else self.songs.get(service, now)
            for service, due in found.items()
            if due.songs
        }
        # What an account's day did not suffice for has been due only since it does.
        looks = {
            service: due.look if due.look > now else min(self.looks.get(service, now), now)
            for service, due in found.items()
            if due.look is not None
        }
        return Progress(songs, looks)

    def stalled(self, service: ServiceName, now: float) -> float:
        """For how many seconds something could have been done in a place, and nothing was; 0 where all is as it should."""
        return max(0.0, now - self.songs.get(service, now), now - self.looks.get(service, now))


def due(setting: Setting) -> dict[ServiceName, Due]:
    """What could be done in each declared place. To be asked after the operations were decided."""
    open = {service for service in setting.sync.targets if _open(setting, service)}
    waiting = {service for service in open if setting.sync.mode is not Mode.PLAN and _affordable(setting, service)}
    unread = {s for s in open if s is not TELEGRAM and setting.places.get(s, Place()).looked is None}
    able = {service for service in unread if _affordable(setting, service)}
    for track in setting.board.awake():
        if able >= waiting:
            break
        for service in waiting - able:
            placement = track.placements.get(service)
            if placement is not None and _could(setting, service, track, placement):
                able.add(service)
    return {service: Due(service in able, _look(setting, service)) for service in setting.sync.targets}


def moved(
    before: Mapping[str, Track],
    records: Iterable[Track],
    places: Mapping[ServiceName, Place],
    after: Mapping[ServiceName, Place],
) -> set[ServiceName]:
    """The places in which a pass recorded something: of a song that was known, or that was first seen there.

    A place that was only read again did not get on, but for its first time.
    """
    found = {
        service
        for service, place in after.items()
        if place.reading.stretch != (known := places.get(service, Place())).reading.stretch
        or (known.looked is None and place.looked is not None)
    }
    for track in records:
        known_track = before.get(track.name)
        if known_track is None:
            found |= {track.origin[0]} if track.origin is not None else set()
            continue
        if track.audio != known_track.audio:
            found |= {ServiceName.YOUTUBE, TELEGRAM}
        found |= {
            service
            for service, placement in track.placements.items()
            if _stand(placement) != _stand(known_track.placements.get(service, BLANK))
        }
    return found


def _stand(placement: Placement) -> tuple[object, ...]:
    """What of a placement tells one step from the next: an addition that was begun and came to nothing is none."""
    state = State.PENDING if placement.state is State.ADDING else placement.state
    tries = (placement.attempts, placement.next_attempt, placement.missing, placement.sought)
    return state, placement.id, tries, placement.requested if state is not State.PENDING else None


def _open(setting: Setting, service: ServiceName) -> bool:
    place = setting.places.get(service, Place())
    if place.terminal and place.parked is None:
        return False
    # A place whose reading was incomplete is left alone until it is read again.
    again = readings.again_at(setting.sync, service, place) if service in setting.sync.targets else None
    return all(moment is None or moment <= setting.now for moment in (place.parked, again))


def _affordable(setting: Setting, service: ServiceName) -> bool:
    return setting.purse(service).wait is None


def _look(setting: Setting, service: ServiceName) -> float | None:
    place = setting.places.get(service, Place())
    if place.parked is not None and place.parked > setting.now:
        return place.parked
    if service is TELEGRAM or place.looked is None or (place.terminal and place.parked is None):
        return None
    again = readings.again_at(setting.sync, service, place)
    moment = again if again is not None else place.looked + readings.interval_of(setting, service)
    return max(moment, setting.purse(service).wait or 0.0)


def _could(setting: Setting, service: ServiceName, track: Track, placement: Placement) -> bool:
    """Whether something is wanted of a song in an open place, and nothing stands in its way."""
    state = placement.state
    removing = state is State.REMOVING
    if not setting.sync.targets[service].access.writable:
        return False
    if placement.next_attempt is not None and placement.next_attempt > setting.now:
        return False
    if (track.name, service, "remove" if removing else "add") in setting.held.keys:
        return False
    place = setting.places.get(service, Place())
    if state is State.ADDING:
        # What came of it is told by looking: twice at the playlist, or at the old posts where that can be done.
        timing = setting.sync.timing
        told = timing.settle + PROOFS * timing.confirm
        over = placement.intent is not None and setting.now >= placement.intent.deadline + told
        blind = service is TELEGRAM and (not setting.lookback.readable or bool(place.reading.problem))
        return over and not blind
    if service is TELEGRAM and state in (State.PENDING, State.CORRECTING):
        return setting.posting and placement.intent is None and _postable(setting, track, placement)
    if state is State.PENDING:
        known = track.recording is not None or service in track.wishes.pins
        return known and not readings.perhaps_there(placement, place)
    return removing


def _postable(setting: Setting, track: Track, placement: Placement) -> bool:
    audio = audio_of(track)
    if track.recording is None:
        return False
    if audio is None:
        # Which audio it is, YouTube tells; where that is a declared place, its own clock counts.
        searched = ServiceName.YOUTUBE not in setting.sync.targets and placement.state is State.PENDING
        return searched and _open(setting, ServiceName.YOUTUBE) and _affordable(setting, ServiceName.YOUTUBE)
    return placement.state is State.PENDING or audio != placement.requested
