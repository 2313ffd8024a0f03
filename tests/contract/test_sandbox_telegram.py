"""The simulated Telegram, as an unmodified python-telegram-bot sees it."""

import asyncio
import datetime
import io
import json
import os
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import telegram
from aiohttp import web
from aiohttp.test_utils import TestServer
from mutagen.easyid3 import EasyID3
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter
from telegram.request import HTTPXRequest

from sandbox.faults import Fault
from sandbox.telegram import application
from sandbox.telegram.chats import Message
from sandbox.telegram.methods import METHODS
from sandbox.telegram.state import TelegramState
from sandbox.world import World

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(20)]

TOKEN = "7001:AAsecretOfTheFirstBot"
OTHER = "7002:AAsecretOfTheSecondBot"
CHANNEL = -1001000000001
SCRATCH = -1002000000002
HOUR = 3600
TLS = ssl.create_default_context()


def mp3(seconds: int = 2, title: str | None = None, artist: str | None = None) -> bytes:
    """Silence at 128 kbit/s and 44.1 kHz, tagged when asked."""
    frame = bytes.fromhex("fffb9064") + bytes(413)
    out = io.BytesIO(frame * (seconds * 44100 // 1152 + 1))
    if title or artist:
        tags = EasyID3()  # type: ignore[no-untyped-call]
        tags["title"], tags["artist"] = title or "", artist or ""
        tags.save(out)
    return out.getvalue()


def jpeg(width: int, height: int, size: int = 64) -> bytes:
    """The head of a JPEG of these dimensions, padded to `size` bytes."""
    frame = b"\xff\xc0\x00\x11\x08" + height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return (b"\xff\xd8\xff\xe0\x00\x04\x00\x00" + frame).ljust(size, b"\0")


SCALARS: dict[str, type | tuple[type, ...]] = {
    "Integer": int,
    "Float": (int, float),
    "String": str,
    "Boolean": bool,
    "True": bool,
}


class Contract:
    """The vendor's types, as the Bot API's machine-readable description has them."""

    def __init__(self, path: Path) -> None:
        document = json.loads(path.read_text())
        self.methods, self.types = document["methods"], document["types"]

    def faults(self, value: Any, kinds: list[str], where: str) -> list[str]:
        """What is wrong with a value that should be of one of `kinds`; empty when nothing is."""
        found: list[str] = []
        for kind in kinds:
            wrong = self._one(value, kind, where)
            if not wrong:
                return []
            found += wrong
        return found

    def _one(self, value: Any, kind: str, where: str) -> list[str]:
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                return [f"{where}: not an array"]
            inner = kind.removeprefix("Array of ")
            return [w for i, v in enumerate(value) for w in self._one(v, inner, f"{where}[{i}]")]
        if kind in SCALARS:
            right = isinstance(value, SCALARS[kind]) and isinstance(value, bool) == (kind in ("Boolean", "True"))
            return [] if right else [f"{where}: {value!r} is not {kind}"]
        if subtypes := self.types[kind].get("subtypes"):
            return self.faults(value, subtypes, where)
        if not isinstance(value, dict):
            return [f"{where}: {value!r} is not {kind}"]
        fields = {f["name"]: f for f in self.types[kind].get("fields", [])}
        missing = [f"{where}.{n}: missing in {kind}" for n, f in fields.items() if f["required"] and n not in value]
        unknown = [f"{where}.{n}: unknown to {kind}" for n in value if n not in fields]
        return (
            missing
            + unknown
            + [w for n, v in value.items() if n in fields for w in self.faults(v, fields[n]["types"], f"{where}.{n}")]
        )


def contract() -> Contract | None:
    """The vendor's description, where there is one."""
    default = Path(__file__).resolve().parents[3] / "shared" / "contracts"
    path = Path(os.environ.get("NAVAAR_CONTRACTS", default)) / "telegram-bot-api.json"
    return Contract(path) if path.exists() else None


CONTRACT = contract()
needs_contract = pytest.mark.skipif(CONTRACT is None, reason="the Bot API's description is not at hand")


@dataclass
class Local:
    """A served world with a channel, a scratch group and a bot in both."""

    world: World
    server: TestServer
    answered: set[str] = field(default_factory=set)
    bots: list[telegram.Bot] = field(default_factory=list)

    @property
    def state(self) -> TelegramState:
        return self.world.telegram

    def bot(self, token: str = TOKEN) -> telegram.Bot:
        url = str(self.server.make_url("/"))
        # One TLS context for all: the client would load the certificates anew for each.
        request, polls = (HTTPXRequest(httpx_kwargs={"verify": TLS}) for _ in range(2))
        bot = telegram.Bot(token, f"{url}bot", f"{url}file/bot", request=request, get_updates_request=polls)
        self.bots.append(bot)
        return bot

    async def updates(self, bot: telegram.Bot, **options: Any) -> tuple[telegram.Update, ...]:
        return await bot.get_updates(**{"timeout": 0, **options})

    async def polling(self, token: str = TOKEN) -> None:
        """Returns once the bot's poll waits on the server."""
        while self.state.queue(token).poll is None:
            await asyncio.sleep(0)


@pytest_asyncio.fixture
async def local(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Local]:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    world = World()
    app = application(world)
    here = Local(world, TestServer(app))

    @web.middleware
    async def hold_to_contract(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        response = await handler(request)
        method = request.match_info.get("method")
        if method and CONTRACT and isinstance(response, web.Response) and response.content_type == "application/json":
            body = json.loads(response.body)  # type: ignore[arg-type]
            if body["ok"] and method in CONTRACT.methods:
                wrong.extend(CONTRACT.faults(body["result"], CONTRACT.methods[method]["returns"], method))
                here.answered.add(method)
        return response

    wrong: list[str] = []
    app.middlewares.append(hold_to_contract)
    here.state.create_bot(TOKEN, "first_bot")
    here.state.create_bot(OTHER, "second_bot")
    here.state.create_channel(CHANNEL, "Friday tapes", "@fridaytapes")
    here.state.create_group(SCRATCH, "Scratch")
    here.state.add_admin(CHANNEL, TOKEN)
    here.state.add_admin(SCRATCH, TOKEN)
    here.state.queue(TOKEN).forget()
    await here.server.start_server()
    yield here
    for bot in here.bots:
        await bot.shutdown()
    await here.server.close()
    assert not wrong


@pytest_asyncio.fixture
async def bot(local: Local) -> telegram.Bot:
    return local.bot()


async def ask(local: Local, method: str, token: str = TOKEN, **request: Any) -> tuple[int, Any]:
    """A bare request, for what the client would not send."""
    verb = request.pop("verb", "POST")
    async with (
        aiohttp.ClientSession() as session,
        session.request(verb, local.server.make_url(f"/bot{token}/{method}"), **request) as response,
    ):
        return response.status, await response.json()


# updates


async def test_a_post_wakes_the_waiting_poll_at_once(local: Local, bot: telegram.Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=50))
    await local.polling()
    began = time.monotonic()
    local.state.post_audio(CHANNEL, mp3(), file_name="a.mp3", title="Cheshme Man", performer="Dariush", caption="hi")
    (update,) = await poll
    assert time.monotonic() - began < 1
    post = update.channel_post
    assert post is not None and post.audio is not None
    assert (post.audio.title, post.audio.performer, post.audio.file_name) == (
        "Cheshme Man",
        "Dariush",
        "a.mp3",
    )
    assert (post.audio.mime_type, post.caption, post.message_id) == ("audio/mpeg", "hi", 1)
    assert post.sender_chat is not None and post.sender_chat.id == CHANNEL


async def test_updates_are_handed_out_again_until_a_higher_offset_confirms_them(
    local: Local, bot: telegram.Bot
) -> None:
    for title in "abc":
        local.state.post_audio(CHANNEL, mp3(), title=title)
    first = await local.updates(bot)
    assert [u.update_id for u in first] == [u.update_id for u in await local.updates(bot)]
    ids = [u.update_id for u in first]
    assert ids == list(range(ids[0], ids[0] + 3))
    assert [u.update_id for u in await local.updates(bot, offset=ids[1])] == ids[1:]
    assert [u.update_id for u in await local.updates(bot, offset=0)] == ids[1:]
    assert [u.update_id for u in await local.updates(bot, limit=1)] == ids[1:2]
    assert [u.update_id for u in await local.updates(bot, offset=ids[2] + 1000)] == ids[1:]
    assert [u.update_id for u in await local.updates(bot, offset=-1)] == ids[2:]
    assert [u.update_id for u in await local.updates(bot)] == ids[2:]
    assert not await local.updates(bot, offset=ids[2] + 1)


async def test_updates_older_than_a_day_are_gone(local: Local, bot: telegram.Bot) -> None:
    local.state.post_audio(CHANNEL, mp3(), title="old")
    local.world.clock.advance(23 * HOUR)
    local.state.post_audio(CHANNEL, mp3(), title="new")
    assert len(await local.updates(bot)) == 2
    local.world.clock.advance(HOUR)
    (update,) = await local.updates(bot)
    assert update.channel_post and update.channel_post.audio and update.channel_post.audio.title == "new"
    local.world.clock.advance(24 * HOUR)
    assert not await local.updates(bot)
    local.state.post_audio(CHANNEL, mp3(), date=local.state.now() - 25 * HOUR)
    assert not await local.updates(bot)


async def test_nothing_from_before_the_bot_joined_is_delivered(local: Local) -> None:
    local.state.post_audio(CHANNEL, mp3(), title="before")
    local.world.clock.advance(10)
    local.state.add_admin(CHANNEL, OTHER)
    local.state.post_audio(CHANNEL, mp3(), title="dated before", date=local.state.now() - 60)
    local.state.post_audio(CHANNEL, mp3(), title="after")
    joined, after = await local.updates(local.bot(OTHER))
    assert joined.my_chat_member and joined.my_chat_member.new_chat_member.status == "administrator"
    assert after.channel_post and after.channel_post.audio and after.channel_post.audio.title == "after"


async def test_a_bot_hears_of_other_bots_posts_but_not_of_its_own_nor_of_deletions(
    local: Local, bot: telegram.Bot
) -> None:
    local.state.add_admin(CHANNEL, OTHER)
    other = local.bot(OTHER)
    local.state.queue(OTHER).forget()
    sent = await bot.send_audio(CHANNEL, mp3(), filename="mine.mp3")
    assert not await local.updates(bot)
    (update,) = await local.updates(other)
    assert update.channel_post and update.channel_post.message_id == sent.message_id
    local.state.edit_caption(CHANNEL, sent.message_id, "by a person")
    local.state.delete(CHANNEL, sent.message_id)
    assert not await local.updates(bot)
    assert len(await local.updates(other)) == 2


async def test_an_edit_arrives_as_an_edited_post_with_the_new_file(local: Local, bot: telegram.Bot) -> None:
    posted = local.state.post_audio(CHANNEL, mp3(), title="Wrogn")
    local.state.edit_audio(CHANNEL, posted.message_id, title="Wrong")
    before, after = await local.updates(bot)
    old, new = before.channel_post, after.edited_channel_post
    assert old and old.audio and new and new.audio and new.edit_date
    assert (old.audio.title, new.audio.title, new.message_id) == ("Wrogn", "Wrong", posted.message_id)
    assert old.audio.file_unique_id != new.audio.file_unique_id


async def test_an_album_arrives_as_posts_that_share_a_group_id(local: Local, bot: telegram.Bot) -> None:
    for title in "ab":
        local.state.post_audio(CHANNEL, mp3(), title=title, media_group_id="13")
    assert [u.channel_post.media_group_id for u in await local.updates(bot) if u.channel_post] == ["13", "13"]


async def test_a_second_waiting_poll_ends_the_first_with_a_conflict(local: Local, bot: telegram.Bot) -> None:
    older = asyncio.create_task(bot.get_updates(timeout=50))
    await local.polling()
    newer = asyncio.create_task(local.bot().get_updates(timeout=50))
    with pytest.raises(Conflict, match="terminated by other getUpdates request; make sure that only one bot"):
        await older
    local.state.post_text(CHANNEL, "hello")
    assert len(await newer) == 1


async def test_a_webhook_shuts_polling_out_until_it_is_deleted(local: Local, bot: telegram.Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=50))
    await local.polling()
    other = local.bot()
    await other.set_webhook("https://example.org/hook")
    with pytest.raises(Conflict, match="terminated by setWebhook request"):
        await poll
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await local.updates(bot)
    local.state.post_text(CHANNEL, "hello")
    info = await other.get_webhook_info()
    assert (info.url, info.pending_update_count) == ("https://example.org/hook", 1)
    await other.delete_webhook(drop_pending_updates=True)
    assert not await local.updates(bot)


async def test_allowed_updates_are_remembered_between_calls(local: Local, bot: telegram.Bot) -> None:
    await local.updates(bot, allowed_updates=["edited_channel_post"])
    posted = local.state.post_audio(CHANNEL, mp3())
    local.state.edit_caption(CHANNEL, posted.message_id, "now")
    (update,) = await local.updates(bot)
    assert update.edited_channel_post
    await local.updates(bot, allowed_updates=[])
    local.state.post_audio(CHANNEL, mp3())
    assert len(await local.updates(bot)) == 2


async def test_asking_twice_in_a_hurry_gives_one_update_where_that_quirk_is_on(local: Local, bot: telegram.Bot) -> None:
    local.state.throttle_repeats = True
    local.state.post_text(CHANNEL, "a")
    local.state.post_text(CHANNEL, "b")
    assert [len(await local.updates(bot)) for _ in range(2)] == [2, 1]
    local.world.clock.advance(1)
    assert len(await local.updates(bot)) == 2


async def test_shutting_down_ends_waiting_polls_and_late_answers_at_once(local: Local, bot: telegram.Bot) -> None:
    local.world.faults.arm(Fault("late", "telegram", "getMe", seconds=60))
    late = asyncio.create_task(local.bot().get_me())
    poll = asyncio.create_task(bot.get_updates(timeout=50))
    await local.polling()
    while not local.world.journal.counts()["getMe"]:
        await asyncio.sleep(0)
    began = time.monotonic()
    await local.server.close()
    assert not await poll
    assert (await late).username == "first_bot"
    assert time.monotonic() - began < 2


# sending


async def test_an_uploaded_audio_keeps_what_was_said_about_it(local: Local, bot: telegram.Bot) -> None:
    sent = await bot.send_audio(
        CHANNEL,
        mp3(),
        filename="Dariush - Cheshme Man [t3aX].mp3",
        title="Cheshme Man",
        performer="Dariush",
        duration=240,
        caption="<b>new</b>",
        parse_mode="HTML",
        thumbnail=jpeg(320, 300),
        disable_notification=True,
    )
    audio = sent.audio
    assert audio is not None and audio.thumbnail is not None
    assert audio.file_name == "Dariush - Cheshme Man [t3aX].mp3"
    assert (audio.title, audio.performer, audio.duration) == (
        "Cheshme Man",
        "Dariush",
        datetime.timedelta(minutes=4),
    )
    assert (audio.thumbnail.width, audio.thumbnail.height) == (320, 300)
    assert (sent.caption, [e.type for e in sent.caption_entities]) == ("new", ["bold"])
    (message,) = local.state.messages(CHANNEL)
    assert local.state.file_bytes(message) == mp3()
    (entry,) = local.world.journal.writes("telegram")
    assert (entry.call, entry.status, entry.detail["chat_id"]) == ("sendAudio", 200, CHANNEL)
    assert entry.detail["message_id"] == sent.message_id
    assert entry.detail["file_name"] == audio.file_name and entry.detail["disable_notification"] is True


async def test_what_is_not_said_about_an_audio_is_read_from_its_tags(bot: telegram.Bot) -> None:
    sent = await bot.send_audio(CHANNEL, mp3(3, "Title", "Artist"), filename="x.mp3")
    assert sent.audio is not None
    assert (sent.audio.title, sent.audio.performer) == ("Title", "Artist")
    assert sent.audio.duration == datetime.timedelta(seconds=3)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("x" * 80 + "-token.mp3", "x" * 60 + ".mp3"),
        ("AC/DC.mp3", "DC.mp3"),
        ("a<b>:c|d?*.mp3", "a b  c d.mp3"),
        ("چشم‌من.mp3", "چشممن.mp3"),
        ("..mp3", "mp3"),
    ],
)
async def test_an_uploaded_files_name_is_cleaned_as_the_vendor_does(bot: telegram.Bot, given: str, kept: str) -> None:
    sent = await bot.send_document(CHANNEL, mp3(), filename=given)
    assert sent.document is not None and sent.document.file_name == kept


