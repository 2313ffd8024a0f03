"""The page for people: what it shows, to whom, and that nothing that a title says is ever more than text."""

import asyncio
import itertools
import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx
import pytest

from navaar.http.access import Gate
from navaar.http.app import application
from navaar.http.endpoints import Answers
from navaar.http.live import Changes, Live
from navaar.http.problem import unauthorized
from navaar.http.reviews import Stranger
from navaar.http.server import HttpServer
from navaar.http.sources import Sources
from navaar.http.stream import Event, EventStream
from navaar.page.browser import Cookie, from_here, in_the_clear, local
from navaar.page.lately import lately
from navaar.page.overviewpage import shares
from navaar.page.sessions import LASTS, MOST, Sessions
from navaar.page.site import POLICY, Site
from navaar.people.act import Act
from reconcilers.model import Origin, Placement, State, Track
from reconcilers.services.protocol import ServiceName
from tests.library import HOSTILE, NAMESPACE, SYNC, sources, track

TELEGRAM, YOUTUBE, SPOTIFY = ServiceName
NOW = 1_800_000_000.0
TOKEN = "a-kubernetes-token-of-somebody"
FIRST = f"{SYNC}-{0:010x}"
PAGES = ("/", "/songs", "/review", f"/syncs/{NAMESPACE}/{SYNC}", f"/songs/{NAMESPACE}/{FIRST}")
HEARD = {"t.me", "music.youtube.com", "open.spotify.com"}


