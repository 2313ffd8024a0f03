"""What pages are made of: nothing is loaded from elsewhere, and nothing that a title says is ever more than text."""

import json
import shlex
from urllib.parse import urlsplit

import pytest

from navaar.people.act import Act
from tests import browsing
from tests.browsing import NOW, PAGES, Asked, Browser
from tests.library import HOSTILE, NAMESPACE, SYNC, sources

browser = browsing.browser
library = browsing.library
quiet = browsing.quiet

HEARD = {"t.me", "music.youtube.com", "open.spotify.com"}


async def test_every_link_leads_to_a_page_and_nothing_is_loaded_from_elsewhere(browser: Browser) -> None:
    seen: dict[str, int] = {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop()
        status, text, headers = await browser.ask(path)
        seen[path] = status
        assert headers["Content-Security-Policy"].startswith("default-src 'none'"), path
        if not text.startswith("<!doctype html>") or path.startswith("/docs"):
            continue
        page = Asked(text)
        loaded = [*page.values("link", "href"), *page.values("script", "src"), *page.values("form", "action")]
        assert loaded
        assert all(address.startswith("/") and not address.startswith("//") for address in loaded)
        assert {tag for tag, _ in page.tags}.isdisjoint({"style", "iframe", "img", "object", "base"})
        assert not [attrs for _, attrs in page.tags if any(name.startswith("on") or name == "style" for name in attrs)]
        for address in [*loaded, *page.values("a", "href")]:
            split = urlsplit(address)
            if split.netloc:
                assert split.scheme == "https"
                assert split.netloc in HEARD, address
            elif not address.startswith("#") and address not in seen and len(seen) < 60:
                seen[address] = 0
                waiting.append(address)
    wrong = {path: status for path, status in seen.items() if status not in (200, 405, 0, 303)}
    assert not wrong
    assert set(PAGES[:4]) <= seen.keys()


async def test_what_a_title_says_is_text_wherever_it_stands() -> None:
    there = sources(60, NOW, hostile=True)
    browser = Browser(there)
    songs = (f"/songs/{NAMESPACE}/{name}" for name in there.tracks.index.tracks(NAMESPACE, SYNC))
    for path in [*PAGES[:4], *songs]:
        page = Asked(await browser.see(path))
        assert len(page.values("script", "src")) == 1
        assert {tag for tag, _ in page.tags}.isdisjoint({"img", "b"})
        assert [tag for tag, _ in page.tags].count("h1") == 1
        links = page.values("a", "href")
        assert all(link.startswith(("/", "#")) or urlsplit(link).netloc in HEARD for link in links), links
        assert "54439" not in page.text
    shown = Asked(await browser.see("/songs?limit=500")).text
    for title in HOSTILE:
        harmless = "".join(letter for letter in title if letter.isprintable())
        assert harmless in shown
    assert not set(shown) & set("\0\x1b\u202e\u2066\u2067")


@pytest.mark.parametrize("title", HOSTILE)
def test_a_command_with_a_hostile_title_is_one_harmless_line(title: str) -> None:
    line = Act("Track", "music", "t", {"spec": {"title": title}}, "").line
    assert line.isprintable()
    words = shlex.split(line)
    assert words[:3] == ["kubectl", "patch", "track"]
    assert json.loads(words[-1]) == {"spec": {"title": title}}
