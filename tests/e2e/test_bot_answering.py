"""Whom the bot answers, in which language, and how, whatever they write and whatever breaks."""

import re
import time
from functools import partial

import pytest

from navaar.bot.commands import COMMANDS
from sandbox import quickstart, scenario
from sandbox.faults import Fault
from sandbox.telegram.chats import Message
from tests.e2e import botchat
from tests.e2e.botchat import BOT, GROUP, ISOLATES, QUIET, SECOND, Person, data_of, in_phase, labels, said
from tests.e2e.conftest import PATIENCE, Scene, until
from tests.latin import foreign, plain

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane, and Helm
scene = botchat.scene
mina = botchat.mina
reza = botchat.reza
eve = botchat.eve


def test_a_stranger_gets_nothing_and_changes_nothing(scene: Scene, mina: Person, eve: Person) -> None:
    asked = mina.asks("/delete billie jean")
    versions = {track["metadata"]["name"]: track["metadata"]["resourceVersion"] for track in scene.tracks()}
    since = len(scene.box.world.journal.entries)
    first = eve.tells("/status")
    for text in ("/start", "/delete billie jean", "/sync", "hello"):
        eve.tells(text)
    in_group = Person(scene, "Eve", GROUP)
    in_group.tells("/status")
    # A press under another person's message, by whoever got hold of its data.
    assert eve.is_told(eve_sees(scene, eve, asked), data_of(asked, "Yes")) is None
    time.sleep(QUIET)
    assert not [m for m in eve.from_bot(first) if m.text != "bait"]
    answers = {"sendMessage", "answerCallbackQuery", "editMessageText", "setMyCommands"}
    assert not [e for e in list(scene.box.world.journal.entries)[since:] if e.call in answers]
    assert {track["metadata"]["name"]: track["metadata"]["resourceVersion"] for track in scene.tracks()} == versions


def eve_sees(scene: Scene, eve: Person, message: Message) -> int:
    """A message of the bot in Eve's chat, so that she has something to press under."""
    telegram = scene.box.world.telegram
    bot = telegram.bots[BOT]
    made = scene.box.call(
        lambda: telegram.publish(telegram.chat(eve.chat), bot, text="bait", reply_markup=message.reply_markup)
    )
    return int(made.message_id)


def test_in_a_group_its_admins_are_answered_and_commands_for_other_bots_are_left_alone(scene: Scene) -> None:
    here = Person(scene, "Mina", GROUP)
    assert "friday-tapes" in here.reads(f"/status@{scenario.BOT_USERNAME}")
    told = here.asks("/stats")
    assert told.reply_to is not None
    # Another admin's button isn't theirs.
    other = Person(scene, "Reza", GROUP)
    assert "مال کس دیگری" in (other.is_told(told.message_id, data_of(told, "Refresh")) or "")
    last = here.tells("/status@someotherbot")
    here.tells("what a song")
    here.tells("/nonsense")
    time.sleep(QUIET)
    assert not here.from_bot(last)


@pytest.mark.compares("/help", "/start")
def test_each_is_answered_in_their_language_and_gets_the_menu_in_it(scene: Scene, mina: Person, reza: Person) -> None:
    assert "songs: " in mina.reads("/status friday-tapes")
    assert "آهنگ‌ها: " in reza.reads("/status friday-tapes")
    menus = scene.box.world.telegram.bots[BOT].commands
    for person, word in ((mina, "how it stands"), (reza, "وضعیت")):
        menu = {one["command"]: one["description"] for one in menus[f"chat {person.chat}", ""]}
        assert menu["status"] == word and len(menu) == 17
        for text in ("/help", "/start"):
            assert dict(re.findall(r"^/(\w+) · (.*)$", person.reads(text), re.MULTILINE)) == menu
    assert all(str(one) in "".join(map(str, menus)) for one in (mina.chat, reza.chat))
    assert ("default", "") not in menus


