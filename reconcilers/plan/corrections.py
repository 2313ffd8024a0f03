"""What follows from a correction: what a wrong match had placed is taken out, replaced in place, or asked about.

A person corrects by a pin (it is this one), a reject (it isn't that one), or by what the song is. A post of ours can't be
added a second time: it takes the content of another recording where it stands, and is deleted only where it can't.
"""

from dataclasses import replace

from reconcilers.errors import AuthError, ItemError, OutcomeUnknown, QuotaError, TargetError
from reconcilers.matching import Decision, Outcome, decide
from reconcilers.model import DOUBTED, Match, Origin, Placement, State, Track
from reconcilers.plan.board import BLANK, Board
from reconcilers.plan.operations import AddDone, NotSent, Resolved
from reconcilers.plan.song import audio_of, by_search, facts_of, fingerprint, policy_of, taken_back
from reconcilers.policy import Sync
from reconcilers.recording import Recording, filled
from reconcilers.services.protocol import Added, ServiceName

SERVICE_WIDE = (AuthError, TargetError, QuotaError)
"""Errors that say nothing about the song that was being worked on."""


def refused(track: Track, audio: str) -> bool:
    """Whether a person said of a YouTube id that it is not this song, by rejecting it or by pinning another."""
    wishes, youtube = track.wishes, ServiceName.YOUTUBE
    if wishes.pins.get(youtube) in wishes.rejects.get(youtube, ()):
        return False  # that contradicts itself
    return audio in wishes.rejects.get(youtube, ()) or wishes.pins.get(youtube, audio) != audio


def in_question(track: Track, service: ServiceName, placement: Placement) -> str | None:
    """The id that has to be looked up for a song that stands there: what was found for it, or what a pin asks for."""
    if placement.sought == DOUBTED and not placement.missing:
        return placement.id
    return repinned(track, service, placement)


def repinned(track: Track, service: ServiceName, placement: Placement) -> str | None:
    """The id that a person pins in place of what we put there, while it isn't known that there is such a thing.

    Nothing is taken out for a pin that nothing stands behind.
    """
    pin = track.wishes.pins.get(service)
    if pin is None or pin in track.wishes.rejects.get(service, ()) or placement.id == pin:
        return None
    if placement.state is not State.PRESENT or placement.origin is not Origin.PLACED:
        return None
    settled = service is ServiceName.TELEGRAM or placement.reason == "PinConflict" or dead_pin(placement) == pin
    return None if settled else pin


def dead_pin(placement: Placement) -> str | None:
    """The pinned id that turned out not to exist, where something else stands meanwhile."""
    return placement.sought if placement.state is State.PRESENT and placement.reason == "PinDead" else None


def doubted(sync: Sync, track: Track, service: ServiceName, placement: Placement) -> Placement:
    """The placement, its match to be judged again if it was made for other facts than a person has since written."""
    if not by_search(service, placement) or track.wishes.pins.get(service) is not None:
        return placement
    known, wanted = placement.sought, fingerprint(sync, track)
    if known in ("", DOUBTED) or facts_of(known) == facts_of(wanted):
        return placement
    if placement.state is State.PENDING and placement.id is not None:
        return replace(placement, id=None, match=None)
    return replace(placement, sought=DOUBTED) if placement.state in (State.PRESENT, State.ADDING) else placement


def judged_again(sync: Sync, board: Board, track: Track, result: Resolved) -> None:
    """What a search had found is held against facts that a person corrected: kept, asked about, or taken back."""
    service, now = result.service, result.at
    placement = track.placements[service]
    asked = fingerprint(sync, track)
    if result.candidate is None or track.recording is None:
        board.place(track, service, replace(placement, sought=asked))
        return
    rejects = track.wishes.rejects.get(service, frozenset())
    decision = decide(track.recording, (result.candidate,), rejects, policy_of(sync))
    if decision.band is Outcome.NONE:
        board.place(track, service, replace(taken_back(placement, now, "Rematched"), sought=asked))
        posted = track.placements.get(ServiceName.TELEGRAM, BLANK)
        if service is ServiceName.YOUTUBE and posted.requested == placement.id and posted.state is State.PRESENT:
            board.place(track, ServiceName.TELEGRAM, wrong_post(posted, now))
        return
    best = decision.scored[0]
    judged = placement.to(State.PRESENT, now, sought=asked, match=Match("Search", round(best.score, 3), best.reasons))
    if decision.band is Outcome.REVIEW:
        message = f"{placement.id} may not be the corrected song ({'; '.join(best.reasons)}): to keep it, set "
        message += f"spec.pins.{service.value} to it; to have it replaced, add it to spec.rejects.{service.value}"
        judged = replace(judged, reason="Doubtful", message=message)
    board.place(track, service, judged)


