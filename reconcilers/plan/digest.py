"""From the results of operations to what the tracks say."""

from collections.abc import Sequence
from dataclasses import replace

from reconcilers.errors import ItemError, OutcomeUnknown, ServiceError
from reconcilers.matching import Decision, Outcome, decide
from reconcilers.model import DOUBTED, Match, Origin, Placement, Scored, State, Track, scored
from reconcilers.plan.absence import CORRECTED, arriving, removed_by_person
from reconcilers.plan.board import BLANK, Board, audio_of, fingerprint
from reconcilers.plan.corrections import (
    SERVICE_WIDE,
    edited,
    judged_again,
    rejected_post,
    repinned,
    told_by_pin,
    unheard,
)
from reconcilers.plan.merge import crowded, merge, under_way
from reconcilers.plan.operations import AddDone, NotSent, RemoveDone, Resolved, Searched
from reconcilers.plan.song import at_odds, policy_of, taken_back
from reconcilers.plan.trouble import tried_again
from reconcilers.policy import RemovalPolicy, Sync
from reconcilers.recording import Candidate
from reconcilers.services.protocol import Added, ServiceName


def judged(
    sync: Sync, track: Track | None, candidates: Sequence[Candidate], rejects: frozenset[str]
) -> tuple[bool, float]:
    """Whether one of these would be taken unasked, so that nothing further is to be looked for; and the best one's score."""
    recording = track.recording if track is not None else None
    if recording is None:
        return True, 0.0
    decision = decide(recording, candidates, rejects, policy_of(sync))
    return decision.band is Outcome.AUTO, max((each.score for each in decision.scored), default=0.0)


def searched(sync: Sync, board: Board, result: Searched) -> None:
    """A search came back: one candidate is the song, or a person is asked, or there is none."""
    track = board.tracks.get(result.track)
    if track is None or track.recording is None:
        return
    service, now = result.service, result.at
    rejects = track.wishes.rejects.get(service, frozenset())
    decision = decide(track.recording, result.candidates, rejects, policy_of(sync))
    placement = track.placements.get(service, BLANK)
    wanted_here = service in sync.targets and placement.state is State.PENDING and placement.id is None
    if not wanted_here and service is ServiceName.YOUTUBE:
        _audio_searched(sync, board, track, decision, now)
        return
    if not wanted_here:
        return
    if decision.band is Outcome.AUTO and decision.choice is not None:
        _chosen(sync, board, track, service, decision, now)
    else:
        board.place(track, service, _undecided(sync, track, placement, decision, now))


def _chosen(sync: Sync, board: Board, track: Track, service: ServiceName, decision: Decision, now: float) -> None:
    assert decision.choice is not None
    id = decision.choice.candidate.id
    match = Match("Search", round(decision.choice.score, 3), decision.choice.reasons)
    placement = track.placements.get(service, BLANK)
    owner = board.owner(service, id)
    theirs = owner.placements.get(service, BLANK) if owner is not None else BLANK
    claimed = owner is not None and (
        owner.wishes.pins.get(service) == id or id in (theirs.id, theirs.requested, *theirs.others)
    )
    if owner is None or owner.name == track.name or not claimed:
        # What is only a candidate for another track is free: this one is sure.
        board.place(
            track, service, placement.to(State.PENDING, now, id=id, match=match, sought=fingerprint(sync, track))
        )
        return
    if under_way(track, owner):
        board.place(track, service, replace(placement, next_attempt=now + sync.timing.settle))
        return
    if not crowded(track, owner) and theirs.state is not State.REVIEW and not at_odds(track, owner):
        merge(board, track, owner)
        return
    message = (
        f"the best match, {id}, already belongs to {owner.name}; reject it here (spec.rejects.{service.value}) if "
    )
    message += "these are two songs, or pin it here if they are one"
    review = placement.to(
        State.REVIEW, now, reason="PossibleDuplicate", message=message, sought=fingerprint(sync, track)
    )
    board.place(track, service, replace(review, candidates=_shortlist(decision)))


def _shortlist(decision: Decision) -> tuple[Scored, ...]:
    return tuple(scored(s.candidate, s.score, s.reasons) for s in decision.scored[:5])


