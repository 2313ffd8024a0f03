"""How far a song on its way is: what is told of it, to whom, and that nothing of it is kept or written."""

import asyncio
import re
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from navaar.deliveries import Deliveries, Delivery
from navaar.http.access import Gate
from navaar.http.app import application
from navaar.http.docs import page as docs
from navaar.http.endpoints import Answers
from navaar.http.live import MOST, NAMES, Changes, Live
from navaar.http.openapi import document
from navaar.http.server import HttpServer
from navaar.http.sources import Leader, Sources
from navaar.http.stream import PATIENCE, PULSE, Event, EventStream
from navaar.people.delivery import says
from reconcilers.delivery import EVERY, Paced, Step
from reconcilers.errors import ItemError, QuotaError
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName
from tests.library import HOSTILE, NAMESPACE, SYNC, sources, track
from tests.memory import SPOTIFY, YOUTUBE, World
from tests.unit.test_page import NOW, TOKEN, Browser, Client, Reviewed, event, until

TELEGRAM = ServiceName.TELEGRAM
SONG = Recording("Hyperballad", ("Björk",))
KEY = (NAMESPACE, SYNC)
FIRST = f"{SYNC}-{0:010x}"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


# ------------------------------------------------------------------ at the source


def test_a_source_tells_no_more_than_four_times_a_second_but_begins_and_ends_of_steps_at_once() -> None:
    clock, told = Clock(), list[tuple[Step, int, int | None]]()
    report = Paced(lambda *said: told.append(said), clock)
    report(Step.STARTING)
    report(Step.DOWNLOADING, 0, 1000)
    for done in range(1, 1001):
        clock.now += 0.01
        report(Step.DOWNLOADING, done, 1000)
    report(Step.DOWNLOADING, 1000, 1000)
    report(Step.CONVERTING)
    steps = [step for step, _, _ in told]
    assert steps[:2] == [Step.STARTING, Step.DOWNLOADING]
    assert told[-2:] == [(Step.DOWNLOADING, 1000, 1000), (Step.CONVERTING, 0, None)]
    assert len(told) <= 10 / EVERY + 5
    assert len(set(told)) == len(told)


def test_the_engine_says_of_every_addition_that_it_begins_and_how_it_ended() -> None:
    heard: list[tuple[str, str, Any]] = []

    class Heard:
        def begun(self, token: str, track: str, service: ServiceName, recording: Recording) -> None:
            heard.append(("begun", token, (track, service, recording.title)))

        def ended(self, token: str, arrived: bool) -> None:
            if token not in [other for word, other, _ in heard if word == "ended"]:
                heard.append(("ended", token, arrived))

    async def body() -> None:
        w = World()
        songs = {n: Recording(title, ("Somebody",), duration=200.0 + 30 * i) for i, (n, title) in enumerate(TITLES)}
        w.youtube.songs.update({f"yt-{n}": r for n, r in songs.items()})
        w.spotify.songs.update({f"sp-{n}": r for n, r in songs.items()})
        w.engine._onlooker = Heard()

        async def prepare(request: Any) -> None:
            if request.id == "sp-b":
                raise ItemError("it is nowhere", reason="Unavailable")
            if request.id == "sp-c":
                raise QuotaError("used up", retry_at=w.clock() + 1000)

        w.spotify.prepare = prepare  # type: ignore[method-assign]
        for n, _ in TITLES:
            w.youtube.put(f"yt-{n}")
            w.clock.now += 901
            for _ in range(8):
                await w.step()

    asyncio.run(body())
    begun = {token: about for word, token, about in heard if word == "begun"}
    ended = {token: arrived for word, token, arrived in heard if word == "ended"}
    assert begun.keys() == ended.keys()
    spotify = {about[2]: ended[token] for token, about in begun.items() if about[1] is SPOTIFY}
    assert spotify == {"Hyperballad": True, "Teardrop": False, "Sinnerman": False}
    order = [word for word, token, _ in heard if token == next(iter(begun))]
    assert order == ["begun", "ended"]
    assert YOUTUBE not in {about[1] for about in begun.values()}


TITLES = (("a", "Hyperballad"), ("b", "Teardrop"), ("c", "Sinnerman"))


# ------------------------------------------------------------------ in memory


def begun(all: Deliveries, token: str = "t", track: str = FIRST, sync: tuple[str, str] = KEY) -> None:
    all.of(sync).begun(token, track, TELEGRAM, SONG)


def test_what_takes_no_time_is_not_told_of_and_what_is_over_is_not_kept() -> None:
    told: list[Delivery] = []
    all = Deliveries(told.append, Clock())
    begun(all, "quick")
    all.of(KEY).ended("quick", True)
    assert (told, all.under_way()) == ([], [])

    begun(all)
    assert all.under_way() == []
    all.told("t", Step.DOWNLOADING, 10, 100)
    assert [(one.track, one.share) for one in all.under_way()] == [(FIRST, 0.1)]
    all.of(KEY).ended("t", True)
    all.of(KEY).ended("t", False)
    all.told("t", Step.SENDING, 100, 100)
    all.told("nobody's", Step.SENDING, 1, 2)
    assert [one.step for one in told] == [Step.DOWNLOADING, Step.ARRIVED]
    assert all.under_way() == []
    assert not all._begun