def told_by_pin(board: Board, track: Track, service: ServiceName, pinned: Recording) -> None:
    """A person said that this is the song: what wasn't known of it is known now, and helps where it is still in question."""
    known = track.identity
    told = filled(known, pinned) if known is not None else pinned
    if told == known:
        return
    track = board.put(replace(track, identity=told))
    for other, placement in track.placements.items():
        if other is not service and placement.state in (State.REVIEW, State.NOT_FOUND) and placement.sought:
            board.place(track, other, replace(placement, sought=DOUBTED))


def wrong_post(placement: Placement, now: float) -> Placement:
    """A post of ours, from now on to be replaced by one of the right recording."""
    message = f"our post was made from YouTube's {placement.requested}, which isn't the song: it is corrected in place"
    return placement.to(State.CORRECTING, now, reason="WrongPost", message=message, attempts=0, next_attempt=None)


def heard_anew(sync: Sync, board: Board, track: Track, placement: Placement, now: float) -> Placement:
    """A post whose audio was searched for, no playlist deciding on it, for other facts than a person has since written."""
    audio = track.audio
    if audio is None or placement.requested != audio or placement.state is not State.PRESENT:
        return placement
    if not placement.sought or facts_of(placement.sought) == facts_of(fingerprint(sync, track)):
        return placement
    board.put(replace(track, audio=None))
    return wrong_post(placement, now)


def unheard(sync: Sync, board: Board, track: Track, decision: Decision, now: float) -> None:
    """No other audio was found for a wrong post: it goes, unless nobody but the score has called it wrong."""
    placement, channel = track.placements[ServiceName.TELEGRAM], ServiceName.TELEGRAM
    made_from = placement.requested
    if decision.band is Outcome.NONE or made_from is None or refused(track, made_from):
        board.place(track, channel, taken_back(placement, now, "Rejected"))
        return
    message = (
        f"its post, made from YouTube's {made_from}, may not be the corrected song: set spec.pins.youtubeMusic to "
    )
    message += "the right recording"
    track = board.put(replace(track, audio=made_from))
    here = placement.to(State.PRESENT, now, reason="Doubtful", message=message, sought=fingerprint(sync, track))
    board.place(track, channel, here)


def corrected(track: Track, placement: Placement, now: float) -> Placement:
    """A post of ours that was made from a recording of which a person says that it isn't the song."""
    made_from = placement.requested
    if made_from is None or placement.origin is not Origin.PLACED or placement.intent is not None:
        return placement
    if placement.state is State.PRESENT and refused(track, made_from):
        return wrong_post(placement, now)
    if placement.state is State.CORRECTING and audio_of(track) == made_from:
        return placement.to(State.PRESENT, now, attempts=0, next_attempt=None)
    return placement


def edited(sync: Sync, placement: Placement, result: AddDone) -> Placement:
    """A post of ours was given another content, or not. What may be done late is not repeated before it is settled."""
    outcome, now = result.outcome, result.at
    done = replace(placement, intent=None)
    if isinstance(outcome, Added):
        done = replace(done, requested=result.requested, attempts=0, next_attempt=None)
        return done.to(State.PRESENT, now) if placement.state is State.CORRECTING else done
    if isinstance(outcome, OutcomeUnknown):
        return placement
    if placement.state is not State.CORRECTING or isinstance(outcome, (NotSent, *SERVICE_WIDE)):
        return done
    if isinstance(outcome, ItemError) and outcome.reason == "Gone":
        message = "a person deleted its post; post it again to lift this"
        return done.to(State.REMOVED, now, reason="RemovedByPerson", message=message, seen=False)
    if isinstance(outcome, ItemError) and outcome.permanent:
        return taken_back(done, now, "Repinned")
    delay = min(sync.retry.backoff * 2**placement.attempts, 86400.0)
    message = f"{placement.message.partition(';')[0]}; not yet done: {outcome.message}"
    return replace(done, attempts=placement.attempts + 1, next_attempt=now + delay, message=message)


def rejected_post(placement: Placement, now: float) -> Placement:
    """The channel without the post that a person rejected: the same recording would make the same post."""
    message = (
        f"its post, made from YouTube's {placement.requested}, was rejected: set spec.pins.youtubeMusic to the right "
    )
    message += "recording, or to that one to have it posted all the same"
    return placement.to(State.REVIEW, now, reason="RejectedPost", message=message, id=None, seen=False, placed=None)


def posted_again(track: Track, placement: Placement, now: float) -> Placement:
    """A song whose post a person rejected: posted from another recording, or from the same once a person says so."""
    made_from = placement.requested
    asked = placement.state is State.REVIEW and placement.reason in ("RejectedPost", "")
    if not asked or placement.id is not None or placement.intent is not None or made_from is None:
        return placement
    audio, pinned = audio_of(track), track.wishes.pins.get(ServiceName.YOUTUBE)
    taken_back_again = not track.wishes.rejects.get(ServiceName.TELEGRAM)
    if pinned == made_from or audio not in (None, made_from) or taken_back_again:
        return Placement(State.PENDING, changed=now)
    return rejected_post(placement, now)