class Asked(HTMLParser):
    """What a page is made of."""

    VOID = frozenset({"meta", "link", "input", "br", "rect", "img", "path"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice: {attrs}"
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open.pop() == tag, f"{tag} closes nothing"

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, tag: str, name: str) -> list[str]:
        return [value for found, attrs in self.tags if found == tag and (value := attrs.get(name)) is not None]


class Reviewed:
    """What the API server says: `TOKEN` may list what is in `namespaces`."""

    def __init__(self) -> None:
        self.tokens = {TOKEN}
        self.namespaces = {"", NAMESPACE}
        self.denied: set[str] = set()

    async def allowed(self, token: str, question: tuple[str, str, str, str]) -> bool:
        if token not in self.tokens:
            raise Stranger
        return question[2] in self.namespaces and question[1] not in self.denied


class Browser:
    """One that keeps its cookie, and leads nowhere by itself."""

    def __init__(self, there: Sources, reviews: Reviewed | None = None) -> None:
        self.live = Live()
        gate = Gate(reviews, local=True)  # type: ignore[arg-type]
        self.clock = 0.0
        self.site = Site(there, gate, self.live, Sessions(lambda: self.clock), lambda: NOW)
        self.index = there.tracks.index
        self.index.on_change = self.live.changed
        self.app = application(
            alive=lambda: None,
            ready=lambda: None,
            metrics=lambda accept: (b"", "text/plain"),
            api=(Answers(there, self.live), gate),
            pages=self.site,
        )
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://localhost:8080")
        self.cookie = ""

    async def ask(
        self, path: str, method: str = "GET", data: dict[str, str] | None = None, **headers: str
    ) -> tuple[int, str, httpx.Headers]:
        sent = {"Accept": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.cookie:
            sent.setdefault("Cookie", self.cookie)
        answer = await self._client.request(method, path, data=data, headers=sent)
        self._client.cookies.clear()
        if "Set-Cookie" in answer.headers:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return answer.status_code, answer.text, answer.headers

    async def see(self, path: str) -> str:
        status, text, _ = await self.ask(path)
        assert status == 200, text
        return text


@pytest.fixture(scope="module")
def library() -> Sources:
    return sources(120, NOW)


@pytest.fixture
def browser(library: Sources) -> Browser:
    return Browser(library)


@pytest.fixture
def stranger(library: Sources) -> Browser:
    return Browser(library, Reviewed())


# --- what it shows ----------------------------------------------------------------------------------------------------


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


async def test_the_numbers_are_those_of_the_tracks(browser: Browser, library: Sources) -> None:
    counts = library.tracks.phases()[NAMESPACE, SYNC]
    text = Asked(await browser.see("/songs")).text
    assert f"All {sum(counts.values())}" in text
    for phase, count in counts.items():
        assert f"{phase} {count}" in text
        page = await browser.see(f"/songs?phase={phase}&limit=500")
        assert page.count('<th scope="row">') == count
    assert f"Review {counts['Review']} waiting" in text


async def test_songs_are_found_filtered_and_paged(browser: Browser, library: Sources) -> None:
    assert "No song fits" in await browser.see("/songs?text=nobody+sings+that")
    found = await browser.see("/songs?text=داریوش&sort=title")
    assert "چشم من" in found
    assert "Wonderwall" not in found
    failed = await browser.see(f"/songs?sync={NAMESPACE}%2F{SYNC}&service=youtubeMusic&state=Failed&sort=&text=")
    assert "YouTube gives this recording to nobody here" in failed
    names: list[str] = []
    path = "/songs?limit=50&sort=artist"
    while path:
        page = Asked(await browser.see(path))
        names += [one for one in page.values("a", "href") if one.startswith(f"/songs/{NAMESPACE}/")]
        path = next((href for tag, a in page.tags if a.get("class") == "next" and (href := a.get("href"))), "")
    assert len(names) == len(set(names)) == 120


async def test_what_cannot_be_asked_is_said_on_a_page(browser: Browser) -> None:
    for path, status, said in (
        ("/songs?limit=none", 400, "limit can&#39;t be none"),
        ("/songs?phase=Lost", 400, "phase can&#39;t be Lost"),
        ("/songs?cursor=garbage", 400, "no cursor of ours"),
        ("/songs?text=" + "x" * 5000, 400, "characters long"),
        ("/review?phase=Failed", 400, "no parameter phase"),
        ("/songs/music/nobody", 404, "There is no Track nobody"),
        ("/songs/music/..%2f..", 404, "There is no such page"),
        ("/syncs/music/nobody", 404, "There is no MusicSync nobody"),
        ("/nowhere", 404, "There is no such page"),
    ):
        got, text, _ = await browser.ask(path)
        assert got == status, path
        assert said in text
        Asked(text)


async def test_review_shows_the_song_beside_the_candidates_and_the_line_that_takes_each(
    browser: Browser, library: Sources
) -> None:
    page = Asked(await browser.see("/review?limit=500"))
    waiting = [t for t in library.tracks.index.tracks(NAMESPACE, SYNC).values() if t.revision.phase == "Review"]
    assert waiting
    for one in waiting:
        assert str(one.recording) in page.text
        for candidate in one.placements[SPOTIFY].candidates:
            line = f"kubectl patch track {one.name} -n {NAMESPACE} --type=merge -p "
            assert line + f'\'{{"spec":{{"pins":{{"spotify":"{candidate.id}"}}}}}}\'' in page.text
            assert candidate.text in page.text


async def test_a_story_tells_what_happened_and_what_a_person_can_say(browser: Browser) -> None:
    page = Asked(await browser.see(f"/songs/{NAMESPACE}/{FIRST}"))
    assert "Where it came from" in page.text
    assert "https://t.me/fridaytapes/1" in page.text
    assert "What happened" in page.text
    assert (
        f"""kubectl patch track {FIRST} -n {NAMESPACE} --type=merge -p '{{"spec":{{"state":"Absent"}}}}'""" in page.text
    )


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


async def test_what_waits_for_approval_stands_there_with_the_line_that_lets_it_through() -> None:
    there = sources(20, NOW)
    sync = there.syncs.get((NAMESPACE, SYNC))
    assert sync is not None
    sample = {
        "op": "Remove",
        "service": "spotify",
        "title": HOSTILE[0],
        "track": FIRST,
        "why": "it was removed elsewhere",
    }
    plan = {"summary": "7 removals from Spotify", "hash": "3f9a1c77d2ab", "held": 7, "samples": [sample]}
    sync["status"]["plan"] = plan
    browser = Browser(there)
    line = f"kubectl annotate musicsync {SYNC} -n {NAMESPACE} --overwrite navaar.dev/approve=3f9a1c77d2ab"
    for path in ("/", f"/syncs/{NAMESPACE}/{SYNC}"):
        assert line in Asked(await browser.see(path)).text
    page = Asked(await browser.see(f"/syncs/{NAMESPACE}/{SYNC}"))
    assert "exactly these 7 operations" in page.text
    assert HOSTILE[0] in page.text
    del plan["hash"], plan["held"], sample["why"], sample["title"]
    assert "Waits for approval" not in await browser.see(f"/syncs/{NAMESPACE}/{SYNC}")
    plan["hash"] = "3f9a1c77d2ab"
    sync["metadata"]["annotations"] = {"navaar.dev/approve": "3f9a1c77d2ab"}
    page = Asked(await browser.see(f"/syncs/{NAMESPACE}/{SYNC}"))
    assert line not in page.text
    assert "It is approved" in page.text


async def test_a_musicsync_that_is_stopped_plans_only_or_is_gone_is_told_so() -> None:
    there = sources(20, NOW)
    sync = there.syncs.get((NAMESPACE, SYNC))
    assert sync is not None
    sync["spec"] |= {"suspend": True, "mode": "Plan"}
    browser = Browser(there)
    text = Asked(await browser.see("/")).text
    assert "Suspended" in text
    assert "Mode Plan" in text
    assert '{"spec":{"suspend":false}}' in text
    assert '{"spec":{"mode":"Apply"}}' in text
    there.syncs._cache.remove((NAMESPACE, SYNC))
    for path in PAGES:
        text = Asked(await browser.see(path)).text
        assert "was deleted" in text or path in ("/songs", "/review", PAGES[-1])
    coming = next(t.name for t in browser.index.tracks(NAMESPACE, SYNC).values() if t.revision.phase == "Syncing")
    assert "its MusicSync is gone" in Asked(await browser.see(f"/songs/{NAMESPACE}/{coming}")).text


async def test_an_empty_cluster_says_how_to_begin() -> None:
    there = sources(0, NOW)
    there.syncs._cache.remove((NAMESPACE, SYNC))
    browser = Browser(there)
    assert "kubectl apply -f examples/quickstart/musicsync.yaml" in await browser.see("/")
    assert "No song yet" in await browser.see("/songs")
    assert "Nothing waits for you" in await browser.see("/review")


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
    await until(lambda: client.told("now"))
    assert client.told("now")[0]["tracks"] == 20
    there.tracks.index.cache.remove(("attic", hidden["metadata"]["name"]))
    await asyncio.sleep(0.02)
    there.tracks.index.cache.remove((NAMESPACE, FIRST))
    await until(lambda: client.told("changed"))
    (changed,) = client.told("changed")
    assert changed["changed"] == [f"{NAMESPACE}/{SYNC}", f"{NAMESPACE}/{SYNC}/{FIRST}"]
    assert changed["tracks"] == 19
    client.left.set()
    await task


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
    await until(lambda: client.told("now"))
    there.tracks.index.cache.remove((NAMESPACE, FIRST))
    await until(lambda: client.told("changed"))
    assert [(one["namespace"], one["tracks"]) for one in client.told("changed")[0]["syncs"]] == [(NAMESPACE, 19)]
    client.left.set()
    await task


def test_shares_fill_the_bar() -> None:
    some = shares({"Synced": 1, "Failed": 2, "": 3, "Review": 0})
    assert [(one.phase, one.count) for one in some] == [("Synced", 1), ("Syncing", 3), ("Failed", 2)]
    assert some[0].start == 0
    assert all(one.start + one.width == after.start for one, after in itertools.pairwise(some))
    assert some[-1].start + some[-1].width == 1000
    assert shares({}) == ()


async def test_the_pace_is_that_of_the_last_minutes_and_what_comes_next_is_in_the_order_of_the_queue() -> None:
    def one(number: int, state: State, placed: float | None = None) -> Track:
        origin = Origin.PLACED if placed else None
        return Track(
            f"t{number:03}", (TELEGRAM, str(number)), placements={YOUTUBE: Placement(state, origin, placed=placed)}
        )

    tracks = [one(n, State.PRESENT, NOW - 20 * n) for n in range(1, 16)]  # one every 20 seconds for 5 minutes
    tracks += [one(100 + n, State.PRESENT, NOW - 3600 * n) for n in range(1, 30)]
    tracks += [one(200 + n, State.PENDING) for n in range(9)] + [one(300, State.REMOVING)]
    found = (await lately(tracks, NOW, 3))[YOUTUBE]
    assert found.pace == pytest.approx(1 / 20)
    assert found.hours[-1] == 15
    assert sum(found.hours) == 15 + 23
    assert [one.name for one in found.next] == ["t300", "t200", "t201"]
    assert (await lately(tracks[:2], NOW))[YOUTUBE].pace is None


# --- hostile titles ---------------------------------------------------------------------------------------------------


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


# --- signing in -------------------------------------------------------------------------------------------------------


async def test_a_token_is_given_once_and_the_browser_keeps_a_random_id(stranger: Browser) -> None:
    status, _, headers = await stranger.ask("/songs?text=a+b")
    assert status == 303
    assert headers["Location"] == "/sign-in?next=%2Fsongs%3Ftext%3Da%2Bb"
    form = Asked(await stranger.see("/sign-in?next=%2Fsongs%3Ftext%3Da%2Bb"))
    assert form.values("input", "value") == ["/songs?text=a+b"]
    assert not form.values("input", "autofocus")
    status, _, headers = await stranger.ask("/sign-in", "POST", {"token": TOKEN + "\n", "next": "/songs?text=a+b"})
    assert status == 303
    assert headers["Location"] == "/songs?text=a+b"
    left = headers["Set-Cookie"]
    assert re.fullmatch(r"navaar-\d+=[\w-]{43}; Path=/; HttpOnly; SameSite=Strict", left)
    assert TOKEN not in left
    for path in PAGES:
        assert "Sign out" in await stranger.see(path)
    kept = stranger.cookie
    status, _, headers = await stranger.ask("/sign-out", "POST")
    assert (status, headers["Location"]) == (303, "/sign-in")
    assert "Max-Age=0" in headers["Set-Cookie"]
    assert (await stranger.ask("/", Cookie=kept))[0] == 303


async def test_a_token_that_nobody_knows_signs_nobody_in(stranger: Browser) -> None:
    for token in ("some-garbage-token", "", "short", "with space", "x" * 10_000):
        status, text, headers = await stranger.ask("/sign-in", "POST", {"token": token})
        assert status == 401
        assert "no token that the API server knows" in text
        assert "Set-Cookie" not in headers
        assert len(token) < 4 or token not in text
    assert (await stranger.ask("/sign-in", "POST", {"token": "x" * 20_000}))[0] == 400
    assert (await stranger.ask("/sign-in", "POST", {f"a{n}": "b" for n in range(20)}))[0] == 400


async def test_no_other_site_signs_anybody_in_or_out(stranger: Browser) -> None:
    await stranger.ask("/sign-in", "POST", {"token": TOKEN})
    for elsewhere in (
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
    ):
        for path in ("/sign-in", "/sign-out"):
            status, text, _ = await stranger.ask(path, "POST", {"token": TOKEN}, **elsewhere)
            assert status == 403
            assert "a page that isn&#39;t ours" in text
    assert "Sign out" in await stranger.see("/")


async def test_a_session_ends_with_its_token_and_in_any_case(library: Sources) -> None:
    reviews = Reviewed()
    browser = Browser(library, reviews)
    await browser.ask("/sign-in", "POST", {"token": TOKEN})
    await browser.see("/")
    browser.clock = LASTS + 1
    assert (await browser.ask("/"))[0] == 303
    await browser.ask("/sign-in", "POST", {"token": TOKEN})
    await browser.see("/")
    reviews.tokens.clear()
    assert (await browser.ask("/"))[0] == 303
    reviews.tokens.add(TOKEN)
    assert (await browser.ask("/"))[0] == 303, "it was forgotten"


def test_no_more_are_signed_in_than_a_bound() -> None:
    sessions = Sessions(lambda: 0.0)
    ids = [sessions.begin(f"token-{n}") for n in range(MOST + 1)]
    assert len(set(ids)) == MOST + 1
    assert sessions.token(ids[0]) is None
    assert sessions.token(ids[-1]) == f"token-{MOST}"
    assert sessions.token("") is None
    assert sessions.token("\udcff") is None


@pytest.mark.parametrize(
    ("host", "name", "secure"),
    [
        ("localhost:8080", "navaar-8080", False),
        ("127.0.0.1", "navaar-80", False),
        ("[::1]:9", "navaar-9", False),
        ("navaar.example", "__Host-navaar", True),
        ("localhost.evil.example:8080", "__Host-navaar", True),
        ("", "__Host-navaar", True),
    ],
)
def test_a_cookie_leaves_the_machine_over_tls_only(host: str, name: str, secure: bool) -> None:
    cookie = Cookie.of(host)
    assert (cookie.name, cookie.secure) == (name, secure)
    assert ("; Secure" in cookie.given("id")) is secure
    assert cookie.brought({"cookie": f'other="; {name}=right; {name}x=wrong'}) == "right"


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", "songs", "/sign-out",
             "/a\nSet-Cookie: b", "///x", "\\\\x", "http:/songs", "/\t/x"],
)  # fmt: skip
def test_after_signing_in_one_is_led_nowhere_else(path: str) -> None:
    assert local(path) == "/"


