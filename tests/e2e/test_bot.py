"""The bot as people use it: in their chats with it, at the simulated Telegram; its numbers held against the objects."""

import io
import json
import re
import shutil
import time
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from navaar.bot.commands import COMMANDS
from navaar.cli import main
from sandbox import quickstart, scenario
from sandbox.faults import Fault
from sandbox.telegram.chats import Message
from sandbox.world import World
from tests.e2e import kubectltable
from tests.e2e.conftest import PATIENCE, Make, Scene, until
from tests.latin import foreign, plain

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane, and Helm

GROUP = -1002233440001
MONDAY_ID, MONDAY, MONDAY_LIST = -1001234500002, "@mondaytapes", "5NavaarMonday000000000"
SECOND = "monday-tapes"
BOT = scenario.BOT_TOKEN
ISOLATES = str.maketrans("", "", "\u2068\u2069")
QUIET = 1.5
"""Seconds after which nothing more is expected."""


@dataclass
class Person:
    """Somebody with Telegram on the phone."""

    scene: Scene
    name: str
    chat: int

    @property
    def _telegram(self) -> Any:
        return self.scene.box.world.telegram

    def _from_bot(self, after: int) -> list[Message]:
        return [m for m in self._telegram.messages(self.chat) if m.message_id > after and m.by_bot]

    def tells(self, text: str) -> int:
        """Writes something; the message's id."""
        sent = self.scene.box.call(partial(self._telegram.post_text, self.chat, text, author=self.name))
        return int(sent.message_id)

    def asks(self, text: str) -> Message:
        """Writes something, and waits for the answer."""
        sent = self.tells(text)
        found = until(f"{text!r} is answered", lambda: self._from_bot(sent), PATIENCE, self.scene.tail)
        return found[0]  # type: ignore[no-any-return]

    def reads(self, text: str) -> str:
        """The same, as it is read: without marks that nobody sees."""
        return said(self.asks(text))

    def pushes(self, message: Message, label: str) -> Message:
        """Presses the button of that label, and waits for what it makes of the message."""
        before = message.edit_date, message.text, message.reply_markup
        self.scene.box.call(
            partial(
                self._telegram.press_button, self.chat, message.message_id, data_of(message, label), author=self.name
            )
        )
        until(
            f"the button {label} did something",
            lambda: (message.edit_date, message.text, message.reply_markup) != before,
            PATIENCE,
            self.scene.tail,
        )
        return message

    def leafs_through(self, text: str) -> str:
        """All pages of what it is answered."""
        told = self.asks(text)
        pages = [said(told)]
        while "▸" in labels(told):
            pages.append(said(self.pushes(told, "▸")))
        return "\n".join(pages)

    def is_told(self, message_id: int, data: str) -> str | None:
        """Presses a button by its data; the note that comes up, None where none does."""
        journal = self.scene.box.world.journal
        since = len(journal.entries)
        self.scene.box.call(partial(self._telegram.press_button, self.chat, message_id, data, author=self.name))
        end = time.monotonic() + QUIET
        while time.monotonic() < end:
            for entry in list(journal.entries)[since:]:
                if entry.call == "answerCallbackQuery":
                    return str(entry.detail.get("text") or "").translate(ISOLATES)
            time.sleep(0.05)
        return None


def said(message: Message) -> str:
    return (message.text or "").translate(ISOLATES)


def labels(message: Message) -> list[str]:
    rows = (message.reply_markup or {}).get("inline_keyboard") or []
    return [button["text"] for row in rows for button in row]


def data_of(message: Message, label: str) -> str:
    rows = (message.reply_markup or {}).get("inline_keyboard") or []
    found = [button["callback_data"] for row in rows for button in row if button["text"].startswith(label)]
    assert found, f"there is no button {label}: {labels(message)} under {message.text}"
    return str(found[0])


