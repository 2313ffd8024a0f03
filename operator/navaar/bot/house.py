"""What the bot reads and does: the store in memory, single objects at the API server, and this operator's own work."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from navaar.kube.client import Kube, Resource
from navaar.kube.errors import NotFound
from navaar.kube.kinds import MUSICSYNCS, TRACKS
from navaar.people.act import Act
from navaar.store.index import SyncKey
from navaar.store.syncs import Syncs
from navaar.store.trackstore import TrackStore
from navaar.telemetry.loglines import LogLines
from navaar.work import Work
from reconcilers.model import Track
from reconcilers.recording import Candidate, Recording
from reconcilers.services.protocol import ServiceName

AT_ONCE = 8
"""Objects that are read at a time."""

Search = Callable[[SyncKey, ServiceName, Recording], Awaitable[tuple[Candidate, ...]]]


@dataclass(frozen=True, slots=True)
class House:
    """Shared by all bots.

    `ask` has places of a MusicSync read, and what failed tried again, False where nothing is done for it; `search` raises
    `ServiceError`. `clock` gives Unix seconds.
    """

    kube: Kube
    tracks: TrackStore
    syncs: Syncs
    lines: LogLines
    work: Callable[[SyncKey], Work | None]
    ask: Callable[[SyncKey, Collection[ServiceName]], bool]
    search: Search
    clock: Callable[[], float] = time.time

    def index(self, key: SyncKey) -> dict[str, Track]:
        """The Tracks of a MusicSync by name, from memory."""
        return self.tracks.index.tracks(*key)

    async def resources(self, namespace: str, names: Iterable[str]) -> list[Resource]:
        """These Tracks as they are now, in this order; those that are gone are left out. Raises KubeError."""
        limit = asyncio.Semaphore(AT_ONCE)

        async def one(name: str) -> Resource | None:
            async with limit:
                try:
                    return await self.kube.get(TRACKS, namespace, name)
                except NotFound:
                    return None

        found = await asyncio.gather(*(one(name) for name in names))
        return [resource for resource in found if resource is not None]

    async def carry_out(self, act: Act) -> Resource:
        """Does it to a Track. Raises KubeError: Conflict where it was decided on what isn't so any more."""
        if act.kind != "Track":
            raise ValueError(f"a {act.kind} is not the bot's to write")
        if act.new:
            return await self.kube.create(TRACKS, act.namespace, act.manifest)
        body: dict[str, Any] = dict(act.patch)
        if act.version is not None:
            body["metadata"] = {**body.get("metadata", {}), "resourceVersion": act.version}
        return await self.kube.patch(TRACKS, act.namespace, act.name, body)

    async def reach(self, key: SyncKey) -> float:
        """Seconds that the API server takes to answer. Raises KubeError."""
        started = time.perf_counter()
        await self.kube.get(MUSICSYNCS, *key)
        return time.perf_counter() - started
