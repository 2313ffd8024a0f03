"""What people wrote, carried into the placements: exclusion, absence, rejects, pins, requests.

The order is the order of precedence: exclusion > `state: Absent` > rejects and pins > what the planner finds.
"""

from collections import defaultdict
from dataclasses import replace

from reconcilers.matching import Band, compare, fold, keys
from reconcilers.model import Match, Origin, Placement, State, Track
from reconcilers.plan.absorb import withdrawn
from reconcilers.plan.board import BLANK, STANDING, Board, at_odds, fingerprint, merge, rank
from reconcilers.policy import Exclusion, Fetch, Sync
from reconcilers.services.protocol import ServiceName

SEARCH_ENDED = frozenset({"Ambiguous", "NotFound", "PossibleDuplicate", "WrongMatch", "PinDead", "PinConflict", "Unidentified"})


def carry(sync: Sync, board: Board, now: float) -> None:
    """Brings every track in line with what people wrote. Cheap for tracks that nobody touched."""
    excluded = _Exclusions(sync)
    pins = _pin_conflicts(board)
    for track in list(board.tracks.values()):
        if track.duplicate_of is not None:
            if track.duplicate_of not in board.tracks:
                board.put(replace(track, duplicate_of=None))
            continue
        if track.origin is None and not track.placements:
            track = _adopt_standing(board, track)
        if track.wishes or track.absent or excluded.any or _incomplete(track, sync):
            _carry_one(sync, board, track, excluded, pins, now)


def _incomplete(track: Track, sync: Sync) -> bool:
    if len(track.placements) < len(sync.targets):
        return True
    return any(p.state is State.EXCLUDED for p in track.placements.values())


def _carry_one(
    sync: Sync, board: Board, track: Track, excluded: "_Exclusions", pins: set[tuple[ServiceName, str]], now: float
) -> None:
    wishes = track.wishes
    if wishes.absent != track.absent:
        track = board.put(replace(track, absent=wishes.absent))
        _turn_absent(sync, board, track, now)
    for service, target in sync.targets.items():
        track = board.tracks[track.name]
        placement = track.placements.get(service)
        if placement is None:
            placement = Placement(State.REMOVED, reason="Absent") if track.absent else Placement()
            placement = replace(placement, changed=now)
        if service in wishes.exclude_from or excluded(track):
            placement = _exclude(placement, now, "Excluded", "")
        elif not target.access.writable and placement.state in (State.PENDING, State.EXCLUDED):
            placement = _exclude(placement, now, "ReadOnly", "this place is only read")
        elif service is ServiceName.TELEGRAM and sync.fetch is Fetch.NEVER and placement.state is State.PENDING:
            placement = _exclude(placement, now, "FetchNever", "telegram.audio.fetch is Never")
        elif placement.state is State.EXCLUDED and not (placement.reason == "FetchNever" and sync.fetch is Fetch.NEVER):
            back = State.PRESENT if placement.id is not None and placement.seen else State.PENDING
            placement = placement.to(back, now)
        if placement.state is not State.EXCLUDED and not track.absent:
            placement = _reject(board, track, service, placement, now)
            placement = _pin(sync, board, track, service, placement, pins, now)
            placement = _seek_again(board.tracks[track.name], placement, now)
        board.place(track, service, placement)


def _exclude(placement: Placement, now: float, reason: str, message: str) -> Placement:
    if placement.state in (State.ADDING, State.REMOVING):
        return placement
    return placement.to(State.EXCLUDED, now, reason=reason, message=message, candidates=(), next_attempt=None)


def _turn_absent(sync: Sync, board: Board, track: Track, now: float) -> None:
    for service in sync.targets:
        placement = board.tracks[track.name].placements.get(service, BLANK)
        if track.absent:
            placement = withdrawn(sync, service, placement, now, "Absent")
        elif placement.state in (State.REMOVED, State.REMOVING) and placement.reason == "Absent":
            back = State.PRESENT if placement.state is State.REMOVING else State.PENDING
            placement = placement.to(back, now, id=placement.id if back is State.PRESENT else None)
        board.place(track, service, placement)


def _reject(board: Board, track: Track, service: ServiceName, placement: Placement, now: float) -> Placement:
    """A person said: never this one."""
    rejects = track.wishes.rejects.get(service)
    if not rejects:
        return placement
    if placement.intent is not None and placement.intent.token in rejects and placement.state is State.REVIEW:
        return Placement(State.PENDING, changed=now)
    if placement.id is None or placement.id not in rejects:
        return placement
    if placement.state in (State.ADDING, State.REMOVING):
        return placement
    if placement.state in (State.PRESENT, State.UNAVAILABLE) and placement.origin is Origin.PLACED:
        return placement.to(State.REMOVING, now, reason="Rejected", attempts=0, next_attempt=None)
    # What was found is let go: it is a song of its own, and the place's next whole listing discovers it as one.
    return Placement(State.PENDING, changed=now)