def test_a_speed_is_of_the_last_seconds_and_of_one_step() -> None:
    clock = Clock()
    all = Deliveries(clock=clock)
    begun(all)

    def go(step: Step, seconds: int, speed: int) -> Delivery:
        done = all.under_way()[0].done if all.under_way() and all.under_way()[0].step is step else 0
        for _ in range(4 * seconds):
            clock.now += 0.25
            done += speed // 4
            all.told("t", step, done, 10_000_000)
        return all.under_way()[0]

    assert go(Step.DOWNLOADING, 20, 400_000).speed == pytest.approx(400_000, rel=0.01)
    slowed = go(Step.DOWNLOADING, 10, 40_000)
    assert slowed.speed == pytest.approx(40_000, rel=0.5)
    assert slowed.left == pytest.approx((10_000_000 - slowed.done) / 40_000, rel=0.5)
    all.told("t", Step.SENDING, 0, 10_000_000)
    assert all.under_way()[0].speed is None
    assert all.under_way()[0].left is None
    # A clock that is set back, and a download that begins anew, are no speed.
    clock.now -= 100
    all.told("t", Step.SENDING, 5000, 10_000_000)
    all.told("t", Step.SENDING, 10, 10_000_000)
    assert all.under_way()[0].speed is None


@pytest.mark.parametrize(
    ("delivery", "said"),
    [
        ({"step": Step.WAITING}, "Waiting for its turn"),
        ({"step": Step.DOWNLOADING, "done": 1_230_000, "total": 3_400_000}, "Downloading · 1.2 of 3.4 MB"),
        (
            {"step": Step.DOWNLOADING, "done": 1_200_000, "total": 3_400_000, "speed": 310_400.0},
            "Downloading · 1.2 of 3.4 MB · 310 kB/s · 7s left",
        ),
        ({"step": Step.DOWNLOADING, "done": 45_000}, "Downloading · 45 kB"),
        ({"step": Step.SENDING, "done": 0, "total": 812_345}, "Sending · 0 of 812 kB"),
        ({"step": Step.SENDING, "done": 80, "total": 99, "speed": 99.0}, "Sending · 80 of 99 bytes · 99 bytes/s"),
        ({"step": Step.DOWNLOADING, "done": 999_900, "total": 2_000_000}, "Downloading · 1.0 of 2.0 MB"),
        ({"step": Step.ARRIVED, "done": 5, "total": 5}, "It is there · 5 of 5 bytes"),
    ],
)
def test_how_far_it_is_is_told_as_people_tell_it(delivery: dict[str, Any], said: str) -> None:
    assert says(replace(Delivery(KEY, FIRST, TELEGRAM, SONG, NOW), **delivery)) == said


# ------------------------------------------------------------------ over the API


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
    await until(lambda: client.events() == ["now"])
    head = client.got[0]
    assert head["status"] == 200
    headers = {name.decode(): value.decode() for name, value in head["headers"]}
    assert headers["content-type"].startswith("text/event-stream")
    assert headers["cache-control"] == "no-store"
    (now,) = client.told("now")
    assert now["items"] == [{"track": FIRST, "step": "downloading", "done": 700}]
    api.all.told("t", Step.DOWNLOADING, 800, 1000)
    await until(lambda: len(client.events()) == 2)
    # Meanwhile much happens: what is told next is how far it is by then.
    for done in range(801, 1000):
        api.all.told("t", Step.SENDING, done, 1000)
    api.all.of(KEY).ended("t", True)
    await until(lambda: len(client.events()) == 3)
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
    await until(lambda: client.events() == ["now"])
    assert client.told("now")[0]["items"] == []
    for done in range(501, 520):
        api.all.told("other", Step.DOWNLOADING, done, 1000)
        await asyncio.sleep(0)
    api.fetch()
    await until(lambda: len(client.events()) == 2)
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
    await until(lambda: client.events() == ["now"])

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
    await until(lambda: client.events() == ["now"])
    for number in range(NAMES + 1):
        api.fetch(f"t{number}", f"song-{number}")
    await until(lambda: len(client.events()) == 2)
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
        await until(lambda: len(live._listeners) == 1)
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


# ------------------------------------------------------------------ on the page


class Moving(Browser):
    """The page, and the songs that are under way."""

    def __init__(self, there: Sources, reviews: Reviewed | None = None) -> None:
        self.all = Deliveries(lambda delivery: self.live.moved(delivery), Clock())
        super().__init__(replace(there, deliveries=self.all.under_way), reviews)


