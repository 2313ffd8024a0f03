"""What the wire shows of people, chats and messages: the vendor's JSON objects, as one bot sees them."""

from collections.abc import Callable
from typing import Any

from sandbox.telegram.chats import Bot, Chat, Json, Membership, Message, Origin, Person
from sandbox.telegram.files import Media, StoredFile

Remember = Callable[[Bot, Media, StoredFile], str]
"""Gives the file_id of a file for a bot, and remembers what it stands for."""

ADMIN_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)


def present(**fields: Any) -> Json:
    """The fields that have a value: the vendor leaves out what is absent, empty or false."""
    return {name.rstrip("_"): value for name, value in fields.items() if value not in (None, False, "", [])}


def user_json(user: Person | Bot) -> Json:
    """A User."""
    fields = {"id": user.id, "is_bot": isinstance(user, Bot), "first_name": user.first_name}
    return fields | present(username=user.username, language_code=user.language if isinstance(user, Person) else None)


def me_json(bot: Bot) -> Json:
    """The User that getMe answers, with the switches that only it carries."""
    return user_json(bot) | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
    }


def chat_json(chat: Chat) -> Json:
    """A Chat."""
    person = chat.person
    return {"id": chat.id, "type": chat.type} | present(
        title=chat.title,
        username=person.username if person else chat.username,
        first_name=person.first_name if person else None,
    )


def full_chat_json(chat: Chat) -> Json:
    """A ChatFullInfo."""
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    fields: Json = chat_json(chat) | {
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }
    if chat.type in ("group", "supergroup"):
        names = ("messages", "audios", "documents", "photos", "videos", "video_notes", "voice_notes", "polls")
        others: tuple[str, ...] = ("can_send_other_messages", "can_add_web_page_previews", "can_change_info")
        others += ("can_invite_users", "can_pin_messages", "can_manage_topics")
        fields["permissions"] = dict.fromkeys([f"can_send_{n}" for n in names] + list(others), True)
    return fields | present(
        active_usernames=[chat.username] if chat.username else None, has_protected_content=chat.protected
    )


def member_json(chat: Chat, user: Person | Bot, membership: Membership | None) -> Json:
    """A ChatMember: the chat's owner, an administrator, a member, or somebody who is not there."""
    if user is chat.owner:
        return {"status": "creator", "user": user_json(user), "is_anonymous": False}
    status = membership.status if membership else "left"
    fields: Json = {"status": status, "user": user_json(user)}
    if membership and status == "administrator":
        rights = membership.rights
        fields |= {"can_be_edited": False, "is_anonymous": False}
        fields |= {name: rights.get(name, name == "can_manage_chat") for name in ADMIN_RIGHTS}
        own = ("can_post_messages", "can_edit_messages") if chat.type == "channel" else ("can_pin_messages",)
        fields |= {name: rights.get(name, False) for name in own}
    if status == "kicked":
        fields["until_date"] = 0
    return fields


def photo_json(bot: Bot, media: Media, photo: StoredFile, remember: Remember) -> Json:
    """A PhotoSize: the cover of an audio."""
    return {
        "file_id": remember(bot, media, photo),
        "file_unique_id": photo.unique_id,
        "file_size": photo.size,
        "width": photo.width,
        "height": photo.height,
    }


def media_json(bot: Bot, media: Media, remember: Remember) -> Json:
    """An Audio or a Document."""
    fields: Json = {"duration": media.duration} if media.kind == "audio" else {}
    fields |= present(file_name=media.file_name, mime_type=media.mime_type)
    if media.kind == "audio":
        fields |= present(title=media.title, performer=media.performer)
    if media.thumbnail is not None:
        fields["thumbnail"] = photo_json(bot, media, media.thumbnail, remember)
    return fields | {
        "file_id": remember(bot, media, media.file),
        "file_unique_id": media.file.unique_id,
        "file_size": media.file.size,
    }


def origin_json(origin: Origin) -> Json:
    """A MessageOrigin: a channel with its message's id, or a user."""
    if origin.chat.type == "channel":
        return {
            "type": "channel",
            "chat": chat_json(origin.chat),
            "message_id": origin.message_id,
            "date": origin.date,
        } | present(author_signature=origin.signature)
    return {"type": "user", "sender_user": user_json(origin.author), "date": origin.date}


def message_json(bot: Bot, message: Message, remember: Remember, *, nested: bool = False) -> Json:
    """A Message as `bot` sees it; `nested` leaves out the message it replies to, as the vendor does."""
    chat = message.chat
    fields: Json = {"message_id": message.message_id, "date": message.date, "chat": chat_json(chat)}
    if chat.type == "channel":
        fields["sender_chat"] = chat_json(chat)
    else:
        fields["from"] = user_json(message.author)
    entities = "caption_entities" if message.media else "entities"
    fields |= present(
        author_signature=message.signature,
        edit_date=message.edit_date,
        media_group_id=message.media_group_id,
        text=message.text,
        caption=message.caption,
        has_protected_content=chat.protected or message.protected,
        reply_markup=message.reply_markup,
    )
    fields |= message.service or {}
    if message.entities:
        fields[entities] = message.entities
    if message.origin is not None:
        fields["forward_origin"] = origin_json(message.origin)
    if message.media is not None:
        fields[message.media.kind] = media_json(bot, message.media, remember)
    if message.reply_to is not None and not nested:
        fields["reply_to_message"] = message_json(bot, message.reply_to, remember, nested=True)
    return fields
