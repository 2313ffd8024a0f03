"""What outlives every process: the places, the API server, the bot's queue, time, and people."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from reconcilers.policy import Past, RemovalPolicy, Retry, Sync, Target
from reconcilers.recording import Candidate, Recording
from reconcilers.services.protocol import Added, AddRequest, Head, Item, Listing, Query, ServiceName
from tests.explorer.cluster import NAMESPACE, Cluster
from tests.explorer.songs import DRIFTING, SONGS, catalogue, id_of, song_of, spelled, titled
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE, Channel, Playlist

EPOCH = 1_800_000_000.0
PLACES = (TELEGRAM, YOUTUBE, SPOTIFY)
NAME = "tapes"


@dataclass
class Shown(Playlist):
    """A playlist that does not always show all of itself: `hidden` are entries left out, `told` those it ever showed."""

    hidden: set[tuple[str, str]] = field(default_factory=set)
    told: set[tuple[str, str]] = field(default_factory=set)

    async def head(self) -> Head:
        head = await super().head()
        hidden = self.hidden.intersection(self.entries)
        if not hidden:
            return head
        return Head(head.count - len(hidden), f"{head.snapshot}-{len(hidden)}" if head.snapshot else None)

    async def list(self, start: int = 0) -> Listing:
        whole = self.entries
        self.entries = [entry for entry in whole if entry not in self.hidden]
        self.told.update(self.entries)
        try:
            return await super().list(start)
        finally:
            self.entries = whole


@dataclass
class Drifting(Shown):
    """A playlist whose service stores some songs under another id than the one it was asked for."""

    async def add(self, requests: tuple[AddRequest, ...]) -> tuple[Added | Exception, ...]:
        stored = []
        for request in requests:
            id = request.id
            if song_of(id) in DRIFTING:
                id += "~"
                self.songs[id] = self.songs[request.id]
            stored.append(replace(request, id=id))
        return await super().add(tuple(stored))

    async def search(self, query: Query) -> tuple[Candidate, ...] | None:
        found = await super().search(query)
        return found and tuple(c for c in found if not c.id.endswith("~"))


class Ground:
    """One world. Times are seconds of the running (virtual) loop; the clock's are Unix seconds.

    With a `scratch` chat the operator can look at old posts.
    """

    def __init__(self, sync: Sync, *, scratch: bool = False) -> None:
        self.sync = sync
        self.scratch = scratch
        self.cluster = Cluster(self.clock)
        self.youtube = Drifting(YOUTUBE, catalogue(YOUTUBE), batch=1)
        self.spotify = Shown(SPOTIFY, catalogue(SPOTIFY))
        self.telegram = Channel(audio=self.youtube.songs)
        self.status: dict[str, Any] = {}
        """What the MusicSync's status holds of the places."""
        self.queue: list[tuple[int, Item]] = []
        self.posted = asyncio.Event()
        self._update = 0
        self.removed: Counter[tuple[str, str]] = Counter()
        """Songs that were taken out by our hand, by place."""
        for place in self.places.values():
            place.written = lambda when, call, id, place=place: self._written(place, when, call, id)  # type: ignore[misc]

    @staticmethod
    def clock() -> float:
        """Unix seconds."""
        return EPOCH + asyncio.get_running_loop().time()

    @property
    def places(self) -> dict[ServiceName, Playlist]:
        return {TELEGRAM: self.telegram, YOUTUBE: self.youtube, SPOTIFY: self.spotify}

    def _written(self, place: Playlist, when: str, call: str, id: str) -> None:
        if when == "before" and call == "remove":
            shown = self.telegram.posts.get(id) if place is self.telegram else place.songs.get(id)
            if shown is not None and (place is self.telegram or id in place.ids):
                self.removed[place.name.value, titled(shown)] += 1

    # ------------------------------------------------------------------ the bot's queue

    def updates(self, offset: int | None) -> list[tuple[int, Item]]:
        """What waits from an offset on; what is before it is confirmed and forgotten."""
        if offset is not None:
            self.queue = [(number, item) for number, item in self.queue if number >= offset]
        return self.queue[:100]

    def contested_until(self) -> float:
        """Until when (Unix seconds) somebody else reads the bot's updates too."""
        return 0.0

    # ------------------------------------------------------------------ what people do

    def post(self, song: str) -> None:
        """Somebody posts a song in the channel."""
        id = self.telegram.post(spelled(TELEGRAM, song))
        self.telegram.unread.clear()
        self._update += 1
        self.queue.append((self._update, Item(id, self.telegram.posts[id])))
        self.posted.set()
        self.posted = asyncio.Event()

    def edit(self, song: str, other: str) -> None:
        """Somebody makes another song of their post, where it stands."""
        for id in [id for id, shown in self.telegram.posts.items() if titled(shown) == song]:
            self.telegram.edit(id, spelled(TELEGRAM, other))
            self._update += 1
            self.queue.append((self._update, self.telegram.unread.pop()))
        self.posted.set()
        self.posted = asyncio.Event()

    def put(self, service: ServiceName, *songs: str) -> None:
        """Somebody adds songs to a playlist (or posts them), if they are not there."""
        for song in songs:
            if service is TELEGRAM:
                self.post(song)
            elif song[0] not in self.here(service):
                id = id_of(service, song)
                self.places[service].songs.setdefault(id, spelled(service, song))
                self.places[service].put(id)

    def take(self, service: ServiceName, song: str) -> None:
        """Somebody takes a song out of a playlist, under whatever id it stands there."""
        place = self.places[service]
        for id in [id for id in place.ids if song_of(id) == song]:
            place.take(id)

    def write(self, song: str, **spec: Any) -> None:
        """Somebody writes into the spec of a song's Track; into all of them where there are several."""
        for track in self.tracks():
            if self.song(track) == song and not (track.get("status") or {}).get("duplicateOf"):
                self.cluster.patch(track["metadata"]["name"], {"spec": spec})

    def request(self, song: str, **spec: Any) -> None:
        """Somebody applies a Track of their own."""
        facts = SONGS[song]
        made = {
            "musicSyncRef": {"name": NAME},
            "title": facts.title,
            "artists": list(facts.artists),
            "durationSeconds": facts.duration,
            **spec,
        }
        body = {"apiVersion": "navaar.dev/v1alpha1", "kind": "Track", "metadata": {"name": f"request-{song.lower()}"}}
        self.cluster.create({**body, "spec": made})

    # ------------------------------------------------------------------ what there is

    def here(self, service: ServiceName) -> list[str]:
        """The songs in a place, doubles included."""
        if service is TELEGRAM:
            return sorted(titled(recording) for recording in self.telegram.posts.values())
        return sorted(song_of(id) for id in self.places[service].ids)

    def tracks(self) -> list[dict[str, Any]]:
        """The Track objects."""
        return self.cluster.listed()[0]

    @staticmethod
    def song(track: dict[str, Any]) -> str:
        """The song that a Track is of."""
        status = track.get("status") or {}
        title = status.get("title") or track["spec"].get("title") or ""
        if not title:
            for annotation in (track["metadata"].get("annotations") or {}).values():
                known = json.loads(annotation)
                title = known.get("title") or (known.get("identity") or {}).get("title") or ""
        return titled(Recording(title))


def syncs(
    removal: RemovalPolicy = RemovalPolicy.KEEP, services: Iterable[ServiceName] = PLACES, interval: float = 3600.0
) -> Sync:
    """The MusicSync of a workload."""
    ids = {TELEGRAM: "-100", YOUTUBE: "PL1", SPOTIFY: "sp1"}
    targets = {s: Target(ids[s], interval=interval, max_adds=999) for s in services}
    return Sync(NAME, targets, removal=removal, past=Past.IGNORE, max_deletes=999, retry=Retry(max=20))


__all__ = ["EPOCH", "NAME", "NAMESPACE", "PLACES", "Ground", "syncs"]
