"""The log as the API tells it: the last lines, redacted, to those whom they concern."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from navaar.http.loglist import page
from navaar.http.question import AboutLogs, read
from navaar.telemetry import logs
from navaar.telemetry.loglines import LENGTH, LogLines

BOT = "123456789:" + "AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"
log = logging.getLogger("tests.api")


@pytest.fixture
def lines() -> Iterator[LogLines]:
    made = LogLines(limit=50)
    log.addHandler(made)
    log.setLevel(logging.DEBUG)
    yield made
    log.removeHandler(made)


def ask(lines: LogLines, *namespaces: str, all_of_it: bool = False, **query: str) -> dict[str, Any]:
    return page(lines, read(AboutLogs, list(query.items())), lambda namespace: namespace in namespaces, all_of_it)


def said(answer: dict[str, Any]) -> list[str]:
    return [line["message"] for line in answer["items"]]


def test_no_more_than_the_last_lines_are_kept_and_no_more_than_the_start_of_a_long_one(lines: LogLines) -> None:
    for number in range(200):
        log.info("line %d %s", number, "x" * 10_000)
    answer = ask(lines, all_of_it=True, limit="500")
    assert [message.split()[1] for message in said(answer)] == [str(n) for n in range(199, 149, -1)]
    assert max(map(len, said(answer))) <= LENGTH


def test_no_secret_is_kept_not_even_in_a_traceback(lines: LogLines) -> None:
    try:
        raise ValueError(f"https://api.telegram.org/bot{BOT}/getMe")
    except ValueError:
        log.exception("it went wrong with %s", BOT)
    (line,) = ask(lines, all_of_it=True)["items"]
    assert BOT not in str(line)
    assert "ValueError" in line["trace"]
    assert line["level"] == "error"


def test_lines_of_a_musicsync_are_for_those_who_may_see_it_and_the_others_for_those_who_see_all(
    lines: LogLines,
) -> None:
    with logs.context(sync="music/tapes"):
        log.info("of music")
    with logs.context(sync="attic/old"):
        log.info("of the attic")
    log.info("of the process")
    assert said(ask(lines, "music")) == ["of music"]
    assert said(ask(lines, "attic", "musi")) == ["of the attic"]
    assert said(ask(lines, "music", "attic", all_of_it=True)) == ["of the process", "of the attic", "of music"]


def test_a_track_brings_its_lines_only(lines: LogLines) -> None:
    for track in ("one", "two", "one"):
        with logs.context(sync="music/tapes", track=track):
            log.warning("about %s", track)
    answer = ask(lines, "music", track="one")
    assert said(answer) == ["about one", "about one"]
    assert answer["items"][0]["about"] == {"sync": "music/tapes", "track": "one"}
    assert said(ask(lines, "music", sync="tapes", namespace="music", level="error")) == []
    assert len(said(ask(lines, "music", sync="tapes", level="warning"))) == 3


def test_pages_go_back_in_time_while_new_lines_come(lines: LogLines) -> None:
    for number in range(6):
        log.info("%d", number)
    first = ask(lines, all_of_it=True, limit="3")
    log.info("later")
    second = ask(lines, all_of_it=True, limit="3", cursor=first["next"])
    assert said(first) + said(second) == ["5", "4", "3", "2", "1", "0"]
    assert "next" not in second
