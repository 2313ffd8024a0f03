"""From what a place shows to what the tracks say: presence, absence, discovery.

    entry                                      becomes
    ------------------------------------------ ---------------------------------------------------------
    its id is a track's                        that placement is Present and seen
    unknown, like an addition not yet seen     that placement, stored under another id than was asked
    unknown, like a song that just vanished    a replacement: the person corrected us
    unknown, like a track that is not here     that track's placement, Found
    unknown, perhaps like one (ask)            a track of its own that places nothing until a person says
    unknown, like no track                     a new track

Absence is concluded only from complete listings, and never from one alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from reconcilers.matching import Band, compare, fold, keys
from reconcilers.model import Match, Origin, Place, Placement, Source, State, Track
from reconcilers.plan.board import BLANK, STANDING, Board, fingerprint, track_name
from reconcilers.plan.operations import Listed
from reconcilers.policy import Access, RemovalPolicy, Sync
from reconcilers.recording import Recording
from reconcilers.services.protocol import Item, ServiceName

ABSENT_REASONS = frozenset({"Absent", "Propagated", "Rejected", "Repinned"})
"""Reasons of a removal that was ours."""

WRONG_MATCH_WINDOW = 7 * 86400.0
"""Seconds after a placement of ours in which a person's removal is taken as doubt about the match."""


@dataclass(frozen=True, slots=True)
class View:
    """What an absorption works with."""

    sync: Sync
    board: Board
    place: Place
    listed: Listed

    @property
    def service(self) -> ServiceName:
        return self.listed.service


def absorb(sync: Sync, board: Board, place: Place, listed: Listed) -> Place:
    """Works one listing (or some posts) into the tracks; returns what is to be remembered of the place."""
    view = View(sync, board, place, listed)
    # An empty answer is the commonest lie: it shows no absence.
    proves_absence = listed.complete and bool(listed.items)
    shown: set[str] = set()
    unknown: dict[str, Item] = {}
    for item in listed.items:
        owner = board.owner(view.service, item.id) or _by_token(view, item)
        if owner is not None:
            shown.add(owner.name)
            _show(view, owner, item)
        elif item.available and not item.foreign and not _just_removed(view, item.id):
            unknown.setdefault(item.id, item)
    vanished = [t.name for t in _standing(view) if t.name not in shown] if listed.complete else []
    if not proves_absence:
        vanished = [n for n in vanished if board.tracks[n].placements[view.service].state is State.ADDING]
    if unknown:
        _place_unknown(view, unknown, set(vanished))
    for name in vanished:
        track = board.tracks.get(name)
        if track is not None:
            _miss(view, track)
    return _remember(view)


def _just_removed(view: View, id: str) -> bool:
    """Whether the entry is one that we took out a moment ago and the place still shows."""
    for track in view.board.tracks.values():
        if id in track.wishes.rejects.get(view.service, ()) or track.wishes.pins:
            placement = track.placements.get(view.service, BLANK)
            if placement.requested == id and placement.missed is not None:
                return view.listed.at < placement.missed + view.sync.timing.settle
    return False


def _standing(view: View) -> Iterable[Track]:
    kept = (State.PRESENT, State.ADDING, State.UNAVAILABLE)
    for track in list(view.board.tracks.values()):
        placement = track.placements.get(view.service)
        if placement is not None and placement.state in kept and placement.id is not None:
            yield track


def _remember(view: View) -> Place:
    place, listed = view.place, view.listed
    if view.service is ServiceName.TELEGRAM:
        return place
    if listed.head is None:
        message = "the playlist changed while it was read; it is read again in a minute"
        again = listed.at + view.sync.timing.confirm
        return replace(place, looked=listed.at, parked=again, reason="IncompleteListing", message=message)
    whole = listed.complete
    return replace(
        place,
        count=listed.head.count,
        snapshot=listed.head.snapshot,
        looked=listed.at,
        listed=listed.at if whole else place.listed,
        started=place.started or whole,
        wanted=False,
        full=place.full and not whole,
        placed=present_in(view.board, view.service),
        reason="IncompleteListing" if listed.problem else "",
        message=listed.problem,
    )


def present_in(board: Board, service: ServiceName) -> int:
    """How many tracks stand in a place, as far as a listing has shown."""
    count = 0
    for track in board.tracks.values():
        placement = track.placements.get(service)
        if placement is not None and placement.state is State.PRESENT and placement.seen:
            count += 1
    return count


