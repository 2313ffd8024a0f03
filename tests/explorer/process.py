"""One operator process: the engine, the store that runs in production, and the little that joins them."""

import asyncio
import contextvars
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from navaar.kube.errors import KubeError
from navaar.store.record import SyncFacts
from navaar.store.tracks import StoredTracks
from navaar.store.trackstore import TrackStore
from navaar.store.writer import Writer
from reconcilers.account import Account
from reconcilers.engine import Engine
from reconcilers.model import Place, State
from reconcilers.plan import Plan
from reconcilers.plan.lookback import Lookback
from reconcilers.plan.operations import Listed, Observation
from reconcilers.recording import Candidate
from reconcilers.services.protocol import Added, AddRequest, Head, Listing, Post, Query, ServiceName
from tests.explorer.client import Client, Watching
from tests.explorer.faults import Director
from tests.explorer.ground import NAME, NAMESPACE, Ground
from tests.explorer.line import LINE, Line, at_once
from tests.memory import TELEGRAM, Channel, Playlist

QUIET = 5.0
"""Seconds between two writes of the MusicSync's status; see `navaar.controller`."""


class Wire:
    """A service as one process reaches it."""

    def __init__(self, place: Playlist, line: Line) -> None:
        self.name = place.name
        self.batch = place.batch
        self._place = place
        self._line = line

    async def head(self) -> Head:
        return await self._line.read(lambda: at_once(self._place.head()))

    async def list(self, start: int = 0) -> Listing:
        return await self._line.read(lambda: at_once(self._place.list(start)))

    async def search(self, query: Query) -> tuple[Candidate, ...] | None:
        return await self._line.read(lambda: at_once(self._place.search(query)))

    async def resolve(self, id: str) -> Candidate | None:
        return await self._line.read(lambda: at_once(self._place.resolve(id)))

    async def prepare(self, request: AddRequest) -> None:
        await self._line.read(lambda: None)

    async def add(self, requests: tuple[AddRequest, ...]) -> tuple[Added | Exception, ...]:
        ids = "+".join(request.id for request in requests)
        return await self._line.write(self.name.value, "add", ids, lambda: at_once(self._place.add(requests)))

    async def remove(self, id: str, entry: str | None) -> None:
        await self._line.write(self.name.value, "remove", id, lambda: at_once(self._place.remove(id, entry)))

    async def close(self) -> None:
        return None


class ChannelWire(Wire):
    """The channel, whose posts can be looked at one by one where there is a scratch chat."""

    def __init__(self, channel: Channel, line: Line) -> None:
        super().__init__(channel, line)
        self._channel = channel

    async def look(self, id: str) -> Post | None:
        return await self._line.read(lambda: at_once(self._channel.look(id)))


def wired(place: Playlist, line: Line) -> Wire:
    """A place on the line of a process."""
    return ChannelWire(place, line) if isinstance(place, Channel) else Wire(place, line)


