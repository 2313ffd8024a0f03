"""Entries that no track stands for yet.

What becomes of an entry that is

- like an addition not yet seen: that placement, stored under another id than was asked;
- like a song that just vanished: a replacement, by which a person corrected us;
- like a track that is not here: that track's placement, Found;
- equal to a song that is here: a second entry of that song;
- perhaps like one: a track of its own that places nothing until a person says;
- like none: a new track.
"""

from dataclasses import replace

from reconcilers.alike import asked
from reconcilers.matching import Band, Verdict, compare, fold
from reconcilers.model import Match, Origin, Placement, Source, State, Track
from reconcilers.plan.absence import lifted
from reconcilers.plan.board import BLANK, fingerprint, stands, track_name
from reconcilers.plan.view import View, beside, bystander, learn
from reconcilers.policy import Access
from reconcilers.recording import Recording
from reconcilers.services.protocol import Item, ServiceName

APART = 1e-3
"""Seconds between two entries of one listing that are seen for the first time: they keep their order by it."""

Compared = dict[tuple[str, str], tuple[Recording, Verdict]]
"""By entry and track: what the track's recording was, and how the entry compares with it."""


def settle_in(view: View, unknown: dict[str, Item]) -> None:
    """Gives every unknown entry to the track that it shows, best pairs first, or makes a track of it."""
    let_go = _let_go(view)
    if not let_go.isdisjoint(unknown):
        view.deferred = True
        unknown = {id: item for id, item in unknown.items() if id not in let_go}
    view.board.gather(item.recording for item in unknown.values())
    known: Compared = {}
    pairs: list[tuple[float, str, str]] = []
    for id, item in unknown.items():
        for score, track in _same(_compared(view, item, known)):
            if _takes(view, track, item.recording):
                pairs.append((-score, track.name, id))
    given: set[str] = set()
    taken: set[str] = set()
    for _, name, id in sorted(pairs):
        if id not in given and name not in taken:
            given.add(id)
            taken.add(name)
            _adopt(view, view.board.tracks[name], unknown[id])
    # One after another: an entry may be the same song as one that was discovered a moment ago.
    for position, (id, item) in enumerate(unknown.items()):
        if id in given:
            continue
        verdicts = _compared(view, item, known)
        same = [t for _, t in _same(verdicts)]
        equal = [t for t in same if _strictly_equal(t.recording, item.recording)]
        if equal:
            _adopt(view, equal[0], item)
        elif view.service not in view.sync.targets or view.sync.targets[view.service].access is not Access.WRITE_ONLY:
            _discover(view, item, same or _perhaps(view, verdicts), view.listed.at + position * APART)


def _let_go(view: View) -> set[str]:
    """Entries of which a person said a moment ago that they are not a track's: what the place shows may be older."""
    found: set[str] = set()
    for track in view.board.wished():
        rejected = track.wishes.rejects.get(view.service)
        changed = track.placements.get(view.service, BLANK).changed
        if rejected and changed is not None and view.listed.at < changed + view.sync.timing.settle:
            found |= rejected
    return found


def unseen(placement: Placement) -> bool:
    """Whether something was, or may have been, put there that no listing has shown yet."""
    return placement.state is State.ADDING or (placement.state is State.PRESENT and not placement.seen)


def _compared(view: View, item: Item, known: Compared) -> list[tuple[Verdict, Track]]:
    """The tracks that an entry may be, in the order of their names. What is `known` of a recording, is not asked again."""
    found: list[tuple[Verdict, Track]] = []
    for track in view.board.alike(item.recording):
        recording = track.recording
        if recording is None or item.id in track.wishes.rejects.get(view.service, ()):
            continue
        before = known.get((item.id, track.name))
        if before is None or before[0] is not recording:
            before = known[item.id, track.name] = (recording, compare(recording, item.recording))
        found.append((before[1], track))
    return found


def _same(verdicts: list[tuple[Verdict, Track]]) -> list[tuple[float, Track]]:
    """Tracks that are this song, surest first."""
    same = [(v.score, t) for v, t in verdicts if v.band is Band.SAME]
    return sorted(same, key=lambda pair: (-pair[0], pair[1].name))


