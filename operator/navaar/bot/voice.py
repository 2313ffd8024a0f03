"""How answers get into a chat."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import TelegramError

from reconcilers.errors import RateLimitError, ServiceError
from reconcilers.services import telegram_errors
from reconcilers.services.calls import Caller, OnCall, nobody

T = TypeVar("T")

log = logging.getLogger(__name__)

PATIENCE = 30.0
"""Seconds that an answer waits where Telegram asks it to; if it asks for more, the answer is left out."""

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

Rows = Sequence[Sequence[tuple[str, str]]]
"""Buttons, row by row: label and data."""


class Voice:
    """One bot, as far as it talks with people. Nothing raises: what can't be said is logged, and left unsaid."""

    def __init__(self, bot: Bot, on_call: OnCall = nobody, clock: Callable[[], float] = time.time) -> None:
        self._bot = bot
        self._caller = Caller("telegram", on_call)
        self._clock = clock

    async def username(self) -> str:
        """What the bot is called, in lower case; empty where that can't be learnt now."""
        me = await self._tried("getMe", self._bot.get_me)
        return (me.username or "").lower() if me is not None else ""

    async def say(self, to: Message, text: str, rows: Rows) -> int | None:
        """Answers a message; the id of what was sent."""
        topic = to.message_thread_id if to.is_topic_message else None
        reply = ReplyParameters(to.message_id, allow_sending_without_reply=True) if to.chat.type != "private" else None
        sent = await self._tried(
            "sendMessage",
            lambda: self._bot.send_message(
                to.chat.id, text, parse_mode=ParseMode.HTML, link_preview_options=NO_PREVIEW, reply_markup=_keyboard(rows),
                reply_parameters=reply, message_thread_id=topic,
            ),
        )  # fmt: skip
        return sent.message_id if sent is not None else None

    async def change(self, chat: int, message: int, text: str, rows: Rows) -> bool:
        """Puts an answer in the place of another; whether that could be done."""
        done = await self._tried(
            "editMessageText",
            lambda: self._bot.edit_message_text(
                text, chat, message, parse_mode=ParseMode.HTML, link_preview_options=NO_PREVIEW,
                reply_markup=_keyboard(rows),
            ),
        )  # fmt: skip
        return done is not None

    async def heard(self, press: str, text: str = "") -> None:
        """Ends the waiting of a button, with a short note."""
        await self._tried(
            "answerCallbackQuery",
            lambda: self._bot.answer_callback_query(press, text[:200] or None, show_alert=bool(text)),
        )

    async def offer(self, person: int, menu: Sequence[tuple[str, str]]) -> None:
        """Gives somebody the menu of commands, in their private chat."""
        commands = [BotCommand(name, text) for name, text in menu]
        await self._tried(
            "setMyCommands", lambda: self._bot.set_my_commands(commands, scope=BotCommandScopeChat(person))
        )

    async def _tried(self, operation: str, act: Callable[[], Awaitable[T]]) -> T | None:
        try:
            try:
                return await self._once(operation, act)
            except RateLimitError as error:
                # Refused, so surely not done: it may be sent again.
                wait = error.retry_at - self._clock()
                if wait > PATIENCE:
                    raise
                await asyncio.sleep(max(0.0, wait))
                return await self._once(operation, act)
        except ServiceError as error:
            log.warning("an answer of the bot was left out (%s): %s", operation, error.message)
            return None

    async def _once(self, operation: str, act: Callable[[], Awaitable[T]]) -> T:
        async def classified() -> T:
            try:
                return await act()
            except TelegramError as error:
                # Not chained: the client's errors may name the token.
                raise telegram_errors.of(error, write=True, now=self._clock()) from None

        return await self._caller.once(operation, 0, classified)


def _keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in rows]
    )
