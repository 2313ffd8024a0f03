"""The Track store of an operator on the real API server, whose writes can be made to fail, and a person with kubectl."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from navaar.kube.client import TRACKS, Kind, Kube, Resource
from navaar.store.trackstore import SyncFacts, SyncTracks, TrackStore
from reconcilers.model import Intent, Match, Origin, Placement, State, Track
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName
from sandbox.stage import Stage

TELEGRAM, YOUTUBE, SPOTIFY = ServiceName.TELEGRAM, ServiceName.YOUTUBE, ServiceName.SPOTIFY
CHAT = -1001234567890
NOW = 1_800_000_000.0
NAMESPACE = "store"


class FaultyKube(Kube):
    """A client whose writes can be made to fail before (`refuse`) or after (`lose`) they are done.

    Both are asked with the method, the subresource and the body.
    """

    refuse: Callable[[str, str | None, Mapping[str, Any]], BaseException | None] = staticmethod(lambda *_: None)
    lose: Callable[[str, str | None, Mapping[str, Any]], BaseException | None] = staticmethod(lambda *_: None)
    before: Callable[[str, str | None], Awaitable[None]] | None = None
    writes: list[str]

    async def _faulty(
        self, method: str, subresource: str | None, body: Mapping[str, Any], act: Awaitable[Resource]
    ) -> Resource:
        error = self.refuse(method, subresource, body)
        if self.before is not None:
            await self.before(method, subresource)
        if error is not None:
            act.close()  # type: ignore[attr-defined]
            raise error
        done = await act
        self.writes.append(f"{method} {subresource or 'object'}")
        error = self.lose(method, subresource, body)
        if error is not None:
            raise error
        return done

    async def create(self, kind: Kind, namespace: str | None, body: Mapping[str, Any]) -> Resource:
        return await self._faulty("create", None, body, super().create(kind, namespace, body))

    async def replace(
        self, kind: Kind, namespace: str, name: str, body: Mapping[str, Any], *, subresource: str | None = None
    ) -> Resource:
        act = super().replace(kind, namespace, name, body, subresource=subresource)
        return await self._faulty("replace", subresource, body, act)

    async def patch(
        self, kind: Kind, namespace: str, name: str, body: Mapping[str, Any], *, subresource: str | None = None
    ) -> Resource:
        act = super().patch(kind, namespace, name, body, subresource=subresource)
        return await self._faulty("patch", subresource, body, act)


class Scene:
    """One namespace, an operator's store in it, and a person with kubectl."""

    def __init__(self, namespace: str, kubeconfig: Path, person: Kube) -> None:
        self.facts = SyncFacts(namespace, "tapes", "00000000-0000-0000-0000-000000000001", tuple(ServiceName), CHAT)
        self.person = person
        self.told: list[tuple[str, str, str]] = []
        self._kubeconfig = kubeconfig
        self._running: list[tuple[asyncio.Task[None], Kube]] = []

    async def operator(self, facts: SyncFacts | None = None) -> tuple[SyncTracks, FaultyKube]:
        """Starts another operator (or the same one again) and waits until it knows what there is."""
        kube = await FaultyKube.connect(str(self._kubeconfig))
        assert isinstance(kube, FaultyKube)
        kube.writes = []
        store = TrackStore(
            kube,
            namespaces=[self.facts.namespace],
            on_foreign=lambda *change: self.told.append(change),
            clock=lambda: NOW,
        )
        tracks = store.of(facts or self.facts)
        self._running.append((asyncio.create_task(store.run()), kube))
        await store.wait_synced()
        await asyncio.sleep(0)
        return tracks, kube

    async def get(self, name: str) -> Resource:
        return await self.person.get(TRACKS, self.facts.namespace, name)

    async def edit(self, name: str, change: Mapping[str, Any]) -> Resource:
        return await self.person.patch(TRACKS, self.facts.namespace, name, change)

    async def stop_hearing(self) -> None:
        """The operators that run so far hear of no change any more."""
        for task, _ in self._running:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def close(self) -> None:
        for task, kube in self._running:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await kube.close()
        await self.person.close()


@pytest.fixture(scope="module")
def kubeconfig(stage: Stage) -> Path:
    """The operator's, with the permissions that the chart gives it."""
    return stage.install([NAMESPACE])


@pytest.fixture
async def scene(stage: Stage, kubeconfig: Path) -> AsyncIterator[Scene]:
    made = Scene(NAMESPACE, kubeconfig, await Kube.connect(str(stage.plane.kubeconfig)))
    yield made
    for track in await made.person.list(TRACKS, NAMESPACE):
        await made.person.delete(TRACKS, NAMESPACE, track["metadata"]["name"])
    await made.close()


def song(name: str = "tapes-1", **placements: Placement) -> Track:
    return Track(
        name=name,
        origin=(YOUTUBE, "dQw4w9WgXcQ"),
        identity=Recording("Cheshme Man", ("Dariush",), duration=245.0, method="youtube"),
        placements=MappingProxyType({ServiceName(service): placement for service, placement in placements.items()}),
    )


PRESENT = Placement(State.PRESENT, Origin.FOUND, "dQw4w9WgXcQ", seen=True, match=Match("Origin"), changed=NOW)
PENDING = Placement(State.PENDING, id="6rqhFgbbKwnb9MLmUQDhG6", changed=NOW)
ADDING = Placement(
    State.ADDING, Origin.PLACED, PENDING.id, intent=Intent("Add", "tok-1", NOW + 60, epoch=3), changed=NOW
)
