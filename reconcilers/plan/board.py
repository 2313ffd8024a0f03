"""The planner's working set: tracks by name, by entry and by identity, and what has changed so far."""

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from reconcilers.matching import keys
from reconcilers.model import NO_WISHES, Placement, State, Track
from reconcilers.plan.song import BLANK, STANDING, audio_of, fingerprint, ids_of, rank, stands, track_name
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName

__all__ = ["BLANK", "DAY", "STANDING", "Board", "audio_of", "fingerprint", "ids_of", "rank", "stands", "track_name"]

DAY = 86400.0


class Board:
    """Tracks under the planner's hand. Reads see every change at once; `changed` is what must be recorded.

    Most tracks of a large sync stand quietly in every place. They are looked at once, here; what is left, `awake`, is what
    the planner has to think about: everything that is missing somewhere, was placed in the last 24 hours, is written into
    by people, or has changed in this plan.
    """

    def __init__(
        self,
        tracks: Mapping[str, Track],
        services: Collection[ServiceName] = (),
        now: float = 0.0,
        listed: Collection[ServiceName] = (),
    ) -> None:
        """`services` are the declared places, `listed` those whose entries will be asked for."""
        self.before = tracks
        self.tracks: dict[str, Track] = dict(tracks)
        self.changed: set[str] = set()
        self.deleted: dict[str, str] = {}
        self._awake: set[str] = set()
        self._entries: dict[ServiceName, dict[str, str]] = {}
        self._settled: dict[ServiceName, dict[str, Placement]] = {}
        self._overlaps: set[tuple[str, str]] = set()
        self._keys: dict[str, set[str]] = {}
        self._wished: tuple[str, ...] | None = None
        self._survey(services, now - DAY, listed)

    def _survey(self, services: Collection[ServiceName], since: float, listed: Collection[ServiceName]) -> None:
        """Sorts the quiet tracks from the others, and indexes the entries of what is `listed`: one pass over everything."""
        entries: dict[ServiceName, dict[str, str]] = {service: {} for service in listed}
        settled: dict[ServiceName, dict[str, Placement]] = {service: {} for service in listed}
        special: list[tuple[ServiceName, Track]] = []
        declared = [(service, entries.get(service), settled.get(service)) for service in services]
        for name, track in self.tracks.items():
            untouched = track.wishes is NO_WISHES or not track.wishes
            quiet = untouched and not track.absent and track.duplicate_of is None
            placements = track.placements
            for service, found, shown in declared:
                placement = placements.get(service)
                if placement is None or placement.state is not State.PRESENT:
                    quiet = False
                    if found is not None:
                        special.append((service, track))
                    continue
                at_rest = placement.seen and not placement.missing and placement.intent is None
                if not at_rest or (placement.placed is not None and placement.placed > since):
                    quiet = False
                if found is not None and shown is not None:
                    id = placement.id
                    if (
                        id in found
                        or id is None
                        or placement.others
                        or placement.requested is not None
                        or not untouched
                    ):
                        special.append((service, track))
                    else:
                        found[id] = name
                        if at_rest:
                            shown[id] = placement
            if not quiet:
                self._awake.add(name)
        self._entries, self._settled = entries, settled
        for service, track in special:
            for id in ids_of(track, service):
                self._claim(entries[service], id, track, service)

    def awake(self, *, duplicates: bool = False) -> list[Track]:
        """The tracks that there may be something to do about, in the order of their names."""
        found = (self.tracks[name] for name in sorted(self._awake) if name in self.tracks)
        return [track for track in found if duplicates or track.duplicate_of is None]

    def wished(self) -> list[Track]:
        """The tracks that people wrote into. Which these are, a plan doesn't change."""
        if self._wished is None:
            self._wished = tuple(name for name, track in self.tracks.items() if track.wishes is not NO_WISHES)
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
        for service, entries in self._entries.items():
            for id in ids_of(track, service):
                self._claim(entries, id, track, service)
        if self._keys and track.recording is not None and track.duplicate_of is None:
            for key in keys_of(track.recording):
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

    def entries(self, service: ServiceName) -> Mapping[str, str]:
        """Names of tracks by entry. It only ever grows within a plan: `owner` tells what is still true."""
        found = self._entries.get(service)
        if found is None:
            found = self._entries[service] = {}
            for track in self.tracks.values():
                for id in ids_of(track, service):
                    self._claim(found, id, track, service)
        return found

    def settled(self, service: ServiceName) -> Mapping[str, Placement]:
        """Placements, by their one entry, that a listing which shows just that entry does not change."""
        return self._settled.get(service, {})

    def _unsettle(self, track: Track | None) -> None:
        for service, settled in self._settled.items() if track is not None else ():
            placement = track.placements.get(service) if track is not None else None
            if placement is not None and placement.id is not None:
                settled.pop(placement.id, None)

    def owner(self, service: ServiceName, id: str) -> Track | None:
        """The track that an entry belongs to."""
        name = self.entries(service).get(id)
        track = self.tracks.get(name) if name is not None else None
        if track is None or id not in ids_of(track, service):
            return None
        return track

    def overlaps(self) -> list[tuple[Track, Track]]:
        """Pairs of tracks that stand for one entry, found so far; each pair is told once."""
        pairs, self._overlaps = sorted(self._overlaps), set()
        return [(self.tracks[a], self.tracks[b]) for a, b in pairs if a in self.tracks and b in self.tracks]

    def by_token(self, service: ServiceName, token: str) -> Track | None:
        """The track whose addition carries this token."""
        for track in self.awake():
            placement = track.placements.get(service)
            if placement is not None and placement.intent is not None and placement.intent.token == token:
                return track
        return None

    def gather(self, recordings: Iterable[Recording]) -> None:
        """Prepares `alike` for these recordings, in one pass over all tracks."""
        wanted = {key for recording in recordings for key in keys_of(recording) if key not in self._keys}
        if not wanted:
            return
        found: dict[str, set[str]] = {key: set() for key in wanted}
        for name, track in self.tracks.items():
            recording = track.identity if track.wishes is NO_WISHES else track.recording
            if recording is None or track.duplicate_of is not None:
                continue
            theirs = _keys(recording.title, recording.artists, recording.isrc)
            if not wanted.isdisjoint(theirs):
                for key in wanted.intersection(theirs):
                    found[key].add(name)
        self._keys.update(found)

    def alike(self, recording: Recording) -> list[Track]:
        """Tracks that share an identity key with a recording, in the order of their names."""
        self.gather((recording,))
        names: set[str] = set()
        for key in keys_of(recording):
            names |= self._keys[key]
        found = (self.tracks[name] for name in sorted(names) if name in self.tracks)
        return [track for track in found if track.duplicate_of is None]

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


def keys_of(recording: Recording) -> tuple[str, ...]:
    """`matching.keys`, remembered for as many tracks as a sync may have."""
    return _keys(recording.title, recording.artists, recording.isrc)


@lru_cache(maxsize=262_144)
def _keys(title: str, artists: tuple[str, ...], isrc: str | None) -> tuple[str, ...]:
    return keys(Recording(title, artists, isrc=isrc))


def _claim_rank(track: Track, service: ServiceName, id: str) -> tuple[bool, int, tuple[bool, float, str]]:
    """Whose an entry is: who pinned it, then where it stands, then what asked for it, then whose candidate it is."""
    placement = track.placements.get(service, BLANK)
    pinned = track.wishes.pins.get(service) == id
    if stands(placement) and id in (placement.id, *placement.others):
        claim = 0
    else:
        claim = 1 if id in (placement.id, placement.requested, *placement.others) else 2
    return (not pinned, claim, rank(track))
