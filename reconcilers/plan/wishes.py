"""What people wrote, carried into the placements: exclusion, absence, rejects, pins, requests.

The order is the order of precedence: exclusion > `state: Absent` > rejects and pins > what the planner finds.
"""

from collections import defaultdict
from dataclasses import replace

from reconcilers.matching import Band, compare
from reconcilers.model import DOUBTED, Match, Origin, Placement, State, Track
from reconcilers.plan.absence import withdrawn
from reconcilers.plan.board import BLANK, Board, fingerprint, rank, stands, track_name
from reconcilers.plan.corrections import corrected, dead_pin, doubted, heard_anew, posted_again
from reconcilers.plan.exclusions import Exclusions, exclude, included
from reconcilers.plan.merge import merge, under_way
from reconcilers.plan.song import NOT_AGAIN, at_odds, by_search, taken_back
from reconcilers.policy import Fetch, Sync
from reconcilers.services.protocol import ServiceName

SEARCH_ENDED = frozenset(
    {"Ambiguous", "NotFound", "PossibleDuplicate", "WrongMatch", "PinDead", "PinConflict", "Unidentified"}
)

_ENDED = frozenset({State.REVIEW, State.NOT_FOUND, State.FAILED})
_HERE = frozenset({State.PRESENT, State.CORRECTING, State.UNAVAILABLE})


def carry(sync: Sync, board: Board, now: float) -> None:
    """Brings every track in line with what people wrote. Cheap for tracks that nobody touched."""
    excluded = Exclusions(sync)
    pins = _pin_conflicts(board)
    limited = sync.fetch is Fetch.NEVER or any(not t.access.writable for t in sync.targets.values())
    requests = [t for t in board.awake() if t.origin is None and not t.placements]
    board.gather(t.recording for t in requests if t.recording is not None)
    concerned = sorted(board.tracks.values(), key=lambda t: t.name) if excluded.any else board.awake(duplicates=True)
    for track in concerned:
        current = board.tracks.get(track.name)
        if current is None:
            continue
        if current.duplicate_of is not None:
            if current.duplicate_of in board.tracks:
                continue
            current = board.put(replace(current, duplicate_of=None))
        if current.origin is None and not current.placements:
            current = _adopt_standing(board, current)
        if current.wishes or current.absent or excluded.any or limited or _untold(current, sync):
            _carry_one(sync, board, current, excluded, pins, now)


def _untold(track: Track, sync: Sync) -> bool:
    """Whether a track without wishes may still have something of a wish, now gone, about it."""
    if len(track.placements) < len(sync.targets):
        return True
    for placement in track.placements.values():
        state = placement.state
        if state in (State.EXCLUDED, State.CORRECTING) or placement.told is not state:
            return True
        if state in _ENDED and placement.reason in (*NOT_AGAIN, "RejectedPost"):
            return True
        if state in _ENDED and placement.sought and placement.sought != fingerprint(sync, track):
            return True
    return False


def _carry_one(
    sync: Sync, board: Board, track: Track, excluded: Exclusions, pins: set[tuple[ServiceName, str]], now: float
) -> None:
    turned = track.wishes.absent != track.absent
    if turned:
        track = board.put(replace(track, absent=track.wishes.absent))
    left_alone = excluded(track)
    for service in sync.targets:
        current = board.tracks.get(track.name)
        if current is None or current.duplicate_of is not None:
            return  # merged into another by one of its pins
        placement = current.placements.get(service)
        if placement is None:
            placement = Placement(changed=now)
        why = ("Excluded", "") if left_alone else _why_not(sync, current, service)
        if why is not None:
            back = _restored(placement, now) if turned and not current.absent else placement
            placement = exclude(back, now, *why)
        else:
            if placement.state is State.EXCLUDED:
                placement = included(placement, now)
            placement = _wished(sync, board, current, service, placement, pins, now, turned=turned)
        alive = board.tracks.get(track.name)
        if alive is not None and alive.duplicate_of is None:
            board.place(alive, service, placement)