class Process:
    """The operator from its start to its end."""

    def __init__(self, ground: Ground, director: Director, watching: Watching | None = None, number: int = 0) -> None:
        self.ground = ground
        self.number = number
        self.line = Line(director, ground.clock)
        self.client = Client(ground.cluster, self.line, watching or Watching(), number)
        self.engine: Engine | None = None
        self.plan: Plan | None = None
        self.drained = False
        self.heard = 0
        self.trouble: list[str] = []
        self.accounts: Mapping[ServiceName, Account] = {}
        self.observed: Callable[[list[Observation]], None] = lambda observations: None
        self.passed: Callable[[Process], None] = lambda process: None
        self._due = asyncio.Event()
        self._written = 0.0
        context = contextvars.copy_context()
        context.run(LINE.set, self.line)
        self.task = asyncio.get_running_loop().create_task(self._main(), context=context)

    @property
    def alive(self) -> bool:
        return not self.line.dead

    @property
    def resting(self) -> bool:
        """Nothing under way, and nothing that the last plan wanted."""
        return self.engine is not None and self.engine.idle and self.plan is not None and self.plan.empty

    async def stop(self) -> None:
        """SIGTERM: what is under way comes to its end."""
        if self.alive and self.engine is not None:
            await self.engine.close(30.0)
        self.line.kill()

    def wake(self) -> None:
        self._due.set()

    # ------------------------------------------------------------------ within

    async def _main(self) -> None:
        writer = Writer()
        writer._rng = random.Random(self.number)  # type: ignore[assignment]
        store = TrackStore(
            self.client,  # type: ignore[arg-type]
            namespaces=[NAMESPACE],
            writer=writer,
            on_foreign=lambda *_: self.wake(),
            clock=self.ground.clock,
        )
        for informer in store.informers:
            informer._rng = random.Random(self.number)
            informer._clock = asyncio.get_running_loop().time
            asyncio.get_running_loop().create_task(informer.run())
        await store.wait_synced()
        store.index.telling = True
        targets = tuple(self.ground.sync.targets)
        tracks = StoredTracks(store.of(SyncFacts(NAMESPACE, NAME, "sync-uid", targets, chat_id=-100)))
        self.engine = Engine(
            tracks,
            {service: wired(place, self.line) for service, place in self.ground.places.items()},
            clock=self.ground.clock,
            wake=self.wake,
            may_write=lambda: not self.line.deposed,
            epoch=lambda: self.number,
        )
        for service in targets:
            self.engine.places[service] = self._remembered(service)
        for service, shared in self.accounts.items():
            self.engine.hold(service, shared)
        intake: asyncio.Task[None] | None = None
        wait = 1.0
        while True:
            self._due.clear()
            try:
                moment = await self._pass(self.engine, tracks)
                wait = 1.0
            except KubeError as error:
                self.trouble.append(f"{type(error).__name__}: {error}")
                await asyncio.sleep(wait)
                wait = min(60.0, wait * 2)
                continue
            if intake is None:
                intake = asyncio.create_task(self._intake(self.engine))
            await self._pause(moment)

    async def _pause(self, moment: float | None) -> None:
        now = self.ground.clock()
        contested = self.ground.contested_until()
        if contested > now:
            moment = min(moment or contested, contested)
        try:
            async with asyncio.timeout(None if moment is None else max(0.05, moment - now)):
                await self._due.wait()
        except TimeoutError:
            return

    async def _pass(self, engine: Engine, tracks: StoredTracks) -> float | None:
        contested = self.ground.clock() < self.ground.contested_until()
        lookback = Lookback(self.ground.scratch, heard=self.heard)
        posting = self.drained and not contested
        self.observed([observation for observation, _ in engine._inbox])
        self.plan = await engine.step(self.ground.sync, posting=posting, lookback=lookback)
        await tracks.refresh()
        self.passed(self)
        if self.drained:
            engine.places[TELEGRAM] = replace(engine.places.get(TELEGRAM, Place()), started=True)
        return await self._report(engine, self.plan)

    async def _report(self, engine: Engine, plan: Plan) -> float | None:
        """The MusicSync's status, as far as the next process reads it."""
        made: dict[str, Any] = {}
        present = dict.fromkeys(self.ground.sync.targets, 0)
        for track in engine.store.tracks().values():
            for service, placement in track.placements.items():
                if service in present and placement.state is State.PRESENT:
                    present[service] += 1
        for service in self.ground.sync.targets:
            place = engine.places.get(service, Place())
            made[service.value] = {"items": place.count, "snapshot": place.snapshot, "placed": present[service]}
        if made == self.ground.status:
            return plan.wake
        now = self.ground.clock()
        if self.ground.status and now < self._written + QUIET:
            return min(plan.wake or self._written + QUIET, self._written + QUIET)

        def store() -> None:
            self.ground.status = made

        await self.line.write("kubernetes", "status", f"musicsync/{NAME}", store)
        self._written = now
        return plan.wake

    def _remembered(self, service: ServiceName) -> Place:
        entry = self.ground.status.get(service.value) or {}
        if entry.get("items") is None:
            return Place()
        return Place(entry["items"], entry.get("snapshot"), entry.get("placed", 0), started=True)

    async def _intake(self, engine: Engine) -> None:
        """Reads the bot's queue: what is stored is confirmed by the next request."""
        offset: int | None = None
        while True:
            posted = self.ground.posted
            updates = await self.line.read(lambda offset=offset: self.ground.updates(offset))  # type: ignore[misc]
            if updates:
                listed = [Listed(TELEGRAM, (item,), self.ground.clock()) for _, item in updates]
                await asyncio.gather(*(engine.submit(one) for one in listed))
                self.heard = max(self.heard, *(int(item.id) for _, item in updates))
                offset = updates[-1][0] + 1
                continue
            if not self.drained:
                self.drained = True
                self.wake()
            await posted.wait()
