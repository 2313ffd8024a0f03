"""Methods that edit and delete messages."""

from typing import Any

from sandbox.telegram.calls import Call
from sandbox.telegram.chats import Chat, Json, Message
from sandbox.telegram.delivery import render
from sandbox.telegram.errors import NOT_MODIFIED, bad_request
from sandbox.telegram.methods.access import find_message, membership, message_ids, reach
from sandbox.telegram.methods.sending import body, caption, described, media_of

DELETABLE = 48 * 3600


async def edit_message_text(call: Call) -> Json:
    """Replaces the text of a text message."""
    message = editable(call)
    if message.text is None:
        raise bad_request("there is no text in the message to edit")
    text, entities = body(call)
    return change(call, message, text=text, entities=entities)


async def edit_message_caption(call: Call) -> Json:
    """Replaces the caption; an absent one removes it, and so does an absent keyboard to the keyboard."""
    message = editable(call)
    if message.media is None:
        raise bad_request("there is no caption in the message to edit")
    text, entities = caption(call)
    return change(call, message, caption=text, entities=entities)


async def edit_message_media(call: Call) -> Json:
    """Replaces the audio or document and its caption."""
    message = editable(call)
    media = call.object("media")
    if not isinstance(media, dict) or media.get("type") not in ("audio", "document"):
        raise bad_request("can't parse InputMedia: type is not supported")
    new = media_of(call, media["type"], media, str(media.get("media") or ""))
    text, entities = caption(call, media)
    return change(call, message, text=None, media=new, caption=text, entities=entities)


async def edit_message_reply_markup(call: Call) -> Json:
    """Replaces or removes the inline keyboard."""
    return change(call, editable(call))


def editable(call: Call) -> Message:
    """The message, when the bot may edit it: its own, or any with can_edit_messages in a channel."""
    chat = reach(call)
    message = find_message(call, chat, "message to edit")
    standing = membership(call, chat)
    own = message.author is call.bot and message.origin is None
    if chat.type == "channel":
        allowed = standing.may("can_edit_messages") or (own and standing.may("can_post_messages"))
    else:
        allowed = own
    if not allowed or message.origin is not None:
        raise bad_request("message can't be edited")
    return message


def change(call: Call, message: Message, **content: Any) -> Json:
    """Edits unless nothing would change; the Message."""
    content["reply_markup"] = call.markup()
    if all(getattr(message, name) == value for name, value in content.items()):
        raise bad_request(NOT_MODIFIED)
    call.state.change(message, by=call.bot, **content)
    call.detail |= described(message)
    return render(call.state, call.bot, message)


async def delete_message(call: Call) -> bool:
    """Deletes one message: 48 hours at most, its own or with can_delete_messages."""
    chat = reach(call)
    message = find_message(call, chat, "message to delete")
    check_deletable(call, chat, message)
    call.state.delete(chat.id, message.message_id)
    return True


async def delete_messages(call: Call) -> bool:
    """Deletes up to 100 messages; those that are gone are skipped, one that may not be deleted stops all."""
    chat = reach(call)
    found = [chat.messages[i] for i in message_ids(call) if i in chat.messages]
    for message in found:
        check_deletable(call, chat, message)
    for message in found:
        call.state.delete(chat.id, message.message_id)
    return True


def check_deletable(call: Call, chat: Chat, message: Message) -> None:
    """Raises the vendor's refusal for what this bot can't delete."""
    standing, own = membership(call, chat), message.author is call.bot
    if chat.type == "channel":
        own = own and standing.may("can_post_messages")
    if not own and chat.type != "private" and not standing.may("can_delete_messages"):
        raise bad_request("message can't be deleted")
    if message.date + DELETABLE < call.state.now():
        raise bad_request("message can't be deleted for everyone")
