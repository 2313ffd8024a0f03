"""Every answer of the bot fits into a message, is in one language, and carries nothing of what others wrote but its text."""

import logging
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from telegram.constants import MessageLimit

from navaar.bot import markup
from navaar.bot.answer import Answer, paged
from navaar.bot.commands import COMMANDS, MENU, carried_out
from navaar.bot.desk import Desk
from navaar.bot.house import House
from navaar.bot.visit import Refused, Visit
from navaar.kube.errors import Denied, Invalid, KubeError, Unavailable
from navaar.kube.kinds import TRACKS, Kind
from navaar.store.index import TrackIndex
from navaar.store.record import record_from
from navaar.telemetry.loglines import LogLines
from navaar.words import ENGLISH, LANGUAGES
from navaar.work import Work
from reconcilers.logcontext import context
from reconcilers.matching.legible import legible
from reconcilers.recording import Candidate, Recording
from sandbox.telegram.texts import formatted
from tests.botadmin import MINA, SYNC
from tests.latin import foreign, plain

# ---------------------------------------------------------------------------------------------------------------- texts


def visit(language: str = ENGLISH) -> Visit:
    return Visit(cast("Any", None), MINA, 1, language, (SYNC,), "queue")


@pytest.mark.parametrize("block", ["x" * 900, "چشم من " * 100, markup.name("<&>" * 300, 300), "🎵" * 400])
async def test_long_answers_come_in_pages_that_fit(block: str) -> None:
    blocks = [f"{number} {block}" for number in range(40)]
    page = paged(visit(), "heading", blocks)
    seen = []
    for _ in range(60):
        assert markup.units(page.text) <= MessageLimit.MAX_TEXT_LENGTH
        seen += [line for line in page.text.splitlines() if line.endswith(block.splitlines()[-1])]
        forth = [key for row in page.keys for key in row if key.label == "▸"]
        if not forth:
            break
        page = await forth[0].press(visit())
    assert seen == blocks
    assert any(key.label == "◂" for row in page.keys for key in row)


def test_one_page_has_no_pages() -> None:
    assert paged(visit(), "heading", ["one"]) == Answer("<b>heading</b>\none")


def test_a_name_is_escaped_and_keeps_its_direction_to_itself() -> None:
    shown = markup.name('\u202e</b><a href="x">\u2069 & Co')
    assert shown.startswith(markup.FIRST_STRONG) and shown.endswith(markup.POP)
    assert not set(shown[1:-1]) & set("<>\u202e\u2068\u2069")
    assert "&amp;" in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_of_the_menu_is_explained_and_there(language: str) -> None:
    assert set(MENU) | {"start"} == set(COMMANDS)
    assert {key.removeprefix("menu.") for key in LANGUAGES[language] if key.startswith("menu.")} == set(MENU)
    assert all(re.fullmatch(r"[a-z0-9_]{1,32}", name) for name in MENU)


def test_every_text_that_is_asked_for_is_in_the_catalogue() -> None:
    folder = Path(__file__).parents[2] / "operator" / "navaar" / "bot"
    asked = set()
    for file in folder.glob("*.py"):
        source = file.read_text()
        asked |= set(re.findall(r"\b(?:say|Refused)\(\s*(?:language, )?\"([a-z_.]+)\"", source))
    assert len(asked) > 60
    assert asked <= LANGUAGES[ENGLISH].keys()


def test_every_answer_that_a_question_may_have_is_in_the_catalogues() -> None:
    source = (Path(__file__).parents[2] / "operator" / "navaar" / "people" / "question.py").read_text()
    answers = set(re.findall(r"\b(?:_answer|Answer)\(\s*\"([^\"]+)\"", source)) - {"the first is it"}
    assert len(answers) > 8
    for language in LANGUAGES:
        assert {f"answer.{one}" for one in answers} <= LANGUAGES[language].keys()


# --------------------------------------------------------------------------------------------------------- all commands


HOSTILE = "\u202e</b><a href='https://evil.example'>\u2066 & <script>" + "چشم" * 60


def hostile_track(number: int) -> dict[str, Any]:
    state, phase = (("Present", "Synced"), ("Pending", "Syncing"), ("Review", "Review"), ("Failed", "Failed"))[
        number % 4
    ]
    placed: dict[str, Any] = {"state": state, "changedAt": "2026-11-01T00:00:00Z", "message": HOSTILE, "reason": "X<b>"}
    if state == "Review":
        placed["candidates"] = [{"id": "x" * 11, "text": HOSTILE, "score": 0.8, "reasons": [HOSTILE]}] * 5
    return {
        "metadata": {
            "name": f"{SYNC[1]}-{number:010x}", "namespace": SYNC[0], "uid": f"u{number}", "resourceVersion": "7",
            "generation": 1, "creationTimestamp": "2026-11-01T00:00:00Z",
        },
        "spec": {"musicSyncRef": {"name": SYNC[1]}, "origin": {"service": "spotify", "id": f"{number:022}"}},
        "status": {
            "observedGeneration": 1, "phase": phase, "artist": HOSTILE, "title": HOSTILE, "source": "New", "message": HOSTILE,
            "identity": {"artists": [HOSTILE], "artist": HOSTILE, "title": HOSTILE, "album": HOSTILE, "method": "spotify"},
            "placements": {"spotify": {"state": "Present", "id": "s" * 22, "seen": True}, "youtubeMusic": placed},
            "history": [{"at": "2026-11-01T00:00:00Z", "event": HOSTILE}] * 20,
        },
    }  # fmt: skip


