"""Files that a bot sends to the simulated Telegram or fetches there: what is kept of them, how large they may be."""

import datetime

import pytest
import telegram
from telegram.error import BadRequest, InvalidToken, NetworkError

from tests.contract import telegrambot
from tests.contract.telegrambot import CHANNEL, HOUR, OTHER, SCRATCH, Local, jpeg, mp3

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(20)]


local = telegrambot.local
bot = telegrambot.bot


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
