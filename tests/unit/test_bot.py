"""The bot apart from the wire: what is a command, which button works for whom, what fits into a message."""

import asyncio
import logging
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from telegram import CallbackQuery, Chat, Message, Update, User
from telegram.constants import MessageLimit

from navaar.bot import markup
from navaar.bot.answer import Answer, Key, paged
from navaar.bot.buttons import LIFE, MOST, Buttons
from navaar.bot.command import Command, command_of
from navaar.bot.commands import COMMANDS, MENU, carried_out
from navaar.bot.desk import SEARCHES, WAITING, Desk
from navaar.bot.house import House
from navaar.bot.visit import Refused, Visit
from navaar.intake import ALLOWED, Intake
from navaar.kube.errors import Denied, Invalid, KubeError, Unavailable
from navaar.kube.kinds import TRACKS, Kind
from navaar.lookup import looked_up
from navaar.store.index import TrackIndex
from navaar.store.record import record_from
from navaar.telemetry.loglines import LogLines
from navaar.words import ENGLISH, LANGUAGES
from navaar.work import Work
from reconcilers.account import Account
from reconcilers.budget import SPOTIFY
from reconcilers.errors import QuotaError, TargetError
from reconcilers.logcontext import context
from reconcilers.matching.legible import legible
from reconcilers.recording import Candidate, Recording
from reconcilers.services.protocol import Query, ServiceName
from sandbox.telegram.texts import formatted
from tests.beats import Beats
from tests.latin import foreign, plain

MINA, EVE = 7, 8
SYNC = ("music", "friday-tapes")
NOWHERE = cast("Any", None)
HOUSE = House(NOWHERE, NOWHERE, NOWHERE, NOWHERE, NOWHERE, NOWHERE, NOWHERE)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/status", Command("status")),
        ("  /STATUS  ", Command("status")),
        ("/status@Some_Bot now", Command("status", "now", "some_bot")),
        ("/add  Adele\n -  Hello ", Command("add", "Adele - Hello")),
        ("/delete \u202e\u2067\u2069", Command("delete")),
        ("/track می\u200cخواهم", Command("track", "می\u200cخواهم")),
        ("/track " + "x" * 5000, Command("track", "x" * 300)),
        ("/", Command("")),
        ("/<b>", Command("")),
        ("hello /status", None),
        ("", None),
    ],
)
def test_a_command_is_what_begins_with_a_slash(text: str, command: Command | None) -> None:
    assert command_of(text) == command


# --- buttons ----------------------------------------------------------------------------------------------------------


async def nothing(visit: Visit) -> Answer:
    return Answer("")


KEYS = ((Key("yes", nothing), Key("no", nothing)),)


def test_a_button_works_under_its_message_once_and_takes_those_beside_it_along() -> None:
    buttons = Buttons(lambda: 0.0)
    rows = buttons.made(KEYS, MINA, 1, (SYNC,), "delete")
    (_, yes), (_, no) = rows[0]
    assert buttons.find(yes, 1, 5) is None, "it was not sent yet"
    buttons.sent(rows, 5)
    assert buttons.find(yes, 1, 6) is None and buttons.find(yes, 2, 5) is None
    found = buttons.find(yes, 1, 5)
    assert found is not None and found.user == MINA
    buttons.used(found)
    assert buttons.find(yes, 1, 5) is None and buttons.find(no, 1, 5) is None