@pytest.mark.parametrize("thumbnail", [jpeg(321, 10), jpeg(10, 10, 200_001), b"\x89PNG not a jpeg"])
async def test_a_cover_that_is_too_big_or_no_jpeg_is_dropped(bot: telegram.Bot, thumbnail: bytes) -> None:
    sent = await bot.send_audio(CHANNEL, mp3(), filename="a.mp3", thumbnail=thumbnail)
    assert sent.audio is not None and sent.audio.thumbnail is None


async def test_an_upload_without_an_audio_extension_becomes_a_document(bot: telegram.Bot) -> None:
    sent = await bot.send_audio(CHANNEL, mp3(), filename="song.bin")
    assert sent.audio is None and sent.document is not None


async def test_a_file_id_sends_again_for_its_own_bot_only(local: Local, bot: telegram.Bot) -> None:
    local.state.add_admin(CHANNEL, OTHER)
    other = local.bot(OTHER)
    local.state.queue(OTHER).forget()
    first = await bot.send_audio(CHANNEL, mp3(), filename="a.mp3", title="a")
    assert first.audio is not None
    again = await bot.send_audio(SCRATCH, first.audio.file_id, title="another title")
    assert again.audio is not None
    assert (again.audio.title, again.audio.file_unique_id) == ("a", first.audio.file_unique_id)
    with pytest.raises(BadRequest, match="Wrong file identifier/http url specified"):
        await other.send_audio(CHANNEL, first.audio.file_id)
    with pytest.raises(BadRequest, match="Can't use file of type audio as document"):
        await bot.send_document(CHANNEL, first.audio.file_id)
    (update,) = await local.updates(other)
    assert update.channel_post and update.channel_post.audio
    assert update.channel_post.audio.file_id != first.audio.file_id
    assert update.channel_post.audio.file_unique_id == first.audio.file_unique_id