def seed(world: World) -> None:
    """The small world, a song without an artist, another channel with a playlist, and no limit on messages."""
    scenario.small(world)
    scenario.unsigned(world, world.catalogue.by_key("hello-adele"))
    world.telegram.create_channel(MONDAY_ID, "Monday Tapes", MONDAY)
    world.telegram.add_admin(MONDAY_ID, BOT)
    world.spotify.create_playlist(MONDAY_LIST, "Monday Tapes", scenario.SPOTIFY_USER)
    world.telegram.create_group(GROUP, "Friends")
    world.telegram.add_member(GROUP, BOT)
    world.telegram.floods.private_burst = world.telegram.floods.per_second = world.telegram.floods.per_minute = 0


@pytest.fixture(scope="module")
def scene(shared_scene_with: Make) -> Scene:
    """One operator, two MusicSyncs with one bot; one song waits for an answer, one failed for good."""
    made = shared_scene_with(seed)
    telegram = made.box.world.telegram
    people = {name: made.box.call(partial(telegram.person, name, language)) for name, language in PEOPLE.items()}
    for name in PEOPLE:
        made.box.call(partial(telegram.create_private, name, BOT))
    for manifest in quickstart.secrets():
        made.apply(manifest)
    first = quickstart.musicsync()
    first["spec"]["telegram"]["adminUserIds"] = [people[name].id for name in ("Mina", "Reza", "Olga")]
    made.apply(first)
    second = quickstart.musicsync(youtubeMusic=None)
    second["metadata"]["name"] = SECOND
    second["spec"]["telegram"] |= {"channel": MONDAY, "adminUserIds": [people["Reza"].id]}
    second["spec"]["spotify"] |= {"playlist": MONDAY_LIST}
    made.apply(second)
    pin_to_nothing(made)
    made.start()
    made.until("all is settled but what can't be", lambda: phases(made) == {"Synced", "Partial", "Review", "Failed"})
    made.wait_at_rest()
    return made


def pin_to_nothing(scene: Scene) -> None:
    """A person pins a song to what doesn't exist: it fails for good."""
    scene.track("dead-pin", title="Gone", artists=["Nobody"], pins={"spotify": "0" * 22}, excludeFrom=["telegram"])


WORDS = {"Synced": "everywhere", "Partial": "not to be had somewhere", "Review": "waits for you", "Failed": "failed"}
"""What the bot says for a phase."""

PEOPLE = {"Mina": "en", "Reza": "fa-IR", "Olga": "ru", "Eve": "en"}
"""Mina and Olga are admins of the first, Reza of both, Eve of none."""


@pytest.fixture
def mina(scene: Scene) -> Person:
    return Person(scene, "Mina", scene.box.world.telegram.person("Mina").id)


@pytest.fixture
def reza(scene: Scene) -> Person:
    return Person(scene, "Reza", scene.box.world.telegram.person("Reza").id)


@pytest.fixture
def olga(scene: Scene) -> Person:
    return Person(scene, "Olga", scene.box.world.telegram.person("Olga").id)


@pytest.fixture
def eve(scene: Scene) -> Person:
    return Person(scene, "Eve", scene.box.world.telegram.person("Eve").id)


def phases(scene: Scene) -> set[str]:
    return {(track.get("status") or {}).get("phase", "") for track in scene.tracks()}


def in_phase(scene: Scene, phase: str) -> list[dict[str, Any]]:
    return [track for track in scene.tracks() if (track.get("status") or {}).get("phase") == phase]


# --- looking ----------------------------------------------------------------------------------------------------------


@pytest.mark.compares("/status")
def test_the_dashboard_tells_the_numbers_that_the_object_has(scene: Scene, mina: Person) -> None:
    told, status = mina.asks("/status"), scene.sync()["status"]
    counts = status["counts"]
    assert f"songs: {counts['songs']}" in said(told)
    for name, word in (("synced", "everywhere"), ("review", "waits for you"), ("failed", "failed")):
        assert f"{word}: {counts[name]}" in said(told) if counts[name] else word not in said(told)
    for place, title in (("telegram", "Telegram"), ("youtubeMusic", "YouTube Music"), ("spotify", "Spotify")):
        line = next(line for line in said(told).splitlines() if line.startswith(f"{title}:"))
        assert line.endswith(f"songs: {status[place]['placed']}")
        assert place == "telegram" or f"entries: {status[place]['items']}" in line
    keys = {f"{word} {counts[word.lower()]}" for word in ("Review", "Failed") if counts[word.lower()]}
    assert keys | {"Read now"} <= set(labels(told))
    mina.pushes(told, "Numbers")
    assert said(told).startswith(f"The songs of {quickstart.NAME}: {counts['songs']}")


