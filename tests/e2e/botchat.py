"""People with Telegram on the phone, and an operator whose bot answers them."""

import time
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from sandbox import quickstart, scenario
from sandbox.telegram.chats import Message
from sandbox.world import World
from tests.e2e.conftest import PATIENCE, Make, Scene, until

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

    def from_bot(self, after: int) -> list[Message]:
        return [m for m in self._telegram.messages(self.chat) if m.message_id > after and m.by_bot]

    def tells(self, text: str) -> int:
        """Writes something; the message's id."""
        sent = self.scene.box.call(partial(self._telegram.post_text, self.chat, text, author=self.name))
        return int(sent.message_id)

    def asks(self, text: str) -> Message:
        """Writes something, and waits for the answer."""
        sent = self.tells(text)
        found = until(f"{text!r} is answered", lambda: self.from_bot(sent), PATIENCE, self.scene.tail)
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
def eve(scene: Scene) -> Person:
    return Person(scene, "Eve", scene.box.world.telegram.person("Eve").id)


def phases(scene: Scene) -> set[str]:
    return {(track.get("status") or {}).get("phase", "") for track in scene.tracks()}


def in_phase(scene: Scene, phase: str) -> list[dict[str, Any]]:
    return [track for track in scene.tracks() if (track.get("status") or {}).get("phase") == phase]