def test_whose_page_it_was_is_told_by_the_browser() -> None:
    host = {"host": "navaar.example"}
    assert from_here({**host, "sec-fetch-site": "same-origin"})
    assert from_here({**host, "origin": "https://navaar.example"})
    assert from_here(host)
    assert not from_here({**host, "sec-fetch-site": "same-site", "origin": "https://navaar.example"})
    assert not from_here({**host, "origin": "https://navaar.example.evil"})
    assert in_the_clear(host)
    assert in_the_clear({**host, "origin": "http://navaar.example"})
    assert not in_the_clear({**host, "sec-fetch-site": "none"})
    assert not in_the_clear({**host, "x-forwarded-proto": "https"})
    assert not in_the_clear({"host": "localhost:8080"})


async def test_over_plain_http_from_elsewhere_no_token_is_asked_for(stranger: Browser) -> None:
    text = await stranger.ask("/sign-in", Host="navaar.example")
    assert "anybody on the way could read" in text[1]
    assert "<input" not in text[1]
    assert (await stranger.ask("/sign-in", "POST", {"token": TOKEN}, Host="navaar.example"))[0] == 403


# --- live -------------------------------------------------------------------------------------------------------------


async def event(lines: Any) -> tuple[str, Any]:
    name = ""
    async for line in lines:
        text = line.decode().rstrip("\n")
        if text.startswith("event: "):
            name = text[7:]
        elif text.startswith("data: "):
            return name, json.loads(text[6:])
    return "over", None


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