def _by_token(view: View, item: Item) -> Track | None:
    if not item.token:
        return None
    for track in view.board.tracks.values():
        placement = track.placements.get(view.service, BLANK)
        if placement.intent is not None and placement.intent.token == item.token:
            return track
    return None


def _show(view: View, track: Track, item: Item) -> None:
    """The entry of a known track is there."""
    placement = track.placements.get(view.service, BLANK)
    now, state = view.listed.at, placement.state
    if state is State.PRESENT and placement.seen and not placement.missing and item.available:
        if placement.id == item.id and placement.entry == item.entry:
            return
    if state in (State.REMOVED, State.REMOVING) and placement.reason in ABSENT_REASONS:
        if state is State.REMOVING or now < (placement.changed or now) + view.sync.timing.settle:
            return
    elif state is State.EXCLUDED or state is State.RETAINED:
        view.board.place(track, view.service, replace(placement, id=item.id, entry=item.entry, seen=True))
        return
    if item.id in placement.others and placement.id is not None and placement.id != item.id:
        return
    ours = placement.intent is not None or (state is State.PRESENT and placement.origin is Origin.PLACED)
    shown = placement.to(
        State.PRESENT if item.available else State.UNAVAILABLE,
        now,
        message="" if item.available else "the entry is still there, but the service no longer plays it",
        reason="" if item.available else "Gone",
        id=item.id,
        entry=item.entry,
        seen=True,
        missing=0,
        missed=None,
        origin=Origin.PLACED if ours else Origin.FOUND,
        placed=placement.placed or (now if ours else None),
        intent=None,
        match=placement.match if placement.match and placement.id == item.id else Match("Listed"),
        candidates=(),
        attempts=0,
        next_attempt=None,
    )
    view.board.place(track, view.service, shown)
    if item.available:
        _learn(view, track, item.recording)


def _learn(view: View, track: Track, recording: Recording) -> None:
    """Facts that were unknown are taken from another sighting; known ones stay as they were first read."""
    track = view.board.tracks[track.name]
    known = track.identity
    if known is None:
        view.board.put(replace(track, identity=recording))
        return
    learned = replace(
        known,
        artists=known.artists or recording.artists,
        album=known.album or recording.album,
        duration=known.duration if known.duration is not None else recording.duration,
        isrc=known.isrc or recording.isrc,
    )
    if learned != known:
        view.board.put(replace(track, identity=learned))


def _place_unknown(view: View, unknown: dict[str, Item], vanished: set[str]) -> None:
    """Gives every unknown entry to the track that it shows, best pairs first, or makes a track of it."""
    unseen = [t for t in view.board.tracks.values() if _unseen(t.placements.get(view.service, BLANK))]
    pairs: list[tuple[float, str, str]] = []
    for id, item in unknown.items():
        for score, track in _same(view, item, unseen):
            if _takes(view, track, vanished, item.recording):
                pairs.append((-score, track.name, id))
    given: set[str] = set()
    taken: set[str] = set()
    for _, name, id in sorted(pairs):
        if id not in given and name not in taken:
            given.add(id)
            taken.add(name)
            _adopt(view, view.board.tracks[name], unknown[id])
    # One after another: an entry may be the same song as one that was discovered a moment ago.
    for id in sorted(unknown.keys() - given):
        item = unknown[id]
        same = [t for _, t in _same(view, item, ())]
        equal = [t for t in same if _strictly_equal(t.recording, item.recording)]
        if equal:
            _adopt(view, equal[0], item)
        elif view.sync.targets[view.service].access is not Access.WRITE_ONLY:
            _discover(view, item, same or _perhaps(view, item))


def _unseen(placement: Placement) -> bool:
    return placement.state is State.ADDING or (placement.state is State.PRESENT and not placement.seen)


def _near(view: View, item: Item, further: Iterable[Track] = ()) -> list[Track]:
    near = {t.name: t for t in (*view.board.alike(keys(item.recording)), *further)}
    return [t for t in near.values() if item.id not in t.wishes.rejects.get(view.service, ())]


