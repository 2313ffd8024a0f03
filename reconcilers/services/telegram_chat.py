"""A chat with people that a bot writes to now and then."""

import time
from collections.abc import Callable

from telegram import Bot, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import InvalidToken, TelegramError

from reconcilers.errors import AuthError, TargetError
from reconcilers.services import telegram_errors
from reconcilers.services.calls import Caller, OnCall, nobody
from reconcilers.services.telegram import close_bot, new_bot

TIMEOUT = 10.0
"""Seconds for connecting, and for an answer."""


class TelegramChat:
    """A chat by its numeric id: of a person who has started the bot, or of a group with the bot in it.

    It has connections of its own, so that nothing here holds up what is posted elsewhere.
    """

    def __init__(
        self, token: str, chat_id: int, *, clock: Callable[[], float] = time.time, on_call: OnCall = nobody
    ) -> None:
        self.chat_id = chat_id
        self._token = token
        self._clock = clock
        self._caller = Caller("telegram-chat", on_call)

    async def say(self, html: str, *, silent: bool = False) -> None:
        """Sends a message in Telegram's HTML, once; `silent`: without a sound.

        Raises a ServiceError; TargetError where a person must act.
        """
        await self._caller.once("sendMessage", 1, lambda: self._say(html, silent))

    async def _say(self, html: str, silent: bool) -> None:
        try:
            bot = new_bot(self._token)
        except InvalidToken:
            raise AuthError("The bot's token is none.", reason="InvalidCredentials") from None
        try:
            await bot.send_message(
                self.chat_id,
                html,
                parse_mode=ParseMode.HTML,
                disable_notification=silent,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                connect_timeout=TIMEOUT,
                read_timeout=TIMEOUT,
                write_timeout=TIMEOUT,
            )
        except TelegramError as error:
            found = telegram_errors.of(error, write=True, now=self._clock())
            if isinstance(found, TargetError):
                found = TargetError(self._says(error, found, await _name(bot)), reason=found.reason)
            # Not chained: the client's errors may name the token.
            raise found from None
        finally:
            await close_bot(bot)

    def _says(self, error: TelegramError, found: TargetError, bot: str) -> str:
        """What keeps the bot from this chat, and what to do."""
        if isinstance(found, telegram_errors.MigratedError):
            return f"The group has become another chat: set spec.notifications.chat to {found.chat_id}."
        if found.reason == "NotFound":
            return (
                f"Telegram does not let {bot} write to chat {self.chat_id} before somebody there has talked to it: have them "
                "open a chat with it and press Start, or add it to the group; or correct spec.notifications.chat."
            )
        said = error.message.strip().rstrip(".")[:200]
        return (
            f"Telegram keeps {bot} out of chat {self.chat_id} ({said}). Have it unblocked there, or added again, or name "
            "another chat in spec.notifications.chat."
        )


async def _name(bot: Bot) -> str:
    """The bot's name, for a sentence that asks somebody to find it."""
    try:
        return f"@{(await bot.get_me()).username}"
    except TelegramError:
        return "the bot"
