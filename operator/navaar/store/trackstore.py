"""All Tracks: followed at the API server, kept in memory, written through one writer."""

import asyncio
import gc
import time
from collections.abc import Callable, Mapping, Sequence

from navaar.heap import give_back
from navaar.kube.client import TRACKS, Kube
from navaar.kube.errors import AlreadyExists, Conflict, NotFound
from navaar.kube.informer import Informer
from navaar.store.index import OnForeign, TrackIndex
from navaar.store.record import SyncFacts
from navaar.store.synctracks import NameTaken, SyncTracks
from navaar.store.writer import Writer

__all__ = ["AlreadyExists", "Conflict", "NameTaken", "NotFound", "SyncFacts", "SyncTracks", "TrackStore"]


class TrackStore:
    """All Tracks of the watched namespaces (None: of the cluster).

    `run` keeps it the same as the API server; use `of` to get at the Tracks of one MusicSync. `on_foreign` is told of
    what people and other programs changed, once the first list is in. `clock` gives Unix seconds.
    """

    def __init__(
        self,
        kube: Kube,
        *,
        namespaces: Sequence[str] | None = None,
        writer: Writer | None = None,
        on_foreign: OnForeign | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.kube = kube
        self.writer = writer or Writer()
        self.index = TrackIndex(on_foreign)
        self.clock = clock
        self.informers = [
            Informer(kube, TRACKS, namespace, self.index.cache, self.index.parse)
            for namespace in (namespaces or (None,))
        ]

    async def run(self) -> None:
        """Follows the API server until cancelled."""
        async with asyncio.TaskGroup() as group:
            for informer in self.informers:
                group.create_task(informer.run())
            await self.wait_synced()
            self.index.telling = True
            # What was read stays for good: without this, every full collection walks through all of it.
            gc.freeze()
            give_back()

    async def wait_synced(self) -> None:
        """Returns once every Track that was there at the start is known."""
        for informer in self.informers:
            await informer.synced.wait()

    @property
    def synced(self) -> bool:
        """True once every Track that was there at the start is known."""
        return all(informer.synced.is_set() for informer in self.informers)

    @property
    def age(self) -> float | None:
        """Seconds since the API server last spoke, for the namespace where that is longest; None before it did."""
        ages = [informer.age for informer in self.informers]
        known = [age for age in ages if age is not None]
        return max(known) if len(known) == len(ages) else None

    def phases(self) -> Mapping[tuple[str, str], Mapping[str, int]]:
        """How many Tracks stand in each phase, by namespace and MusicSync, as their statuses say."""
        return self.index.phases()

    def of(self, facts: SyncFacts) -> "SyncTracks":
        """The Tracks of one MusicSync. Ask again when one of the facts has changed."""
        self.index.declare(facts)
        return SyncTracks(self.kube, self.index, self.writer, self.clock, facts)