def _same(view: View, item: Item, further: Iterable[Track]) -> list[tuple[float, Track]]:
    """Tracks that are this song, surest first."""
    verdicts = [(compare(t.recording, item.recording), t) for t in _near(view, item, further) if t.recording is not None]
    same = [(v.score, t) for v, t in verdicts if v.band is Band.SAME]
    return sorted(same, key=lambda pair: (-pair[0], pair[1].name))


def _perhaps(view: View, item: Item) -> list[Track]:
    """Tracks that may be this song. Two entries of one place that only resemble each other are two songs on purpose."""
    return [
        t
        for t in _near(view, item)
        if t.recording is not None and not _stands(view, t) and compare(t.recording, item.recording).band is Band.ASK
    ]


def _stands(view: View, track: Track) -> bool:
    placement = track.placements.get(view.service, BLANK)
    return placement.state in STANDING and placement.id is not None


def _takes(view: View, track: Track, vanished: set[str], recording: Recording) -> bool:
    """May such an entry be the track's, there being what there is of the track in the place already?"""
    placement = track.placements.get(view.service, BLANK)
    if track.name in vanished or not _stands(view, track) or _unseen(placement):
        return True
    return _strictly_equal(track.recording, recording)


def _strictly_equal(a: Recording | None, b: Recording) -> bool:
    """Two ids in one place are one song only on hard evidence."""
    if a is None or a.duration is None or b.duration is None or abs(a.duration - b.duration) > 2:
        return False
    if a.isrc and b.isrc:
        return a.isrc == b.isrc
    return a.version == b.version and fold(a.title) == fold(b.title) and {*map(fold, a.artists)} == {*map(fold, b.artists)}


def _adopt(view: View, track: Track, item: Item) -> None:
    """An unknown entry turns out to be a known song."""
    now = view.listed.at
    placement = track.placements.get(view.service, BLANK)
    standing = placement.state in STANDING and placement.id is not None
    unseen = _unseen(placement)
    if standing and not unseen and placement.missing == 0 and not _vanished(view, placement):
        changed = replace(placement, others=tuple(sorted({*placement.others, item.id})))
    else:
        changed = placement.to(
            State.EXCLUDED if placement.state is State.EXCLUDED else State.PRESENT,
            now,
            id=item.id,
            entry=item.entry,
            requested=placement.id if unseen else None,
            origin=Origin.PLACED if unseen else Origin.FOUND,
            placed=(placement.placed or now) if unseen else None,
            match=Match("Stored" if unseen else "Replacement" if standing else "Identity"),
            seen=True,
            missing=0,
            missed=None,
            intent=None,
            candidates=(),
            attempts=0,
            next_attempt=None,
        )
    view.board.place(track, view.service, changed)
    _learn(view, track, item.recording)


def _vanished(view: View, placement: Placement) -> bool:
    shown = {i.id for i in view.listed.items}
    return view.listed.complete and placement.id not in shown and not shown.intersection(placement.others)


def _discover(view: View, item: Item, doubts: list[Track]) -> None:
    """An unknown entry is a song that no track stands for."""
    sync, service, now = view.sync, view.service, view.listed.at
    name = track_name(sync.name, service, sync.targets[service].id, item.id)
    existing = view.board.tracks.get(name)
    if existing is not None:
        # Its first sighting is this very entry, and a person has since said that it is not this song.
        name = track_name(sync.name, service, sync.targets[service].id, f"{item.id}/split")
        if name in view.board.tracks:
            return
    placement = Placement(
        State.PRESENT, Origin.FOUND, item.id, item.entry, seen=True, match=Match("Origin"), changed=now
    )
    identity = item.recording if item.recording.title else None
    placements = {service: placement}
    if doubts:
        message = f"may be the same song as {doubts[0].name}; if so, set spec.pins.{service.value}: {item.id} on that one; "
        message += "if not, set a title or a reject here"
        review = Placement(State.REVIEW, reason="PossibleDuplicate", message=message, changed=now)
        review = replace(review, sought=fingerprint(Track(name, identity=identity)))
        placements.update({other: review for other in sync.targets if other is not service})
    track = Track(
        name=name,
        origin=(service, item.id),
        identity=identity,
        placements=placements,
        source=Source.NEW if view.place.started else Source.BACKLOG,
        created=now,
    )
    view.board.put(track)


