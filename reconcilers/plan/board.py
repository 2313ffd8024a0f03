"""The planner's working set: tracks by name, by entry and by identity, and what has changed so far."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from reconcilers.matching import keys
from reconcilers.model import Placement, State, Track
from reconcilers.services.protocol import ServiceName

STANDING = frozenset({State.PRESENT, State.ADDING, State.REMOVING, State.RETAINED, State.UNAVAILABLE, State.EXCLUDED})
"""States in which an id in a placement names an entry that stands, or may stand, in the place."""

BLANK = Placement()


def track_name(sync: str, service: ServiceName, place: str, id: str) -> str:
    """The name of the track that is first sighted as `id` in `place`: the same whoever sees it first, and after a crash."""
    digest = hashlib.sha256(f"{service.value}\n{place}\n{id}".encode()).hexdigest()[:10]
    return f"{sync[:200]}-{digest}"


class Board:
    """Tracks under the planner's hand. Reads see every change at once; `changed` is what must be recorded."""

    def __init__(self, tracks: Mapping[str, Track]) -> None:
        self.before = tracks
        self.tracks: dict[str, Track] = dict(tracks)
        self.changed: set[str] = set()
        self.deleted: dict[str, str] = {}
        self._entries: dict[ServiceName, dict[str, str]] = {}
        self._keys: dict[str, set[str]] | None = None

    def put(self, track: Track) -> Track:
        """Stores a new or changed track and keeps the indexes true."""
        if self.tracks.get(track.name) == track:
            return track
        self.tracks[track.name] = track
        self.changed.add(track.name)
        for service, entries in self._entries.items():
            for id in ids_of(track, service):
                self._claim(entries, id, track, service)
        if self._keys is not None:
            self._index(track)
        return track

    def place(self, track: Track, service: ServiceName, placement: Placement) -> Track:
        """Stores one placement of a track."""
        return self.put(self.tracks[track.name].with_placement(service, placement))

    def drop(self, loser: Track, survivor: Track) -> None:
        """Removes a track that was merged into `survivor`."""
        self.tracks.pop(loser.name, None)
        self.changed.discard(loser.name)
        self.deleted[loser.name] = survivor.name
        for entries in self._entries.values():
            for id in [i for i, name in entries.items() if name == loser.name]:
                del entries[id]

    def owner(self, service: ServiceName, id: str) -> Track | None:
        """The track that an entry belongs to."""
        entries = self._entries.get(service)
        if entries is None:
            entries = self._entries[service] = {}
            for track in self.tracks.values():
                for entry in ids_of(track, service):
                    self._claim(entries, entry, track, service)
        name = entries.get(id)
        track = self.tracks.get(name) if name is not None else None
        # The index only ever grows within a plan: an id that a track has let go is nobody's.
        if track is None or id not in ids_of(track, service):
            return None
        return track

    def alike(self, track_keys: tuple[str, ...]) -> list[Track]:
        """Tracks that share an identity key, in the order of their names."""
        if self._keys is None:
            self._keys = {}
            for track in self.tracks.values():
                self._index(track)
        names: set[str] = set()
        for key in track_keys:
            names |= self._keys.get(key, set())
        return [self.tracks[name] for name in sorted(names) if name in self.tracks]

    def _claim(self, entries: dict[str, str], id: str, track: Track, service: ServiceName) -> None:
        name = entries.get(id)
        if name is None or name == track.name or name not in self.tracks:
            entries[id] = track.name
            return
        holder = self.tracks[name]
        if id not in ids_of(holder, service) or _claim_rank(track, service, id) < _claim_rank(holder, service, id):
            entries[id] = track.name

    def _index(self, track: Track) -> None:
        assert self._keys is not None
        recording = track.recording
        if recording is None or track.duplicate_of is not None:
            return
        for key in keys(recording):
            self._keys.setdefault(key, set()).add(track.name)

    def records(self) -> tuple[Track, ...]:
        """The tracks that differ from what is stored, oldest first."""
        differing = [self.tracks[n] for n in self.changed if self.tracks[n] != self.before.get(n)]
        return tuple(sorted(differing, key=lambda t: (t.created, t.name)))


