"""A bot's messages at the simulated Telegram: how many there may be, and how they are forwarded, edited and deleted."""

import pytest
import telegram
from telegram.error import BadRequest, RetryAfter

from tests.contract import telegrambot
from tests.contract.telegrambot import CHANNEL, HOUR, OTHER, SCRATCH, TOKEN, Local, ask, jpeg, mp3

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(20)]


local = telegrambot.local
bot = telegrambot.bot


# limits


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
