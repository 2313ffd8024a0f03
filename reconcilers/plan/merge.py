"""Two tracks that turn out to be one song."""

from dataclasses import replace

from reconcilers.matching import Band, compare
from reconcilers.model import Placement, State, Track
from reconcilers.plan.board import Board
from reconcilers.plan.song import BLANK, at_odds, audio_of, rank, stands
from reconcilers.services.protocol import ServiceName
from reconcilers.store import placed_by_either


def merge(board: Board, a: Track, b: Track) -> Track:
    """Makes two tracks one: the survivor takes over what the loser has and it lacks.

    An operator-made loser is deleted, after the survivor is recorded; a person-made one stays and says `Duplicate`.
    """
    survivor, loser = sorted((a, b), key=rank)
    placements = dict(survivor.placements)
    for service, theirs in loser.placements.items():
        joined = _joined(placements.get(service, BLANK), theirs)
        rejects = survivor.wishes.rejects.get(service)
        if not rejects or theirs.id not in rejects:
            if joined is not BLANK:
                placements[service] = joined
    identity = survivor.identity or loser.identity
    merged = replace(survivor, placements=placements, identity=identity, audio=survivor.audio or loser.audio)
    if loser.owned:
        board.drop(loser, merged)
    else:
        board.put(replace(loser, placements={}, duplicate_of=survivor.name))
    return board.put(merged)


def _joined(ours: Placement, theirs: Placement) -> Placement:
    if stands(theirs) and stands(ours):
        others = {*ours.others, *theirs.others, theirs.id} - {ours.id, None}
        known = tuple(sorted(i for i in others if i is not None))
        return placed_by_either(replace(ours, others=known, intent=ours.intent or theirs.intent), theirs)
    if stands(theirs):
        # What we may be putting there just now must still be recognised when it arrives.
        return replace(theirs, intent=theirs.intent or ours.intent) if ours.intent is not None else theirs
    if stands(ours):
        return replace(ours, intent=ours.intent or theirs.intent) if theirs.intent is not None else ours
    if theirs.intent is not None and ours.intent is None:
        return theirs
    undecided = ours.state in (State.PENDING, State.REVIEW, State.NOT_FOUND, State.FAILED) and ours.intent is None
    return theirs if theirs.state is State.REMOVED and undecided else ours


def crowded(a: Track, b: Track) -> bool:
    """Whether both stand in one place with different entries: two songs, as far as that place goes."""
    for service, mine in a.placements.items():
        theirs = b.placements.get(service, BLANK)
        if stands(mine) and stands(theirs) and mine.id != theirs.id:
            return True
    return False


def under_way(a: Track, b: Track) -> bool:
    """Whether something is being put into one place for both: only one of the two results could be remembered."""
    return any(
        mine.intent is not None and b.placements.get(service, BLANK).intent is not None
        for service, mine in a.placements.items()
    )


def overlapping(board: Board) -> None:
    """Two tracks for one entry are one song: each was made where the other could not be seen."""
    for a, b in board.overlaps():
        if not at_odds(a, b) and not under_way(a, b):
            merge(board, a, b)


def _posted_already(board: Board) -> None:
    """A song that is about to be posted, and stands in the channel as another track, is that one."""
    wanted = [track for track in board.awake() if _to_be_posted(track)]
    board.gather(track.recording for track in wanted if track.recording is not None)
    for track in wanted:
        if track.name not in board.tracks or track.recording is None:
            continue
        for other in board.alike(track.recording):
            if (
                other.recording is not None
                and stands(other.placements.get(ServiceName.TELEGRAM, BLANK))
                and compare(track.recording, other.recording).band is Band.SAME
                and not (at_odds(track, other) or under_way(track, other) or crowded(track, other))
            ):
                merge(board, track, other)
                break


def _to_be_posted(track: Track) -> bool:
    state = track.placements.get(ServiceName.TELEGRAM, BLANK).state
    return state is State.PENDING and track.recording is not None and audio_of(track) is not None


def disputed(board: Board, now: float) -> None:
    """Before anything is added: two tracks for one entry are made one, and what was decided on another's is decided anew.

    Two operators at once make such tracks: each sees the other's a moment later, and an entry perhaps before it.
    """
    _posted_already(board)
    wanted: dict[ServiceName, dict[str, set[str]]] = {}
    for track in board.awake():
        if any(placement.state is State.PENDING for placement in track.placements.values()):
            for service, placement in track.placements.items():
                if placement.id is not None and (placement.state is State.PENDING or stands(placement)):
                    wanted.setdefault(service, {}).setdefault(placement.id, set()).add(track.name)
    pairs: set[tuple[str, str, ServiceName]] = set()
    for service, ids in wanted.items():
        for id, other in board.standing(service, ids):
            pairs |= {(name, other.name, service) for name in ids[id] if name != other.name}
    for name, owner, service in sorted(pairs):
        if name not in board.tracks or owner not in board.tracks:
            continue
        track, other = board.tracks[name], board.tracks[owner]
        mine = track.placements.get(service, BLANK)
        if at_odds(track, other) or under_way(track, other) or mine.id != other.placements.get(service, BLANK).id:
            continue
        if stands(mine):
            merge(board, track, other)
        elif mine.state is State.PENDING and track.wishes.pins.get(service) != mine.id:
            board.place(track, service, mine.to(State.PENDING, now, id=None, match=None))
