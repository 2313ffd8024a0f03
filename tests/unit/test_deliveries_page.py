"""How far songs on their way are is shown on the page: beside what they belong to, and to who may list them."""

import asyncio
import re
from dataclasses import replace

import aiohttp

from navaar.deliveries import Deliveries
from navaar.http.server import HttpServer
from navaar.http.sources import Sources
from reconcilers.delivery import Step
from reconcilers.recording import Recording
from tests.browsing import FIRST, NOW, TOKEN, Browser, Client, Reviewed, event
from tests.library import HOSTILE, NAMESPACE, SYNC, sources, track
from tests.memory import TELEGRAM
from tests.underway import KEY, Clock, begun
from tests.waiting import soon

PAGES = ("/", f"/syncs/{NAMESPACE}/{SYNC}", f"/songs/{NAMESPACE}/{FIRST}")


class Moving(Browser):
    """The page, and the songs that are under way."""

    def __init__(self, there: Sources, reviews: Reviewed | None = None) -> None:
        self.all = Deliveries(lambda delivery: self.live.moved(delivery), Clock())
        super().__init__(replace(there, deliveries=self.all.under_way), reviews)


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
    await soon(lambda: client.events() == ["now"])
    browser.all.told("t", Step.DOWNLOADING, 200_000, 800_000)
    begun(browser.all, "other", hidden["metadata"]["name"], ("attic", SYNC))
    browser.all.told("other", Step.WAITING, 0, None)
    await soon(lambda: client.told("progress"))
    assert [item["sync"] for told in client.told("progress") for item in told["items"]] == [f"attic/{SYNC}"]
    client.left.set()
    await task
