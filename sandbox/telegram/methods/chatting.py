"""Methods that look at chats and who is in them."""

from sandbox.telegram.calls import Call
from sandbox.telegram.chats import Bot, Json, Person
from sandbox.telegram.errors import bad_request
from sandbox.telegram.methods.access import membership, reach
from sandbox.telegram.objects import full_chat_json, member_json


async def get_chat(call: Call) -> Json:
    """A ChatFullInfo; of a public chat also for outsiders."""
    return full_chat_json(reach(call, public=True))


async def get_chat_administrators(call: Call) -> list[Json]:
    """The owner and the asking bot (other bots are not listed)."""
    chat = reach(call)
    if chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    standing = membership(call, chat)
    admins = [member_json(chat, chat.owner, None)] if chat.owner else []
    if standing.status == "administrator":
        admins.append(member_json(chat, call.bot, standing))
    return admins


async def get_chat_member(call: Call) -> Json:
    """How a person or a bot stands to the chat; people but the owner are members once they posted."""
    chat = reach(call, public=call.integer("user_id") == call.bot.id)
    user_id = call.integer("user_id")
    call.detail["user_id"] = user_id
    everyone: list[Person | Bot] = [*call.state.people.values(), *call.state.bots.values()]
    user = next((u for u in everyone if u.id == user_id), None)
    if user is None:
        raise bad_request("user not found")
    fields = member_json(chat, user, chat.members.get(user_id))
    if isinstance(user, Person) and any(m.author is user for m in chat.messages.values()):
        fields["status"] = "member" if fields["status"] == "left" else fields["status"]
    return fields


async def get_chat_member_count(call: Call) -> int:
    """People and bots in the chat."""
    chat = reach(call)
    return chat.people + sum(m.inside for m in chat.members.values())


async def send_chat_action(call: Call) -> bool:
    """Accepted where the bot is; nobody sees it."""
    reach(call)
    return True