def _miss(view: View, track: Track) -> None:
    """A complete listing does not show a track's entry."""
    placement = track.placements.get(view.service, BLANK)
    now, timing = view.listed.at, view.sync.timing
    shown = {i.id for i in view.listed.items}
    if placement.id in shown or shown.intersection(placement.others):
        return
    if placement.state is State.ADDING:
        intent = placement.intent
        if intent is not None and now < intent.deadline + timing.settle:
            return
        if not view.listed.items and not placement.missing:
            view.board.place(track, view.service, replace(placement, missing=1, missed=now))
        elif view.listed.items or now >= (placement.missed or 0.0) + timing.confirm:
            view.board.place(track, view.service, not_applied(view.sync, placement, now))
        return
    if not placement.seen and now < (placement.placed or 0.0) + timing.settle:
        return
    if placement.missing == 0:
        view.board.place(track, view.service, replace(placement, missing=1, missed=now))
    elif placement.missing == 1 and now >= (placement.missed or 0.0) + timing.confirm:
        if placement.seen:
            view.board.place(track, view.service, replace(placement, missing=2))
        else:
            message = "the service acknowledged the addition and never showed it; to have it added again, set "
            message += f"spec.pins.{view.service.value}: {placement.id}"
            failed = placement.to(State.FAILED, now, reason="NotStored", message=message, missing=0, missed=None)
            view.board.place(track, view.service, failed)


def not_applied(sync: Sync, placement: Placement, now: float, reason: str = "NotApplied") -> Placement:
    """An addition that was looked for and is not there: wanted again, or given up after enough attempts."""
    attempts = placement.attempts + 1
    if attempts >= sync.retry.max:
        return placement.to(
            State.FAILED,
            now,
            reason=reason,
            message=f"given up after {attempts} attempts; annotate the MusicSync with navaar.dev/retry to try again",
            attempts=attempts,
            missing=0,
            missed=None,
            intent=None,
            next_attempt=None,
        )
    delay = min(sync.retry.backoff * 2 ** (attempts - 1), 86400.0)
    pending = placement.to(State.PENDING, now, reason=reason, attempts=attempts, intent=None, next_attempt=now + delay)
    return replace(pending, missing=0, missed=None)


def removed_by_person(sync: Sync, board: Board, track: Track, service: ServiceName, now: float) -> None:
    """A person took the song out of a place: what the policy makes of it."""
    placement = track.placements[service]
    if sync.removal is RemovalPolicy.KEEP:
        message = "a person removed it here; add it here again to lift this"
        removed = placement.to(State.REMOVED, now, reason="RemovedByPerson", message=message, missing=0, missed=None)
        board.place(track, service, removed)
        return
    recent = placement.placed is not None and now - placement.placed < WRONG_MATCH_WINDOW
    if placement.origin is Origin.PLACED and recent:
        message = f"removed soon after it was placed: wrong match? Then add {placement.id} to spec.rejects.{service.value}; "
        message += "or set spec.state: Absent to remove the song everywhere"
        review = placement.to(State.REVIEW, now, reason="WrongMatch", message=message, missing=0, missed=None, seen=False)
        board.place(track, service, review)
        return
    for other in sync.targets:
        current = board.tracks[track.name].placements.get(other, BLANK)
        if other is service:
            changed = current.to(State.REMOVED, now, reason="RemovedByPerson", missing=0, missed=None)
        else:
            changed = withdrawn(sync, other, current, now, "Propagated")
        board.place(track, other, changed)


def withdrawn(sync: Sync, service: ServiceName, placement: Placement, now: float, reason: str) -> Placement:
    """A placement that is no longer wanted: removed where it stands and may be removed, else closed."""
    standing = placement.state in (State.PRESENT, State.UNAVAILABLE) and placement.id is not None
    if placement.state in (State.ADDING, State.EXCLUDED, State.REMOVING, State.RETAINED):
        return placement
    if not standing:
        return placement.to(State.REMOVED, now, reason=reason, candidates=(), next_attempt=None)
    if not sync.targets[service].access.writable:
        return placement.to(State.RETAINED, now, reason="ReadOnly", message="the place may only be read")
    if service is ServiceName.TELEGRAM and placement.origin is not Origin.PLACED:
        return placement.to(State.RETAINED, now, reason="NotOurs", message="a person posted it; delete the post by hand")
    return placement.to(State.REMOVING, now, reason=reason, attempts=0, next_attempt=None, approved=False)