@pytest.mark.compares("/stats")
def test_stats_are_what_counting_the_tracks_gives(scene: Scene, mina: Person) -> None:
    told, tracks = mina.reads("/stats"), scene.tracks()
    assert told.startswith(f"The songs of {quickstart.NAME}: {len(tracks)}\n")
    for phase, word in WORDS.items():
        number = len(in_phase(scene, phase))
        assert f"\n{word}: {number}\n" in told if number else word not in told
    for place, title in (("telegram", "Telegram"), ("youtubeMusic", "YouTube Music"), ("spotify", "Spotify")):
        there = [track["status"]["placements"].get(place) or {} for track in tracks]
        present = sum(one.get("state") == "Present" for one in there)
        ours = sum(one.get("state") == "Present" and one.get("origin") == "Placed" for one in there)
        part = told.partition(f"\n{title}\n")[2].partition("\n\n")[0]
        assert f"there: {present}" in part and f"put there by us: {ours}" in part


@pytest.mark.compares("/failed", "/recent")
def test_what_failed_and_what_is_new_are_those_that_kubectl_lists(scene: Scene, mina: Person) -> None:
    failed = in_phase(scene, "Failed")
    told = mina.reads("/failed")
    assert told.startswith(f"Given up in {quickstart.NAME}: {len(failed)}")
    for track in failed:
        assert track["metadata"]["name"].removeprefix(f"{quickstart.NAME}-") in told
    assert "No song of friday-tapes failed in Telegram" in mina.reads("/failed tg")
    assert "PinDead" in mina.reads("/failed sp")
    told = mina.leafs_through("/recent 50")
    for track in scene.tracks():
        assert track["metadata"]["name"].removeprefix(f"{quickstart.NAME}-") in told
    assert len(mina.reads("/recent 3").splitlines()) == 4
    assert "Nothing waits" in mina.reads("/queue")


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="there is no kubectl on PATH")
@pytest.mark.compares("/status", "/stats", "/failed", "/recent", "/review")
def test_the_numbers_are_those_that_kubectl_prints(scene: Scene, mina: Person) -> None:
    (sync,), tracks = (
        kubectltable.rows(scene.stage.kubectl(f"kubectl get {what} -n {scene.namespace}"))
        for what in (f"musicsync {quickstart.NAME}", "tracks")
    )
    status, stats = mina.reads("/status"), mina.reads("/stats")
    assert f"songs: {sync['SONGS']}\n" in status
    assert stats.startswith(f"The songs of {quickstart.NAME}: {len(tracks)}\n")
    for phase, word in WORDS.items():
        there = [row["NAME"].removeprefix(f"{quickstart.NAME}-") for row in tracks if row["PHASE"] == phase]
        assert len(there) == int(sync[phase.upper()])
        if phase == "Review" and not there:
            continue  # another test answered it
        assert there and f"{word}: {len(there)}" in status and f"\n{word}: {len(there)}\n" in stats
        told = mina.leafs_through({"Failed": "/failed", "Review": "/review"}.get(phase, "/recent 50"))
        assert all(name in told for name in there)


def cli(scene: Scene, *words: str) -> Any:
    """What the command line prints of the same, as JSON."""
    with redirect_stdout(io.StringIO()) as out:
        code = main([*words, "-o", "json", "--kubeconfig", str(scene.stage.plane.kubeconfig), "-n", scene.namespace])
    assert code == 0
    return json.loads(out.getvalue())