def _undecided(sync: Sync, track: Track, placement: Placement, decision: Decision, now: float) -> Placement:
    candidates = _shortlist(decision)
    if decision.band is Outcome.REVIEW and candidates:
        best = candidates[0]
        # What speaks against comes first.
        why = f" ({'; '.join(best.reasons[:2])})" if best.reasons else ""
        count = "1 candidate" if len(candidates) == 1 else f"{len(candidates)} candidates"
        return placement.to(
            State.REVIEW,
            now,
            reason="Ambiguous",
            message=f"{count}, best {best.score:.2f}{why}",
            candidates=candidates,
            sought=fingerprint(sync, track),
            next_attempt=None,
        )
    return placement.to(
        State.NOT_FOUND,
        now,
        reason="NotFound",
        message="the service does not have it; looked for again monthly",
        candidates=(),
        sought=fingerprint(sync, track),
        next_attempt=_in_a_month(sync, track, now),
    )


def _in_a_month(sync: Sync, track: Track, now: float) -> float:
    """Spread by name, so that monthly rechecks don't come on one day."""
    spread = sum(track.name.encode()) % 97 / 97
    return now + sync.timing.recheck * (0.9 + 0.2 * spread)


def _audio_searched(sync: Sync, board: Board, track: Track, decision: Decision, now: float) -> None:
    """A search for the channel's audio only: the song is not to be put into a YouTube playlist."""
    if audio_of(track) is not None:
        return
    placement = track.placements.get(ServiceName.TELEGRAM, BLANK)
    if decision.band is Outcome.AUTO and decision.choice is not None:
        track = board.put(replace(track, audio=decision.choice.candidate.id))
        board.place(track, ServiceName.TELEGRAM, replace(placement, sought=fingerprint(sync, track)))
        return
    if placement.state is State.PENDING:
        board.place(track, ServiceName.TELEGRAM, _undecided(sync, track, placement, decision, now))
    elif placement.state is State.CORRECTING:
        unheard(sync, board, track, decision, now)


def resolved(sync: Sync, board: Board, result: Resolved) -> None:
    """An id was looked up: a pin that holds or is dead, or the evidence that a vanished entry was taken out by a person."""
    track = board.tracks.get(result.track)
    if track is None:
        return
    service, now, gone = result.service, result.at, result.candidate is None
    placement = track.placements.get(service, BLANK)
    if placement.state is State.PENDING and track.wishes.pins.get(service) == result.id:
        if gone:
            message = f"the pinned id {result.id} does not exist; correct or remove spec.pins.{service.value}"
            dead = placement.to(State.FAILED, now, reason="PinDead", message=message, id=result.id, next_attempt=None)
            board.place(track, service, dead)
        else:
            pinned = placement.to(State.PENDING, now, id=result.id, match=Match("Pin"), candidates=(), attempts=0)
            track = board.place(track, service, replace(pinned, next_attempt=None))
            if result.candidate is not None:
                told_by_pin(board, track, service, result.candidate.recording)
    elif placement.state is State.PRESENT and result.id == repinned(track, service, placement):
        if gone:
            message = f"the pinned id {result.id} does not exist, so {placement.id} stays; correct or remove "
            message += f"spec.pins.{service.value}"
            dead = placement.to(State.PRESENT, now, reason="PinDead", message=message, sought=result.id)
            board.place(track, service, dead)
        else:
            board.place(track, service, taken_back(placement, now, "Repinned"))
    elif placement.id == result.id and placement.state is State.PRESENT and placement.sought == DOUBTED:
        judged_again(sync, board, track, result)
    elif placement.id == result.id and placement.state is State.PRESENT and placement.missing >= 2:
        if gone:
            message = "it vanished from the place and no longer exists upstream; looked for again monthly"
            unavailable = placement.to(State.UNAVAILABLE, now, reason="Gone", message=message, missing=0, missed=None)
            board.place(track, service, replace(unavailable, seen=False, next_attempt=_in_a_month(sync, track, now)))
        elif sync.removal is RemovalPolicy.KEEP or not arriving(track):
            removed_by_person(sync, board, track, service, now)


def _asked_for(placement: Placement, service: ServiceName, stored: str) -> str | None:
    if service is ServiceName.TELEGRAM:
        return placement.requested
    return placement.id if placement.id != stored else None


