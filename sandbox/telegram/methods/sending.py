"""Methods that put messages into chats."""

from dataclasses import replace
from typing import Any

from sandbox.telegram.calls import Call
from sandbox.telegram.chats import Chat, Json, Message
from sandbox.telegram.delivery import render
from sandbox.telegram.errors import bad_request
from sandbox.telegram.files import Media, StoredFile, mime_type_of, thumbnail_of
from sandbox.telegram.methods.access import find_message, message_ids, reach, spend, writable
from sandbox.telegram.texts import formatted, utf16

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024


async def send_message(call: Call) -> Json:
    """Posts a text."""
    chat = writable(call)
    text, entities = body(call)
    return post(call, chat, text=text, entities=entities)


async def send_audio(call: Call) -> Json:
    """Posts an audio, uploaded or by file_id."""
    chat = writable(call)
    media = media_of(call, "audio", call.params, call.text("audio"), upload_name="audio")
    text, entities = caption(call)
    return post(call, chat, media=media, caption=text, entities=entities)


async def send_document(call: Call) -> Json:
    """Posts a file as a file, uploaded or by file_id."""
    chat = writable(call)
    media = media_of(call, "document", call.params, call.text("document"), upload_name="document")
    text, entities = caption(call)
    return post(call, chat, media=media, caption=text, entities=entities)


async def forward_message(call: Call) -> Json:
    """Forwards one message with its origin; refused for protected content."""
    chat = writable(call)
    source = find_message(call, reach(call, "from_chat_id"), "message to forward")
    if sealed(source):
        raise bad_request("the message can't be forwarded")
    return post(call, chat, **forwarded(source))


async def copy_message(call: Call) -> Json:
    """Posts the content of a message as the bot's own, under another caption if given; a MessageId."""
    chat = writable(call)
    source = find_message(call, reach(call, "from_chat_id"), "message to copy")
    if sealed(source):
        raise bad_request("the message can't be copied")
    content = copied(source)
    if "caption" in call.params and source.media is not None:
        content["caption"], content["entities"] = caption(call)
    return {"message_id": post(call, chat, **content)["message_id"]}


async def forward_messages(call: Call) -> list[Json]:
    """Forwards up to 100 messages; those that are gone or protected are skipped. MessageIds."""
    return many(call, forwarded, "there are no messages to forward")


async def copy_messages(call: Call) -> list[Json]:
    """Copies up to 100 messages; those that are gone or protected are skipped. MessageIds."""
    return many(call, copied, "there are no messages to copy")


def many(call: Call, content: Any, nothing: str) -> list[Json]:
    """Posts what `content` makes of each of `message_ids`."""
    chat, source = writable(call), reach(call, "from_chat_id")
    found = [source.messages[i] for i in message_ids(call) if i in source.messages]
    found = [m for m in found if not sealed(m)]
    if not found:
        raise bad_request(nothing)
    spend(call, chat, len(found))
    posted = [publish(call, chat, **content(m)) for m in found]
    call.detail["result_message_ids"] = [m.message_id for m in posted]
    return [{"message_id": m.message_id} for m in posted]


def sealed(source: Message) -> bool:
    """Whether a message can't leave its chat: protected content, and what Telegram itself wrote."""
    return source.chat.protected or source.protected or source.service is not None


def copied(source: Message) -> Json:
    """The content of a message, without where it came from."""
    return {
        "text": source.text,
        "media": source.media,
        "caption": source.caption,
        "entities": list(source.entities),
    }


def forwarded(source: Message) -> Json:
    """The content of a message, and where it came from."""
    return copied(source) | {"origin": source.as_origin()}


def post(call: Call, chat: Chat, **content: Any) -> Json:
    """Posts as the bot within the vendor's limits; the Message."""
    reply = call.object("reply_parameters") or {}
    reply_id = int(reply.get("message_id") or call.integer("reply_to_message_id"))
    if reply_id and reply_id not in chat.messages and not reply.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    spend(call, chat)
    message = publish(call, chat, reply_to=chat.messages.get(reply_id), reply_markup=call.markup(), **content)
    call.detail.setdefault("message_id", message.message_id)
    call.detail |= {
        "result_message_id": message.message_id,
        "disable_notification": call.flag("disable_notification"),
    }
    call.detail |= described(message)
    return render(call.state, call.bot, message)


def publish(call: Call, chat: Chat, **content: Any) -> Message:
    """Appends the message as the bot's."""
    return call.state.publish(chat, call.bot, protected=call.flag("protect_content"), **content)


def described(message: Message) -> Json:
    """What the journal tells of a message's content."""
    media = message.media
    fields = {"text": message.text, "caption": message.caption}
    if media is not None:
        fields |= {"title": media.title, "performer": media.performer, "file_name": media.file_name}
    found: Json = {name: value for name, value in fields.items() if value is not None}
    return found | ({"file_size": media.file.size, "duration": media.duration} if media else {})


def body(call: Call) -> tuple[str, list[Json]]:
    """The `text` parameter: 1 to 4096 characters after formatting."""
    text, entities = formatted(call.text("text"), call.text("parse_mode"))
    entities = call.object("entities") or entities
    if not text.strip():
        raise bad_request("message text is empty")
    if utf16(text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    return text, entities


def caption(call: Call, params: dict[str, Any] | None = None) -> tuple[str | None, list[Json]]:
    """The caption in the parameters (or in an InputMedia): up to 1024 characters after formatting."""
    given = call.params if params is None else params
    text, entities = formatted(str(given.get("caption") or ""), str(given.get("parse_mode") or ""))
    entities = (call.object("caption_entities") if params is None else given.get("caption_entities")) or entities
    if utf16(text) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    return text or None, entities


def media_of(call: Call, kind: str, params: dict[str, Any], reference: str, *, upload_name: str | None = None) -> Media:
    """The audio or document that a request brings or names.

    A file_id keeps everything that was said about its file, whatever the parameters say now. An upload
    without the extension of an audio type becomes a document.
    """
    upload = call.upload(upload_name) if upload_name else call.upload("", reference)
    if upload is None:
        if not reference:
            raise bad_request(f"there is no {kind} in the request")
        return known_media(call, kind, reference)
    if not upload.data:
        raise bad_request("file must be non-empty")
    stored = StoredFile(len(upload.data), upload.data)
    cover = call.upload("", str(params.get("thumbnail") or "")) or (call.upload("thumbnail") if upload_name else None)
    mime_type = mime_type_of(upload.name) or "application/octet-stream"
    media = Media("document", stored, upload.name, mime_type, thumbnail=thumbnail_of(cover.data if cover else None))
    if kind == "document" or not mime_type.startswith("audio/"):
        return media
    return replace(
        media,
        kind="audio",
        duration=whole(params.get("duration")),
        title=str(params.get("title") or "") or None,
        performer=str(params.get("performer") or "") or None,
    ).described()


def known_media(call: Call, kind: str, file_id: str) -> Media:
    """The media behind a file_id of this bot."""
    known = call.state.files.get((call.bot.id, file_id))
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    media, file = known
    actual = media.kind if file is media.file else "thumbnail"
    if actual != kind:
        raise bad_request(f"can't use file of type {actual.capitalize()} as {kind.capitalize()}")
    return media


def whole(value: Any) -> int:
    """A number of seconds from a parameter; 0 when absent or not one."""
    try:
        return int(float(value or 0))
    except ValueError:
        return 0
