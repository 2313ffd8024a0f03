"""What is no longer there: additions that never arrived, entries that people took out, songs that are to go."""

from dataclasses import replace

from reconcilers.model import Origin, Placement, State, Track
from reconcilers.plan.board import BLANK, Board
from reconcilers.plan.song import taken_back
from reconcilers.policy import RemovalPolicy, Sync
from reconcilers.services.protocol import ServiceName

CORRECTED = frozenset({"Rejected", "Repinned", "Rematched"})
"""Reasons of a removal by which a wrong match of ours is mended: the song itself is wanted there."""

OURS = CORRECTED | {"Absent", "Propagated"}
"""Reasons of a removal that was ours."""

WRONG_MATCH_WINDOW = 7 * 86400.0
"""Seconds after a placement of ours in which a person's removal is taken as doubt about the match."""


def missed(sync: Sync, board: Board, track: Track, service: ServiceName, now: float, *, empty: bool) -> None:
    """A complete listing does not show a track's entry. An `empty` one says little: only an addition is waited for."""
    placement, timing = track.placements.get(service, BLANK), sync.timing
    if placement.state is State.ADDING:
        intent = placement.intent
        if intent is not None and now < intent.deadline + timing.settle:
            return
        if empty and not placement.missing:
            board.place(track, service, replace(placement, missing=1, missed=now))
        elif not empty or now >= (placement.missed or 0.0) + timing.confirm:
            board.place(track, service, not_applied(sync, placement, now))
        return
    if empty:
        return
    if placement.state is State.UNAVAILABLE:
        if placement.next_attempt is None:
            board.place(track, service, replace(placement, seen=False, next_attempt=now + timing.recheck))
        return
    if not placement.seen and now < (placement.placed or 0.0) + timing.settle:
        return
    if placement.missing == 0:
        board.place(track, service, replace(placement, missing=1, missed=now))
    elif placement.missing == 1 and now >= (placement.missed or 0.0) + timing.confirm:
        if placement.seen:
            board.place(track, service, replace(placement, missing=2))
            return
        message = "the service acknowledged the addition and never showed it; to have it added again, set "
        message += f"spec.pins.{service.value}: {placement.id}"
        failed = placement.to(State.FAILED, now, reason="NotStored", message=message, missing=0, missed=None)
        board.place(track, service, failed)


def not_applied(sync: Sync, placement: Placement, now: float, reason: str = "NotApplied") -> Placement:
    """An addition that was looked for and is not there: wanted again, or given up after enough attempts."""
    attempts = placement.attempts + 1
    if attempts >= sync.retry.max:
        return placement.to(
            State.FAILED,
            now,
            reason=reason,
            message=f"given up after {attempts} attempts; navaar.dev/reconcile-requested-at on this Track tries again",
            attempts=attempts,
            missing=0,
            missed=None,
            intent=None,
            requested=None,
            next_attempt=None,
        )
    delay = min(sync.retry.backoff * 2 ** (attempts - 1), 86400.0)
    pending = placement.to(State.PENDING, now, reason=reason, attempts=attempts, intent=None, next_attempt=now + delay)
    return replace(pending, missing=0, missed=None, requested=None)


def removed_by_person(sync: Sync, board: Board, track: Track, service: ServiceName, now: float) -> None:
    """A person took the song out of a place: what the policy makes of it."""
    placement = track.placements[service]
    if sync.removal is RemovalPolicy.KEEP:
        message = "a person removed it here; add it here again to lift this"
        removed = placement.to(State.REMOVED, now, reason="RemovedByPerson", message=message, missing=0, missed=None)
        board.place(track, service, replace(removed, seen=False))
        return
    recent = placement.placed is not None and now - placement.placed < WRONG_MATCH_WINDOW
    if placement.origin is Origin.PLACED and recent:
        message = (
            f"removed soon after it was placed: wrong match? Then add {placement.id} to spec.rejects.{service.value}; "
        )
        message += "or set spec.state: Absent to remove the song everywhere"
        review = placement.to(
            State.REVIEW, now, reason="WrongMatch", message=message, missing=0, missed=None, seen=False
        )
        board.place(track, service, review)
        return
    for other in sync.targets:
        current = board.tracks[track.name].placements.get(other, BLANK)
        if other is service:
            changed = current.to(State.REMOVED, now, reason="RemovedByPerson", missing=0, missed=None, seen=False)
        else:
            changed = withdrawn(sync, other, current, now, "Propagated")
        board.place(track, other, changed)


def arriving(track: Track) -> bool:
    """Whether the song is being put somewhere just now: what follows from its removal elsewhere has to wait."""
    return any(p.state is State.ADDING for p in track.placements.values())


def lifted(sync: Sync, board: Board, track: Track, service: ServiceName, now: float) -> None:
    """A person added the song again after a removal that went everywhere: it is wanted everywhere again."""
    if sync.removal is not RemovalPolicy.PROPAGATE:
        return
    for other in sync.targets:
        current = board.tracks[track.name].placements.get(other, BLANK)
        if other is service:
            continue
        if current.state is State.REMOVED and current.reason in ("Propagated", "RemovedByPerson"):
            board.place(track, other, Placement(State.PENDING, changed=now))
        elif current.state is State.REMOVING and current.reason == "Propagated":
            board.place(track, other, current.to(State.PRESENT, now, approved=False))
        elif current.state is State.RETAINED:
            board.place(track, other, current.to(State.PRESENT, now))


def withdrawn(sync: Sync, service: ServiceName, placement: Placement, now: float, reason: str) -> Placement:
    """A placement that is no longer wanted: removed where it stands and may be removed, else closed."""
    if placement.state in (State.ADDING, State.EXCLUDED, State.REMOVING, State.RETAINED, State.REMOVED):
        return placement
    if placement.intent is not None and placement.state is State.REVIEW:
        return placement  # it may have been delivered: a person must say first
    if placement.state not in (State.PRESENT, State.UNAVAILABLE, State.CORRECTING) or placement.id is None:
        late = placement.id if placement.placed is not None else None  # it may yet show up
        return placement.to(
            State.REMOVED, now, reason=reason, id=late, seen=False, candidates=(), next_attempt=None, approved=False
        )
    if not sync.targets[service].access.writable:
        return placement.to(State.RETAINED, now, reason="ReadOnly", message="the place may only be read")
    if service is ServiceName.TELEGRAM and placement.origin is not Origin.PLACED:
        return placement.to(
            State.RETAINED, now, reason="NotOurs", message="a person posted it; delete the post by hand"
        )
    return replace(taken_back(placement, now, reason), approved=False)
