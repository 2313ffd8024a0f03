"""Another try, because a person asks for one: of what was given up in some places, or of one song in all of them."""

from dataclasses import replace

from reconcilers.model import Placement, State
from reconcilers.plan.board import Board
from reconcilers.policy import Sync


def try_again(sync: Sync, board: Board, now: float) -> None:
    """Brings what was given up or put off back to where it is tried at once, and notes whose wish that was.

    Of a song that is asked for by itself, what a service doesn't have is looked for again, too: that is one search.
    """
    for track in board.awake():
        asked = track.again
        if asked:
            board.put(replace(track, handled=track.asked))
        for service, placement in track.placements.items():
            if asked or service in sync.again:
                board.place(track, service, _sought_again(placement, now) if asked else _afresh(placement, now))


def _sought_again(placement: Placement, now: float) -> Placement:
    if placement.state is State.NOT_FOUND:
        return placement.to(State.PENDING, now, next_attempt=None)
    # While an entry that can't be played is still listed, another beside it would be one too many.
    if placement.state is State.UNAVAILABLE and placement.next_attempt is not None:
        return Placement(State.PENDING, changed=now)
    return _afresh(placement, now)


def _afresh(placement: Placement, now: float) -> Placement:
    """A placement that was given up or put off, to be tried at once."""
    given_up = placement.state is State.FAILED
    if placement.reason == "PinConflict" or not (given_up or placement.next_attempt):
        return placement
    if given_up and placement.reason == "PinDead":
        return Placement(State.PENDING, changed=now)
    if given_up or placement.state is State.PENDING:
        return placement.to(State.PENDING, now, attempts=0, next_attempt=None)
    return replace(placement, next_attempt=None) if placement.state is State.REMOVING else placement
