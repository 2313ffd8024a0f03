"""Who may do what in the simulated Telegram's chats, and what people say to a bot in private ones."""

import asyncio

import pytest
import telegram
from telegram.error import BadRequest, Forbidden, InvalidToken

from tests.contract import telegrambot
from tests.contract.telegrambot import CHANNEL, OTHER, SCRATCH, TOKEN, Local, ask

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(20)]


local = telegrambot.local
bot = telegrambot.bot


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