@pytest.mark.compares("/status", "/stats", "/failed", "/review", "/queue")
def test_numbers_and_order_are_those_of_the_command_line(scene: Scene, mina: Person) -> None:
    told, sync = mina.reads("/status"), cli(scene, "status", quickstart.NAME)
    assert f"songs: {sync['status']['counts']['songs']}\n" in told
    tracks = cli(scene, "tracks", "--sync", quickstart.NAME)["items"]
    assert f"{quickstart.NAME}: {len(tracks)}\n" in mina.reads("/stats")
    assert f": {len(cli(scene, 'failed')['items'])}\n" in mina.reads("/failed")
    asked = cli(scene, "review")["items"]  # another test answers it
    assert mina.reads("/review").startswith(f"{asked[0]['status']['title']} · " if asked else "Nothing")
    scene.break_("down", "spotify", times=None)
    try:
        scene.post("get-lucky", "empire-state-of-mind", "hoppipolla")
        waits = lambda: len(cli(scene, "queue", "--in", "spotify")["items"]) == 3  # noqa: E731
        scene.until("they wait for Spotify", waits)
        queued = cli(scene, "queue", "--in", "spotify")["items"]
        heading, _, place, *lines = mina.reads("/queue sp").splitlines()
        assert heading == f"To come in {quickstart.NAME}: 3" and place == "Spotify: 3"
        assert [line.partition(": ")[0] for line in lines] == [
            f"{turn}. {', '.join(one['status']['identity']['artists'])} – {one['status']['title']}"
            for turn, one in enumerate(queued, 1)
        ]
    finally:
        scene.mend()
        mina.asks("/sync sp")
    scene.until("nothing waits any more", lambda: not cli(scene, "queue")["items"])


@pytest.mark.compares("/track")
def test_a_song_tells_its_story_by_words_of_its_name(scene: Scene, mina: Person) -> None:
    track = scene.titled("Billie Jean")
    told = mina.asks("/track billie jean")
    assert track["metadata"]["name"] in said(told)
    for place in ("telegram", "youtubeMusic", "spotify"):
        assert track["status"]["placements"][place]["state"] == "Present"
    assert said(told).count(": there, since") == 3
    links = [entity["url"] for entity in told.entities if entity["type"] == "text_link"]
    assert f"https://open.spotify.com/track/{track['status']['placements']['spotify']['id']}" in links
    assert said(mina.asks(f"/track {track['metadata']['name']}")).splitlines()[0] == said(told).splitlines()[0]
    several = mina.asks("/track e")
    assert "Choose one" in said(several) and len(labels(several)) > 1
    chosen = labels(several)[0]
    mina.pushes(several, chosen)
    assert said(several).startswith(chosen.partition(" (")[0])


@pytest.mark.compares("/config", "/logs", "/ping")
def test_settings_and_log_hold_no_secret_and_ping_answers(scene: Scene, mina: Person) -> None:
    whole = mina.leafs_through("/config")
    assert f"playlist: {scenario.SPOTIFY_PLAYLIST}" in whole and "adminUserIds:" in whole
    log = mina.reads("/logs 50")
    assert log.startswith(f"The last lines about {quickstart.NAME}")
    for secret in (scenario.BOT_TOKEN, scenario.SPOTIFY_REFRESH_TOKEN, scenario.GOOGLE_CLIENT_SECRET):
        assert secret not in whole + log
    assert SECOND not in log
    assert re.match(
        r"Here\. Navaar \S+, answered in \d+ ms\.\nfriday-tapes: the last pass was \d+", mina.reads("/ping")
    )


# --- who is answered --------------------------------------------------------------------------------------------------


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
    assert not [m for m in eve._from_bot(first) if m.text != "bait"]
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
    assert not here._from_bot(last)


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


# --- deciding ---------------------------------------------------------------------------------------------------------


@pytest.mark.compares("/review")
def test_a_question_is_answered_by_a_button_that_works_once(scene: Scene, mina: Person) -> None:
    track = scene.titled("Hello")
    candidates = track["status"]["placements"]["youtubeMusic"]["candidates"]
    card = mina.asks("/review")
    assert candidates[0]["text"] in said(card) and "None of these" in labels(card)
    assert [entity["url"] for entity in card.entities if entity["type"] == "text_link"]
    first, none, old = data_of(card, "1"), data_of(card, "None"), card.message_id
    mina.pushes(card, "1")
    assert said(card).startswith("Done: ")
    pins = scene.stage.get("Track", scene.namespace, track["metadata"]["name"])["spec"]["pins"]
    assert pins == {"youtubeMusic": candidates[0]["id"]}
    version = scene.stage.get("Track", scene.namespace, track["metadata"]["name"])["metadata"]["generation"]
    # The same press once more, and the other button of the card, as somebody may have kept them.
    for data in (first, none):
        assert "was used" in (mina.is_told(old, data) or "")
    assert scene.stage.get("Track", scene.namespace, track["metadata"]["name"])["metadata"]["generation"] == version
    scene.until("the song is settled", lambda: scene.titled("Hello")["status"]["phase"] in ("Synced", "Partial"))
    assert "Nothing waits for you" in mina.reads("/review")


