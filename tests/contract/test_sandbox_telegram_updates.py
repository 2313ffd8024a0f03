"""What the simulated Telegram tells a polling bot, and when: posts, edits, and what it does not hear of."""

import asyncio
import time

import pytest
import telegram
from telegram.error import Conflict

from sandbox.faults import Fault
from tests.contract import telegrambot
from tests.contract.telegrambot import CHANNEL, HOUR, OTHER, Local, mp3
from tests.waiting import soon

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(20)]


local = telegrambot.local
bot = telegrambot.bot


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
    await soon(lambda: local.world.journal.counts()["getMe"])
    began = time.monotonic()
    await local.server.close()
    assert not await poll
    assert (await late).username == "first_bot"
    assert time.monotonic() - began < 2