async def test_an_upload_above_50_mb_is_too_large_and_nothing_is_posted(local: Local, bot: telegram.Bot) -> None:
    for size in ((50 << 20) + 1, 53 << 20):
        with pytest.raises(NetworkError, match="Request Entity Too Large"):
            await bot.send_audio(CHANNEL, bytes(size), filename="big.mp3")
    assert not local.state.messages(CHANNEL)
    assert [e.status for e in local.world.journal.writes("telegram")] == [413, 413]


async def test_captions_and_texts_have_the_vendors_limits(bot: telegram.Bot) -> None:
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_audio(CHANNEL, mp3(), filename="a.mp3", caption="x" * 1025)
    with pytest.raises(BadRequest, match="Message is too long"):
        await bot.send_message(CHANNEL, "x" * 4097)
    with pytest.raises(BadRequest, match="Message text is empty"):
        await bot.send_message(CHANNEL, " ")
    with pytest.raises(BadRequest, match="File must be non-empty"):
        await bot.send_audio(CHANNEL, b"", filename="a.mp3")


async def test_the_21st_message_within_a_minute_must_wait(local: Local, bot: telegram.Bot) -> None:
    for number in range(20):
        await bot.send_message(CHANNEL, f"{number}")
    status, answer = await ask(local, "sendMessage", json={"chat_id": CHANNEL, "text": "x"})
    wait = answer["parameters"]["retry_after"]
    assert (status, answer["error_code"]) == (429, 429)
    assert answer["description"] == f"Too Many Requests: retry after {wait}" and 50 <= wait <= 60
    with pytest.raises(RetryAfter):
        await bot.send_message(CHANNEL, "x")
    await bot.send_message(SCRATCH, "another chat has its own minute")
    local.world.clock.advance(wait)
    await bot.send_message(CHANNEL, "x")