@pytest.mark.compares("/delete")
def test_taking_a_song_out_asks_first(scene: Scene, mina: Person) -> None:
    name = scene.titled("Fix You")["metadata"]["name"]
    asked = mina.asks("/delete fix you")
    assert "Coldplay – Fix You" in said(asked)
    kept = data_of(asked, "Yes")
    mina.pushes(asked, "No")
    assert "stays" in said(asked)
    assert "was used" in (mina.is_told(asked.message_id, kept) or "")
    assert scene.stage.get("Track", scene.namespace, name)["spec"].get("state") != "Absent"
    asked = mina.asks("/delete fix you")
    mina.pushes(asked, "Yes")
    assert scene.stage.get("Track", scene.namespace, name)["spec"]["state"] == "Absent"
    scene.until("the song is nowhere", lambda: not any("fix-you" in keys for keys in scene.keys().values()))


@pytest.mark.compares("/add")
def test_a_song_that_is_asked_for_comes_everywhere_and_is_asked_for_once(scene: Scene, mina: Person) -> None:
    told = mina.asks('/add "The Weeknd - Blinding Lights"')
    assert said(told).startswith("Asked for: The Weeknd – Blinding Lights")
    scene.until("it is everywhere", lambda: all("blinding-lights" in keys for keys in scene.keys().values()))
    assert "was asked for before: it is everywhere" in until(
        "it is said to be there",
        lambda: "everywhere" in (text := mina.reads("/add the weeknd - blinding lights")) and text,
    )
    mina.pushes(told, "Show")
    assert "a person asked for it" in said(told)


def test_a_song_is_asked_for_by_its_address_too(scene: Scene, mina: Person) -> None:
    song = scene.box.world.catalogue.by_key("uptown-funk")
    mina.asks(f"/add https://open.spotify.com/track/{song.spotify_id}?si=1")
    scene.until("it is everywhere", lambda: all("uptown-funk" in keys for keys in scene.keys().values()))
    assert "not of a song" in mina.reads("/add https://open.spotify.com/album/4aawyAB9vmqN3uQ7FjRGTy")


@pytest.mark.compares("/search", "/search_sp")
def test_what_is_looked_for_comes_with_links_and_a_number_asks_for_it(scene: Scene, mina: Person) -> None:
    world = scene.box.world
    since = len(world.journal.entries)
    told = mina.asks("/search_sp Billie Eilish - bad guy")
    song = world.catalogue.by_key("bad-guy")
    links = [entity["url"] for entity in told.entities if entity["type"] == "text_link"]
    assert f"https://open.spotify.com/track/{song.spotify_id}" in links
    assert sum(e.call == "GET /search" for e in list(world.journal.entries)[since:]) == 1
    number = links.index(f"https://open.spotify.com/track/{song.spotify_id}") + 1
    mina.pushes(told, str(number))
    asked = [t for t in scene.tracks() if (t["spec"].get("pins") or {}).get("spotify") == song.spotify_id]
    assert len(asked) == 1 and asked[0]["spec"].get("origin") is None
    assert f"https://music.youtube.com/watch?v={song.video_id}" in [
        entity["url"]
        for entity in mina.asks("/search Billie Eilish - bad guy").entities
        if entity["type"] == "text_link"
    ]
    scene.until("it is everywhere", lambda: all("bad-guy" in keys for keys in scene.keys().values()))


