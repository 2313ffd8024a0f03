"""Methods about the bot itself."""

import re
from typing import Any

from sandbox.telegram.calls import Call
from sandbox.telegram.chats import Json
from sandbox.telegram.errors import bad_request
from sandbox.telegram.objects import me_json

MOST_COMMANDS = 100
LONGEST_DESCRIPTION = 256


async def get_me(call: Call) -> Json:
    """The bot's own User."""
    return me_json(call.bot)


async def acknowledge(call: Call) -> bool:
    """A method that is answered and does nothing here."""
    return True


async def set_my_commands(call: Call) -> bool:
    """Stores the command list of a scope and a language."""
    commands = call.object("commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands: expected an Array of BotCommand")
    if len(commands) > MOST_COMMANDS:
        raise bad_request("can't parse commands: too many commands specified")
    for one in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(one.get("command"))):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(one.get("description") or "")) <= LONGEST_DESCRIPTION:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    call.bot.commands[_menu(call)] = commands
    return True


def _menu(call: Call) -> tuple[str, str]:
    """Which of the bot's menus is meant: its scope, and its language (empty: any)."""
    scope = call.object("scope") or {"type": "default"}
    parts = [str(scope.get("type") or "default")]
    if scope.get("chat_id") is not None:
        try:
            chat = call.state.chat(scope["chat_id"])
        except KeyError:
            raise bad_request("chat not found") from None
        if call.bot.id not in chat.members:
            raise bad_request("chat not found")
        parts.append(str(chat.id))
    if scope.get("user_id") is not None:
        parts.append(str(scope["user_id"]))
    return " ".join(parts), call.text("language_code")


async def get_my_commands(call: Call) -> list[Any]:
    """The stored command list of that scope and language."""
    return list(call.bot.commands.get(_menu(call), []))


async def delete_my_commands(call: Call) -> bool:
    """Forgets the command list of that scope and language."""
    call.bot.commands.pop(_menu(call), None)
    return True


async def answer_callback_query(call: Call) -> bool:
    """Ends the button's spinner, once, for a query of this bot."""
    query_id = call.text("callback_query_id")
    if call.state.buttons.get(query_id) != call.bot.id:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    del call.state.buttons[query_id]
    call.detail["text"] = call.text("text")
    return True