# files


async def test_a_file_can_be_downloaded_for_an_hour(local: Local, bot: telegram.Bot) -> None:
    local.state.post_audio(CHANNEL, mp3(), file_name="a.mp3", thumbnail=jpeg(90, 90))
    (update,) = await local.updates(bot)
    assert update.channel_post and update.channel_post.audio and update.channel_post.audio.thumbnail
    file = await update.channel_post.audio.get_file()
    assert bytes(await file.download_as_bytearray()) == mp3()
    cover = await update.channel_post.audio.thumbnail.get_file()
    assert bytes(await cover.download_as_bytearray()) == jpeg(90, 90)
    local.world.clock.advance(HOUR)
    with pytest.raises(InvalidToken):
        await file.download_as_bytearray()


async def test_files_above_20_mib_cannot_be_fetched(local: Local, bot: telegram.Bot) -> None:
    local.state.post_audio_of_size(CHANNEL, 20 << 20, title="fits")
    local.state.post_audio_of_size(CHANNEL, (20 << 20) + 1, title="does not")
    fits, big = [u.channel_post.audio for u in await local.updates(bot) if u.channel_post]
    assert fits and big
    assert (await fits.get_file()).file_size == 20 << 20
    with pytest.raises(BadRequest, match="File is too big"):
        await big.get_file()
    with pytest.raises(BadRequest, match="Invalid file_id"):
        await bot.get_file("nonsense")


