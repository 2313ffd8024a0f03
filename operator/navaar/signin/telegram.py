"""A Telegram bot's token, its rights in the channel, and the group that is to be its scratch chat."""

import re
import time
from dataclasses import dataclass

from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, TelegramError

from navaar.intake import ALLOWED
from navaar.people.finding import Finding, ask, bad, good
from navaar.signin.problem import NoAnswer, SignInProblem
from reconcilers.errors import AuthError, RateLimitError, ServiceError, TargetError, TransientError
from reconcilers.services import telegram_errors
from reconcilers.services.telegram import PROTECTED, TelegramService, close_bot, new_bot

KEYS = ("token",)

_TOKEN = re.compile(r"\d{3,}:[A-Za-z0-9_-]{10,}")
BATCH = 100
"""The most updates that Telegram hands out at once."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group that the bot was told of."""

    id: int
    title: str


@dataclass(frozen=True, slots=True)
class Me:
    """The bot. `webhook`: updates are sent to an address, so nobody can ask for them."""

    username: str
    webhook: bool


class TelegramBot:
    """A bot as its owner checks it. Errors are `SignInProblem`s. `close` ends it."""

    def __init__(self, token: str) -> None:
        token = token.strip()
        if not _TOKEN.fullmatch(token):
            raise SignInProblem(
                "This is no bot token. @BotFather on Telegram gives one out (/newbot, or /token for a bot that is there): "
                "digits, a colon, and about 35 letters."
            )
        try:
            self._bot: Bot = new_bot(token)
        except InvalidToken:
            raise SignInProblem("This is no bot token. Copy it from @BotFather.") from None
        self.token = token

    async def close(self) -> None:
        """Closes the connections."""
        await close_bot(self._bot)

    async def me(self) -> Me:
        """Who the token belongs to: two requests."""
        try:
            me = await self._bot.get_me()
            info = await self._bot.get_webhook_info()
        except TelegramError as error:
            if isinstance(error, InvalidToken):
                raise SignInProblem(
                    "Telegram knows no bot with this token: it was mistyped, or revoked. Ask @BotFather for the current one "
                    "(/token)."
                ) from None
            raise _problem(error) from None
        return Me(me.username or me.first_name, bool(info.url))

    async def look(self, channel: int | str, scratch: int | None = None) -> list[Finding]:
        """What the bot may do in the channel and the scratch chat: up to seven requests, none of which changes anything."""
        service = TelegramService(self._bot, channel, scratch_chat=scratch)
        found: list[Finding] = []
        try:
            info = await service.check()
        except (TargetError, AuthError) as error:
            found.append(bad(error.message))
        except ServiceError as error:
            found.append(ask(error.message))
        else:
            found.append(good(f"The bot may post to {info.title or channel}."))
            if not info.may_delete:
                found.append(
                    ask(
                        f"The bot may not delete posts in {info.title}, so removals can't reach the channel.",
                        "Grant it the right to delete messages.",
                    )
                )
            if not info.may_edit:
                found.append(
                    ask(
                        f"The bot may not edit posts of others in {info.title}.",
                        "Grant it the right to edit messages, unless you want it to touch only its own.",
                    )
                )
            if info.protected:
                found.append(ask(f"Old posts stay unread: {PROTECTED}."))
        if scratch is not None:
            try:
                await service.check_scratch()
                found.append(good(f"The scratch chat {scratch} can be used."))
            except TargetError as error:
                found.append(bad(_sentence(error.message)))
            except ServiceError as error:
                found.append(ask(_sentence(error.message)))
        return found

    async def groups(self, wait: float = 0.0) -> list[Group]:
        """The groups that the bot was added to or spoken to in, newest first; waits up to `wait` seconds for one.

        Nothing is confirmed: all of it comes again to who asks next. But of two who ask at a time Telegram turns one away with a
        409, and an operator that hears it stops posting for ten minutes: ask only while none uses this bot.
        """
        deadline = time.monotonic() + wait
        try:
            while True:
                left = max(0, min(25, int(deadline - time.monotonic())))
                # Messages besides what the operator asks for; it names its own list again with its next request.
                updates = await self._bot.get_updates(
                    limit=BATCH, timeout=left, allowed_updates=[*ALLOWED, "message"], read_timeout=left + 15
                )
                if (found := _groups(updates)) or not left:
                    break
        except Conflict:
            raise SignInProblem(
                "Somebody else asks for this bot's updates, or a webhook gets them. Stop that one (an operator: kubectl scale "
                "deployment navaar --replicas=0), or say the group's id yourself with --scratch-chat."
            ) from None
        except TelegramError as error:
            raise _problem(error) from None
        if not found and len(updates) >= BATCH:
            raise SignInProblem(
                f"More than {BATCH} updates wait for this bot, so the newest can't be seen. Let an operator read them first, or "
                "say the group's id yourself with --scratch-chat."
            )
        return found


def _groups(updates: tuple[Update, ...]) -> list[Group]:
    found: dict[int, Group] = {}
    for update in reversed(updates):
        changed = update.my_chat_member
        chat = changed.chat if changed is not None else update.message.chat if update.message is not None else None
        if chat is None or chat.type not in ("group", "supergroup"):
            continue
        if changed is not None and changed.new_chat_member.status in ("left", "kicked"):
            # The newest word on this group: the bot is out of it.
            found.setdefault(chat.id, Group(0, ""))
        else:
            found.setdefault(chat.id, Group(chat.id, chat.title or str(chat.id)))
    return [group for group in found.values() if group.id]


def _problem(error: TelegramError) -> SignInProblem:
    meant = telegram_errors.of(error, write=False, now=time.time())
    kind = NoAnswer if isinstance(meant, TransientError | RateLimitError) else SignInProblem
    return kind(meant.message)


def _sentence(message: str) -> str:
    return f"{message[:1].upper()}{message[1:].rstrip('.')}."