def ids_of(track: Track, service: ServiceName) -> tuple[str, ...]:
    """Every id by which a listing may show this track in a place, rejected ones left out."""
    if track.duplicate_of is not None:
        return ()
    placement = track.placements.get(service)
    pin = track.wishes.pins.get(service)
    if placement is None:
        found: tuple[str | None, ...] = (pin,)
    elif placement.state is State.PRESENT and pin is None and placement.requested is None and not placement.others:
        found = (placement.id,)
    else:
        candidates = tuple(c.id for c in placement.candidates) if placement.state is State.REVIEW else ()
        found = (pin, placement.id, placement.requested, *placement.others, *candidates)
    rejected = track.wishes.rejects.get(service)
    return tuple(dict.fromkeys(i for i in found if i is not None and not (rejected and i in rejected)))


def rank(track: Track) -> tuple[bool, float, str]:
    """Who survives when two tracks are one song: a person's before an operator's, then the older, then by name."""
    return (track.owned, track.created, track.name)


def _claim_rank(track: Track, service: ServiceName, id: str) -> tuple[bool, bool, bool, float, str]:
    placement = track.placements.get(service, BLANK)
    pinned = track.wishes.pins.get(service) == id
    standing = placement.state in STANDING and id in (placement.id, *placement.others)
    return (not pinned, not standing, *rank(track))


def merge(board: Board, a: Track, b: Track) -> Track:
    """Makes two tracks one: the survivor takes over what the loser has and it lacks.

    An operator-made loser is deleted, after the survivor is recorded; a person-made one stays and says `Duplicate`.
    """
    survivor, loser = sorted((a, b), key=rank)
    placements = dict(survivor.placements)
    for service, theirs in loser.placements.items():
        ours = placements.get(service, BLANK)
        if theirs.state in STANDING and theirs.id is not None:
            if ours.state not in STANDING or ours.id is None:
                placements[service] = theirs
            elif theirs.id != ours.id and theirs.id not in ours.others:
                placements[service] = replace(ours, others=(*ours.others, theirs.id))
        elif theirs.state is State.REMOVED and ours.state is State.PENDING and ours.id is None:
            placements[service] = theirs
    identity = survivor.identity or loser.identity
    merged = replace(survivor, placements=placements, identity=identity, audio=survivor.audio or loser.audio)
    if loser.owned:
        board.drop(loser, merged)
    else:
        board.put(replace(loser, placements={}, duplicate_of=survivor.name))
    return board.put(merged)


def at_odds(a: Track, b: Track) -> bool:
    """Whether a person has said of one that it is not the other, by rejecting what stands for it."""
    for one, other in ((a, b), (b, a)):
        for service, ids in one.wishes.rejects.items():
            placement = other.placements.get(service)
            if placement is not None and placement.id in ids:
                return True
    return False


def audio_of(track: Track) -> str | None:
    """The YouTube id that the channel's audio comes from, once it is decided."""
    placement = track.placements.get(ServiceName.YOUTUBE, BLANK)
    rejects = track.wishes.rejects.get(ServiceName.YOUTUBE, frozenset())
    undecided = placement.state in (State.REVIEW, State.NOT_FOUND, State.FAILED, State.REMOVING)
    if placement.id is not None and placement.id not in rejects and not undecided:
        return placement.id
    return track.audio if track.audio not in rejects else None


def fingerprint(track: Track) -> str:
    """Of what a search for this track would look for and refuse: it changes when a person changes that."""
    recording, wishes = track.recording, track.wishes
    if recording is None:
        return "-"
    rejects = sorted((s.value, *sorted(ids)) for s, ids in wishes.rejects.items() if ids)
    facts = (wishes.title, wishes.artists, wishes.duration, wishes.isrc, rejects)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:8]
