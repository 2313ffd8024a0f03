"""Who looks on is told how it stands and what changes, and keeps nobody else waiting."""

import asyncio
import re
from dataclasses import replace

import aiohttp

from navaar.http.live import Changes, Live
from navaar.http.problem import unauthorized
from navaar.http.server import HttpServer
from navaar.http.stream import Event, EventStream
from navaar.page.site import POLICY
from tests import browsing
from tests.browsing import FIRST, NOW, PAGES, Browser, Client, event
from tests.library import NAMESPACE, SYNC, sources, track
from tests.waiting import soon

browser = browsing.browser
library = browsing.library
quiet = browsing.quiet


async def test_who_looks_on_is_told_how_it_stands_and_then_what_changes() -> None:
    browser = Browser(sources(30, NOW))
    server = HttpServer(browser.app, host="127.0.0.1", port=0)
    await server.start()
    address = f"http://127.0.0.1:{server.addresses[0][1]}/live"
    async with aiohttp.ClientSession(trust_env=False) as session, session.get(address) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert answer.headers["Cache-Control"] == "no-store"
        name, told = await event(answer.content)
        assert name == "now"
        assert told["tracks"] == 30
        stamp = re.search(r'data-stamp="([^"]+)"', await browser.see("/"))
        assert stamp
        assert stamp.group(1) == told["stamp"]
        for name in list(browser.index.tracks(NAMESPACE, SYNC))[:3]:
            browser.index.cache.remove((NAMESPACE, name))
        name, told = await event(answer.content)
        assert name == "changed"
        assert told["tracks"] == 27
        assert told["stamp"] != stamp.group(1)
        assert told["changed"] == [f"{NAMESPACE}/{SYNC}", *(f"{NAMESPACE}/{SYNC}/{SYNC}-{n:010x}" for n in range(3))]
        browser.live.close()
        assert await event(answer.content) == ("over", None)
    await server.close()


async def test_a_change_is_told_with_the_numbers_of_what_changed_only() -> None:
    there = replace(sources(20, NOW), namespaces=[NAMESPACE, "attic"])
    other = track(1000, NOW)
    other["metadata"]["namespace"] = "attic"
    there.tracks.index.take(other)
    browser, client = Browser(there), Client()
    scope = {
        "type": "http", "method": "GET", "path": "/live", "raw_path": b"/live", "root_path": "", "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }  # fmt: skip
    task = asyncio.create_task(browser.app(scope, client.receive, client.send))
    await soon(lambda: client.told("now"))
    there.tracks.index.cache.remove((NAMESPACE, FIRST))
    await soon(lambda: client.told("changed"))
    assert [(one["namespace"], one["tracks"]) for one in client.told("changed")[0]["syncs"]] == [(NAMESPACE, 19)]
    client.left.set()
    await task


async def test_who_asks_for_no_more_than_headers_is_kept_by_no_stream(browser: Browser) -> None:
    async with asyncio.timeout(5):
        for path in ("/live", *PAGES):
            status, text, _ = await browser.ask(path, "HEAD")
            assert (status, text) == (200, "")


def listening(
    live: Live, client: Client, told: list[Changes | None] | None = None, **how: float
) -> "asyncio.Task[None]":
    async def tell(changes: Changes | None) -> list[Event]:
        if told is not None:
            told.append(changes)
        return [("now" if changes is None else "changed", {})]

    stream = EventStream(live.listener, tell, lambda problem: problem.response(), **{"pause": 0.02, **how})
    return asyncio.create_task(stream({"type": "http"}, client.receive, client.send))


async def test_many_changes_are_one_event_and_no_names_are_kept_of_too_many() -> None:
    live, client, told = Live(), Client(), list[Changes | None]()
    task = listening(live, client, told)
    await soon(lambda: client.events() == ["now"])
    for number in range(1000):
        live.changed(("a", "b"), f"t{number}")
    await soon(lambda: len(client.events()) == 2)
    live.changed(("a", "b"), "one")
    live.changed(("a", "b"), "two")
    await soon(lambda: len(client.events()) == 3)
    key = ("a", "b")
    assert told == [
        None,
        Changes(frozenset({key}), None),
        Changes(frozenset({key}), frozenset({(key, "one"), (key, "two")})),
    ]
    client.left.set()
    await task
    assert not live._listeners


async def test_one_who_takes_nothing_is_dropped_and_keeps_nobody_else_waiting() -> None:
    live, slow, other = Live(most=2), Client(), Client()
    stuck = listening(live, slow, patience=0.03)
    fine = listening(live, other)
    await soon(lambda: slow.events() == other.events() == ["now"])
    slow.taking.clear()
    live.changed(("a", "b"))
    await soon(lambda: len(live._listeners) == 1)
    assert other.events() == ["now", "changed"]
    third = listening(live, Client())
    await soon(lambda: len(live._listeners) == 2)
    for task in (stuck, fine, third):
        task.cancel()
    await asyncio.gather(stuck, fine, third, return_exceptions=True)


async def test_one_too_many_is_told_to_come_back() -> None:
    live, client = Live(most=1), Client()
    first = listening(live, Client())
    await soon(lambda: live._listeners)
    await listening(live, client)
    assert client.got[0]["status"] == 503
    live.close()
    await first
    assert not live._listeners


async def test_the_stream_ends_when_nothing_may_be_seen_any_more() -> None:
    live, client, allowed = Live(), Client(), [True]

    async def tell(changes: Changes | None) -> list[Event]:
        if not allowed[0]:
            raise unauthorized("Nobody knows who asks.")
        return [("now", {})]

    stream = EventStream(live.listener, tell, lambda problem: problem.response(), pulse=0.01)
    task = asyncio.create_task(stream({"type": "http"}, client.receive, client.send))
    await soon(lambda: client.events() == ["now"])
    allowed[0] = False
    async with asyncio.timeout(5):
        await task
    assert client.got[-1]["more_body"] is False
