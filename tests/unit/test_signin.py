"""What a sign-in takes for an answer, and what it makes of headers as browsers copy them."""

import base64
import hashlib
import json
import time
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from navaar.api.instant import written
from navaar.people.finding import Finding
from navaar.signin import cookies, google, spotify
from navaar.signin.consent import LIFETIME, Authorization
from navaar.signin.pasted import headers_in
from navaar.signin.problem import NotTheAnswer, SignInProblem
from navaar.signin.secret import owner_of

REDIRECT = "http://127.0.0.1:8912/callback"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def asked(clock: Clock | None = None) -> tuple[Authorization, str]:
    """A sign-in, and the state in its URL."""
    made = Authorization(spotify.PROVIDER, "client", None, REDIRECT, clock=clock or Clock())
    return made, parse_qs(urlsplit(made.url).query)["state"][0]


def test_the_question_carries_pkce_and_asks_for_what_is_needed_and_no_more() -> None:
    made, _ = asked()
    fields = parse_qs(urlsplit(made.url).query)
    digest = hashlib.sha256(made._verifier.encode()).digest()
    assert fields["code_challenge"] == [base64.urlsafe_b64encode(digest).decode().rstrip("=")]
    assert fields["code_challenge_method"] == ["S256"] and 43 <= len(made._verifier) <= 128
    assert set(fields["scope"][0].split()) == set(spotify.PROVIDER.scopes)
    assert not any("user-" in scope for scope in spotify.PROVIDER.scopes)
    other, _ = asked()
    assert made._verifier != other._verifier and made.url != other.url

    query = parse_qs(urlsplit(Authorization(google.PROVIDER, "c", "s", "http://127.0.0.1:1/").url).query)
    assert (query["access_type"], query["prompt"]) == (["offline"], ["consent"])
    assert query["scope"] == ["https://www.googleapis.com/auth/youtube"]


@pytest.mark.parametrize(
    "shape",
    ["{redirect}?code=abc&state={state}", "  {redirect}?state={state}&code=abc \n", "<{redirect}?code=abc&state={state}>",
     "?code=abc&state={state}", "{redirect}?code=ab\nc&state={state}", '"{redirect}?code=abc&state={state}#_=_"'],
)  # fmt: skip
def test_the_answer_is_found_however_it_was_copied(shape: str) -> None:
    made, state = asked()
    assert made.accept(shape.format(redirect=REDIRECT, state=state)) == "abc"


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("", "Nothing was pasted"),
        ("abc", "one begins with http://127.0.0.1:8912/callback?"),
        ("http://localhost:8912/callback?code=abc&state={state}", "one begins with"),
        ("http://127.0.0.1:8913/callback?code=abc&state={state}", "one begins with"),
        ("http://127.0.0.1.evil.example/callback?code=abc&state={state}", "one begins with"),
        ("http://127.0.0.1:8912@evil.example/callback?code=abc&state={state}", "one begins with"),
        ("https://accounts.spotify.com/en/authorize?client_id=1&state={state}", "Agree there first"),
        (f"{REDIRECT}?code=abc", "not whole"),
        (f"{REDIRECT}?code=abc&state=", "answers another sign-in"),
        (f"{REDIRECT}?code=abc&state={{state}}x", "answers another sign-in"),
        (f"{REDIRECT}?code=abc&state=\u06f1", "answers another sign-in"),
        (f"{REDIRECT}?code=abc&code=d&state={{state}}", "says something twice"),
        (f"{REDIRECT}?error=access_denied&state=guessed", "answers another sign-in"),
    ],
)
def test_what_answers_something_else_is_told_and_the_right_one_still_counts(pasted: str, said: str) -> None:
    made, state = asked()
    with pytest.raises(NotTheAnswer) as told:
        made.accept(pasted.format(state=state))
    assert said in told.value.message and "abc" not in told.value.message
    assert made.accept(f"{REDIRECT}?code=abc&state={state}") == "abc"


def test_an_answer_counts_once_and_for_ten_minutes() -> None:
    made, state = asked()
    assert made.accept(f"{REDIRECT}?code=abc&state={state}") == "abc"
    with pytest.raises(NotTheAnswer, match="answered already"):
        made.accept(f"{REDIRECT}?code=abc&state={state}")

    clock = Clock()
    made, state = asked(clock)
    clock.now += LIFETIME
    with pytest.raises(SignInProblem, match="too late: a sign-in is good for 10 minutes"):
        made.accept(f"{REDIRECT}?code=abc&state={state}")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("error=access_denied", "You said no"),
        ("error=temporarily_unavailable", "in trouble"),
        ("error=invalid_scope", "developer.spotify.com/dashboard"),
        ("error=%1b%5b2Jhello", "Spotify refuses. Begin anew"),
        ("code=", "no code along"),
    ],
)
def test_a_no_is_final_and_only_known_words_are_repeated(answer: str, said: str) -> None:
    made, state = asked()
    with pytest.raises(SignInProblem) as told:
        made.accept(f"{REDIRECT}?{answer}&state={state}")
    assert said in told.value.message and not isinstance(told.value, NotTheAnswer)
    with pytest.raises(NotTheAnswer):
        made.accept(f"{REDIRECT}?code=abc&state={state}")


