"""The planner's working set: tracks by name, by entry and by identity, and what has changed so far."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from reconcilers.matching import keys
from reconcilers.model import NO_WISHES, Placement, Track, one_id
from reconcilers.plan.song import BLANK, STANDING, audio_of, fingerprint, ids_of, rank, shown, stands, track_name
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName

__all__ = ["BLANK", "DAY", "STANDING", "Board", "audio_of", "fingerprint", "ids_of", "rank", "stands", "track_name"]

DAY = 86400.0


class Board:
    """Tracks under the planner's hand. Reads see every change at once; `changed` is what must be recorded.

    Most tracks of a large sync rest in every place, which each knows of itself. What is left, `awake`, is what the planner
    has to think about: everything that is missing somewhere, was placed in the last 24 hours, is written into by people,
    or has changed in this plan.
    """

    def __init__(self, tracks: Mapping[str, Track], services: Collection[ServiceName] = (), now: float = 0.0) -> None:
        """`services` are the declared places."""
        self.before = tracks
        self.tracks: dict[str, Track] = dict(tracks)
        self.changed: set[str] = set()
        self.deleted: dict[str, str] = {}
        self._awake = set(_restless(tracks, frozenset(services), now - DAY))
        self._loose: dict[ServiceName, set[str]] = {}
        self._settled: dict[ServiceName, dict[str, Track]] = {}
        self._entries: dict[ServiceName, dict[str, str]] = {}
        self._overlaps: set[tuple[str, str]] = set()
        self._keys: dict[str, set[str]] = {}
        self._tokens: dict[tuple[ServiceName, str], str] | None = None
        self._wished: list[str] | None = None

    def awake(self, *, duplicates: bool = False) -> list[Track]:
        """The tracks that there may be something to do about, in the order of their names."""
        found = (self.tracks[name] for name in sorted(self._awake) if name in self.tracks)
        return [track for track in found if duplicates or track.duplicate_of is None]

    def wished(self) -> list[Track]:
        """The tracks that people wrote into, in the order of their names. Which these are, a plan doesn't change."""
        if self._wished is None:
            self._wished = [track.name for track in self.awake(duplicates=True) if track.wishes is not NO_WISHES]
        return [self.tracks[name] for name in self._wished if name in self.tracks]

    def put(self, track: Track) -> Track:
        """Stores a new or changed track and keeps the indexes true."""
        before = self.tracks.get(track.name)
        if before == track:
            return track
        self._unsettle(before)
        self.tracks[track.name] = track
        self.changed.add(track.name)
        self._awake.add(track.name)
        self._note_tokens(track)
        for service in self._entries:
            self._claim_all(track, service)
        if self._keys and track.recording is not None and track.duplicate_of is None:
            for key in keys(track.recording):
                if key in self._keys:
                    self._keys[key].add(track.name)
        return track

    def place(self, track: Track, service: ServiceName, placement: Placement) -> Track:
        """Stores one placement of a track."""
        return self.put(self.tracks[track.name].with_placement(service, placement))

    def drop(self, loser: Track, survivor: Track) -> None:
        """Removes a track that was merged into `survivor`."""
        self._unsettle(self.tracks.pop(loser.name, None))
        self.changed.discard(loser.name)
        self._awake.discard(loser.name)
        # Who was merged into the loser before is now the survivor's.
        self.deleted = {n: survivor.name if to == loser.name else to for n, to in self.deleted.items()}
        self.deleted[loser.name] = survivor.name
        for service, entries in self._entries.items():
            for id in ids_of(loser, service):
                if entries.get(id) == loser.name:
                    del entries[id]

    def settled(self, service: ServiceName) -> Mapping[str, Track]:
        """Tracks by the one entry that they rest with, undisputed: a listing that shows just that changes nothing."""
        if service not in self._settled:
            self.index((service,))
        return self._settled[service]

    def entries(self, service: ServiceName) -> Mapping[str, str]:
        """Names of the other tracks by entry. It only ever grows within a plan: `owner` tells what is still true."""
        if service not in self._entries:
            self.index((service,))
        return self._entries[service]

    def owner(self, service: ServiceName, id: str) -> Track | None:
        """The track that an entry belongs to."""
        track = self.settled(service).get(id)
        if track is not None:
            return track
        track = self.tracks.get(self.entries(service).get(id, ""))
        if track is None or id not in ids_of(track, service):
            return None
        return track

    def standing(self, service: ServiceName, ids: Collection[str]) -> Iterator[tuple[str, Track]]:
        """The tracks that stand in a place by one of these ids, each with that id."""
        for track in self._claimants(service, ids) if service in self._settled else self.tracks.values():
            placement = track.placements.get(service)
            if (
                placement is not None
                and placement.id is not None
                and placement.id in ids
                and stands(placement)
                and track.duplicate_of is None
            ):
                yield placement.id, track

    def _claimants(self, service: ServiceName, ids: Iterable[str]) -> list[Track]:
        settled = self._settled[service]
        names = {settled[id].name for id in ids if id in settled}
        return [self.tracks[name] for name in sorted(names | self._loose[service] | self._awake) if name in self.tracks]

    def seen(self, service: ServiceName) -> frozenset[str]:
        """The ids that stand in a place as far as the last listing has shown: one a track."""
        return self._others_seen(service).union(self._settled[service])

    def placed(self, service: ServiceName) -> int:
        """How many ids `seen` has, which costs less to tell."""
        others = self._others_seen(service)
        return len(self._settled[service]) + len(others - self._settled[service].keys())

    def _others_seen(self, service: ServiceName) -> frozenset[str]:
        """The ids that other tracks than the settled ones were seen to stand there by."""
        entries = self.entries(service)
        placements = [self.tracks[n].placements.get(service, BLANK) for n in entries.values() if n in self.tracks]
        return frozenset([p.id for p in placements if p.id is not None and shown(p)])

    def index(self, services: Iterable[ServiceName]) -> None:
        """Prepares `settled` and `entries` of these places, in one pass over all tracks."""
        plain: list[Track] = []
        others: list[Track] = []
        for track in self.tracks.values():
            (plain if track.plain else others).append(track)
        for service in services:
            settled = {track.placements.get(service, BLANK).id: track for track in plain}
            settled.pop(None, None)
            loose = [track for track in others if not _settles(track, service, settled)]
            if len(settled) < len(plain) + len(others) - len(loose):
                loose += [t for t in plain if settled.get(t.placements.get(service, BLANK).id) is not t]
            self._settled[service], self._entries[service] = settled, {}  # type: ignore[assignment]  # no None is left
            self._loose[service] = {track.name for track in loose}
            for track in loose:
                self._claim_all(track, service)

    def _unsettle(self, track: Track | None) -> None:
        for service, settled in self._settled.items() if track is not None else ():
            placement = track.placements.get(service) if track is not None else None
            id = (placement.id if placement is not None else None) or ""
            if settled.get(id) is track:
                del settled[id]

    def overlaps(self) -> list[tuple[Track, Track]]:
        """Pairs of tracks that stand for one entry, found so far; each pair is told once."""
        pairs, self._overlaps = sorted(self._overlaps), set()
        return [(self.tracks[a], self.tracks[b]) for a, b in pairs if a in self.tracks and b in self.tracks]

    def by_token(self, service: ServiceName, token: str) -> Track | None:
        """The track whose addition carries this token."""
        if self._tokens is None:
            self._tokens = {}
            for one in self.awake():
                self._note_tokens(one)
        track = self.tracks.get(self._tokens.get((service, token), ""))
        intent = track.placements.get(service, BLANK).intent if track is not None else None
        return track if intent is not None and intent.token == token else None

    def gather(self, recordings: Iterable[Recording]) -> None:
        """Prepares `alike` for these recordings, in one pass over all tracks."""
        wanted = {key for recording in recordings for key in keys(recording) if key not in self._keys}
        if not wanted:
            return
        found: dict[str, set[str]] = {key: set() for key in wanted}
        for track in self.tracks.values():
            recording = track.identity if track.wishes is NO_WISHES else track.recording
            if recording is None or track.duplicate_of is not None:
                continue
            theirs = recording.keys or keys(recording)
            if not wanted.isdisjoint(theirs):
                for key in wanted.intersection(theirs):
                    found[key].add(track.name)
        self._keys.update(found)

    def alike(self, recording: Recording) -> list[Track]:
        """Tracks that share an identity key with a recording, in the order of their names."""
        self.gather((recording,))
        names: set[str] = set()
        for key in keys(recording):
            names |= self._keys[key]
        found = (self.tracks[name] for name in sorted(names) if name in self.tracks)
        return [track for track in found if track.duplicate_of is None]

    def _note_tokens(self, track: Track) -> None:
        if self._tokens is not None and track.duplicate_of is None:
            for service, placement in track.placements.items():
                if placement.intent is not None:
                    self._tokens[service, placement.intent.token] = track.name

    def _claim_all(self, track: Track, service: ServiceName) -> None:
        settled, entries = self._settled[service], self._entries[service]
        for id in ids_of(track, service):
            disputed = settled.pop(id, None)
            if disputed is not None:
                entries[id] = disputed.name
                self._loose[service].add(disputed.name)
            self._claim(entries, id, track, service)

    def _claim(self, entries: dict[str, str], id: str, track: Track, service: ServiceName) -> None:
        name = entries.get(id)
        if name is None or name == track.name or name not in self.tracks:
            entries[id] = track.name
            return
        holder = self.tracks[name]
        if id not in ids_of(holder, service):
            entries[id] = track.name
            return
        mine, theirs = _claim_rank(track, service, id), _claim_rank(holder, service, id)
        if mine[1] == theirs[1] == 0:
            self._overlaps.add((min(name, track.name), max(name, track.name)))
        if mine < theirs:
            entries[id] = track.name

    def records(self) -> tuple[Track, ...]:
        """The tracks that differ from what is stored, oldest first."""
        differing = [self.tracks[n] for n in self.changed if self.tracks[n] != self.before.get(n)]
        return tuple(sorted(differing, key=lambda t: (t.created, t.name)))


