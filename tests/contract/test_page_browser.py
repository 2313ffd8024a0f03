"""The page in a real browser, where there is one: how it looks is for people, that it fits and answers is for tests.

Skipped where no Chromium is on PATH; what axe (https://github.com/dequelabs/axe-core) says is asked where NAVAAR_AXE names its
`axe.min.js`, from npm.
"""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from navaar.deliveries import Deliveries
from navaar.http.access import Gate
from navaar.http.app import application
from navaar.http.endpoints import Answers
from navaar.http.live import Live
from navaar.http.server import HttpServer
from navaar.http.sources import Sources
from navaar.page.site import Site
from reconcilers.delivery import Step
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName
from tests.browsing import TOKEN, Reviewed
from tests.contract.chromium import Chromium, Tab, found
from tests.library import HOSTILE, NAMESPACE, SYNC, sources

pytestmark = pytest.mark.skipif(found() is None, reason="no Chromium on PATH: the page isn't looked at in a browser")

NOW = 1_800_000_000.0
FIRST = f"{SYNC}-{0:010x}"
PAGES = ("/", "/songs", "/review", f"/syncs/{NAMESPACE}/{SYNC}", f"/songs/{NAMESPACE}/{FIRST}", "/sign-in")


class Place:
    """The page, served."""

    def __init__(self, there: Sources, reviews: Reviewed | None = None) -> None:
        self.live = Live()
        self.deliveries = Deliveries(self.live.moved)
        there = replace(there, deliveries=self.deliveries.under_way)
        self.index = there.tracks.index
        self.index.on_change = self.live.changed
        gate = Gate(reviews, local=True)  # type: ignore[arg-type]
        app = application(
            alive=lambda: None,
            ready=lambda: None,
            metrics=lambda accept: (b"", "text/plain"),
            api=(Answers(there, self.live), gate),
            pages=Site(there, gate, self.live),
        )
        self.server = HttpServer(app, host="127.0.0.1", port=0)

    async def __aenter__(self) -> "Place":
        await self.server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.live.close()
        await self.server.close()

    def at(self, path: str) -> str:
        return f"http://localhost:{self.server.addresses[0][1]}{path}"


@pytest.fixture
async def chromium(tmp_path: Path) -> AsyncIterator[Chromium]:
    async with Chromium.running(tmp_path) as made:
        yield made


async def sign_in(tab: Tab) -> None:
    await tab.run(f"document.querySelector('#token').value = {TOKEN!r}")
    await tab.act("document.querySelector('button.main').click()")


async def test_every_page_fits_the_window_and_the_browser_has_nothing_to_complain_of(chromium: Chromium) -> None:
    axe = Path(os.environ["NAVAAR_AXE"]).read_text() if "NAVAAR_AXE" in os.environ else ""  # noqa: ASYNC240
    for hostile in (False, True):
        async with Place(sources(200, NOW, hostile)) as place:
            for number in range(2):
                song = Recording(HOSTILE[number] * 5, ("https://" + "x" * 90,))
                place.deliveries.of((NAMESPACE, SYNC)).begun(f"t{number}", FIRST, ServiceName.TELEGRAM, song)
            place.deliveries.told("t0", Step.WAITING, 0, None)
            place.deliveries.told("t1", Step.DOWNLOADING, 1_200_000, 3_400_000)
            for width, scheme in ((390, "light"), (1280, "dark")):
                tab = await chromium.tab(width, scheme)
                for path in PAGES:
                    await tab.go(place.at(path))
                    await tab.run("document.querySelectorAll('details').forEach(one => { one.open = true })")
                    assert await tab.run("document.documentElement.scrollWidth <= innerWidth"), f"{path} at {width}"
                    assert await tab.run("document.querySelectorAll('h1').length") == 1
                    if axe:
                        await tab.call("Page.setBypassCSP", enabled=True)
                        await tab.go(place.at(path))
                        await tab.run(axe)
                        rules = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"
                        found = await tab.run(
                            f"axe.run({rules}).then(r => r.violations.map(v => v.id + v.nodes[0].html))"
                        )
                        assert not found, f"{path} at {width}, {scheme}"
                        await tab.call("Page.setBypassCSP", enabled=False)
                assert not tab.complaints


