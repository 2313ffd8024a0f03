"""Signing in to the page: a token is given once, kept from everybody else, and for no longer than it holds."""

import re

import pytest

from navaar.http.sources import Sources
from navaar.page.browser import Cookie, from_here, in_the_clear, local
from navaar.page.sessions import LASTS, MOST, Sessions
from tests import browsing
from tests.browsing import PAGES, TOKEN, Asked, Browser, Reviewed

library = browsing.library
stranger = browsing.stranger
quiet = browsing.quiet


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
