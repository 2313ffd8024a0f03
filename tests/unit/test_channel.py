"""What a channel hears, and when it may be remembered."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from telegram import Audio, Chat, Message

from navaar.account.accounts import BotAccount
from navaar.channel import Channel
from navaar.intake import Intake, Stream
from reconcilers.account import Account
from reconcilers.model import NOT_READING, Place, Placement, Reading, State, Stretch, Track
from reconcilers.policy import Sync
from reconcilers.services.protocol import Item
from reconcilers.services.telegram import TelegramService
from tests.beats import Beats
from tests.memory import TELEGRAM


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
    assert channel.status(before, {}, unknown, NOT_READING, 0)["past"] == "Known"
    channel.status_written()
    assert not channel.gap_recorded
    unknown = channel.unknown(Sync("tapes"), before, None, {}, Place())
    assert unknown is None
    assert channel.status(before, {}, unknown, NOT_READING, 0)["past"] == "Known"


async def test_an_outage_of_more_than_a_day_is_noticed_without_a_restart() -> None:
    polled, asked = [0.0], [0]

    class Listening:
        async def get_updates(self, **_: Any) -> tuple[()]:
            asked[0] += 1
            return ()

    intake = Intake(
        cast("Any", Listening()),
        Beats(1_000_000.0),
        ready=cast("Any", None),
        notify=lambda: None,
        clock=lambda: 1_000_000.0 + polled[0],
        elapsed=lambda: polled[0],
    )
    intake._tell(Stream(drained=True, gap=5.0, since=999_995.0))
    for moment in (10.0, 3600.0, 86_000.0):
        polled[0] = moment
        await intake._poll(None)
    assert (intake.stream.gap, intake.stream.drained) == (5.0, True)
    polled[0] = 86_000.0 + 30 * 3600
    await intake._poll(None)
    assert (intake.stream.gap, intake.stream.since) == (30 * 3600.0, 1_086_000.0)


def test_the_posts_that_are_remembered_are_counted_though_not_every_status_is_written() -> None:
    channel = Channel("@tapes", cast("Any", None), cast("Any", None), lambda: None, lambda: 100.0)
    intake = Intake(cast("Any", None), cast("Any", None), ready=cast("Any", None), notify=lambda: None)
    channel._account = BotAccount(intake.bot, intake, Account(clock=lambda: 0.0))
    intake._tell(Stream(drained=True, gap=60.0, since=40.0))
    before = {"past": "Known", "placed": 5, "lastChanged": "1970-01-01T00:00:00Z"}
    channel.begin(before, {})
    tracks: dict[str, Track] = {}
    for n in range(8):
        unknown = channel.unknown(Sync("tapes"), before, None, tracks, Place())
        assert unknown is not None, "what was found makes up for nothing that is missing"
        found = Placement(State.PRESENT, id=str(n), seen=True)
        tracks = {**tracks, f"t{n}": Track(f"t{n}", placements={TELEGRAM: found})}
        status = channel.status(before, tracks, unknown, NOT_READING, 1)
        assert (status["placed"], status["past"]) == (5 + n + 1, "Unknown")
    assert status["scan"] == {"first": 1, "next": 1, "missing": 5}
    done = replace(Place(), reading=Reading(Stretch(1, 90, 8, 5), past=True, done=True, misses=40, upto=49))
    unknown = channel.unknown(Sync("tapes"), before, None, tracks, done)
    assert unknown is None
    status = channel.status(before, tracks, unknown, done.reading, 0)
    assert (status["past"], status["placed"]) == ("Known", 8)
    assert status["scan"] == {"first": 1, "next": 50, "last": 49, "found": 8, "missing": 5}


def test_a_track_that_is_deleted_during_a_pass_is_missed_in_the_next() -> None:
    """Else its song, found again in a playlist, would be posted a second time."""
    channel = Channel("@tapes", cast("Any", None), cast("Any", None), lambda: None, lambda: 100.0)
    intake = Intake(cast("Any", None), cast("Any", None), ready=cast("Any", None), notify=lambda: None)
    channel._account = BotAccount(intake.bot, intake, Account(clock=lambda: 0.0))
    intake._tell(Stream(drained=True, gap=60.0, since=40.0))
    before = {"past": "Known", "placed": 2, "lastChanged": "1970-01-01T00:00:00Z"}
    placed = Placement(State.PRESENT, id="1", seen=True)
    tracks = {name: Track(name, placements={TELEGRAM: placed}) for name in ("one", "two")}
    channel.begin(before, tracks)
    assert channel.unknown(Sync("tapes"), before, None, tracks, Place()) is None
    left = {"one": tracks["one"]}
    assert channel.status(before, left, None, NOT_READING, -1, lost=1)["placed"] == 2
    channel.status_written()
    assert channel.unknown(Sync("tapes"), before, None, left, Place()) is not None
