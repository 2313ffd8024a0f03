"""What a channel hears, and when it may be remembered."""

import asyncio
from datetime import UTC, datetime
from typing import Any, cast

from telegram import Audio, Chat, Message

from navaar.accounts import BotAccount
from navaar.channel import Channel
from navaar.intake import Intake, Stream
from reconcilers.account import Account
from reconcilers.model import NOT_READING, Place
from reconcilers.policy import Sync
from reconcilers.services.protocol import Item
from reconcilers.services.telegram import TelegramService


def message() -> Message:
    audio = Audio(
        "f", "u", 200, performer="Queen", title="Bohemian Rhapsody", file_name="a.mp3", mime_type="audio/mpeg"
    )
    return Message(7, datetime(2026, 11, 21, tzinfo=UTC), Chat(-100, "channel"), audio=audio)


async def test_no_post_is_stored_before_the_status_tells_of_the_first_start() -> None:
    stored: list[Item] = []

    async def store(item: Item) -> None:
        stored.append(item)

    channel = Channel("@tapes", cast("Any", None), store, lambda: None, lambda: 0.0)
    channel._adapter = TelegramService("1:a", "@tapes")
    reading = asyncio.create_task(channel.read(message()))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not stored
    channel.status_written()
    await reading
    assert [item.id for item in stored] == ["7"]


def test_a_queue_that_is_drained_during_a_pass_does_not_make_a_known_past_unknown() -> None:
    channel = Channel("@tapes", cast("Any", None), cast("Any", None), lambda: None, lambda: 100.0)
    intake = Intake(cast("Any", None), cast("Any", None), ready=cast("Any", None), notify=lambda: None)
    channel._account = BotAccount(intake.bot, intake, Account(clock=lambda: 0.0))
    before = {"past": "Known", "placed": 0, "lastChanged": "1970-01-01T00:00:00Z"}
    channel.begin(before, {})
    unknown = channel.unknown(Sync("tapes"), before, None, {}, Place())
    assert unknown is not None
    intake._tell(Stream(drained=True))
    assert channel.status(before, 0, {}, unknown, NOT_READING)["past"] == "Known"
    channel.status_written()
    assert not channel.gap_recorded
    unknown = channel.unknown(Sync("tapes"), before, None, {}, Place())
    assert unknown is None
    assert channel.status(before, 0, {}, unknown, NOT_READING)["past"] == "Known"