def test_a_button_ends_with_time_and_the_oldest_go_when_there_are_many() -> None:
    now = 0.0
    buttons = Buttons(lambda: now)
    rows = buttons.made(KEYS, MINA, 1, (SYNC,), "delete")
    buttons.sent(rows, 5)
    now = LIFE - 1
    assert buttons.find(rows[0][0][1], 1, 5) is not None
    now = LIFE
    assert buttons.find(rows[0][0][1], 1, 5) is None
    now = 0.0
    for _ in range(MOST // 2):
        buttons.made(KEYS, MINA, 1, (SYNC,), "delete")
    assert buttons.find(rows[0][0][1], 1, 5) is None


def test_what_a_button_carries_is_short_and_cannot_be_guessed() -> None:
    buttons = Buttons(lambda: 0.0)
    made = {data for _ in range(50) for row in buttons.made(KEYS, MINA, 1, (SYNC,), "delete") for _, data in row}
    assert len(made) == 100 and all(16 <= len(data) <= 64 for data in made)


# --- texts ------------------------------------------------------------------------------------------------------------


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


async def test_searches_by_people_are_bounded() -> None:
    asked = []

    async def seek(*about: object) -> tuple[()]:
        asked.append(about)
        return ()

    house = replace(HOUSE, search=cast("Any", seek))
    now = 0.0
    desk = Desk(cast("Any", None), house, elapsed=lambda: now)
    one = (SYNC, ServiceName.SPOTIFY, Recording("Hello"))
    for _ in range(SEARCHES):
        await desk._search(*one)
    with pytest.raises(Refused, match="so_often"):
        await desk._search(*one)
    now = 3600.0
    await desk._search(*one)
    assert len(asked) == SEARCHES + 1


async def test_what_people_look_for_leaves_the_rest_of_the_day_to_new_songs() -> None:
    class Shelf:
        async def search(self, query: Query) -> tuple[Candidate, ...]:
            return (Candidate("x", query.recording),)

    account = Account(SPOTIFY, clock=lambda: 1_000_000.0)

    class Works:
        services, accounts = {ServiceName.SPOTIFY: Shelf()}, {ServiceName.SPOTIFY: account}

    engine = cast("Any", Works())
    one = (engine, ServiceName.SPOTIFY, Recording("Hello"), 1_000_000.0)
    account.spend(round(SPOTIFY.units * 0.9))
    assert await looked_up(*one)
    account.spend(1)
    with pytest.raises(QuotaError, match=r"kept for new songs\. It goes on at") as raised:
        await looked_up(*one)
    assert raised.value.retry_at > 1_000_000.0
    with pytest.raises(TargetError, match="condition says why"):
        await looked_up(engine, ServiceName.YOUTUBE, Recording("Hello"), 0.0)


async def test_a_flood_of_requests_is_bounded_and_holds_nobody_up() -> None:
    desk = Desk(cast("Any", None), HOUSE)
    for _ in range(1000):
        desk.offer(by(MINA), (SYNC,))
    assert desk._waiting.qsize() == WAITING


# --- all commands -----------------------------------------------------------------------------------------------------

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


# --- who is heard -----------------------------------------------------------------------------------------------------


class Counter:
    def __init__(self) -> None:
        self.offered: list[tuple[Update, Any]] = []

    def offer(self, update: Update, syncs: tuple[tuple[str, str], ...]) -> None:
        self.offered.append((update, syncs))

    def start(self) -> None:
        pass

    async def close(self) -> None:
        pass


class Reader:
    channel = "@tapes"
    gap_recorded = True

    def __init__(self, admins: set[int], key: tuple[str, str] = SYNC) -> None:
        self.admins = frozenset(admins)
        self.key = key

    async def read(self, message: Message) -> None:
        raise AssertionError("what people say to the bot is no post")

    def changed(self) -> None:
        pass


def by(person: int, *, pressed: bool = False) -> Update:
    user = User(person, "somebody", is_bot=False)
    chat = Chat(person, "private")
    if pressed:
        return Update(1, callback_query=CallbackQuery("1", user, "chat", data="x"))
    return Update(1, message=Message(1, cast("Any", None), chat, from_user=user, text="/status"))


def intake(*readers: Reader) -> tuple[Intake, Counter]:
    desk = Counter()
    made = Intake(cast("Any", None), cast("Any", None), ready=cast("Any", None), notify=lambda: None, desk=desk)
    for reader in readers:
        made.readers.join(reader)
    return made, desk


@pytest.mark.parametrize("pressed", [False, True])
async def test_only_what_an_admin_says_reaches_the_desk_with_what_is_theirs(pressed: bool) -> None:
    made, desk = intake(Reader({MINA, 9}, ("music", "monday")), Reader({MINA}), Reader({9}, ("music", "other")))
    for person in (EVE, MINA):
        await made._hand_out(by(person, pressed=pressed))
    ((update, syncs),) = desk.offered
    assert update.effective_user is not None and update.effective_user.id == MINA
    assert syncs == (SYNC, ("music", "monday"))


async def test_while_another_process_uses_the_bot_nobody_is_answered() -> None:
    made, desk = intake(Reader({MINA}))
    made._contested_until = float("inf")
    await made._hand_out(by(MINA))
    assert not desk.offered


def test_messages_are_asked_for_only_where_somebody_is_answered() -> None:
    assert intake(Reader(set()))[0]._wanted == ALLOWED
    assert set(intake(Reader(set()), Reader({MINA}))[0]._wanted) == {*ALLOWED, "message", "callback_query"}


class Patient:
    """A bot to which nobody writes."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    async def get_updates(self, *, allowed_updates: list[str], **_: object) -> tuple[Update, ...]:
        self.asked.append(allowed_updates)
        await asyncio.Event().wait()
        return ()


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_who_becomes_an_admin_is_heard_at_once_and_a_poll_is_given_up_for_nothing_else() -> None:
    async def ready() -> None:
        return None

    bot, reader = Patient(), Reader(set())
    made = Intake(cast("Any", bot), Beats(), ready=ready, notify=lambda: None)
    made.readers.join(reader)
    made.start()
    await settled()
    made.heed()
    await settled()
    assert bot.asked == [ALLOWED]
    reader.admins = frozenset({MINA})
    made.heed()
    await settled()
    assert bot.asked == [ALLOWED, [*ALLOWED, "message", "callback_query"]]
    assert not made.stream.contested and made.stream.trouble is None
    await made.close()
    assert len(bot.asked) == 2
