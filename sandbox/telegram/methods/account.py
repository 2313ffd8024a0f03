"""Methods about the bot itself."""

from typing import Any

from sandbox.telegram.calls import Call
from sandbox.telegram.chats import Json
from sandbox.telegram.errors import bad_request
from sandbox.telegram.objects import me_json


async def get_me(call: Call) -> Json:
    """The bot's own User."""
    return me_json(call.bot)


async def acknowledge(call: Call) -> bool:
    """A method that is answered and does nothing here."""
    return True


async def set_my_commands(call: Call) -> bool:
    """Stores the command list, whatever its scope."""
    commands = call.object("commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands: expected an Array of BotCommand")
    call.bot.commands[:] = commands
    return True


async def get_my_commands(call: Call) -> list[Any]:
    """The stored command list."""
    return list(call.bot.commands)


async def delete_my_commands(call: Call) -> bool:
    """Empties the command list."""
    call.bot.commands.clear()
    return True


async def answer_callback_query(call: Call) -> bool:
    """Ends the button's spinner, once, for a query of this bot."""
    query_id = call.text("callback_query_id")
    if call.state.buttons.get(query_id) != call.bot.id:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    del call.state.buttons[query_id]
    call.detail["text"] = call.text("text")
    return True