def test_when_a_consent_was_given_is_told_by_the_service_and_a_clock_that_is_off_is_noticed() -> None:
    made, _ = asked()
    given: dict[str, Any] = {
        "access_token": "access",
        "refresh_token": "refresh",
        "scope": list(spotify.PROVIDER.scopes),
    }
    answer, now = requests.Response(), int(time.time())
    answer.headers["Date"] = formatdate(now - 86400, usegmt=True)
    tokens = made._tokens(given, answer)
    assert tokens.given == now - 86400 and abs(tokens.skew - 86400) < 60
    assert spotify.values("client", None, tokens)["consented-at"] == written(float(now - 86400))
    assert "access" not in repr(tokens) and "refresh=" not in repr(tokens)
    answer.headers["Date"] = formatdate(now, usegmt=True)
    assert made._tokens(given, answer).skew == 0
    del answer.headers["Date"]
    assert abs(made._tokens(given, answer).given - now) < 60

    with pytest.raises(SignInProblem, match="no refresh token"):
        made._tokens({**given, "refresh_token": ""}, answer)
    with pytest.raises(SignInProblem, match=r"without playlist-modify-public: a box was left"):
        made._tokens({**given, "scope": given["scope"][:-1]}, answer)


COOKIE = "VISITOR_INFO1_LIVE=v; SID=a.b; __Secure-3PAPISID=x/y; ST-1x2y=z; LOGIN_INFO=AFm:QUQ3=="
KEPT = "VISITOR_INFO1_LIVE=v; SID=a.b; __Secure-3PAPISID=x/y; LOGIN_INFO=AFm:QUQ3=="
LINES = f"""Host: music.youtube.com
User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0
Accept: */*
Content-Length: 2016
X-Goog-AuthUser: 1
Authorization: SAPISIDHASH 1_2
Cookie: {COOKIE}
Sec-Fetch-Mode: same-origin"""
PANEL = f":authority:\nmusic.youtube.com\n:path\n/youtubei/v1/browse?a: b\ncookie\n{COOKIE}\nx-goog-authuser\n1\naccept\n*/*"
BASH = f"""curl 'https://music.youtube.com/youtubei/v1/browse' \\
  -H 'accept: */*' \\
  -b '{COOKIE}' \\
  -H 'x-goog-authuser: 1' \\
  --data-raw $'{{"a":"it\\'s"}}'"""
SAFARI = f"""curl 'https://music.youtube.com/' \\
-X 'POST' \\
-H 'Cookie: {COOKIE}' \\
-H 'X-Goog-AuthUser: 1'"""
CMD = f"""curl ^"https://music.youtube.com/^" ^\r
  -H ^"accept: */*^" ^\r
  -b ^"{COOKIE}^" ^\r
  -H ^"x-goog-authuser: 1^\""""
ROWS = [{"name": "Cookie", "value": COOKIE}, {"name": "X-Goog-AuthUser", "value": "1"}]
NODE = f"""fetch("https://music.youtube.com/youtubei/v1/browse", {{
  "headers": {json.dumps({"cookie": COOKIE, "x-goog-authuser": "1"})},
  "body": "{{}}",
  "method": "POST"
}});"""
SHAPES = {
    "firefox": f"POST /youtubei/v1/browse?prettyPrint=false HTTP/2\n{LINES}",
    "firefox, windows": LINES.replace("\n", "\r\n"),
    "firefox, json": json.dumps({"Request Headers (1 kB)": {"headers": ROWS}}),
    "chrome panel": PANEL,
    "chrome panel, colons": f":method:\nPOST\ncookie:\n{COOKIE}\nx-goog-authuser:\n1",
    "curl, bash": BASH,
    "curl, safari": SAFARI,
    "curl, cmd": CMD,
    "fetch, node": NODE,
    "headers.json": json.dumps({"Cookie": COOKIE, "X-Goog-AuthUser": "1"}),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_headers_are_read_as_every_browser_copies_them(shape: str) -> None:
    held = json.loads(cookies.values(SHAPES[shape])["headers.json"])
    assert held["cookie"] == KEPT
    assert held["x-goog-authuser"] == "1"
    assert not {"host", "content-length", "authorization", "sec-fetch-mode"} & {name.lower() for name in held}
    assert held["origin"] == "https://music.youtube.com"


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("", "Nothing was pasted"),
        ("hello", "no request headers"),
        ('{"cookie": "x', "begins like JSON"),
        ("curl 'https://music.youtube.com/' -H 'x", "a quote is open"),
        ("Invoke-WebRequest -Uri x", "PowerShell"),
        ('fetch("https://music.youtube.com", {"headers": {"x-goog-authuser": "0"}});', "Node.js"),
        ("# Netscape HTTP Cookie File\n.youtube.com\tTRUE\t/\tTRUE\t0\tSID\tx", "cookies.txt"),
        ("Cookie: SID=a; __Secure-3PAPISID=…", "is cut"),
        ("Accept: */*\nX-Goog-AuthUser: 0", "no cookie among these headers (accept, x-goog-authuser)"),
        ("Cookie: SID=a\nX-Goog-AuthUser: 0", "lack __Secure-3PAPISID"),
        ("Cookie: __Secure-3PAPISID=a\nX-Goog-AuthUser: */*", "not a number"),
    ],
)
def test_what_is_no_such_paste_is_told_with_how_to_get_one(pasted: str, said: str) -> None:
    with pytest.raises(SignInProblem) as told:
        cookies.values(pasted)
    assert said in told.value.message and "=a" not in told.value.message


def test_a_duplicate_header_name_in_another_case_is_one() -> None:
    assert headers_in("COOKIE: a=b")["cookie"] == "a=b"


def test_a_secret_that_something_else_makes_is_known() -> None:
    owned = {"metadata": {"ownerReferences": [{"kind": "SealedSecret", "name": "it", "controller": True}]}}
    assert owner_of(owned) == "SealedSecret it"
    assert owner_of({"metadata": {}}) is None and owner_of(None) is None


def test_findings_are_told_with_what_to_do_in_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    from navaar.cli.findings import show

    show([Finding("good", "All is well."), Finding("bad", "Two\nlines\x1b[2J.", "Mend it.")])
    assert capsys.readouterr().out == "✓ All is well.\n✗ Two lines[2J.\n  → Mend it.\n"
