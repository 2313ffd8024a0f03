"""How far songs on their way are is told over the API: at once, to whom it may be told, and keeping nobody waiting."""

import asyncio
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from navaar.deliveries import Deliveries
from navaar.http.access import Gate
from navaar.http.app import application
from navaar.http.docs import page as docs
from navaar.http.endpoints import Answers
from navaar.http.live import MOST, NAMES, Changes, Live
from navaar.http.openapi import document
from navaar.http.server import HttpServer
from navaar.http.sources import Leader
from navaar.http.stream import PATIENCE, PULSE, Event, EventStream
from reconcilers.delivery import EVERY, Step
from tests.browsing import FIRST, NOW, TOKEN, Client, Reviewed, event
from tests.library import NAMESPACE, SYNC, sources, track
from tests.underway import KEY, Clock, begun
from tests.waiting import soon


class Api:
    """The API, and the songs that are under way."""

    def __init__(self, reviews: Reviewed | None = None, leading: bool = True) -> None:
        self.live = Live()
        self.clock = Clock()
        self.all = Deliveries(self.live.moved, self.clock)
        there = replace(
            sources(20, NOW),
            namespaces=[NAMESPACE, "attic"],
            deliveries=self.all.under_way,
            leader=lambda: Leader("me", leading, "the other"),
        )
        hidden = track(1000, NOW)
        hidden["metadata"]["namespace"] = "attic"
        there.tracks.index.take(hidden)
        gate = Gate(reviews, local=True)  # type: ignore[arg-type]
        self.app = application(
            alive=lambda: None,
            ready=lambda: None,
            metrics=lambda accept: (b"", "text/plain"),
            api=(Answers(there, self.live), gate),
        )
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://localhost:8080")

    def fetch(self, token: str = "t", track: str = FIRST, done: int = 500, sync: tuple[str, str] = KEY) -> None:
        begun(self.all, token, track, sync)
        self.all.told(token, Step.DOWNLOADING, done, 1000)

    def stream(self, client: Client, query: str = "", headers: dict[str, str] | None = None) -> "asyncio.Task[None]":
        sent = {"accept": "text/event-stream", "host": "localhost", **(headers or {})}
        scope = {
            "type": "http", "method": "GET", "path": "/api/progress", "raw_path": b"/api/progress", "root_path": "",
            "query_string": query.encode(), "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        }  # fmt: skip
        return asyncio.create_task(self.app(scope, client.receive, client.send))


async def test_what_is_under_way_is_told_at_once_to_who_asks_once() -> None:
    api = Api()
    assert (await api.client.get("/api/progress")).json()["items"] == []
    api.fetch()
    api.clock.now += 2
    api.all.told("t", Step.DOWNLOADING, 900, 1000)
    answer = (await api.client.get("/api/progress")).json()
    assert answer["operator"]["leading"] is True
    assert answer["items"] == [
        {
            "namespace": NAMESPACE, "sync": SYNC, "track": FIRST, "service": "telegram", "artist": "Björk",
            "title": "Hyperballad", "step": "downloading", "began": "1970-01-01T00:16:40Z", "done": 900, "total": 1000,
            "share": 0.9, "speed": 200, "secondsLeft": 0,
        }
    ]  # fmt: skip
    some = await api.client.get("/api/progress", params={"fields": "track,share"})
    assert some.json()["items"] == [{"track": FIRST, "share": 0.9}]
    assert (await api.client.get("/api/progress", params={"sync": "another"})).json()["items"] == []
    assert (await api.client.get("/api/progress", params={"fields": "bytes"})).status_code == 400
    told = (await Api(leading=False).client.get("/api/progress")).json()
    assert (told["operator"]["leading"], told["operator"]["leader"], told["items"]) == (False, "the other", [])


async def test_a_late_joiner_is_told_how_far_it_is_first_and_then_what_gets_on_until_it_is_over() -> None:
    api, client = Api(), Client()
    api.fetch(done=700)
    task = api.stream(client, "fields=track,step,done")
    await soon(lambda: client.events() == ["now"])
    head = client.got[0]
    assert head["status"] == 200
    headers = {name.decode(): value.decode() for name, value in head["headers"]}
    assert headers["content-type"].startswith("text/event-stream")
    assert headers["cache-control"] == "no-store"
    (now,) = client.told("now")
    assert now["items"] == [{"track": FIRST, "step": "downloading", "done": 700}]
    api.all.told("t", Step.DOWNLOADING, 800, 1000)
    await soon(lambda: len(client.events()) == 2)
    # Meanwhile much happens: what is told next is how far it is by then.
    for done in range(801, 1000):
        api.all.told("t", Step.SENDING, done, 1000)
    api.all.of(KEY).ended("t", True)
    await soon(lambda: len(client.events()) == 3)
    assert client.told("progress") == [
        {"items": [{"track": FIRST, "step": "downloading", "done": 800}]},
        {"items": [{"track": FIRST, "step": "arrived", "done": 999}]},
    ]
    client.left.set()
    await task
    assert not api.live._listeners


async def test_of_another_namespace_nothing_is_told() -> None:
    reviews = Reviewed()
    reviews.namespaces = {NAMESPACE}
    api, client = Api(reviews), Client()
    api.fetch("other", "secret-song", sync=("attic", SYNC))
    token = {"authorization": f"Bearer {TOKEN}"}
    task = api.stream(client, headers=token)
    await soon(lambda: client.events() == ["now"])
    assert client.told("now")[0]["items"] == []
    for done in range(501, 520):
        api.all.told("other", Step.DOWNLOADING, done, 1000)
        await asyncio.sleep(0)
    api.fetch()
    await soon(lambda: len(client.events()) == 2)
    assert [item["track"] for item in client.told("progress")[0]["items"]] == [FIRST]
    client.left.set()
    await task
    refused = await api.client.get("/api/progress", headers={"Accept": "text/event-stream"})
    assert refused.status_code == 401


async def test_a_connection_on_which_there_is_nothing_to_tell_is_heard_of_however_much_goes_on() -> None:
    live, client = Live(), Client()

    async def tell(changes: Changes | None) -> list[Event]:
        return [("now", {})] if changes is None else []

    stream = EventStream(live.listener, tell, lambda problem: problem.response(), pause=0.005, pulse=0.03)
    task = asyncio.create_task(stream({"type": "http"}, client.receive, client.send))
    await soon(lambda: client.events() == ["now"])

    def beats() -> int:
        return b"".join(message.get("body", b"") for message in client.got).count(b": \n\n")

    async with asyncio.timeout(5):
        while beats() < 3:
            live.changed(KEY)
            await asyncio.sleep(0.001)
    assert client.events() == ["now"]
    client.left.set()
    await task


async def test_of_too_many_at_once_the_whole_is_told_and_no_more_is_kept_of_them() -> None:
    live, clock = Live(), Clock()
    all = Deliveries(live.moved, clock)
    with live.listener(deliveries_only=True) as listener:
        for number in range(3 * NAMES):
            begun(all, f"t{number}", f"song-{number}")
            all.told(f"t{number}", Step.WAITING, 0, None)
        assert listener._deliveries is None
        assert listener.take().deliveries is None
        live.changed(KEY, FIRST)
        assert not listener.due.is_set()
        all.told("t0", Step.STARTING, 0, None)
        assert [one.step for one in listener.take().deliveries or ()] == [Step.STARTING]


async def test_who_is_told_too_much_at_once_is_told_how_it_stands_anew() -> None:
    api, client = Api(), Client()
    task = api.stream(client)
    await soon(lambda: client.events() == ["now"])
    for number in range(NAMES + 1):
        api.fetch(f"t{number}", f"song-{number}")
    await soon(lambda: len(client.events()) == 2)
    assert client.events() == ["now", "now"]
    assert len(client.told("now")[1]["items"]) == NAMES + 1
    client.left.set()
    await task


async def test_one_who_takes_nothing_of_it_on_the_wire_is_dropped_and_another_is_told_all_the_while() -> None:
    live = Live()
    told = "x" * 500_000

    async def tell(changes: Changes | None) -> list[Event]:
        return [("now", {}) if changes is None else ("progress", {"items": told})]

    async def answer(request: Any) -> EventStream:
        return EventStream(live.listener, tell, lambda problem: problem.response(), pause=0.001, patience=0.2)

    server = HttpServer(Starlette(routes=[Route("/", answer)]), host="127.0.0.1", port=0)
    await server.start()
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(server.addresses[0])
        slow.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await soon(lambda: len(live._listeners) == 1)
        address = f"http://127.0.0.1:{server.addresses[0][1]}/"
        async with aiohttp.ClientSession(trust_env=False, read_bufsize=2**20) as session, session.get(address) as fine:
            assert (await event(fine.content))[0] == "now"
            heard = 0
            async with asyncio.timeout(5):
                while len(live._listeners) == 2:
                    live.changed(KEY)
                    assert (await event(fine.content))[0] == "progress"
                    heard += 1
            assert heard >= 3
            live.changed(KEY)
            assert (await event(fine.content))[0] == "progress"
    live.close()
    await server.close()


def test_the_stream_is_described() -> None:
    operation = document()["paths"]["/api/progress"]["get"]
    assert set(operation["responses"]["200"]["content"]) == {"application/json", "text/event-stream"}
    assert "text/event-stream" in docs(document())


def test_the_figures_that_people_are_told_are_those_that_hold() -> None:
    written = " ".join((Path(__file__).parents[2] / "docs" / "api.md").read_text().split())
    described = document()["paths"]["/api/progress"]["get"]["description"]
    four = {0.25: "four times a second"}[EVERY]
    for text in (written, described):
        assert four in text
        assert f"takes nothing for {PATIENCE:.0f} seconds is cut off" in text
        assert f"every {PULSE:.0f} seconds" in text
        assert "`now`" in text
    assert f"at most {MOST} listen at a time" in written
    steps = document()["components"]["schemas"]["DeliveryState"]["properties"]["step"]["description"]
    assert all(step in steps for step in Step)