# forwarding and copying


async def test_a_forward_shows_an_old_post_whole_with_its_origin(local: Local, bot: telegram.Bot) -> None:
    local.state.add_admin(CHANNEL, OTHER)
    posted = local.state.post_audio(
        CHANNEL, mp3(), file_name="old.mp3", title="Old", date=local.state.now() - 400 * 24 * HOUR
    )
    seen = await bot.forward_message(SCRATCH, "@FridayTapes", posted.message_id, disable_notification=True)
    assert seen.audio and (seen.audio.title, seen.audio.file_name) == ("Old", "old.mp3")
    assert isinstance(seen.forward_origin, telegram.MessageOriginChannel)
    assert (seen.forward_origin.chat.id, seen.forward_origin.message_id) == (CHANNEL, posted.message_id)
    assert seen.forward_origin.date.timestamp() == posted.date
    assert await bot.delete_message(SCRATCH, seen.message_id)
    local.state.delete(CHANNEL, posted.message_id)
    with pytest.raises(BadRequest, match="Message to forward not found"):
        await bot.forward_message(SCRATCH, CHANNEL, posted.message_id)


async def test_a_copy_has_no_origin_and_may_have_another_caption(local: Local, bot: telegram.Bot) -> None:
    posted = local.state.post_audio(CHANNEL, mp3(), title="a", caption="old")
    copy = await bot.copy_message(SCRATCH, CHANNEL, posted.message_id, caption="new")
    (message,) = local.state.messages(SCRATCH)
    assert message.message_id == copy.message_id and message.origin is None
    assert message.audio and (message.audio.title, message.caption) == ("a", "new")


async def test_protected_content_is_neither_forwarded_nor_copied(local: Local, bot: telegram.Bot) -> None:
    local.state.chat(CHANNEL).protected = True
    posted = local.state.post_audio(CHANNEL, mp3())
    (update,) = await local.updates(bot)
    assert update.channel_post and update.channel_post.has_protected_content
    with pytest.raises(BadRequest, match="The message can't be forwarded"):
        await bot.forward_message(SCRATCH, CHANNEL, posted.message_id)
    with pytest.raises(BadRequest, match="The message can't be copied"):
        await bot.copy_message(SCRATCH, CHANNEL, posted.message_id)
    with pytest.raises(BadRequest, match="There are no messages to forward"):
        await bot.forward_messages(SCRATCH, CHANNEL, [posted.message_id])


# editing and deleting


async def test_an_edit_that_changes_nothing_is_refused(local: Local, bot: telegram.Bot) -> None:
    sent = await bot.send_audio(CHANNEL, mp3(), filename="a.mp3", caption="one")
    changed = await bot.edit_message_caption(CHANNEL, sent.message_id, caption="two")
    assert isinstance(changed, telegram.Message) and changed.caption == "two" and changed.edit_date
    with pytest.raises(BadRequest, match="Message is not modified: specified new message content and reply markup"):
        await bot.edit_message_caption(CHANNEL, sent.message_id, caption="two")
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_caption(CHANNEL, 99, caption="two")


