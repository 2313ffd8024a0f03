"""The page tells nobody of what they may not list."""

import asyncio
from dataclasses import replace

from navaar.http.sources import Sources
from tests import browsing
from tests.browsing import FIRST, NOW, PAGES, TOKEN, Asked, Browser, Client, Reviewed
from tests.library import NAMESPACE, SYNC, sources, track
from tests.waiting import soon

library = browsing.library
quiet = browsing.quiet


async def test_who_may_not_list_musicsyncs_sees_songs_and_no_status(library: Sources) -> None:
    reviews = Reviewed()
    reviews.denied = {"musicsyncs"}
    browser = Browser(library, reviews)
    coming = [t.name for t in library.tracks.index.tracks(NAMESPACE, SYNC).values() if t.revision.phase == "Syncing"]
    for path in (*PAGES, f"/songs/{NAMESPACE}/{coming[0]}"):
        status, text, _ = await browser.ask(path, Authorization=f"Bearer {TOKEN}")
        assert status == 200
        assert "told us to wait" not in text
        assert "fridaytapes" not in text
    reviews.namespaces = {"elsewhere"}
    for path in PAGES:
        status, text, _ = await browser.ask(path, Authorization=f"Bearer {TOKEN}")
        assert status == 403
        assert "You may not" in text
        assert FIRST not in text


async def test_of_another_namespace_nothing_is_told_neither_on_a_page_nor_to_those_who_look_on() -> None:
    there = replace(sources(20, NOW), namespaces=[NAMESPACE, "attic"])
    for number in range(3):
        hidden = track(1000 + number, NOW)
        hidden["metadata"]["namespace"] = "attic"
        there.tracks.index.take(hidden)
    reviews = Reviewed()
    reviews.namespaces = {NAMESPACE}
    browser = Browser(there, reviews)
    for path in (*PAGES, "/songs?namespace=attic", f"/syncs/attic/{SYNC}"):
        _, text, _ = await browser.ask(path, Authorization=f"Bearer {TOKEN}")
        assert "/songs/attic" not in text
        assert "All 23" not in Asked(text).text
    client = Client()
    scope = {
        "type": "http", "method": "GET", "path": "/live", "raw_path": b"/live", "root_path": "", "query_string": b"",
        "headers": [(b"authorization", f"Bearer {TOKEN}".encode()), (b"host", b"localhost")],
    }  # fmt: skip
    task = asyncio.create_task(browser.app(scope, client.receive, client.send))
    await soon(lambda: client.told("now"))
    assert client.told("now")[0]["tracks"] == 20
    there.tracks.index.cache.remove(("attic", hidden["metadata"]["name"]))
    await asyncio.sleep(0.02)
    there.tracks.index.cache.remove((NAMESPACE, FIRST))
    await soon(lambda: client.told("changed"))
    (changed,) = client.told("changed")
    assert changed["changed"] == [f"{NAMESPACE}/{SYNC}", f"{NAMESPACE}/{SYNC}/{FIRST}"]
    assert changed["tracks"] == 19
    client.left.set()
    await task