PAGES = ("/", f"/syncs/{NAMESPACE}/{SYNC}", f"/songs/{NAMESPACE}/{FIRST}")


async def test_a_song_on_its_way_has_a_bar_with_a_name_wherever_it_belongs() -> None:
    browser = Moving(sources(20, NOW))
    for path in PAGES:
        assert "data-delivery" not in await browser.see(path)
    begun(browser.all)
    browser.all.told("t", Step.DOWNLOADING, 500_000, 800_000)
    begun(browser.all, "other", "another-song")
    browser.all.told("other", Step.WAITING, 0, None)
    for path, songs in zip(PAGES, (2, 2, 1), strict=True):
        text = await browser.see(path)
        assert text.count("data-delivery=") == songs
        assert f'data-delivery="{NAMESPACE}/{SYNC}/{FIRST}/telegram"' in text
        assert '<progress max="800000" value="500000" aria-label="Björk – Hyperballad"></progress>' in text
        assert "Downloading · 500 of 800 kB" in text
        if songs == 2:
            assert '<progress aria-label="Björk – Hyperballad"></progress>' in text
            assert "Waiting for its turn" in text
            assert f'<a href="/songs/{NAMESPACE}/{FIRST}"><bdi>Björk – Hyperballad</bdi></a>' in text
    browser.all.of(KEY).ended("t", True)
    assert "data-delivery" not in await browser.see(PAGES[2])


async def test_a_hostile_title_on_its_way_is_text() -> None:
    browser = Moving(sources(20, NOW))
    for number, title in enumerate(HOSTILE):
        browser.all.of(KEY).begun(f"t{number}", f"song-{number}", TELEGRAM, Recording(title, (title,)))
        browser.all.told(f"t{number}", Step.WAITING, 0, None)
    for path in PAGES[:2]:
        text = await browser.see(path)
        assert text.count("<script") == 1
        assert "<img" not in text
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", text)


async def test_a_bar_is_moved_by_what_who_looks_on_is_told_and_not_by_a_look_at_everything() -> None:
    browser = Moving(sources(20, NOW))
    begun(browser.all)
    browser.all.told("t", Step.DOWNLOADING, 100_000, 800_000)
    server = HttpServer(browser.app, host="127.0.0.1", port=0)
    await server.start()
    address = f"http://127.0.0.1:{server.addresses[0][1]}/live"
    async with aiohttp.ClientSession(trust_env=False) as session, session.get(address) as answer:
        assert (await event(answer.content))[0] == "now"
        name, told = await event(answer.content)
        item = {
            "key": f"{NAMESPACE}/{SYNC}/{FIRST}/telegram", "song": f"{NAMESPACE}/{SYNC}/{FIRST}", "over": False,
            "sync": f"{NAMESPACE}/{SYNC}", "says": "Downloading · 100 of 800 kB", "done": 100_000, "total": 800_000,
        }  # fmt: skip
        assert (name, told) == ("progress", {"items": [item]})
        browser.all.told("t", Step.DOWNLOADING, 600_000, 800_000)
        name, told = await event(answer.content)
        assert (name, told["items"][0]["done"]) == ("progress", 600_000)
        browser.live.close()
    await server.close()


class Half(Reviewed):
    """May list MusicSyncs everywhere, and Tracks in the namespace attic only."""

    async def allowed(self, token: str, question: tuple[str, str, str, str]) -> bool:
        return question[1] == "musicsyncs" or question[2] == "attic"


async def test_who_may_list_a_musicsync_but_not_its_tracks_is_shown_none_of_them_on_their_way() -> None:
    there = replace(sources(20, NOW), namespaces=[NAMESPACE, "attic"])
    hidden = track(1000, NOW)
    hidden["metadata"]["namespace"] = "attic"
    there.tracks.index.take(hidden)
    browser, client = Moving(there, Half()), Client()
    begun(browser.all)
    browser.all.told("t", Step.DOWNLOADING, 100_000, 800_000)
    bearer = f"Bearer {TOKEN}"
    for path in PAGES[:2]:
        status, text, _ = await browser.ask(path, Authorization=bearer)
        assert (status, SYNC in text, "data-delivery=" in text) == (200, True, False)
    scope = {
        "type": "http", "method": "GET", "path": "/live", "raw_path": b"/live", "root_path": "", "query_string": b"",
        "headers": [(b"authorization", bearer.encode()), (b"host", b"localhost")],
    }  # fmt: skip
    task = asyncio.create_task(browser.app(scope, client.receive, client.send))
    await until(lambda: client.events() == ["now"])
    browser.all.told("t", Step.DOWNLOADING, 200_000, 800_000)
    begun(browser.all, "other", hidden["metadata"]["name"], ("attic", SYNC))
    browser.all.told("other", Step.WAITING, 0, None)
    await until(lambda: client.told("progress"))
    assert [item["sync"] for told in client.told("progress") for item in told["items"]] == [f"attic/{SYNC}"]
    client.left.set()
    await task
