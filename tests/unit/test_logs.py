"""Logs: every secret hidden, every line whole, the chatter of libraries out."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator

import pytest

from navaar.telemetry import logs

BOT = "123456789:" + "AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"POST https://api.telegram.org/bot{BOT}/getMe", BOT),
        (f"InvalidToken: {BOT}", BOT),
        (f"GET https://api.telegram.org/file/bot{BOT}/music/file_3.mp3", BOT),
        ("Authorization: Bearer BQDxyz123abc-_456", "BQDxyz123abc"),
        ("{'Authorization': 'Basic Zm9vOmJhcmJhemJhcg=='}", "Zm9vOmJhcmJhemJhcg"),
        ("grant_type=refresh_token&refresh_token=AQAhunter2&client_id=public", "AQAhunter2"),
        ('{"refresh_token": "1//0hunter2", "scope": "x"}', "hunter2"),
        ('{\\"access_token\\":\\"ya29.hunter2\\"}', "hunter2"),
        ("client_secret=GOCSPX-hunter2hunter2", "hunter2"),
        ("{'client-secret': 'hunter2'}", "hunter2"),
        ("refresh-token: hunter2", "hunter2"),
        ("token is ya29.a0ARrdaM-hunter2_long", "hunter2"),
        ("got 1//0eXhunter2hunter2hunter2hunter2 back", "hunter2"),
        ("AQ" + "hunter2" * 15, "hunter2"),
        ("Cookie: SID=hunter2; SAPISID=abc/def", "hunter2"),
        ("'cookie': 'VISITOR=1; __Secure-3PAPISID=hunter2'", "hunter2"),
        ("SAPISIDHASH=1700000000_hunter2", "hunter2"),
        ("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJodW50ZXIyIn0.c2lnbmF0dXJlaHVudGVyMg", "eyJzdWIiOiJodW50"),
        ("https://user:hunter2@proxy.local:3128/", "hunter2"),
    ],
)
def test_a_secret_is_hidden_wherever_it_stands(text: str, secret: str) -> None:
    assert secret in text
    hidden = logs.redacted(text)
    assert secret not in hidden
    assert logs.HIDDEN in hidden


@pytest.mark.parametrize(
    "text",
    [
        "music/friday-tapes: 412 songs, 397 synced, 3 to go",
        "friday-tapes-3f9a1c77d2: dQw4w9WgXcQ on YouTube, 6rqhFgbbKwnb9MLmUQDhG6 on Spotify",
        "the Secret lacks refresh-token and client-secret",
        "listening on http://127.0.0.1:8080/metrics",
        "PLx0sYbCqOb8TBPRdmBHs5Iftvv9TPboYG: 20 rows at 12:00:00",
        "the token was refused: copy it from @BotFather",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert logs.redacted(text) == text


def lines(format: str, say: "logging.Logger | None" = None) -> io.StringIO:
    stream = io.StringIO()
    logs.configure(format, "INFO", stream=stream)
    return stream


@pytest.mark.parametrize("format", ["json", "console"])
def test_arguments_and_tracebacks_are_redacted_too(format: str) -> None:
    stream = lines(format)
    try:
        raise RuntimeError(f"https://api.telegram.org/bot{BOT}/sendAudio failed")
    except RuntimeError:
        logging.getLogger("x").exception("posting with %s", BOT)
    assert BOT not in stream.getvalue()
    assert "RuntimeError" in stream.getvalue()
    assert "Traceback" in stream.getvalue()


def test_a_json_line_is_one_object_with_what_it_is_about() -> None:
    stream = lines("json")
    with logs.context(sync="music/tapes"), logs.context(track="tapes-1"):
        logging.getLogger("navaar.engine").warning("two\nlines, %d %%", 5)
    logging.getLogger("navaar.engine").info("outside")
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first["message"] == "two\nlines, 5 %"
    assert (first["level"], first["logger"]) == ("warning", "navaar.engine")
    assert (first["sync"], first["track"]) == ("music/tapes", "tapes-1")
    assert first["time"].endswith("Z")
    assert "sync" not in second


def test_what_a_line_is_about_follows_the_task_and_no_other() -> None:
    stream = lines("json")

    async def work(name: str) -> None:
        with logs.context(sync=name):
            await asyncio.sleep(0)
            logging.getLogger("x").info("mine is %s", name)

    async def both() -> None:
        await asyncio.gather(work("a"), work("b"))

    asyncio.run(both())
    for line in stream.getvalue().splitlines():
        found = json.loads(line)
        assert found["message"] == f"mine is {found['sync']}"


def test_a_message_that_does_not_fit_its_arguments_is_still_a_line() -> None:
    stream = lines("json")
    logging.getLogger("x").info("%d songs", "many")
    assert "many" in json.loads(stream.getvalue())["message"]


def test_libraries_are_quiet_and_go_through_the_same_handler() -> None:
    stream = io.StringIO()
    noisy = logging.getLogger("urllib3")
    noisy.addHandler(logging.StreamHandler(stream))
    logs.configure("console", "DEBUG", stream=stream)
    logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/bot…")
    logging.getLogger("urllib3.connectionpool").debug("Starting new HTTPS connection")
    noisy.warning("retrying with %s", BOT)
    assert stream.getvalue().count("\n") == 1
    assert BOT not in stream.getvalue()


def test_colours_are_for_terminals_only() -> None:
    stream = lines("console")
    logging.getLogger("x").error("plain")
    assert "\033" not in stream.getvalue()

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    logs.configure("console", stream=terminal)
    logging.getLogger("x").error("red")
    assert "\033" in terminal.getvalue()


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="console or json"):
        logs.configure("xml")
