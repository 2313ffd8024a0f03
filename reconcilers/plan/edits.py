"""What becomes of a post that a person edited: it is identified again, and may be another song now."""

from dataclasses import replace

from reconcilers.matching import Band, compare
from reconcilers.model import DOUBTED, Origin, Placement, State, Track
from reconcilers.plan.board import BLANK, stands
from reconcilers.plan.merge import merge, under_way
from reconcilers.plan.song import at_odds, by_search
from reconcilers.plan.view import View
from reconcilers.recording import Recording
from reconcilers.services.protocol import Item

_ENDED = frozenset({State.REVIEW, State.NOT_FOUND, State.FAILED})
_LET_GO = "its post was edited and is another song now; post it again to lift this"


def reread(view: View, track: Track, item: Item) -> bool:
    """Takes in what an edited post of a known track says; False: it is another song, and unknown from here on.

    A song that is known by this post alone is whatever the post says: what was found for it is judged again. Where other
    people's entries stand for the song too, or the post was ours, the song stays what it is, and a post that says
    otherwise is let go. What a person pinned is what they say.
    """
    service, said = view.service, item.recording
    placement = track.placements.get(service, BLANK)
    if not said.title or track.wishes.pins.get(service) == item.id:
        return True
    if placement.origin is Origin.PLACED and placement.id == item.id and item.token is None:
        # Another file than ours: from here on the post is a person's.
        intent = None if placement.state is State.CORRECTING else placement.intent
        kept = State.PRESENT if placement.state is State.CORRECTING else placement.state
        placement = placement.to(kept, view.listed.at, origin=Origin.FOUND, requested=None, intent=intent)
        track = view.board.place(track, service, placement)
    if _alone(track, view, item):
        _renamed(view, track, said)
        return True
    if track.recording is None or compare(track.recording, said).band is not Band.DIFFERENT:
        return True
    view.board.place(track, service, _without(placement, item.id, view.listed.at))
    return False


def _alone(track: Track, view: View, item: Item) -> bool:
    """Whether the song is known by this post only."""
    if track.origin != (view.service, item.id):
        return False
    return not any(
        service is not view.service and placement.origin is Origin.FOUND and stands(placement)
        for service, placement in track.placements.items()
    )


def _renamed(view: View, track: Track, said: Recording) -> None:
    known, board = track.identity, view.board
    if known is not None and _facts(known) == _facts(said):
        return
    track = board.put(replace(track, identity=said))
    like: dict[Band, list[Track]] = {band: [] for band in Band}
    for other in board.alike(said):
        if other.name != track.name and other.recording is not None:
            like[compare(other.recording, said).band].append(other)
    for service, placement in track.placements.items():
        pinned = service in track.wishes.pins
        found = by_search(service, placement)
        if service is view.service or pinned or (placement.reason == "PossibleDuplicate" and like[Band.ASK]):
            continue
        if placement.state is State.PENDING and found:
            board.place(track, service, replace(placement, id=None, match=None))
        elif (found and stands(placement)) or (placement.sought and (found or placement.state in _ENDED)):
            board.place(track, service, replace(placement, sought=DOUBTED))
    track = board.tracks[track.name]
    if any(stands(p) for s, p in track.placements.items() if s is not view.service):
        return
    for other in like[Band.SAME]:
        if not at_odds(track, other) and not under_way(track, other):
            merge(board, track, other)
            return


def _facts(recording: Recording) -> tuple[object, ...]:
    return (recording.title, recording.artists, recording.duration, recording.version)


def _without(placement: Placement, id: str, now: float) -> Placement:
    """The placement after one of its posts was let go."""
    others = tuple(other for other in placement.others if other != id)
    if placement.id != id:
        return replace(placement, others=others)
    if others:
        return placement.to(State.PRESENT, now, id=others[0], others=others[1:], origin=Origin.FOUND, requested=None)
    gone = placement.to(State.REMOVED, now, reason="RemovedByPerson", message=_LET_GO, id=None, seen=False)
    return replace(gone, requested=None, intent=None)