async def test_an_edited_audio_may_come_as_an_attachment_with_a_cover(local: Local, bot: telegram.Bot) -> None:
    sent = await bot.send_audio(CHANNEL, mp3(), filename="a.mp3")
    media = telegram.InputMediaAudio(
        mp3(3), caption="c", title="T", performer="P", duration=3, thumbnail=jpeg(9, 9), filename="b.mp3"
    )
    changed = await bot.edit_message_media(media, CHANNEL, sent.message_id)
    assert isinstance(changed, telegram.Message) and changed.audio and changed.audio.thumbnail
    assert (changed.audio.title, changed.audio.file_name, changed.caption) == ("T", "b.mp3", "c")
    (message,) = local.state.messages(CHANNEL)
    assert local.state.file_bytes(message) == mp3(3)


async def test_editing_others_posts_takes_the_right_to(local: Local, bot: telegram.Bot) -> None:
    posted = local.state.post_audio(CHANNEL, mp3())
    await bot.edit_message_caption(CHANNEL, posted.message_id, caption="by the bot")
    local.state.add_admin(CHANNEL, TOKEN, can_edit_messages=False)
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_caption(CHANNEL, posted.message_id, caption="again")


async def test_a_bot_deletes_within_48_hours_only(local: Local, bot: telegram.Bot) -> None:
    sent = await bot.send_audio(CHANNEL, mp3(), filename="a.mp3")
    posted = local.state.post_audio(CHANNEL, mp3())
    local.world.clock.advance(47 * HOUR)
    assert await bot.delete_message(CHANNEL, sent.message_id)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(CHANNEL, sent.message_id)
    local.world.clock.advance(2 * HOUR)
    with pytest.raises(BadRequest, match="Message can't be deleted for everyone"):
        await bot.delete_message(CHANNEL, posted.message_id)
    with pytest.raises(BadRequest, match="Message can't be deleted for everyone"):
        await bot.delete_messages(CHANNEL, [sent.message_id, posted.message_id])
    assert local.state.messages(CHANNEL) == [posted]


async def test_deleting_others_posts_takes_the_right_to(local: Local, bot: telegram.Bot) -> None:
    sent = await bot.send_audio(CHANNEL, mp3(), filename="a.mp3")
    posted = local.state.post_audio(CHANNEL, mp3())
    local.state.add_admin(CHANNEL, TOKEN, can_delete_messages=False)
    with pytest.raises(BadRequest, match=r"Message can't be deleted$"):
        await bot.delete_message(CHANNEL, posted.message_id)
    assert await bot.delete_messages(CHANNEL, [sent.message_id, 99])
    assert local.state.messages(CHANNEL) == [posted]


# who may what


async def test_a_dead_token_is_unauthorized(local: Local, bot: telegram.Bot) -> None:
    with pytest.raises(InvalidToken):
        await local.bot("7009:nobody").get_me()
    poll = asyncio.create_task(bot.get_updates(timeout=50))
    await local.polling()
    local.state.revoke(TOKEN)
    with pytest.raises(InvalidToken):
        await poll
    assert await ask(local, "getMe") == (401, {"ok": False, "error_code": 401, "description": "Unauthorized"})


async def test_refusals_tell_apart_why_a_chat_is_out_of_reach(local: Local, bot: telegram.Bot) -> None:
    other = local.bot(OTHER)
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(-1009999999999, "x")
    with pytest.raises(BadRequest, match="Chat not found"):
        await other.send_message(SCRATCH, "x")
    with pytest.raises(Forbidden, match="bot is not a member of the channel chat"):
        await other.send_message("@fridaytapes", "x")
    assert (await other.get_chat("@fridaytapes")).id == CHANNEL
    local.state.add_admin(CHANNEL, TOKEN, can_post_messages=False)
    with pytest.raises(BadRequest, match="Need administrator rights in the channel chat"):
        await bot.send_message(CHANNEL, "x")
    local.state.remove_admin(SCRATCH, TOKEN)
    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await bot.send_message(SCRATCH, "x")
    local.state.remove_admin(CHANNEL, TOKEN, kicked=True)
    with pytest.raises(Forbidden, match="bot was kicked from the channel chat"):
        await bot.get_chat(CHANNEL)
    stranger = local.state.person("stranger")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(stranger.id, "x")


async def test_the_bot_can_see_its_rights(local: Local, bot: telegram.Bot) -> None:
    local.state.add_admin(CHANNEL, TOKEN, can_delete_messages=False)
    me = await bot.get_chat_member(CHANNEL, (await bot.get_me()).id)
    assert isinstance(me, telegram.ChatMemberAdministrator)
    assert (me.can_post_messages, me.can_delete_messages) == (True, False)
    owner, again = await bot.get_chat_administrators(CHANNEL)
    assert (owner.status, again.user.username) == ("creator", "first_bot")
    assert await bot.get_chat_member_count(CHANNEL) == 2


