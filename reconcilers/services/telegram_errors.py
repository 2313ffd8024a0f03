"""What Telegram's refusals mean. Descriptions: tdlib/telegram-bot-api and td, as of Bot API 10."""

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from reconcilers.errors import (
    AuthError,
    ItemError,
    OutcomeUnknown,
    RateLimitError,
    ServiceError,
    TargetError,
    TransientError,
)

ADMIN = "Make the bot an administrator of the channel with the right to post messages."

_NO_RIGHTS = (
    "need administrator rights",
    "not enough rights",
    "have no rights",
    "chat_write_forbidden",
    "admin_required",
)
_NO_CHAT = ("chat not found", "chat_id is empty", "peer_id_invalid", "channel_private", "group chat was deleted")
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


class MessageGoneError(ItemError):
    """The message that was meant is not in the chat."""

    reason = "Gone"


class UnmodifiedError(ItemError):
    """The message has that content already."""

    reason = "NotModified"


class MigratedError(TargetError):
    """A group has become another chat, with the id `chat_id`."""

    def __init__(self, chat_id: int) -> None:
        super().__init__(f"The Telegram group has become another chat, with the id {chat_id}.")
        self.chat_id = chat_id


def unusable(chat_id: int, error: TargetError) -> TargetError:
    """What keeps the bot from using the scratch chat, and what to do."""
    if isinstance(error, MigratedError):
        message = f"the scratch chat has become another chat: set spec.telegram.scratchChat to {error.chat_id}"
    elif error.reason == "Forbidden":
        message = (
            f"the bot is not in the scratch chat {chat_id}, or may not write there: add it to the group, and let it "
        )
        message += "send messages and media"
    else:
        message = f"there is no chat {chat_id}, or the bot is not in it: add the bot to the group, or correct "
        message += "spec.telegram.scratchChat"
    return TargetError(message, reason="ScratchChatUnusable")


def of(error: TelegramError, *, write: bool, now: float) -> ServiceError:
    """What an error of python-telegram-bot means. `now` is Unix time.

    Only Telegram's own words are repeated: the client's messages may hold the token.
    """
    if isinstance(error, RetryAfter):
        return RateLimitError("Telegram asks to wait.", retry_at=now + _seconds(error))
    if isinstance(error, InvalidToken):
        return AuthError(
            "Telegram refuses the bot's token. Ask @BotFather for a new one and replace token in the Secret.",
            reason="AuthExpired",
        )
    if isinstance(error, Conflict):
        return TransientError("Another process uses the same bot token.", reason="Conflict")
    if isinstance(error, Forbidden):
        return TargetError(f"Telegram keeps the bot out of the channel ({_said(error)}). {ADMIN}", reason="Forbidden")
    if isinstance(error, ChatMigrated):
        return MigratedError(error.new_chat_id)
    if isinstance(error, BadRequest):
        return _bad_request(error)
    return _no_answer(error, write=write)


def _bad_request(error: BadRequest) -> ServiceError:
    text = error.message.lower()
    if any(words in text for words in _NO_RIGHTS):
        return TargetError(f"The bot may not do this in the channel ({_said(error)}). {ADMIN}", reason="Forbidden")
    if any(words in text for words in _NO_CHAT):
        return TargetError(
            "Telegram knows no such channel, or the bot was never in it. Check spec.telegram.channel and add the bot.",
            reason="NotFound",
        )
    if "message is not modified" in text:
        return UnmodifiedError("The post is so already.", permanent=True)
    if "not found" in text and "message" in text:
        return MessageGoneError("The message is not in the channel.", permanent=True)
    if "can't be deleted" in text:
        return ItemError(
            "Telegram no longer lets the bot delete this post (48 hours, and the right to delete messages).",
            reason="Retained",
            permanent=True,
        )
    if "can't be edited" in text or "edit_time_expired" in text:
        return ItemError("Telegram does not let this post be edited.", reason="NotEditable", permanent=True)
    if "can't be forwarded" in text:
        return ItemError("Telegram does not let this post be forwarded.", reason="Unreadable", permanent=True)
    if "too big" in text:
        return too_large()
    return ItemError(f"Telegram refused the request: {_said(error)}.")


def _no_answer(error: TelegramError, *, write: bool) -> ServiceError:
    if "request entity too large" in error.message.lower():
        return too_large()
    cause = error.__cause__
    if isinstance(cause, _NEVER_SENT):
        return TransientError(f"Telegram can't be reached ({type(cause).__name__}).")
    what = type(cause or error).__name__
    if write:
        return OutcomeUnknown(f"Telegram's answer to a write was lost or can't be read ({what}).")
    return TransientError(f"Telegram is in trouble ({what}).")


def too_large() -> ItemError:
    """More than a bot may send."""
    return ItemError("The audio is larger than Telegram takes from bots (50 MB).", reason="TooLarge", permanent=True)


def _said(error: TelegramError) -> str:
    return error.message.strip().rstrip(".")[:200]


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return float(wait) if isinstance(wait, int | float) else wait.total_seconds()