async def test_who_asks_for_no_more_than_headers_is_kept_by_no_stream(browser: Browser) -> None:
    async with asyncio.timeout(5):
        for path in ("/live", *PAGES):
            status, text, _ = await browser.ask(path, "HEAD")
            assert (status, text) == (200, "")


class Client:
    """Takes what it is sent while it is `taking`."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.taking = asyncio.Event()
        self.taking.set()
        self.left = asyncio.Event()

    async def receive(self) -> Any:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        await self.taking.wait()
        self.got.append(message)

    def events(self) -> list[str]:
        text = b"".join(message.get("body", b"") for message in self.got).decode()
        return re.findall("event: (.*)", text)

    def told(self, name: str) -> list[Any]:
        text = b"".join(message.get("body", b"") for message in self.got).decode()
        return [json.loads(data) for found, data in re.findall("event: (.*)\ndata: (.*)", text) if found == name]


async def until(holds: Any) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.001)


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
    await until(lambda: client.events() == ["now"])
    for number in range(1000):
        live.changed(("a", "b"), f"t{number}")
    await until(lambda: len(client.events()) == 2)
    live.changed(("a", "b"), "one")
    live.changed(("a", "b"), "two")
    await until(lambda: len(client.events()) == 3)
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
    await until(lambda: slow.events() == other.events() == ["now"])
    slow.taking.clear()
    live.changed(("a", "b"))
    await until(lambda: len(live._listeners) == 1)
    assert other.events() == ["now", "changed"]
    third = listening(live, Client())
    await until(lambda: len(live._listeners) == 2)
    for task in (stuck, fine, third):
        task.cancel()
    await asyncio.gather(stuck, fine, third, return_exceptions=True)


async def test_one_too_many_is_told_to_come_back() -> None:
    live, client = Live(most=1), Client()
    first = listening(live, Client())
    await until(lambda: live._listeners)
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
    await until(lambda: client.events() == ["now"])
    allowed[0] = False
    async with asyncio.timeout(5):
        await task
    assert client.got[-1]["more_body"] is False


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
