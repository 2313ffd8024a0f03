"""Signing in against the simulated services: a person's browser clicks, the command line prints the Secret."""

import base64
import io
import json
import os
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from navaar.cli import main
from navaar.doctor import accounts as doctor
from navaar.kube.client import Kube
from sandbox import scenario
from sandbox.browser import Browser
from sandbox.faults import Fault
from sandbox.thread import SandboxThread
from sandbox.world import World

PUBLIC = "public-client"
PERSON = {"cookie": f"SID=a; __Secure-3PAPISID={scenario.YOUTUBE_SAPISID}; _ga=x", "x-goog-authuser": "0"}


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxThread]:
    with SandboxThread(World(), tmp_path_factory.mktemp("box")) as made:
        made.call(lambda: scenario.empty(made.world), timeout=60)
        made.call(lambda: made.world.spotify.add_app(PUBLIC, None))
        yield made
        assert not made.refused


class Told(io.StringIO):
    """What is told while it goes on, to be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.came = threading.Condition()

    def write(self, text: str) -> int:
        with self.came:
            self.came.notify_all()
            return super().write(text)


class Auth:
    """`navaar auth …` without a terminal and without a cluster: the Secret is printed."""

    def __init__(self, patch: pytest.MonkeyPatch, box: SandboxThread, *arguments: str, answers: str = "") -> None:
        for name, value in {**box.environment(), "KUBECONFIG": os.devnull}.items():
            patch.setenv(name, value)
        reading, writing = os.pipe()
        self._stdin, self._said = os.fdopen(reading), os.fdopen(writing, "w")
        self._out, self._err = io.StringIO(), Told()
        patch.setattr("sys.stdin", self._stdin)
        patch.setattr("sys.stdout", self._out)
        patch.setattr("sys.stderr", self._err)
        self._code: int | None = None
        self._thread = threading.Thread(target=self._run, args=(arguments,), daemon=True)
        self._thread.start()
        self.say(answers)

    def _run(self, arguments: tuple[str, ...]) -> None:
        self._code = main(["auth", *arguments, "-n", "music", "--secret", "it", "-o", "yaml"])

    @property
    def told(self) -> str:
        return self._err.getvalue()

    @property
    def out(self) -> str:
        return self._out.getvalue()

    def say(self, text: str) -> None:
        self._said.write(text)
        self._said.flush()

    def url(self) -> str:
        """The page that the person is to open."""
        with self._err.came:
            found = self._err.came.wait_for(lambda: re.search(r"^https://\S+$", self.told, re.MULTILINE), 60)
        assert found, self.told
        return found.group()

    def end(self) -> int:
        self._said.close()
        self._thread.join(60)
        self._stdin.close()
        assert self._code is not None and "Traceback" not in self.told, self.told
        return self._code

    def values(self) -> dict[str, str]:
        """What the printed Secret holds; nothing of it may be told besides."""
        assert self.end() == 0, self.told
        made: dict[str, Any] = yaml.safe_load(self.out)
        assert (made["kind"], made["metadata"]["name"], made["metadata"]["namespace"]) == ("Secret", "it", "music")
        held: dict[str, str] = made["stringData"]
        for key in ("refresh-token", "client-secret", "token", "headers.json"):
            assert key not in held or held[key] not in self.told
        return held


@pytest.fixture
def browser(box: SandboxThread) -> Browser:
    return Browser(box.environment())


def test_spotify_by_pkce_alone_leaves_no_client_secret_and_the_page_can_be_closed(
    monkeypatch: pytest.MonkeyPatch, box: SandboxThread, browser: Browser
) -> None:
    auth = Auth(monkeypatch, box, "spotify", "--client-id", PUBLIC, answers="\n")
    asked = parse_qs(urlsplit(auth.url()).query)
    assert asked["code_challenge_method"] == ["S256"] and len(asked["state"][0]) > 30
    assert asked["redirect_uri"][0].startswith("http://127.0.0.1:")
    address = browser.answer(auth.url())

    stranger = browser.open(re.sub(r"state=[^&]+", "state=guessed", address))
    assert stranger.status_code == 400
    page = browser.open(address)
    assert page.status_code == 200 and "close this page" in page.text
    assert page.headers["Cache-Control"] == "no-store" and page.headers["Referrer-Policy"] == "no-referrer"
    code, state = (parse_qs(urlsplit(address).query)[name][0] for name in ("code", "state"))
    assert code not in page.text and state not in page.text

    held = auth.values()
    assert set(held) == {"client-id", "refresh-token", "consented-at"}
    assert held["refresh-token"] in box.world.spotify.accounts.grants
    assert "signed in at Spotify as Friday Tapes" in auth.told and "The consent ends on" in auth.told
    assert code not in auth.told and held["refresh-token"] not in auth.told


def test_google_on_a_machine_without_a_browser_takes_the_pasted_address_and_says_what_is_wrong_with_others(
    monkeypatch: pytest.MonkeyPatch, box: SandboxThread, browser: Browser
) -> None:
    box.call(lambda: box.world.youtube.add_oauth_client("720000000002-tests", "google-secret", testing=True))
    auth = Auth(monkeypatch, box, "google", "--client-id", "720000000002-tests", "--paste", answers="google-secret\n")
    foreign = browser.answer(auth.url())
    auth.say(foreign + "\n")
    held = auth.values()
    assert set(held) == {"client-id", "client-secret", "refresh-token"}
    assert "in 7 days" in auth.told and "Publish it" in auth.told

    other = Auth(monkeypatch, box, "google", "--client-id", "720000000002-tests", "--paste", answers="google-secret\n")
    assert other.url() != auth.url()
    other.say(foreign + "\n")
    assert other.end() == 1
    assert "answers another sign-in" in other.told and other.out == ""


@pytest.mark.parametrize(
    ("arguments", "answers", "how", "said"),
    [
        (["spotify", "--client-id", PUBLIC], "\n", "cancel", "You said no to Spotify"),
        (
            ["spotify", "--client-id", scenario.SPOTIFY_CLIENT_ID],
            "wrong\n",
            "agree",
            "doesn't know this client id and secret",
        ),
        (["google", "--client-id", scenario.GOOGLE_CLIENT_ID], "s\n", "untick", "a box was left without its tick"),
        (
            ["google", "--client-id", scenario.GOOGLE_CLIENT_ID],
            "wrong\n",
            "agree",
            "doesn't know this client id and secret",
        ),
        (["spotify", "--client-id", PUBLIC], "\n", "late", "used already, or is too old"),
        (["spotify", "--client-id", PUBLIC], "\n", "stolen", "used already, or is too old"),
        (["spotify", "--client-id", PUBLIC], "\n", "down", "is in trouble (HTTP 503)"),
    ],
)
def test_a_sign_in_that_comes_to_nothing_says_why(
    monkeypatch: pytest.MonkeyPatch,
    box: SandboxThread,
    browser: Browser,
    arguments: list[str],
    answers: str,
    how: str,
    said: str,
) -> None:
    world = box.world
    answers = f"{scenario.GOOGLE_CLIENT_SECRET}\n" if answers == "s\n" else answers
    auth = Auth(monkeypatch, box, *arguments, answers=answers)
    url = auth.url()
    scope = "https://www.googleapis.com/auth/youtube"
    if how == "untick":
        box.call(lambda: world.youtube.accounts.unticked.add(scope))
    address = browser.answer(url, agree=how != "cancel")
    code = parse_qs(urlsplit(address).query).get("code", [""])[0]
    if how == "late":
        box.call(lambda: world.clock.advance(601))
    if how == "stolen":
        box.call(lambda: world.spotify.accounts.codes.pop(code))
    if how == "down":
        box.call(lambda: world.faults.arm(Fault("error", "spotify", "POST /api/token", status=503)))
    browser.open(address)
    assert auth.end() == 1
    assert said in auth.told and auth.out == ""
    assert not code or code not in auth.told
    box.call(lambda: world.youtube.accounts.unticked.discard(scope))


@pytest.mark.parametrize(
    ("arguments", "answers", "said"),
    [
        (["telegram"], "123", "This is no bot token"),
        (["telegram"], "7100000009:unknown-bot-token-of-nobody", "Telegram knows no bot with this token"),
        (["telegram", "--channel", "@nosuchchannel"], scenario.BOT_TOKEN, "Telegram knows no such channel"),
        (["cookies"], "", "Nothing was pasted"),
        (["cookies"], "cookie: SID=1\nx-goog-authuser: 0", "lack __Secure-3PAPISID"),
        (["cookies"], "cookie: __Secure-3PAPISID=gone\nx-goog-authuser: 0", "Google has rotated or ended that session"),
        (["spotify", "--client-id", PUBLIC, "--paste"], "\nhttp://localhost:8912/callback?code=1&state=2\n", "This is no answer"),
        (["spotify", "--client-id", PUBLIC, "--paste"], "\nAQB-only-the-code\n", "This is no answer"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_what_was_given_is_said_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, box: SandboxThread, arguments: list[str], answers: str, said: str
) -> None:
    auth = Auth(monkeypatch, box, *arguments, answers=answers)
    assert auth.end() == 1, auth.told
    assert said in auth.told and auth.out == ""


def test_a_port_that_is_taken_is_told(monkeypatch: pytest.MonkeyPatch, box: SandboxThread) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        auth = Auth(monkeypatch, box, "spotify", "--client-id", PUBLIC, "--port", port, answers="\n")
        assert auth.end() == 1
    assert "Choose another with --port" in auth.told


def test_the_bots_rights_are_looked_at_and_a_revoked_token_is_told(
    monkeypatch: pytest.MonkeyPatch, box: SandboxThread
) -> None:
    telegram = box.world.telegram
    auth = Auth(monkeypatch, box, "telegram", "--channel", scenario.CHANNEL, answers=scenario.BOT_TOKEN)
    assert auth.values() == {"token": scenario.BOT_TOKEN}
    assert "The bot may post to Friday Tapes" in auth.told

    token = "7100000002:another-bot-token"
    box.call(lambda: telegram.create_bot(token, "other_bot"))
    auth = Auth(monkeypatch, box, "telegram", "--channel", scenario.CHANNEL, answers=token)
    assert auth.end() == 1 and "@other_bot is not an administrator of Friday Tapes" in auth.told
    box.call(lambda: telegram.add_admin(scenario.CHANNEL, token, can_delete_messages=False))
    auth = Auth(monkeypatch, box, "telegram", "--channel", scenario.CHANNEL, answers=token)
    assert auth.values() and "may not delete posts" in auth.told
    box.call(lambda: telegram.revoke(token))
    auth = Auth(monkeypatch, box, "telegram", answers=token)
    assert auth.end() == 1 and "or revoked" in auth.told


def test_cookies_are_cut_down_to_what_is_needed_and_tried(monkeypatch: pytest.MonkeyPatch, box: SandboxThread) -> None:
    pasted = (
        f"curl 'https://music.youtube.com/browse' -H 'x-goog-authuser: 0' -b '{PERSON['cookie']}' --data-raw '{{}}'"
    )
    auth = Auth(monkeypatch, box, "cookies", answers=pasted)
    headers = json.loads(auth.values()["headers.json"])
    assert headers["cookie"] == f"SID=a; __Secure-3PAPISID={scenario.YOUTUBE_SAPISID}"
    assert "signed in at YouTube Music as Friday Tapes" in auth.told and scenario.YOUTUBE_SAPISID not in auth.told


def test_a_token_is_never_taken_from_the_command_line(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["auth", "telegram", scenario.BOT_TOKEN]) == 2
    said = capfd.readouterr().err
    assert "shell's history" in said and scenario.BOT_TOKEN not in said


class Cluster:
    """Has the one Secret that is asked for."""

    async def get(self, *_: object) -> dict[str, Any]:
        token = base64.b64encode(scenario.BOT_TOKEN.encode()).decode()
        return {"metadata": {"name": "bot"}, "data": {"token": token}}


async def test_where_telegram_is_silent_doctor_does_not_call_the_token_wrong(
    box: SandboxThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in box.environment().items():
        monkeypatch.setenv(name, value)
    place = {"channel": scenario.CHANNEL, "credentialsSecretRef": {"name": "bot"}}
    sync = {"metadata": {"namespace": "music", "name": "tapes"}, "spec": {"telegram": place}}
    box.call(lambda: box.world.faults.arm(Fault("down", "telegram", times=None)))
    try:
        *_, found = await doctor.musicsync(cast(Kube, Cluster()), sync)
    finally:
        box.call(lambda: box.world.faults.clear("telegram"))
    assert (found.verdict, found.remedy) == ("ask", "") and "Telegram can't be reached" in found.says
    *_, found = await doctor.musicsync(cast(Kube, Cluster()), sync)
    assert found.verdict == "good"
