"""The informer: what is known is what is there, whatever the watch goes through; and what we wrote ourselves."""

import asyncio
import json
import logging
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest

from navaar.kube.client import TRACKS, Kind, Kube, Resource
from navaar.kube.errors import Gone, Unavailable
from navaar.kube.informer import PAGE, Cache, Informer, lines
from tests.virtual_time import virtual

KEY = ("music", "one")


@dataclass(frozen=True)
class Record:
    name: str
    uid: str
    version: int
    text: str = ""


def record(resource: Resource) -> Record:
    metadata = resource["metadata"]
    return Record(metadata["name"], metadata["uid"], int(metadata["resourceVersion"]), resource["spec"]["text"])


class Server:
    """Objects with versions, and a watch that can be cut, kept silent, or fall too far behind."""

    def __init__(self) -> None:
        self.version = 10
        self.objects: dict[str, Resource] = {}
        self.log: list[tuple[int, str, Resource]] = []
        self.oldest = 0
        self.lists = 0
        self.limits: list[int | None] = []
        self.watches = 0
        self.trouble: Callable[[], Exception | None] = lambda: None
        self._streams: list[asyncio.Queue[bytes | Exception | None]] = []

    def write(self, name: str, text: str = "", uid: str | None = None) -> Resource:
        self.version += 1
        known = self.objects.get(name)
        resource = {
            "metadata": {
                "name": name,
                "namespace": "music",
                "uid": uid or (known["metadata"]["uid"] if known else f"uid-{self.version}"),
                "resourceVersion": str(self.version),
            },
            "spec": {"text": text},
        }
        self.objects[name] = resource
        self._emit("MODIFIED" if known else "ADDED", resource)
        return resource

    def delete(self, name: str) -> None:
        self.version += 1
        gone = self.objects.pop(name)
        gone = {**gone, "metadata": {**gone["metadata"], "resourceVersion": str(self.version)}}
        self._emit("DELETED", gone)

    def bookmark(self) -> None:
        self._emit("BOOKMARK", {"metadata": {"resourceVersion": str(self.version)}})

    def _emit(self, kind: str, resource: Resource) -> None:
        self.log.append((self.version, kind, resource))
        for stream in self._streams:
            stream.put_nowait(json.dumps({"type": kind, "object": resource}).encode() + b"\n")

    def cut(self, error: Exception | None = None) -> None:
        """Ends every watch, cleanly or with an error."""
        for stream in self._streams:
            stream.put_nowait(error)

    def compact(self) -> None:
        """Nobody can continue from before now."""
        self.oldest = self.version

    async def pages(
        self, kind: Kind, namespace: str | None, limit: int | None = None, **_: object
    ) -> AsyncIterator[tuple[list[Resource], int]]:
        self.limits.append(limit)
        error = self.trouble()
        if error is not None:
            raise error
        self.lists += 1
        snapshot, version = list(self.objects.values()), self.version
        for start in range(0, max(len(snapshot), 1), 2):
            await asyncio.sleep(0.1)
            yield snapshot[start : start + 2], 0
        yield [], version

    @asynccontextmanager
    async def watch(
        self, kind: Kind, namespace: str | None, since: int, *, quiet: float, **_: object
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        self.watches += 1
        if since < self.oldest:
            raise Gone("too old", status=410)
        stream: asyncio.Queue[bytes | Exception | None] = asyncio.Queue()
        for version, event, resource in self.log:
            if version > since:
                stream.put_nowait(json.dumps({"type": event, "object": resource}).encode() + b"\n")
        self._streams.append(stream)

        async def chunks() -> AsyncIterator[bytes]:
            while True:
                try:
                    async with asyncio.timeout(quiet):
                        found = await stream.get()
                except TimeoutError:
                    return
                if found is None:
                    return
                if isinstance(found, Exception):
                    raise found
                half = len(found) // 2
                yield found[:half]
                yield found[half:]

        try:
            yield chunks()
        finally:
            self._streams.remove(stream)


class World:
    def __init__(self) -> None:
        self.server = Server()
        self.foreign: list[tuple[str | None, str | None]] = []
        self.cache: Cache[Record] = Cache(
            lambda known: (known.uid, known.version),
            on_foreign=lambda old, new: self.foreign.append((old.text if old else None, new.text if new else None)),
        )
        kube: Any = self.server
        typed: Kube = kube
        self.informer = Informer(
            typed,
            TRACKS,
            "music",
            self.cache,
            record,
            clock=lambda: asyncio.get_running_loop().time(),
            rng=random.Random(1),
        )

    def texts(self) -> dict[str, str]:
        known = {key[1]: self.cache.get(key) for key in self.cache.keys("music")}
        return {name: found.text for name, found in known.items() if found is not None}


def running(scenario: Callable[[World], Any]) -> None:
    async def run() -> None:
        world = World()
        world.server.write("one", "first")
        world.server.write("two", "first")
        world.server.write("three", "first")
        task = asyncio.create_task(world.informer.run())
        await world.informer.synced.wait()
        await asyncio.sleep(0.5)
        try:
            await scenario(world)
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    virtual(run())


def test_changes_arrive_by_the_watch_without_another_list() -> None:
    async def scenario(world: World) -> None:
        world.server.write("one", "second")
        world.server.write("four", "first")
        world.server.delete("two")
        await asyncio.sleep(1)
        assert world.texts() == {"one": "second", "three": "first", "four": "first"}
        assert world.server.lists == 1

    running(scenario)


def test_a_watch_that_was_cut_goes_on_where_it_was() -> None:
    async def scenario(world: World) -> None:
        world.server.cut(Unavailable("reset"))
        world.server.write("one", "second")
        world.server.delete("two")
        await asyncio.sleep(60)
        assert world.texts() == {"one": "second", "three": "first"}
        assert world.server.lists == 1

    running(scenario)


def test_a_deletion_that_the_watch_missed_is_noticed_by_the_next_list() -> None:
    async def scenario(world: World) -> None:
        world.server.cut(Unavailable("reset"))
        world.server.delete("two")
        world.server.write("one", "second")
        world.server.compact()
        await asyncio.sleep(60)
        assert world.texts() == {"one": "second", "three": "first"}
        assert world.server.lists == 2
        assert ("first", None) in world.foreign

    running(scenario)


def test_a_silent_watch_is_replaced_and_a_bookmarked_one_is_not() -> None:
    async def scenario(world: World) -> None:
        watches = world.server.watches
        for _ in range(5):
            await asyncio.sleep(60)
            world.server.bookmark()
        assert world.server.watches == watches
        await asyncio.sleep(0.1)
        assert (world.informer.age or 0) < 1
        await asyncio.sleep(200)
        assert world.server.watches > watches
        assert world.server.lists == 1

    running(scenario)


def test_where_nothing_changes_for_hours_news_are_heard_at_once_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    """An API server may say nothing at all meanwhile, which is no trouble to be told of or to wait longer for."""

    async def scenario(world: World) -> None:
        for _ in range(200):
            await asyncio.sleep(60)
            assert (world.informer.age or 0) < 75
        world.server.write("one", "second")
        await asyncio.sleep(0.1)
        assert world.texts()["one"] == "second"
        assert world.server.lists == 1

    running(scenario)
    assert not [one for one in caplog.records if one.levelno > logging.INFO]


def test_an_api_server_in_trouble_is_asked_less_and_less_often() -> None:
    async def scenario(world: World) -> None:
        world.server.compact()
        asked = 0

        def trouble() -> Exception:
            nonlocal asked
            asked += 1
            return Unavailable("down")

        world.server.version += 1
        world.server.compact()
        world.server.trouble = trouble
        world.server.cut(None)
        await asyncio.sleep(600)
        assert 15 < asked < 60
        world.server.trouble = lambda: None
        await asyncio.sleep(60)
        assert world.server.lists == 2

    running(scenario)


def test_a_list_that_could_not_be_read_in_one_is_read_in_pages() -> None:
    async def scenario(world: World) -> None:
        assert world.server.limits == [None]
        world.server.write("two")
        world.server.compact()
        world.server.trouble = lambda: (
            Unavailable("it took longer than a minute") if len(world.server.limits) < 3 else None
        )
        world.server.cut(Gone("too old"))
        await asyncio.sleep(60)
        assert world.server.limits == [None, None, PAGE]
        assert ("music", "two") in world.cache.keys("music")

    running(scenario)


def test_an_older_event_never_overwrites_what_we_wrote() -> None:
    async def scenario(world: World) -> None:
        old = world.server.objects["one"]
        ours = world.server.write("one", "ours")
        world.cache.store(KEY, record(ours))
        world.server._emit("MODIFIED", old)
        await asyncio.sleep(1)
        assert world.texts()["one"] == "ours"
        assert world.foreign[3:] == []

    running(scenario)


def test_the_watchs_echo_of_a_write_under_way_is_not_taken_for_somebody_elses() -> None:
    async def scenario(world: World) -> None:
        with world.cache.held(KEY):
            ours = world.server.write("one", "ours")
            await asyncio.sleep(1)
            world.cache.store(KEY, record(ours))
        assert world.foreign[3:] == []
        with world.cache.held(KEY):
            ours = world.server.write("one", "ours again")
            world.server.write("one", "theirs")
            await asyncio.sleep(1)
            world.cache.store(KEY, record(ours))
        assert world.texts()["one"] == "theirs"
        assert world.foreign[3:] == [("ours again", "theirs")]

    running(scenario)


def test_what_we_deleted_does_not_come_back_with_a_late_event_but_its_successor_does() -> None:
    async def scenario(world: World) -> None:
        before = world.server.write("one", "second")
        world.cache.remove(KEY)
        await asyncio.sleep(1)
        assert "one" not in world.texts()
        world.server.delete("one")
        world.server.write("one", "successor")
        assert before["metadata"]["uid"] != world.server.objects["one"]["metadata"]["uid"]
        await asyncio.sleep(1)
        assert world.texts()["one"] == "successor"

    running(scenario)


def test_an_object_that_cannot_be_read_does_not_hide_the_others() -> None:
    async def scenario(world: World) -> None:
        broken = world.server.write("broken")
        del broken["spec"]
        world.server.write("four", "first")
        await asyncio.sleep(1)
        assert set(world.texts()) >= {"one", "two", "three", "four"}

    running(scenario)


def test_lines_are_whole_however_they_are_cut() -> None:
    text = b'{"a":1}\n\n{"b":"' + b"x" * 5000 + b'"}\n{"c":3}\n{"cut":'

    async def read(size: int) -> list[bytes]:
        async def chunks() -> AsyncIterator[bytes]:
            for start in range(0, len(text), size):
                yield text[start : start + size]

        return [line async for line in lines(chunks())]

    for size in (1, 2, 7, 8, 9, 1000, 100_000):
        assert asyncio.run(read(size)) == [part for part in text.split(b"\n")[:-1] if part]
