"""Which bot is told what: from something that happened in a chat to the updates it causes."""

import secrets
from typing import TYPE_CHECKING

from sandbox.telegram.chats import Bot, Chat, Json, Membership, Message, Person
from sandbox.telegram.files import Media, StoredFile
from sandbox.telegram.objects import chat_json, member_json, message_json, user_json
from sandbox.telegram.updates import RETENTION

if TYPE_CHECKING:
    from sandbox.telegram.directory import Directory
    from sandbox.telegram.state import TelegramState

BUTTON_PATIENCE = 150


def render(state: "TelegramState", bot: Bot, message: Message) -> Json:
    """The message as the bot sees it; its files can be asked for by the ids therein from now on."""

    def remember(bot: Bot, media: Media, file: StoredFile) -> str:
        file_id = file.id_for(bot.id)
        state.files.setdefault((bot.id, file_id), (media, file))
        return file_id

    return message_json(bot, message, remember)


def may_see(bot: Bot, message: Message) -> bool:
    """Whether the vendor delivers the message to the bot.

    Never its own, nothing older than its joining, nothing from other bots outside channels, and in a group
    without administrator rights (privacy mode) only commands and replies to it.
    """
    chat, membership = message.chat, message.chat.members.get(bot.id)
    if message.author is bot:
        return False
    if membership is None or not membership.inside or message.date < int(membership.joined_at):
        return False
    if chat.type == "private":
        return True
    if chat.type == "channel":
        return membership.status == "administrator"
    if message.by_bot:
        return False
    called = (message.text or "").startswith("/") or (message.reply_to and message.reply_to.author is bot)
    return membership.status == "administrator" or bool(called)


def announce(state: "TelegramState", message: Message, by: Bot | None = None) -> None:
    """Queues the new or edited message for every bot that may see it, except `by`."""
    kind = "channel_post" if message.chat.type == "channel" else "message"
    if message.edit_date is not None:
        kind = f"edited_{kind}"
    for bot in state.bots.values():
        if bot is not by and may_see(bot, message):
            expires = (message.edit_date or message.date) + RETENTION
            state.queues[bot.id].push(kind, render(state, bot, message), expires, state.now())


def announce_membership(state: "Directory", chat: Chat, bot: Bot, before: Membership, after: Membership) -> None:
    """Tells the bot that its own standing in the chat changed."""
    now = state.now()
    payload = {
        "chat": chat_json(chat),
        "from": user_json(chat.owner or state.person("person")),
        "date": int(now),
        "old_chat_member": member_json(chat, bot, before),
        "new_chat_member": member_json(chat, bot, after),
    }
    state.queues[bot.id].push("my_chat_member", payload, now + RETENTION, now)


def press(state: "TelegramState", message: Message, data: str, person: Person) -> str:
    """Queues the callback query of an inline button for the bot that posted the message; returns its id."""
    bot = message.author
    if not isinstance(bot, Bot):
        raise KeyError("only a bot's message has buttons")
    query_id = str(secrets.randbits(62))
    state.buttons[query_id] = bot.id
    payload = {
        "id": query_id,
        "from": user_json(person),
        "message": render(state, bot, message),
        "chat_instance": str(abs(message.chat.id) * 31),
        "data": data,
    }
    state.queues[bot.id].push("callback_query", payload, state.now() + BUTTON_PATIENCE, state.now())
    return query_id