class Cluster:
    """The API server and what is read of it into memory, with so many Tracks of titles that mean harm."""

    def __init__(self, tracks: int) -> None:
        self.tracks = {one["metadata"]["name"]: one for one in map(hostile_track, range(tracks))}
        self.index = TrackIndex()
        for name, one in self.tracks.items():
            self.index.cache.store((SYNC[0], name), record_from(one))
        spec = {"telegram": {"channel": "@tapes"}, "youtubeMusic": {"playlist": "PL"}, "spotify": {"playlist": "s"}}
        condition = {"type": "SpotifyReady", "status": "False", "reason": "X<b>", "message": HOSTILE * 3}
        plan = {"hash": "0" * 12, "summary": HOSTILE}
        self.sync: dict[str, Any] = {"metadata": {"namespace": SYNC[0], "name": SYNC[1]}, "spec": spec}
        if tracks:
            self.sync["status"] = {"conditions": [condition], "plan": plan, "counts": {"songs": tracks, "failed": 1}}
        self.lines = LogLines()
        with context(sync="/".join(SYNC)):
            self.lines.emit(logging.makeLogRecord({"msg": HOSTILE}))

    @property
    def house(self) -> House:
        return House(
            cast("Any", self), cast("Any", self), cast("Any", self), self.lines, self.work, self.ask, self.search
        )

    def phases(self) -> Any:
        return self.index.phases()

    async def get(self, kind: Kind, namespace: str, name: str) -> Any:
        return self.tracks[name] if kind is TRACKS else self.sync

    async def create(self, kind: Kind, namespace: str, body: Any) -> Any:
        return body

    async def patch(self, kind: Kind, namespace: str, name: str, body: Any) -> Any:
        return self.tracks[name]

    def work(self, key: Any) -> Work:
        return Work(ended=0.0)

    def ask(self, key: Any, services: Any) -> bool:
        return True

    async def search(self, *about: object) -> tuple[Candidate, ...]:
        return (Candidate("x", Recording(HOSTILE, (HOSTILE,))),) * 9 if self.tracks else ()


class Syncs:
    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def get(self, key: Any) -> Any:
        return self._cluster.sync


GIVEN = {"track": "0000000003", "delete": "0000000000", "retry": "0000000003", "add": HOSTILE, "search": HOSTILE,
         "search_sp": HOSTILE}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tracks", [0, 90])
@pytest.mark.parametrize("name", COMMANDS)
async def test_whatever_stands_in_titles_and_messages_every_answer_can_be_sent(
    name: str, tracks: int, language: str
) -> None:
    cluster = Cluster(tracks)
    house = replace(cluster.house, syncs=cast("Any", Syncs(cluster)))
    visit = Visit(house, MINA, 1, language, (SYNC,), name, GIVEN.get(name, ""))
    try:
        answer = await carried_out(visit)
    except Refused as refused:
        if tracks:
            raise
        answer = Answer(visit.say(refused.key, **refused.values))
    for _ in range(9):
        shown, entities = formatted(answer.text, "HTML")
        assert 0 < len(shown.encode("utf-16-le")) // 2 <= MessageLimit.MAX_TEXT_LENGTH
        assert shown.count(markup.FIRST_STRONG) == shown.count(markup.POP) and "\u202e" not in shown
        assert not [one for one in entities if "evil" in one.get("url", "")]
        on = [key for row in answer.keys for key in row if key.label == "▸"]
        if not on:
            break
        answer = await on[0].press(replace(visit, given=""))


PLANTED = "planted: a stack, a path, a token"

RAW = [
    RuntimeError(PLANTED), KeyError(PLANTED), Denied(PLANTED, status=403), Invalid(PLANTED, status=422), Unavailable(PLANTED),
    KubeError(PLANTED),
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("error", RAW, ids=lambda error: type(error).__name__)
async def test_what_an_exception_says_never_reaches_a_chat(error: Exception, language: str) -> None:
    cluster = Cluster(8)
    asked = 0

    async def fails(*about: object) -> Any:
        nonlocal asked
        asked += 1
        raise error

    kube = cast("Any", SimpleNamespace(get=fails, create=fails))
    desk = Desk(cast("Any", None), replace(cluster.house, kube=kube, syncs=cast("Any", Syncs(cluster)), search=fails))
    for name in COMMANDS:
        visit = Visit(desk._house, MINA, 1, language, (SYNC,), name, GIVEN.get(name, ""))
        answer = await desk._worked_out(visit, carried_out(visit))
        assert answer.text and "planted" not in answer.text, name
    assert asked > 8


@pytest.mark.parametrize("language", ["fa", "ru"])
@pytest.mark.parametrize("name", COMMANDS)
async def test_every_answer_is_in_one_language(name: str, language: str) -> None:
    """What the API says in English (here: hostile words) is told by its reason."""
    cluster = Cluster(90)
    for one in cluster.tracks.values():
        one["status"]["placements"]["youtubeMusic"]["reason"] = "NotStored"
    cluster.sync["status"]["conditions"][0]["reason"] = "AuthExpired"
    house = replace(cluster.house, syncs=cast("Any", Syncs(cluster)))
    visit = Visit(
        house, MINA, 1, language, (SYNC,), name, {**GIVEN, "add": "x", "search": "x", "search_sp": "x"}.get(name, "")
    )
    answer = await carried_out(visit)
    texts = [answer.text, *(key.label for row in answer.keys for key in row)]
    for text in texts:
        shown, entities = formatted(text, "HTML")
        names = [SYNC[1], legible(HOSTILE, 300), *legible(HOSTILE, 300).split(), "evil", "script", "href"]
        assert not foreign(plain(shown, entities), names), shown