WALK = [
    "/start", "/help", "/status tapes", "/stats tapes", "/queue tapes", "/recent tapes 50", "/track tapes billie jean",
    "/track tapes nobody gone", "/track tapes hello", "/failed tapes", "/failed tapes tg", "/failed tapes sp", "/review tapes",
    "/retry tapes nobody gone", "/retry tapes billie jean", "/retry tapes all", "/sync tapes sp", "/search tapes Adele - Hello",
    "/search_sp tapes Adele - Hello", "/add tapes https://open.spotify.com/album/x", "/delete tapes billie jean",
    "/config tapes", "/logs tapes 5", "/ping",
    *("/nonsense", "/track tapes nosuchsong", "/track tapes e", "/stats tapes a lot", "/recent tapes x", "/sync tapes mars"),
]  # fmt: skip
NUMBERED = re.compile(r"^\d+\. \u2068[^\u2069]*\u2069", re.MULTILINE)
"""A candidate's name, a found song's: what anybody may have called it."""


@pytest.mark.parametrize("name", ["Reza", "Olga"])
def test_a_walk_through_all_commands_meets_no_english(scene: Scene, name: str, mina: Person) -> None:
    person = Person(scene, name, scene.box.world.telegram.person(name).id)
    assert {command.partition(" ")[0] for command in WALK} >= {f"/{name}" for name in COMMANDS}
    names = {quickstart.NAME, SECOND, "nosuchsong", "nonsense", "mars", "a lot", "Nobody", "Gone", "Adele - Hello"}
    names.add("xgnos")  # what the bot leaves of a hostile title
    for song in scene.box.world.catalogue.songs:
        for artists, title in (song.names("spotify"), song.names("youtube"), song.names("telegram")):
            names |= {*artists, title, song.album or title, song.isrc or title}
    for track in scene.tracks():
        status = track["status"]
        read = status.get("identity") or {}
        names.add(track["metadata"]["name"].removeprefix(f"{quickstart.NAME}-"))
        names |= {status["title"], *read.get("artists", ()), read.get("album") or status["title"]}
        names |= set((track["spec"].get("pins") or {}).values())
    for command in WALK:
        told = person.asks(command.replace("tapes", quickstart.NAME))
        for text in (plain(told.text or "", told.entities), *labels(told)):
            own = NUMBERED.sub("", text).translate(ISOLATES)
            assert not foreign(own, names), f"{command}: {said(told)}"
    scene.until("what was tried again has failed again", lambda: len(in_phase(scene, "Failed")) == 1)
    for command in ("/status", "/stats", "/queue"):
        ours, theirs = (re.findall(r"\d+", one.reads(f"{command} {quickstart.NAME}")) for one in (mina, person))
        assert theirs == ours, "the numbers are those of English, which are those of kubectl"


def test_of_several_it_is_said_which_one(scene: Scene, reza: Person) -> None:
    told = reza.asks("/status")
    assert quickstart.NAME in said(told) and SECOND in said(told)
    told = reza.asks("/stats")
    assert said(told) == "کدام؟" and labels(told) == [quickstart.NAME, SECOND]
    reza.pushes(told, SECOND)
    assert f"{SECOND}: 0" in said(told)
    assert f"{quickstart.NAME}: {len(scene.tracks())}" in reza.reads(f"/stats {quickstart.NAME}")
    assert "nowhere" in reza.reads("/status nowhere")


MALFORMED = [
    ("/", "/help lists them"),
    ("hello", "/help lists them"),
    ("/nonsense", "There is no /nonsense. /help"),
    ("/statsu", "Do you mean /stat"),
    ("/<b>x</b>", "/help lists them"),
    ("/recent x", "write it like /recent 20"),
    ("/recent 0", "no number from 1 to 50"),
    ("/recent -3", "no number from 1 to 50"),
    ("/recent 100000000000000000000", "no number from 1 to 50"),
    ("/logs many", "write it like /logs 20"),
    ("/queue mars", "“mars” is no place"),
    ("/failed everywhere", "is no place"),
    ("/sync tg yt", "is no place"),
    ("/track", "Say which song, such as /track"),
    ("/track nosuchsong", "has no song “nosuchsong”"),
    ("/track <b>", "has no song “<b>”"),
    ("/track e", "or say more of it"),
    ("/retry", "Say which song"),
    ("/retry nosuchsong", "has no song"),
    ("/retry billie jean", "has not failed"),
    ("/delete", "Say which song, such as /delete"),
    ("/delete \u202e\u2067", "Say which song, such as /delete"),
    ("/search", "Say what to look for"),
    ("/search_sp  -", "Say what to look for"),
    ("/add", "such as /add Adele - Hello"),
    ("/add - Hello", "such as /add Adele - Hello"),
    ("/add Adele -", "such as /add Adele - Hello"),
    ("/stats please now", "takes no more words than that. “please now” is too much"),
    ("/status nowhere", "I know of no nowhere here"),
    ("/track " + "x" * 3900, "has no song"),
]