async def test_commands_and_buttons_reach_the_bot_in_a_private_chat(local: Local, bot: telegram.Bot) -> None:
    chat = local.state.create_private("Mina", TOKEN)
    local.state.post_text(chat.id, "/status now")
    (update,) = await local.updates(bot)
    assert update.message and update.message.from_user and update.message.from_user.first_name == "Mina"
    assert [(e.type, e.offset, e.length) for e in update.message.entities] == [("bot_command", 0, 7)]
    keyboard = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("yes", callback_data="y")]])
    asked = await bot.send_message(chat.id, "sure?", reply_markup=keyboard)
    local.state.press_button(chat.id, asked.message_id, "y", author="Mina")
    (pressed,) = await local.updates(bot, offset=update.update_id + 1)
    query = pressed.callback_query
    assert query and query.data == "y" and query.message and query.message.message_id == asked.message_id
    assert await bot.answer_callback_query(query.id)
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query(query.id)
    await bot.edit_message_reply_markup(chat.id, asked.message_id)
    assert local.state.message(chat.id, asked.message_id).reply_markup is None
    too_long = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("yes", callback_data="y" * 65)]])
    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        await bot.send_message(chat.id, "sure?", reply_markup=too_long)


async def test_a_persons_language_is_told_and_each_chat_has_a_menu_of_its_own(local: Local, bot: telegram.Bot) -> None:
    chat = local.state.create_private("Mina", TOKEN, "fa-IR")
    local.state.post_text(chat.id, "/start")
    (update,) = await local.updates(bot)
    assert update.effective_user and update.effective_user.language_code == "fa-IR"
    scope = telegram.BotCommandScopeChat(chat.id)
    await bot.set_my_commands([("status", "how it stands")], scope=scope)
    assert [c.command for c in await bot.get_my_commands(scope)] == ["status"]
    assert not await bot.get_my_commands()
    await bot.delete_my_commands(scope)
    assert not await bot.get_my_commands(scope)
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.set_my_commands(
            [("status", "x")], scope=telegram.BotCommandScopeChat(local.state.person("nobody").id)
        )
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await bot.set_my_commands([("Status", "x")])


# the wire


async def test_parameters_may_come_in_the_query_as_a_form_or_as_json(local: Local) -> None:
    text = {"chat_id": str(CHANNEL), "text": "x"}
    for request in (
        {"verb": "GET", "params": text},
        {"data": text},
        {"json": {"chat_id": CHANNEL, "text": "x"}},
    ):
        status, answer = await ask(local, "sendmessage", **request)
        assert (status, answer["result"]["text"]) == (200, "x")
    form = aiohttp.FormData()
    form.add_field("chat_id", str(CHANNEL))
    form.add_field("audio", "attach://song")
    form.add_field("song", mp3(), filename="s.m4a")
    status, answer = await ask(local, "sendAudio", data=form)
    assert (status, answer["result"]["audio"]["mime_type"]) == (200, "audio/mp4")
    assert (await ask(local, "frobnicate"))[1]["description"] == "Not Found: method not found"


async def test_a_lost_answer_has_acted_and_a_reset_has_not(local: Local, bot: telegram.Bot) -> None:
    local.world.faults.arm(Fault("lost", "telegram", "sendAudio"))
    with pytest.raises(NetworkError):
        await bot.send_audio(CHANNEL, mp3(), filename="a.mp3")
    local.world.faults.arm(Fault("reset", "telegram", "sendAudio"))
    with pytest.raises(NetworkError):
        await bot.send_audio(CHANNEL, mp3(), filename="b.mp3")
    assert [m.audio and m.audio.file_name for m in local.state.messages(CHANNEL)] == ["a.mp3"]
    entries = [(e.status, e.detail["fault"], e.detail["file_name"]) for e in local.world.journal.writes()]
    assert entries == [(200, "lost", "a.mp3"), (0, "reset", "b.mp3")]


async def test_faults_answer_as_the_vendor_would(local: Local, bot: telegram.Bot) -> None:
    faults = local.world.faults
    faults.arm(Fault("error", "telegram", "getMe", status=502))
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.get_me()
    faults.arm(Fault("error", "telegram", "getMe", status=504, body="<html>gateway timeout</html>"))
    with pytest.raises(NetworkError):
        await bot.get_me()
    faults.arm(Fault("rate-limit", "telegram", "sendMessage", seconds=7))
    with pytest.raises(RetryAfter) as refused:
        await bot.send_message(CHANNEL, "x")
    assert refused.value.retry_after == datetime.timedelta(seconds=7)
    local.world.clock.advance(7)
    faults.arm(Fault("revoked", "telegram", "getMe"))
    with pytest.raises(InvalidToken):
        await bot.get_me()
    faults.arm(Fault("doubled", "telegram", "sendMessage"))
    await bot.send_message(CHANNEL, "x")
    assert len(local.state.messages(CHANNEL)) == 2
    assert (await bot.get_me()).username == "first_bot"