def _pin(
    sync: Sync, board: Board, track: Track, service: ServiceName, placement: Placement,
    conflicts: set[tuple[ServiceName, str]], now: float,
) -> Placement:  # fmt: skip
    """A person said: this is the right one."""
    pin = track.wishes.pins.get(service)
    if pin is None:
        return placement
    if (service, track.name) in conflicts:
        message = f"another track pins {pin} too; one of the two must let it go"
        return placement.to(State.FAILED, now, reason="PinConflict", message=message, next_attempt=None)
    if placement.id == pin:
        if placement.state in (State.REVIEW, State.NOT_FOUND) or placement.reason == "PinConflict":
            return Placement(State.PENDING, changed=now)
        if placement.reason == "NotStored":
            return placement.to(State.PENDING, now, match=Match("Pin"), attempts=0)
        return placement
    if pin in placement.others:
        others = tuple(sorted({*placement.others, placement.id or pin} - {pin}))
        return replace(placement, id=pin, others=others, match=Match("Pin"))
    if placement.state in (State.ADDING, State.REMOVING):
        return placement
    if placement.state is State.FAILED and placement.reason == "PinDead" and placement.id == pin:
        return placement
    if placement.state is State.PRESENT and placement.origin is Origin.PLACED and service is not ServiceName.TELEGRAM:
        return placement.to(State.REMOVING, now, reason="Repinned", attempts=0, next_attempt=None)
    owner = board.owner(service, pin)
    if owner is not None and owner.name != track.name and not owner.wishes.pins.get(service):
        theirs = owner.placements.get(service, BLANK)
        if theirs.state in STANDING and theirs.id == pin:
            merge(board, track, owner)
            return replace(theirs, match=Match("Pin"))
    if service is ServiceName.TELEGRAM:
        return placement.to(State.PRESENT, now, id=pin, origin=Origin.FOUND, seen=True, match=Match("Pin"), intent=None)
    if placement.state is State.PENDING and placement.id is None:
        return placement
    return Placement(State.PENDING, changed=now)


def _seek_again(track: Track, placement: Placement, now: float) -> Placement:
    """What a person changed about the song makes an ended search worth another try."""
    if not placement.sought or placement.sought == fingerprint(track):
        return placement
    if placement.state in (State.REVIEW, State.NOT_FOUND, State.FAILED) and placement.reason in SEARCH_ENDED:
        return Placement(State.PENDING, changed=now)
    return placement


def _adopt_standing(board: Board, track: Track) -> Track:
    """A track that a person applied takes over the song that is already there."""
    recording = track.recording
    for service, pin in track.wishes.pins.items():
        owner = board.owner(service, pin)
        if owner is not None and owner.name != track.name:
            return merge(board, track, owner)
    if recording is None:
        return track
    same = [
        (verdict.score, other)
        for other in board.alike(keys(recording))
        if other.name != track.name
        and other.recording is not None
        and not at_odds(track, other)
        and (verdict := compare(recording, other.recording)).band is Band.SAME
    ]
    if not same:
        return track
    best = max(same, key=lambda pair: (pair[0], [-ord(c) for c in pair[1].name]))[1]
    return merge(board, track, best)


def _pin_conflicts(board: Board) -> set[tuple[ServiceName, str]]:
    """The tracks whose pin is also an elder track's."""
    claims: dict[tuple[ServiceName, str], list[Track]] = defaultdict(list)
    for track in board.tracks.values():
        if track.wishes.pins and track.duplicate_of is None:
            for service, pin in track.wishes.pins.items():
                claims[service, pin].append(track)
    return {(service, t.name) for (service, _), ts in claims.items() for t in sorted(ts, key=rank)[1:]}


class _Exclusions:
    """The MusicSync's `exclude`, ready to be asked."""

    def __init__(self, sync: Sync) -> None:
        self._rules = [
            (fold(e.artist) if e.artist else None, fold(e.title) if e.title else None, e.id) for e in sync.exclude if _says(e)
        ]
        self.any = bool(sync.exclude)

    def __call__(self, track: Track) -> bool:
        recording = track.recording
        if not self._rules or recording is None:
            return False
        artists = {fold(a) for a in recording.artists}
        ids = {p.id for p in track.placements.values() if p.id}
        title = fold(recording.title)
        return any(
            (artist is None or artist in artists) and (name is None or name == title) and (id is None or id in ids)
            for artist, name, id in self._rules
        )


def _says(exclusion: Exclusion) -> bool:
    return bool(exclusion.artist or exclusion.title or exclusion.id)
