"""What a bot is sent: stored by who reads the channel, kept for who will, and asked for again where that goes wrong."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from telegram import Audio, Chat, Message, Update

from navaar import unheard
from navaar.account.accounts import BotAccount
from navaar.channel import Channel
from navaar.intake import Intake, Stream
from navaar.readers import Readers
from navaar.unheard import Unheard, Waiting
from reconcilers.account import Account
from reconcilers.errors import TransientError
from reconcilers.model import NOT_READING, Place
from reconcilers.past import RETENTION
from reconcilers.policy import Sync
from reconcilers.services.protocol import Item
from reconcilers.services.telegram import TelegramService
from tests.beats import Beats
from tests.virtual_time import virtual


def post(number: int, chat: int = -100, name: str | None = "Tapes", *, audio: bool = True) -> Message:
    song = Audio("f", "u", 200, performer="Queen", title=f"Song {number}", file_name="a.mp3", mime_type="audio/mpeg")
    moment = datetime(2026, 11, 21, tzinfo=UTC)
    return Message(number, moment, Chat(chat, "channel", username=name), audio=song if audio else None)


def numbers(waiting: Waiting) -> list[int]:
    return [message.message_id for message in waiting.messages]


@pytest.mark.parametrize("channel", ["-100", "@tapes", "@Tapes"])
def test_what_nobody_read_waits_for_who_reads_that_channel_whatever_it_is_called(channel: str) -> None:
    there = Unheard(lambda: 0.0)
    for message in (post(1), post(2, -200, "others"), post(3, audio=False), post(4)):
        there.put(message)
    assert numbers(there.take(channel)) == [1, 4]
    assert numbers(there.take(channel)) == []
    assert numbers(there.take("@others")) == [2]


def test_what_waited_for_longer_than_telegram_keeps_it_is_lost_and_said_to_be() -> None:
    now = [100.0]
    there = Unheard(lambda: now[0])
    there.put(post(1))
    now[0] += RETENTION / 2
    there.put(post(2))
    there.put(post(3, -200, None))
    now[0] += RETENTION / 2 + 1
    waiting = there.take("@tapes")
    assert (numbers(waiting), waiting.lost) == ([2], 100.0)
    assert there.take("@tapes") == Waiting()
    assert there.take("-200").lost is None


def test_of_very_many_the_oldest_are_lost_and_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unheard, "MOST", 3)
    there = Unheard(lambda: 100.0)
    for number in range(5):
        there.put(post(number))
    waiting = there.take("@tapes")
    assert (numbers(waiting), waiting.lost) == ([2, 3, 4], 100.0)


@dataclass(eq=False)
class Listener:
    """Reads a channel; what it was given is stored once `storing` is set."""

    given: asyncio.Event = field(default_factory=asyncio.Event)
    storing: asyncio.Event = field(default_factory=asyncio.Event)
    stored: list[int] = field(default_factory=list)
    channel: str = "@tapes"
    key: tuple[str, str] = ("music", "tapes")
    admins: frozenset[int] = frozenset()
    gap_recorded: bool = False

    async def read(self, message: Message) -> None:
        self.given.set()
        await self.storing.wait()
        self.stored.append(message.message_id)

    def changed(self) -> None:
        """It has no rights."""


class Confused(Listener):
    """Fails once, unexpectedly."""

    async def read(self, message: Message) -> None:
        if not self.given.is_set():
            self.given.set()
            raise KeyError("a mistake of ours")
        self.stored.append(message.message_id)


def listening(*answers: list[Message], beats: Beats | None = None, clock: float = 0.0) -> Intake:
    """An intake whose bot is given these posts, poll by poll."""
    waiting = [tuple(Update(m.message_id, channel_post=m) for m in messages) for messages in answers]

    class Bot:
        async def get_updates(self, **_: Any) -> tuple[Update, ...]:
            return waiting.pop(0)

    made = Intake(
        cast("Any", Bot()), beats or Beats(), ready=cast("Any", None), notify=lambda: None, clock=lambda: clock
    )
    made._tell(Stream(drained=False))
    return made


async def test_who_parts_before_it_has_stored_a_post_holds_nobody_up_and_leaves_it_to_the_next() -> None:
    intake, first = listening([post(7)]), Listener()
    assert intake.readers.join(first) is None
    polling = asyncio.create_task(intake._poll(None))
    await first.given.wait()
    assert not polling.done()
    intake.readers.part(first)
    second = Listener()
    second.storing.set()
    catching = intake.readers.join(second)
    assert await polling == 8, "the bot reads on"
    assert catching is not None
    await catching
    assert (first.stored, second.stored) == ([], [7])


async def test_who_parts_while_it_catches_up_leaves_the_rest_to_the_next() -> None:
    intake, first = listening([post(1), post(2), post(3)]), Listener()
    await intake._poll(None)
    catching = intake.readers.join(first)
    assert catching is not None
    await first.given.wait()
    intake.readers.part(first)
    second = Listener()
    second.storing.set()
    again = intake.readers.join(second)
    assert again is not None
    await asyncio.gather(catching, again)
    assert (first.stored, sorted(second.stored)) == ([], [1, 2, 3])


def test_what_goes_wrong_unexpectedly_is_said_and_the_posts_come_again() -> None:
    told: list[str] = []
    offsets: list[int | None] = []

    class Bot:
        async def get_updates(self, *, offset: int | None, **_: Any) -> tuple[Update, ...]:
            offsets.append(offset)
            if offset == 8:
                await asyncio.Event().wait()
            return (Update(7, channel_post=post(7)),)

    async def at_once() -> None:
        return None

    async def listen() -> list[int]:
        reader = Confused()
        made = Intake(
            cast("Any", Bot()), Beats(0.0), ready=at_once,
            notify=lambda: told.append(getattr(made.stream.trouble, "reason", "")),
        )  # fmt: skip
        made.readers.join(reader)
        made.start()
        await asyncio.sleep(5)
        await made.close()
        return reader.stored

    assert virtual(listen()) == [7]
    assert offsets == [None, None, 8], "nothing is confirmed before it is stored"
    assert told[-2:] == ["InternalError", ""]


def test_what_waited_is_given_again_to_who_could_not_store_it() -> None:
    async def listen() -> list[int]:
        intake, reader = listening([post(1), post(2)]), Confused()
        await intake._poll(None)
        catching = intake.readers.join(reader)
        assert catching is not None
        await catching
        return reader.stored

    assert virtual(listen()) == [1, 2]


async def test_nothing_is_posted_before_what_waited_is_stored_nor_where_some_of_it_is_lost() -> None:
    now = [1_000_000.0]
    kept = Unheard(lambda: now[0])
    kept.put(post(1))
    now[0] += RETENTION + 1
    kept.put(post(2))
    intake = Intake(
        cast("Any", None), cast("Any", None), ready=cast("Any", None), notify=lambda: None, unheard=kept,
        clock=lambda: now[0],
    )  # fmt: skip
    intake._tell(Stream(drained=True, gap=5.0, since=now[0] - 5))
    stored: list[Item] = []

    class Accounts:
        async def telegram(self, *_: Any) -> tuple[TelegramService, BotAccount]:
            return TelegramService("1:a", "@tapes"), BotAccount(intake.bot, intake, Account(clock=lambda: 0.0))

        async def leave(self, _: BotAccount) -> None:
            """Another one reads with it, too."""

    async def store(item: Item) -> None:
        stored.append(item)

    channel = Channel("@tapes", cast("Any", Accounts()), store, lambda: None, lambda: now[0])
    before = {"past": "Known", "placed": 0, "lastChanged": "1970-01-01T00:00:00Z"}
    await channel.open("music", {})
    channel.begin(before, {})
    sync = Sync("tapes")
    assert channel.unknown(sync, before, None, {}, Place()) is not None and not channel.drained
    channel.status_written()
    for _ in range(10):
        await asyncio.sleep(0)
    assert [item.id for item in stored] == ["2"]
    unknown = channel.unknown(sync, before, None, {}, Place())
    assert channel.drained and unknown is not None and "nobody read the channel for 24 hours" in unknown.why
    status = channel.status(before, {}, unknown, NOT_READING, 0)
    assert status["past"] == "Unknown"
    channel.status_written()
    assert channel.gap_recorded
    assert channel.unknown(sync, status, None, {}, Place()) is not None, "until it is read, or a person accepts it"
    await channel.close()
    await channel.open("music", {})
    assert intake.readers.lost(channel) is None, "the status says so by now: it is not asked a second time"


TAPES, OTHERS = frozenset({"-100", "@tapes"}), frozenset({"-200", "@others"})


async def test_what_nobody_read_is_noted_before_it_is_confirmed_once_a_channel() -> None:
    beats = Beats()
    intake = listening(
        [post(1)], [post(1), post(2)], [post(3, -200, "others")], [post(4, -300, audio=False)], beats=beats, clock=50.0
    )
    beats.down = True
    with pytest.raises(TransientError, match="nobody reads"):
        await intake._poll(None)
    beats.down = False
    assert await intake._poll(None) == 3
    assert (beats.noted, beats.notes) == ({TAPES: 50.0}, 1)
    await intake._poll(3)
    await intake._poll(4)
    assert (beats.noted, beats.notes) == ({TAPES: 50.0, OTHERS: 50.0}, 2)
    reader = Listener()
    reader.storing.set()
    catching = intake.readers.join(reader)
    assert catching is not None
    await catching
    assert reader.stored == [1, 2], "what came again is kept once"


async def test_it_is_noted_until_it_is_stored_and_what_is_read_anyway_is_never_noted() -> None:
    beats, reader = Beats(), Listener(gap_recorded=True)
    intake = listening([post(1)], [], [], [post(2)], beats=beats, clock=50.0)
    intake.readers.join(Listener(channel="@others"))  # what it has recorded is another channel's affair
    await intake._poll(None)
    catching = intake.readers.join(reader)
    await intake._poll(2)
    assert beats.noted == {TAPES: 50.0}, "a crash would lose it"
    reader.storing.set()
    assert catching is not None
    await catching
    await intake._poll(2)
    assert (beats.noted, reader.stored) == ({}, [1])
    assert await intake._poll(2) == 3
    assert (beats.noted, beats.notes, reader.stored) == ({}, 2, [1, 2])


@pytest.mark.parametrize("early", [True, False])
async def test_what_an_earlier_process_was_given_and_nobody_read_is_lost_until_that_is_recorded(early: bool) -> None:
    """Whether the reader is there before the process knows what was noted, or comes later."""
    beats, reader = Beats(10.0, {TAPES: 20.0, OTHERS: 30.0}), Listener()
    reader.storing.set()
    polled = asyncio.Event()

    class Bot:
        async def get_updates(self, **_: Any) -> tuple[Update, ...]:
            polled.set()
            await asyncio.Event().wait()
            return ()

    async def at_once() -> None:
        return None

    made = Intake(cast("Any", Bot()), beats, ready=at_once, notify=lambda: None, clock=lambda: 50.0)
    if early:
        made.readers.join(reader)
    made.start()
    await polled.wait()
    if not early:
        made.readers.join(reader)
    assert made.readers.lost(reader) == 20.0
    assert made.readers.unread(beats.noted) == beats.noted
    made.readers.part(reader)
    again = Listener(gap_recorded=True)
    made.readers.join(again)
    assert made.readers.lost(again) == 20.0, "nobody was told of it yet"
    assert made.readers.unread(beats.noted) == {OTHERS: 30.0}
    made.readers.part(again)
    made.readers.join(again)
    assert made.readers.lost(again) is None
    await made.close()


async def test_what_this_process_has_itself_is_not_lost_when_the_bot_is_opened_anew() -> None:
    beats, kept = Beats(10.0), Unheard(lambda: 50.0)
    for turn in range(2):
        intake = listening([post(7)], beats=beats, clock=50.0)
        intake.readers = Readers(kept)
        if turn:
            intake.readers.recall(await beats.unread())
        else:
            await intake._poll(None)
    waiting = kept.take("@tapes")
    assert beats.noted == {TAPES: 50.0}
    assert (numbers(waiting), waiting.lost) == ([7], None)