async def test_a_late_answer_delays_nobody_else(local: Local, bot: telegram.Bot) -> None:
    local.world.faults.arm(Fault("late", "telegram", "sendMessage", seconds=60))
    late = asyncio.create_task(bot.send_message(CHANNEL, "late"))
    while not local.state.messages(CHANNEL):
        await asyncio.sleep(0)
    await local.bot().get_me()
    assert not late.done()
    late.cancel()


async def test_the_journal_never_holds_the_token(local: Local, bot: telegram.Bot) -> None:
    sent = await bot.send_audio(CHANNEL, mp3(), filename="a.mp3")
    assert sent.audio
    file = await bot.get_file(sent.audio.file_id)
    await file.download_as_bytearray()
    assert local.world.journal.counts("telegram") == {"sendAudio": 1, "getFile": 1, "download": 1}
    assert [e.call for e in local.world.journal.writes("telegram")] == ["sendAudio"]
    assert "secret" not in repr(local.world.journal.entries)


async def test_listeners_hear_of_every_change(local: Local, bot: telegram.Bot) -> None:
    heard: list[tuple[str, int]] = []

    def listener(what: str, message: Message) -> None:
        heard.append((what, message.message_id))

    local.state.on_change.append(listener)
    local.state.post_text(CHANNEL, "a")
    sent = await bot.send_audio(CHANNEL, mp3(), filename="a.mp3")
    await bot.edit_message_caption(CHANNEL, sent.message_id, caption="c")
    await bot.delete_message(CHANNEL, sent.message_id)
    assert heard == [("posted", 1), ("posted", 2), ("edited", 2), ("deleted", 2)]


@needs_contract
async def test_every_method_answers_with_the_vendors_types(local: Local, bot: telegram.Bot) -> None:
    private = local.state.create_private("Mina", TOKEN)
    basic = local.state.create_group(-4321, "Basic")
    local.state.add_member(basic.id, TOKEN)
    local.state.chat(CHANNEL).signatures = True
    local.state.post_text(private.id, "/start")
    posted = local.state.post_audio(CHANNEL, mp3(), title="t", performer="p", file_name="a.mp3", thumbnail=jpeg(9, 9))
    local.state.post_document(CHANNEL, mp3(), file_name="a.flac", media_group_id="5")
    local.state.post_forward(SCRATCH, posted)
    local.state.edit_caption(CHANNEL, posted.message_id, "c")
    updates = await local.updates(bot)
    assert {u.effective_chat.id for u in updates if u.effective_chat} == {
        CHANNEL,
        SCRATCH,
        private.id,
        basic.id,
    }
    for chat_id in (CHANNEL, SCRATCH, private.id, basic.id):
        await bot.get_chat(chat_id)
        await bot.get_chat_member_count(chat_id)
        await bot.get_chat_member(chat_id, 7001)
        await bot.get_chat_member(chat_id, 7002)
    await bot.get_chat_administrators(SCRATCH)
    await bot.get_me()
    await bot.set_my_commands([("status", "how it stands")])
    assert [c.command for c in await bot.get_my_commands()] == ["status"]
    await bot.delete_my_commands()
    await bot.send_chat_action(CHANNEL, "upload_document")
    text = await bot.send_message(CHANNEL, "<a href='https://example.org'>x</a>", parse_mode="HTML")
    await bot.edit_message_text("y", CHANNEL, text.message_id)
    reply = await bot.send_document(CHANNEL, b"{}", filename="x.json", reply_to_message_id=posted.message_id)
    assert reply.reply_to_message and reply.reply_to_message.message_id == posted.message_id
    audio = await bot.send_audio(CHANNEL, mp3(), filename="a.mp3", thumbnail=jpeg(9, 9), protect_content=True)
    assert audio.audio
    await bot.get_file(audio.audio.file_id)
    await bot.edit_message_media(telegram.InputMediaAudio(audio.audio.file_id, caption="c"), CHANNEL, audio.message_id)
    await bot.edit_message_caption(CHANNEL, audio.message_id, caption="d")
    keyboard = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("b", callback_data="b")]])
    await bot.edit_message_reply_markup(CHANNEL, audio.message_id, reply_markup=keyboard)
    query = local.state.press_button(CHANNEL, audio.message_id, "b")
    await local.updates(bot)
    await bot.answer_callback_query(query)
    await bot.forward_message(SCRATCH, CHANNEL, posted.message_id)
    await bot.forward_messages(SCRATCH, CHANNEL, [posted.message_id])
    await bot.copy_message(SCRATCH, CHANNEL, posted.message_id)
    copies = await bot.copy_messages(SCRATCH, CHANNEL, [posted.message_id])
    await bot.delete_message(SCRATCH, copies[0].message_id)
    await bot.delete_messages(CHANNEL, [text.message_id])
    await bot.set_webhook("https://example.org")
    await bot.get_webhook_info()
    await bot.delete_webhook()
    await bot.log_out()
    await bot.close()
    assert local.answered == {m.name for m in METHODS.values()}