@pytest.mark.parametrize(("text", "helps"), MALFORMED, ids=[repr(text[:20]) for text, _ in MALFORMED])
def test_what_can_not_be_understood_is_answered_helpfully(mina: Person, text: str, helps: str) -> None:
    answer = mina.reads(text)
    assert helps in answer
    assert len(answer) < 600 and "Traceback" not in answer and "Error" not in answer


def test_hostile_titles_do_no_harm(scene: Scene, mina: Person) -> None:
    world = scene.box.world
    title = 'x</b><a href="https://evil.example">\u202egnos\u2066 & <script>'
    scene.box.call(
        lambda: world.telegram.post_audio(
            scenario.CHANNEL_ID, b"x" * 2000, title=title, performer="<i>Mallory</i>", duration=200, file_name="x.mp3"
        )
    )
    scene.until("it is a Track", lambda: [t for t in scene.tracks() if "Mallory" in str(t.get("status"))])
    told = mina.asks("/recent 50")
    text = told.text or ""
    assert "Mallory" in text and "\u202e" not in text and text.count("\u2068") == text.count("\u2069")
    assert not [e for e in told.entities if e["type"] == "text_link"]
    assert said(mina.asks("/track mallory"))


def test_a_slow_command_delays_no_post(scene: Scene, mina: Person) -> None:
    world = scene.box.world
    fault = Fault("late", "spotify", "GET /search", seconds=6, about=None)
    scene.box.call(partial(world.faults.arm, fault))
    try:
        sent = mina.tells("/search_sp something that nobody asked for yet")
        started = time.monotonic()
        scene.post("despacito")
        scene.until("the post is a Track", lambda: [t for t in scene.tracks() if "Despacito" in str(t.get("status"))])
        assert time.monotonic() - started < 5
        assert not mina.from_bot(sent)
        until("the command is answered, too", lambda: mina.from_bot(sent), PATIENCE, scene.tail)
    finally:
        scene.mend()


def test_an_answer_waits_where_telegram_asks_for_that_and_is_never_sent_twice(scene: Scene, mina: Person) -> None:
    for kind, how in (("rate-limit", {"seconds": 2}), ("lost", {})):
        scene.break_(kind, "telegram", "sendMessage", **how)
        sent = mina.tells("/ping")
        until("it is answered", partial(mina.from_bot, sent), PATIENCE, scene.tail)
        time.sleep(QUIET)
        assert len(mina.from_bot(sent)) == 1
        scene.mend()
    assert "Here." in mina.reads("/ping")


def test_after_a_restart_no_old_button_works_and_admins_may_change(scene: Scene, mina: Person, eve: Person) -> None:
    asked = mina.asks("/delete billie jean")
    kept = data_of(asked, "Yes")
    scene.operator.stop(20)
    # While nobody listens; it comes with the first updates of the next process.
    press = partial(scene.box.world.telegram.press_button, mina.chat, asked.message_id, kept, author="Mina")
    scene.box.call(press)
    mina.tells("/ping")
    scene.start()
    until("what was asked meanwhile is answered", lambda: mina.from_bot(asked.message_id), PATIENCE, scene.tail)
    assert "was used, or is too old" in (mina.is_told(asked.message_id, kept) or "")
    assert scene.titled("Billie Jean")["spec"].get("state") != "Absent"
    before = scene.sync()["spec"]["telegram"]["adminUserIds"]
    scene.patch_sync({"spec": {"telegram": {"adminUserIds": [eve.chat]}}})
    assert "songs: " in until("the new admin is answered", lambda: _answered(eve, "/status"))
    sent = mina.tells("/status")
    time.sleep(QUIET)
    assert not mina.from_bot(sent)
    scene.patch_sync({"spec": {"telegram": {"adminUserIds": before}}})
    assert "songs: " in until("the old admin is answered again", lambda: _answered(mina, "/status"))


def _answered(person: Person, text: str) -> str:
    sent = person.tells(text)
    end = time.monotonic() + QUIET
    while time.monotonic() < end and not person.from_bot(sent):
        time.sleep(0.05)
    return "".join(said(message) for message in person.from_bot(sent))
