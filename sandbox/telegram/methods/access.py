"""Whether the bot may: finding chats and messages, and the refusals on the way."""

from sandbox.telegram.calls import Call
from sandbox.telegram.chats import Chat, Membership, Message
from sandbox.telegram.errors import bad_request, forbidden, too_many_requests


def find_chat(call: Call, name: str = "chat_id") -> Chat:
    """The chat that the parameter names. One without a @username is unknown until the bot was in it."""
    given = call.text(name)
    if not given:
        raise bad_request(f"{name} is empty")
    numeric = given.lstrip("-").isdecimal()
    try:
        chat = call.state.chat(int(given) if numeric else given)
    except KeyError:
        raise bad_request("chat not found") from None
    if not numeric and not given.startswith("@"):
        raise bad_request("chat not found")
    if chat.username is None and chat.type != "private" and call.bot.id not in chat.members:
        raise bad_request("chat not found")
    call.detail[name] = chat.id
    return chat


def membership(call: Call, chat: Chat) -> Membership:
    """The bot's standing in the chat; "left" where it never was."""
    return chat.members.get(call.bot.id, Membership("left", 0))


def reach(call: Call, name: str = "chat_id", *, public: bool = False) -> Chat:
    """The chat, when the bot is in it. `public`: outsiders may look at chats that have a @username."""
    chat = find_chat(call, name)
    standing = membership(call, chat)
    if standing.status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.noun}")
    if not standing.inside and not (public and chat.username):
        if chat.type == "private":
            raise forbidden("bot can't initiate conversation with a user")
        raise forbidden(f"bot is not a member of the {chat.noun}")
    return chat


def writable(call: Call) -> Chat:
    """The chat that `chat_id` names, when the bot may post there."""
    chat = reach(call)
    if chat.type == "channel" and not membership(call, chat).may("can_post_messages"):
        raise bad_request("need administrator rights in the channel chat")
    return chat


def find_message(call: Call, chat: Chat, what: str, name: str = "message_id") -> Message:
    """The message that the parameter names; `what` is the vendor's word for it in the refusal."""
    message_id = call.integer(name)
    call.detail[name] = message_id
    if message_id == 0:
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(message_id)
    if message is None or not membership(call, chat).inside:
        raise bad_request(f"{what} not found")
    return message


def message_ids(call: Call) -> list[int]:
    """The `message_ids` parameter: 1 to 100 identifiers."""
    ids = call.object("message_ids")
    if not isinstance(ids, list) or not ids:
        raise bad_request("message identifiers are not specified")
    if len(ids) > 100:
        raise bad_request("too many message identifiers specified")
    call.detail["message_ids"] = [int(i) for i in ids]
    return [int(i) for i in ids]


def spend(call: Call, chat: Chat, count: int = 1) -> None:
    """Counts messages against the vendor's limits; raises 429 when they are used up."""
    seconds = call.state.floods.wait(call.bot.id, chat.id, call.state.now(), count)
    if seconds:
        raise too_many_requests(seconds)