def _wished(
    sync: Sync, board: Board, track: Track, service: ServiceName, placement: Placement,
    pins: set[tuple[ServiceName, str]], now: float, *, turned: bool,
) -> Placement:  # fmt: skip
    """The placement, as far as nothing excludes it."""
    if track.absent:
        if placement.reason == "DeliveryUnknown":
            placement = _pin(board, track, service, _reject(sync, board, track, service, placement, now), pins, now)
        # What was being added when it was asked for is to go too; what people add later stays.
        if turned or placement.origin is Origin.PLACED or not stands(placement):
            placement = withdrawn(sync, service, placement, now, "Absent")
        return placement
    if turned:
        placement = _restored(placement, now)
    if track.wishes.pins.get(service) in track.wishes.rejects.get(service, ()):
        return _contradicted(track, service, placement, now)
    placement = _reject(sync, board, track, service, placement, now)
    placement = _pin(board, track, service, placement, pins, now)
    track = board.tracks.get(track.name, track)
    if service is ServiceName.TELEGRAM:
        placement = heard_anew(sync, board, track, placement, now)
        track = board.tracks.get(track.name, track)
        placement = posted_again(track, corrected(track, placement, now), now)
    return _seek_again(sync, track, service, placement, now)


def _why_not(sync: Sync, track: Track, service: ServiceName) -> tuple[str, str] | None:
    """Why the planner is to leave a place alone, as (reason, message)."""
    if service in track.wishes.exclude_from:
        return ("Excluded", "")
    placement = track.placements.get(service, BLANK)
    here = placement.id is not None and (placement.seen or placement.placed is not None)
    if here and placement.state not in (State.REMOVING, State.CORRECTING):
        return None
    if not sync.targets[service].access.writable:
        return ("ReadOnly", "this place is only read")
    if service is ServiceName.TELEGRAM and sync.fetch is Fetch.NEVER:
        return ("FetchNever", "telegram.audio.fetch is Never")
    return None


def _restored(placement: Placement, now: float) -> Placement:
    """The placement after a person took `state: Absent` back."""
    if placement.state is State.RETAINED or (placement.state is State.REMOVING and placement.reason == "Absent"):
        return placement.to(State.PRESENT, now, approved=False)
    if placement.state is State.REMOVED and placement.reason == "Absent":
        return Placement(State.PENDING, changed=now)
    return placement


def _reject(
    sync: Sync, board: Board, track: Track, service: ServiceName, placement: Placement, now: float
) -> Placement:
    """A person said: never this one."""
    rejects = track.wishes.rejects.get(service)
    if not rejects:
        return placement
    if placement.intent is not None and placement.intent.token in rejects and placement.state is State.REVIEW:
        return Placement(State.PENDING, changed=now)
    if not rejects.isdisjoint(placement.others):
        placement = replace(placement, others=tuple(i for i in placement.others if i not in rejects))
    if placement.id is None or placement.id not in rejects:
        return placement
    if placement.state in (State.ADDING, State.REMOVING):
        return placement
    if placement.state in _HERE and placement.origin is Origin.PLACED:
        return taken_back(placement, now, "Rejected")
    if placement.state is State.PRESENT and placement.others:
        first, *rest = placement.others
        return placement.to(State.PRESENT, now, id=first, entry=None, others=tuple(rest), match=Match("Listed"))
    # What was found is let go: it is a song of its own, and the place's next whole listing discovers it as one.
    if service is ServiceName.TELEGRAM and placement.state is State.PRESENT:
        _split(sync, board, track, placement, now)
    return Placement(State.PENDING, changed=now)


def _split(sync: Sync, board: Board, track: Track, placement: Placement, now: float) -> None:
    """A channel has no listing that would show a post again: it becomes a song of its own at once."""
    service, id = ServiceName.TELEGRAM, placement.id or ""
    name = track_name(sync.name, service, sync.targets[service].id, id)
    if name in board.tracks:
        name = track_name(sync.name, service, sync.targets[service].id, f"{id}/split")
    if name not in board.tracks:
        here = replace(placement, match=Match("Origin"), others=(), changed=now)
        board.put(Track(name, (service, id), placements={service: here}, source=track.source, created=now))


def _contradicted(track: Track, service: ServiceName, placement: Placement, now: float) -> Placement:
    """One id is both pinned and rejected: nothing is done until a person decides."""
    if stands(placement):
        back = State.PRESENT if placement.state is State.REMOVING else placement.state
        return placement.to(
            back, now, reason=placement.reason if back is placement.state else "", message=placement.message
        )
    message = (
        f"spec.pins.{service.value} and spec.rejects.{service.value} both name {track.wishes.pins[service]}: remove one"
    )
    return placement.to(State.FAILED, now, reason="PinConflict", message=message, id=None, next_attempt=None)