async def test_a_change_is_shown_without_a_reload_and_takes_nothing_out_of_ones_hands(chromium: Chromium) -> None:
    async with Place(sources(60, NOW)) as place:
        tab = await chromium.tab()
        await tab.go(place.at("/"))
        await tab.run("document.querySelector('details').open = true; window.mine = 1")
        before = await tab.run("document.querySelector('.legend').textContent")
        for name in list(place.index.tracks(NAMESPACE, SYNC))[:20]:
            place.index.cache.remove((NAMESPACE, name))
        await tab.until(f"document.querySelector('.legend').textContent !== {before!r}")
        assert await tab.run("document.querySelector('details').open && window.mine === 1")
        await tab.run("document.querySelector('.legend a').focus()")
        kept = await tab.run("document.querySelector('.legend').textContent")
        for name in list(place.index.tracks(NAMESPACE, SYNC))[:10]:
            place.index.cache.remove((NAMESPACE, name))
        await tab.until("performance.getEntriesByType('resource').filter(r => r.initiatorType === 'fetch').length >= 2")
        assert await tab.run("document.querySelector('.legend').textContent") == kept, "somebody is just there"
        assert not tab.complaints


async def test_the_bar_of_a_song_on_its_way_moves_without_a_look_at_everything(chromium: Chromium) -> None:
    async with Place(sources(60, NOW)) as place:
        tab = await chromium.tab()
        await tab.go(place.at(f"/syncs/{NAMESPACE}/{SYNC}"))
        assert await tab.run("document.querySelectorAll('[data-delivery]').length") == 0
        place.deliveries.of((NAMESPACE, SYNC)).begun("t", FIRST, ServiceName.TELEGRAM, Recording("پل", ("گوگوش",)))
        place.deliveries.told("t", Step.STARTING, 0, None)
        await tab.until("document.querySelector('[data-delivery] progress:indeterminate') !== null")
        looks = "performance.getEntriesByType('resource').filter(r => r.initiatorType === 'fetch').length"
        before = await tab.run(looks)
        for done in (100_000, 900_000):
            place.deliveries.told("t", Step.DOWNLOADING, done, 1_000_000)
            await tab.until(f"document.querySelector('[data-delivery] progress')?.value === {done}")
        assert "0.9 of 1.0 MB" in await tab.run("document.querySelector('[data-delivery] .says').textContent")
        assert await tab.run(looks) == before
        place.deliveries.of((NAMESPACE, SYNC)).ended("t", True)
        await tab.until("document.querySelector('[data-delivery]') === null")
        assert not tab.complaints


async def test_a_command_is_copied_as_it_stands(chromium: Chromium) -> None:
    async with Place(sources(60, NOW)) as place:
        tab = await chromium.tab()
        await chromium.call(
            "Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"],
            browserContextId=tab.context,
        )  # fmt: skip
        await tab.go(place.at(f"/songs/{NAMESPACE}/{FIRST}"))
        await tab.run("document.querySelector('details').open = true")
        assert not await tab.run("[...document.querySelectorAll('[data-copy]')].some(one => one.hidden)")
        await tab.call("Page.bringToFront")
        await tab.run("document.querySelector('[data-copy]').click()")
        await tab.until("document.querySelector('[data-copy]').textContent.startsWith('Copied')")
        copied = await tab.run("navigator.clipboard.readText()")
        assert copied == await tab.run("document.querySelector('.line code').textContent")
        assert copied.startswith("kubectl patch track ")


@pytest.mark.parametrize("scripts", [True, False])
async def test_signing_in_searching_and_paging_need_no_script(chromium: Chromium, scripts: bool) -> None:
    async with Place(sources(120, NOW), Reviewed()) as place:
        tab = await chromium.tab(scripts=scripts)
        await tab.go(place.at("/songs?sort=title"))
        assert (await tab.run("location.pathname")) == "/sign-in"
        await sign_in(tab)
        assert (await tab.run("location.pathname + location.search")) == "/songs?sort=title"
        assert (await tab.run("document.cookie")) == ""
        await tab.act("document.querySelector('a.next').click()")
        assert (await tab.run("document.querySelectorAll('tbody tr').length")) == 50
        await tab.run("document.querySelector('[name=text]').value = 'داریوش'")
        await tab.act("document.querySelector('.filters button').click()")
        titles = await tab.run("[...document.querySelectorAll('tbody .title')].map(one => one.textContent)")
        assert titles
        assert all("چشم من" in title for title in titles)
        assert await tab.run("document.querySelector('tbody .title').getBoundingClientRect().left < 300"), (
            "it stands left"
        )
        await tab.act("document.querySelector('.quiet').click()")
        assert (await tab.run("location.pathname")) == "/sign-in"
        assert not tab.complaints
