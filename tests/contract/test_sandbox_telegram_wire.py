"""The simulated Telegram on the wire: forms of requests, faults, the journal, and answers of the vendor's types."""

import asyncio
import datetime

import aiohttp
import pytest
import telegram
from telegram.error import InvalidToken, NetworkError, RetryAfter

from sandbox.faults import Fault
from sandbox.telegram.chats import Message
from sandbox.telegram.methods import METHODS
from tests.contract import telegrambot
from tests.contract.telegrambot import CHANNEL, CONTRACT, SCRATCH, TOKEN, Local, ask, jpeg, mp3
from tests.waiting import soon

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(20)]
needs_contract = pytest.mark.skipif(CONTRACT is None, reason="the Bot API's description is not at hand")


local = telegrambot.local
bot = telegrambot.bot


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
    await soon(lambda: local.state.messages(CHANNEL))
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
