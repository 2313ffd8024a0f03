"""The API server as one process reaches it: the methods of `navaar.kube.client.Kube` that the Track store uses."""

import asyncio
import random
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from navaar.kube.client import Resource
from navaar.kube.errors import Gone, NotLeader, Unavailable
from navaar.kube.kinds import Kind
from tests.explorer.cluster import Cluster
from tests.explorer.line import Line


@dataclass(slots=True)
class Watching:
    """How well a process hears of changes. `lag` is in seconds.

    `twice`: every event comes twice. `swapped`: neighbours come in the wrong order. `cut`: now and then the stream ends
    and what happened since is no longer kept (410). `stale`: the first list is as old as the lag.
    `failing`: the share of reads that fail.
    """

    lag: float = 0.0
    twice: bool = False
    swapped: bool = False
    cut: float = 0.0
    stale: bool = False
    failing: float = 0.0


class Client:
    """One process's client. `seed` decides what of `watching` befalls which request."""

    def __init__(self, cluster: Cluster, line: Line, watching: Watching, seed: int = 0) -> None:
        self._cluster = cluster
        self._line = line
        self._watching = watching
        self._random = random.Random(seed)

    async def get(self, kind: Kind, namespace: str, name: str) -> Resource:
        """The object as it is now."""
        self._may_fail()
        return await self._line.read(lambda: self._cluster.get(name))

    async def pages(
        self, kind: Kind, namespace: str | None, **_: Any
    ) -> AsyncGenerator[tuple[list[Resource], int], None]:
        """All objects, in one page."""
        self._may_fail()
        yield await self._line.read(self._list)

    def _list(self) -> tuple[list[Resource], int]:
        if not self._watching.stale:
            return self._cluster.listed()
        until = self._line.clock() - self._watching.lag
        versions = [version for version, at, _ in self._cluster.history if at <= until]
        return self._cluster.listed(max([self._cluster.compacted, *versions]))

    async def create(self, kind: Kind, namespace: str, body: Mapping[str, Any]) -> Resource:
        """Creates an object."""
        name = body["metadata"]["name"]
        found: Resource = await self._write("create", name, lambda: self._cluster.create(body))
        return found

    async def replace(
        self, kind: Kind, namespace: str, name: str, body: Mapping[str, Any], *, subresource: str | None = None
    ) -> Resource:
        """Replaces the status."""
        assert subresource == "status"
        found: Resource = await self._write("status", name, lambda: self._cluster.replace_status(name, body))
        return found

    async def patch(
        self, kind: Kind, namespace: str, name: str, body: Mapping[str, Any], *, subresource: str | None = None
    ) -> Resource:
        """Merges a body into the object."""
        found: Resource = await self._write("patch", name, lambda: self._cluster.patch(name, body))
        return found

    async def delete(
        self, kind: Kind, namespace: str, name: str, *, uid: str | None = None, version: int | None = None
    ) -> None:
        """Deletes the object."""
        await self._write("delete", name, lambda: self._cluster.delete(name, uid, version))

    async def _write(self, call: str, name: str, work: Callable[[], Any]) -> Any:
        if self._line.deposed:
            raise NotLeader("another process holds the Lease")
        return await self._line.write(
            "kubernetes", call, name, work, touch=lambda: self._cluster.touch(name), forget=self._cluster.forget
        )

    def _may_fail(self) -> None:
        if self._watching.failing and self._random.random() < self._watching.failing:
            raise Unavailable("no answer")

    @asynccontextmanager
    async def watch(
        self, kind: Kind, namespace: str | None, since: int, **_: Any
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """The stream of changes since a version."""
        self._may_fail()
        await self._line.read(lambda: self._cluster.events(since))
        yield self._stream(since)

    async def _stream(self, since: int) -> AsyncIterator[bytes]:
        watching, era = self._watching, self._cluster.era
        while True:
            changed, until = self._cluster.changed, self._line.clock() - watching.lag
            if era != self._cluster.era:
                raise Gone("too old resource version", status=410)
            everything = self._cluster.events(since)
            events = [event for event in everything if event[1] <= until]
            if watching.swapped:
                for n in range(0, len(events) - 1, 2):
                    events[n], events[n + 1] = events[n + 1], events[n]
            for version, _, line in events:
                if watching.cut and self._random.random() < watching.cut:
                    raise Gone("too old resource version", status=410)
                yield line
                if watching.twice:
                    yield line
                since = max(since, version)
            if len(everything) > len(events):
                await asyncio.sleep(max(0.01, everything[len(events)][1] - until))
            else:
                await changed.wait()

    async def list(self, kind: Kind, namespace: str | None, *, labels: str = "") -> list[Resource]:
        """The objects with these labels, as they are now."""
        self._may_fail()
        return await self._line.read(lambda: [o for o in self._cluster.listed()[0] if _selected(o, labels)])


def _selected(resource: Resource, selector: str) -> bool:
    """Whether an object has the labels: ``a=b`` and ``a in (b,c)``, joined by commas."""
    labels = resource["metadata"].get("labels") or {}
    for label, values in re.findall(r"([^,=\s]+)(?:=| in )(\([^)]*\)|[^,]*)", selector):
        if labels.get(label) not in values.strip("()").split(","):
            return False
    return True
