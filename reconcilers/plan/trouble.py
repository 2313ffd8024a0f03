"""What a service's trouble means: for the place, or for the one song that was being worked on."""

from dataclasses import replace

from reconcilers.budget import Parked, goes_on
from reconcilers.errors import AuthError, QuotaError, RateLimitError, ServiceError, TargetError
from reconcilers.model import Place, Placement, State
from reconcilers.plan.absence import not_applied
from reconcilers.plan.absorb import INCOMPLETE
from reconcilers.plan.board import BLANK, Board
from reconcilers.plan.operations import Troubled
from reconcilers.policy import Sync
from reconcilers.services.protocol import ServiceName

FIRST_BACKOFF, LONGEST_BACKOFF = 15.0, 900.0


def tried_again(sync: Sync, placement: Placement, error: ServiceError, now: float) -> Placement:
    """Tried again later, or given up; the error says why."""
    after = not_applied(sync, placement, now, error.reason)
    message = error.message if after.state is State.PENDING else f"{error.message}; {after.message}"
    return replace(after, message=message)


def stumbled(sync: Sync, board: Board, result: Troubled, now: float) -> None:
    """One song could not be searched for or looked up: the others go on."""
    track = board.tracks.get(result.track or "")
    if track is None:
        return
    service = result.service
    placement = track.placements.get(service, BLANK)
    if service is ServiceName.YOUTUBE and placement.state is not State.PENDING and placement.missing < 2:
        service = ServiceName.TELEGRAM  # it was asked for the channel's audio
        placement = track.placements.get(service, BLANK)
    if placement.state is State.PENDING:
        board.place(track, service, tried_again(sync, placement, result.error, now))
    elif placement.missing >= 2:
        board.place(track, service, replace(placement, next_attempt=now + sync.timing.settle))


def troubled(place: Place, result: Troubled) -> Place:
    """A service refused or failed as a whole: parked, longer each time; what only a person can mend is not tried again."""
    error, now = result.error, result.at
    # Success in between, of reading say, does not make the next failure the first.
    recent = place.parked is not None and now - place.parked < LONGEST_BACKOFF
    failures = place.failures + 1 if recent else 1
    message = error.message
    if isinstance(error, AuthError):
        parked = None
    elif isinstance(error, QuotaError):
        parked = max(error.retry_at, now + 1)
        message = f"{message} {goes_on(parked)}"
    elif isinstance(error, TargetError):
        parked = now + LONGEST_BACKOFF
    else:
        parked = now + min(FIRST_BACKOFF * 2 ** min(failures - 1, 10), LONGEST_BACKOFF)
    return replace(
        place,
        parked=parked,
        failures=failures,
        reason=error.reason,
        message=message,
        terminal=isinstance(error, (AuthError, TargetError)),
        wanted=False if isinstance(error, AuthError) else place.wanted,
    )


def closed(place: Place, parked: Parked | None, now: float) -> Place:
    """The place while its account is closed, to whomever that happened; and open again afterwards."""
    if place.terminal:
        return place
    if parked is not None:
        ours = place.failures if place.reason == parked.reason else 0
        return replace(place, parked=parked.until, failures=ours, reason=parked.reason, message=parked.message)
    waited = place.reason in (QuotaError.reason, RateLimitError.reason) and now >= (place.parked or 0.0)
    # What befell this very place is not over before it is seen to be.
    return replace(place, parked=None, reason="", message="") if waited and not place.failures else place


def mended(place: Place) -> Place:
    """The place after the service answered as it should. What a reading left open, only a reading settles."""
    if place.reason == INCOMPLETE or not place.reason:
        return place
    return replace(place, reason="", message="", terminal=False)