def added(sync: Sync, board: Board, result: AddDone) -> None:
    """An addition ended, or may have. Its track may have been merged into another meanwhile: the token tells."""
    service, now, outcome = result.service, result.at, result.outcome
    track = board.tracks.get(result.track)
    if track is None or _token(track, service) != result.token:
        track = board.by_token(service, result.token)
    if track is None:
        return
    placement = track.placements.get(service, BLANK)
    if placement.intent is not None and placement.intent.op == "edit":
        board.place(track, service, edited(sync, placement, result))
    elif placement.state not in (State.ADDING, State.REVIEW):
        # It stands there by another way; what we sent besides is remembered, and what may have arrived is looked for.
        others = {*placement.others, outcome.id} - {placement.id} if isinstance(outcome, Added) else placement.others
        sent = service is ServiceName.TELEGRAM and isinstance(outcome, OutcomeUnknown)
        intent = placement.intent if sent else None
        board.place(track, service, replace(placement, intent=intent, others=tuple(sorted(i for i in others if i))))
    elif isinstance(outcome, OutcomeUnknown):
        waiting = replace(
            placement, reason="OutcomeUnknown", message=f"{outcome.message}; looking before anything else"
        )
        board.place(track, service, waiting)
    elif isinstance(outcome, (NotSent, *SERVICE_WIDE)):
        board.place(track, service, placement.to(State.PENDING, now, intent=None, requested=None))
    elif isinstance(outcome, ItemError) and outcome.permanent:
        failed = placement.to(State.FAILED, now, reason=outcome.reason, message=outcome.message, intent=None)
        board.place(track, service, replace(failed, attempts=placement.attempts + 1, next_attempt=None))
    elif isinstance(outcome, ServiceError):
        board.place(track, service, tried_again(sync, placement, outcome, now))
    else:
        present = placement.to(
            State.PRESENT,
            now,
            origin=Origin.PLACED,
            id=outcome.id,
            entry=outcome.entry,
            requested=_asked_for(placement, service, outcome.id),
            placed=now,
            missing=0,
            missed=None,
            seen=service is ServiceName.TELEGRAM,
            intent=None,
            attempts=0,
            next_attempt=None,
            candidates=(),
        )
        board.place(track, service, present)


def _token(track: Track, service: ServiceName) -> str | None:
    intent = track.placements.get(service, BLANK).intent
    return intent.token if intent is not None else None


def removed(sync: Sync, board: Board, result: RemoveDone) -> None:
    """A removal ended."""
    track = board.tracks.get(result.track)
    if track is None:
        return
    service, now, error = result.service, result.at, result.error
    placement = track.placements.get(service, BLANK)
    if placement.id != result.id:
        return
    if placement.state is State.PRESENT or placement.state is State.EXCLUDED:
        if error is None:
            # It was called off too late: we took it out, no person did.
            wanted = placement.state if placement.state is State.EXCLUDED else State.PENDING
            board.place(track, service, replace(Placement(wanted, reason=placement.reason), changed=now))
        return
    if placement.state is not State.REMOVING:
        return
    if isinstance(error, ItemError) and error.permanent:
        message = error.message
        if service is ServiceName.TELEGRAM and placement.reason in CORRECTED:
            message = f"its post {placement.id} isn't the song. {message} Delete it by hand, and set "
            message += f'spec.rejects.telegram: ["{placement.id}"] to have the right one posted.'
        board.place(track, service, placement.to(State.RETAINED, now, reason=error.reason, message=message))
    elif error is not None:
        delay = min(sync.retry.backoff * 2**placement.attempts, 86400.0)
        later = replace(placement, attempts=placement.attempts + 1, next_attempt=now + delay, message=error.message)
        board.place(track, service, later)
    elif service is ServiceName.TELEGRAM and placement.reason == "Rejected" and placement.others:
        first, *rest = placement.others
        board.place(track, service, placement.to(State.PRESENT, now, id=first, entry=None, others=tuple(rest)))
    elif service is ServiceName.TELEGRAM and placement.reason == "Rejected" and audio_of(track) == placement.requested:
        pinned = track.wishes.pins.get(ServiceName.YOUTUBE, "") == placement.requested
        again = placement.requested is None or pinned
        board.place(track, service, Placement(State.PENDING, changed=now) if again else rejected_post(placement, now))
    elif placement.reason in CORRECTED:
        # What a person pinned in its place is let through with that.
        pinned = placement.reason == "Repinned"
        taken = result.id if service is not ServiceName.TELEGRAM else None
        pending = Placement(State.PENDING, changed=now, others=placement.others, taken=taken, approved=pinned)
        board.place(track, service, pending)
    elif placement.others:
        first, *rest = placement.others
        board.place(
            track, service, replace(placement, id=first, entry=None, others=tuple(rest), attempts=0, next_attempt=None)
        )
    else:
        gone = placement.to(State.REMOVED, now, reason=placement.reason, seen=False, missing=0, attempts=0)
        board.place(track, service, replace(gone, next_attempt=None))