def _settles(track: Track, service: ServiceName, settled: dict[str | None, Track]) -> bool:
    """Whether a track, though not plain, rests in this place as if it were; it is among the settled ones then."""
    placement = track.placements.get(service)
    return (
        placement is not None
        and placement.rest
        and one_id(placement, service)
        and track.wishes is NO_WISHES
        and track.duplicate_of is None
        and settled.setdefault(placement.id, track) is track
    )


def _restless(tracks: Mapping[str, Track], services: frozenset[ServiceName], since: float) -> list[str]:
    """The names of the tracks that don't rest in all these places, or were added to one of them after `since`."""
    everywhere = len(ServiceName)
    return [
        name
        for name, track in tracks.items()
        if (rest := track.rest) is None
        or rest > since
        or (len(track.placements) < everywhere and not services <= track.placements.keys())
    ]


def _claim_rank(track: Track, service: ServiceName, id: str) -> tuple[bool, int, tuple[bool, float, str]]:
    """Whose an entry is: who pinned it, then where it stands, then what asked for it, then whose candidate it is."""
    placement = track.placements.get(service, BLANK)
    pinned = track.wishes.pins.get(service) == id
    if stands(placement) and id in (placement.id, *placement.others):
        claim = 0
    else:
        claim = 1 if id in (placement.id, placement.requested, *placement.others) else 2
    return (not pinned, claim, rank(track))