def _perhaps(view: View, verdicts: list[tuple[Verdict, Track]]) -> list[Track]:
    """Tracks that may be this song. Two entries of one place that only resemble each other are two songs on purpose."""
    return [t for v, t in verdicts if v.band is Band.ASK and not stands(t.placements.get(view.service, BLANK))]


def _takes(view: View, track: Track, recording: Recording) -> bool:
    """Whether such an entry may be the track's, there being what there is of the track in the place already."""
    placement = track.placements.get(view.service, BLANK)
    if track.name in view.vanished or not stands(placement) or unseen(placement):
        return True
    return _strictly_equal(track.recording, recording)


def _strictly_equal(a: Recording | None, b: Recording) -> bool:
    """Two ids in one place are one song only on hard evidence."""
    if a is None or a.duration is None or b.duration is None or abs(a.duration - b.duration) > 2:
        return False
    if a.isrc and b.isrc:
        return a.isrc == b.isrc
    return (
        a.version == b.version and fold(a.title) == fold(b.title) and {*map(fold, a.artists)} == {*map(fold, b.artists)}
    )


def _adopt(view: View, track: Track, item: Item) -> None:
    """An unknown entry turns out to be a known song."""
    service, now = view.service, view.listed.at
    placement = track.placements.get(service, BLANK)
    # A bot is never shown what it posted itself: a post is a person's, and what we sent besides is still looked for.
    posted = service is ServiceName.TELEGRAM
    arrived = unseen(placement) and not posted
    replaces = stands(placement) and (placement.missing > 0 or track.name in view.vanished)
    if placement.state is State.REMOVING:
        view.deferred = True  # what people add while we take the song out is theirs, not what is taken out
        return
    if bystander(view, track, item.id):
        beside(view, track, item.id)
        return
    kept = placement.state if placement.state in (State.EXCLUDED, State.RETAINED) else State.PRESENT
    changed = placement.to(
        kept,
        now,
        reason=placement.reason if kept is placement.state else "",
        message=placement.message if kept is placement.state else "",
        id=item.id,
        entry=item.entry,
        requested=placement.id if arrived else None,
        origin=Origin.PLACED if arrived else Origin.FOUND,
        placed=(placement.placed or now) if arrived else None,
        match=Match("Stored" if arrived else "Replacement" if replaces else "Identity"),
        seen=True,
        missing=0,
        missed=None,
        intent=placement.intent if posted else None,
        candidates=(),
        attempts=0,
        next_attempt=None,
    )
    view.vanished.discard(track.name)
    view.board.place(track, service, changed)
    learn(view, track, item.recording)
    if placement.state is State.REMOVED:
        lifted(view.sync, view.board, track, service, now)


def _discover(view: View, item: Item, doubts: list[Track], seen: float) -> None:
    """An unknown entry, first `seen` then, is a song that no track stands for."""
    sync, service, now = view.sync, view.service, view.listed.at
    name = track_name(sync.name, service, sync.targets[service].id, item.id)
    if name in view.board.tracks:
        # Its first sighting is this very entry, and a person has since said that it is not this song.
        name = track_name(sync.name, service, sync.targets[service].id, f"{item.id}/split")
        if name in view.board.tracks:
            return
    identity = item.recording if item.recording.title else None
    here = Placement(State.PRESENT, Origin.FOUND, item.id, item.entry, seen=True, match=Match("Origin"), changed=seen)
    placements: dict[ServiceName, Placement] = {service: here}
    if doubts:
        like = doubts[0]
        message = asked(str(like.recording), like.name, service.value, item.id)
        review = Placement(State.REVIEW, reason="PossibleDuplicate", message=message, changed=now)
        review = replace(review, sought=fingerprint(sync, Track(name, identity=identity)))
        placements.update({other: review for other in sync.targets if other is not service})
    source = Source.NEW if view.place.started else Source.BACKLOG
    view.board.put(Track(name, (service, item.id), identity, placements=placements, source=source, created=now))