def _pin(
    board: Board,
    track: Track,
    service: ServiceName,
    placement: Placement,
    conflicts: set[tuple[ServiceName, str]],
    now: float,
) -> Placement:
    """A person said: this is the right one."""
    pin = track.wishes.pins.get(service)
    contested = (service, track.name) in conflicts
    if placement.told is State.FAILED and stands(placement) and not contested and pin != dead_pin(placement):
        placement = placement.to(State.PRESENT, now, sought=DOUBTED if by_search(service, placement) else "")
    if pin is None or placement.state in (State.ADDING, State.REMOVING):
        return placement
    if contested:
        message = f"another track pins {pin} too; one of the two must let it go"
        if placement.state is State.PRESENT:
            return placement.to(State.PRESENT, now, reason="PinConflict", message=message)
        return placement.to(State.FAILED, now, reason="PinConflict", message=message, next_attempt=None)
    if placement.id == pin:
        if placement.state in (State.REVIEW, State.NOT_FOUND) or placement.reason == "PinConflict":
            return Placement(State.PENDING, changed=now)
        if placement.reason == "Doubtful":
            return placement.to(State.PRESENT, now, match=Match("Pin"))
        if placement.reason == "NotStored":
            return placement.to(State.PENDING, now, match=Match("Pin"), attempts=0, origin=None, placed=None)
        return placement
    if placement.state in (State.PRESENT, State.CORRECTING) and placement.origin is Origin.PLACED:
        # What we put in a playlist goes once it is known that there is something to take its place.
        ours_goes = service is ServiceName.TELEGRAM
        return taken_back(placement, now, "Repinned") if ours_goes else placement
    certain = service is ServiceName.TELEGRAM or stands(placement)
    if certain and pin in placement.others and placement.state is not State.REMOVED:
        others = tuple(sorted({*placement.others, placement.id or pin} - {pin}))
        origin = placement.origin or Origin.FOUND
        here = placement.to(State.PRESENT, now, id=pin, entry=None, others=others, match=Match("Pin"), seen=True)
        return replace(here, origin=origin)
    owner = board.owner(service, pin)
    if owner is not None and owner.name != track.name and not owner.wishes.pins.get(service):
        theirs = owner.placements.get(service, BLANK)
        if stands(theirs) and theirs.id == pin and not under_way(track, owner):
            merged = merge(board, track, owner)
            return replace(merged.placements.get(service, theirs), match=Match("Pin"))
    beside = tuple(i for i in dict.fromkeys((*placement.others, placement.id if stands(placement) else None)) if i)
    if service is ServiceName.TELEGRAM:
        return placement.to(
            State.PRESENT, now, id=pin, origin=Origin.FOUND, seen=True, match=Match("Pin"), intent=None, others=beside
        )
    if placement.state is State.PENDING and placement.id is None:
        return placement
    return Placement(State.PENDING, changed=now, others=beside)


def _seek_again(sync: Sync, track: Track, service: ServiceName, placement: Placement, now: float) -> Placement:
    """What a person changed about the song, or about what is taken for it, makes an ended search worth another try.

    What a search has led to already is judged again only where the song itself was corrected.
    """
    if placement.state not in _ENDED:
        return doubted(sync, track, service, placement)
    if placement.reason in NOT_AGAIN:
        return placement if track.wishes.pins.get(service) else Placement(State.PENDING, changed=now)
    if not placement.sought or placement.reason not in SEARCH_ENDED or placement.sought == fingerprint(sync, track):
        return placement
    return Placement(State.PENDING, changed=now)


def _adopt_standing(board: Board, track: Track) -> Track:
    """A track that a person applied takes over the song that is already there."""
    recording = track.recording
    for service, pin in track.wishes.pins.items():
        owner = board.owner(service, pin)
        if owner is not None and owner.name != track.name and not owner.wishes.pins.get(service):
            return merge(board, track, owner)
    if recording is None:
        return track
    same = [
        (verdict.score, other)
        for other in board.alike(recording)
        if other.name != track.name
        and other.recording is not None
        and not at_odds(track, other)
        and (verdict := compare(recording, other.recording)).band is Band.SAME
    ]
    if not same:
        return track
    best = min(same, key=lambda pair: (-pair[0], pair[1].name))[1]
    return merge(board, track, best)


def _pin_conflicts(board: Board) -> set[tuple[ServiceName, str]]:
    """The tracks whose pin is also an elder track's."""
    claims: dict[tuple[ServiceName, str], list[Track]] = defaultdict(list)
    for track in board.awake():
        if track.wishes.pins and track.duplicate_of is None:
            for service, pin in track.wishes.pins.items():
                claims[service, pin].append(track)
    return {(service, t.name) for (service, _), ts in claims.items() for t in sorted(ts, key=rank)[1:]}