@pytest.mark.compares("/sync", "/retry")
def test_a_pass_is_asked_for_without_writing_to_the_musicsync(scene: Scene, mina: Person) -> None:
    generation, annotations = (scene.sync()["metadata"].get(name) for name in ("generation", "annotations"))
    listed = scene.box.world.journal.counts("spotify")
    assert "Spotify of friday-tapes will be read" in mina.reads("/sync sp")
    scene.until("the playlist is read", lambda: scene.box.world.journal.counts("spotify") != listed)
    assert "Telegram, YouTube Music, Spotify of" in mina.reads("/sync all")
    assert scene.sync()["metadata"].get("generation") == generation
    assert scene.sync()["metadata"].get("annotations") == annotations
    # A song is tried again by itself, by a line in its own object: here what one place doesn't have.
    lacking = in_phase(scene, "Partial")[0]["metadata"]["name"]
    # Of those that failed, what `/sync all` began may still be under way.
    rested = {t["metadata"]["name"]: t["metadata"]["resourceVersion"] for t in in_phase(scene, "Synced")}
    assert "is tried again now" in mina.reads(f"/retry {lacking}")
    tried = lambda: scene.stage.get("Track", scene.namespace, lacking)["status"].get("lastHandledReconcileAt")  # noqa: E731
    scene.until("it was looked for again", tried)
    for name, version in rested.items():
        assert scene.stage.get("Track", scene.namespace, name)["metadata"]["resourceVersion"] == version, name
    # What a person pinned to nothing is not mended by trying.
    failed = lambda: [t["metadata"]["name"] for t in in_phase(scene, "Failed")] == ["dead-pin"]  # noqa: E731
    scene.until("it failed again", failed)
    assert mina.reads("/retry all").startswith("What failed is tried again now: 1 in")

    def stuck() -> Message | None:
        answer = mina.asks("/retry nobody gone")
        return answer if "won't get further by trying again" in said(answer) else None

    # It may still be tried when it is asked for.
    mina.pushes(scene.until("it failed again, and that is said", stuck), "Mend it")
    assert not (scene.stage.get("Track", scene.namespace, "dead-pin")["spec"].get("pins") or {})
    pin_to_nothing(scene)
    scene.until("it failed again", failed)


# --- what goes wrong --------------------------------------------------------------------------------------------------

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
        assert not mina._from_bot(sent)
        until("the command is answered, too", lambda: mina._from_bot(sent), PATIENCE, scene.tail)
    finally:
        scene.mend()


def test_an_answer_waits_where_telegram_asks_for_that_and_is_never_sent_twice(scene: Scene, mina: Person) -> None:
    for kind, how in (("rate-limit", {"seconds": 2}), ("lost", {})):
        scene.break_(kind, "telegram", "sendMessage", **how)
        sent = mina.tells("/ping")
        until("it is answered", partial(mina._from_bot, sent), PATIENCE, scene.tail)
        time.sleep(QUIET)
        assert len(mina._from_bot(sent)) == 1
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
    until("what was asked meanwhile is answered", lambda: mina._from_bot(asked.message_id), PATIENCE, scene.tail)
    assert "was used, or is too old" in (mina.is_told(asked.message_id, kept) or "")
    assert scene.titled("Billie Jean")["spec"].get("state") != "Absent"
    before = scene.sync()["spec"]["telegram"]["adminUserIds"]
    scene.patch_sync({"spec": {"telegram": {"adminUserIds": [eve.chat]}}})
    assert "songs: " in until("the new admin is answered", lambda: _answered(eve, "/status"))
    sent = mina.tells("/status")
    time.sleep(QUIET)
    assert not mina._from_bot(sent)
    scene.patch_sync({"spec": {"telegram": {"adminUserIds": before}}})
    assert "songs: " in until("the old admin is answered again", lambda: _answered(mina, "/status"))


def _answered(person: Person, text: str) -> str:
    sent = person.tells(text)
    end = time.monotonic() + QUIET
    while time.monotonic() < end and not person._from_bot(sent):
        time.sleep(0.05)
    return "".join(said(message) for message in person._from_bot(sent))


def test_it_wrote_nothing_but_tracks_and_statuses(scene: Scene) -> None:
    """What the bot does needs no right that syncing doesn't."""
    written = {write.resource for write in scene.kubernetes_writes()}
    assert written <= {
        "tracks.navaar.dev",
        "tracks.navaar.dev/status",
        "musicsyncs.navaar.dev/status",
        "events",
        "secrets",
    }
