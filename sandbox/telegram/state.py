"""What the simulated Telegram remembers, and what people do in it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.telegram import delivery
from sandbox.telegram.chats import Bot, Chat, Message, Person
from sandbox.telegram.directory import Directory
from sandbox.telegram.files import Media, StoredFile, mime_type_of, thumbnail_of
from sandbox.telegram.floods import Floods
from sandbox.telegram.texts import commands_in

Listener = Callable[[str, Message], None]
UNSET: Any = object()
LINK_LIFE = 3600


@dataclass(eq=False)
class TelegramState(Directory):
    """The whole of the simulated Telegram.

    Its methods are what *people* do; bots act over the wire. `on_change` holds callbacks that are told
    ("posted" | "edited" | "deleted", message) whoever did it. Unknown chats, tokens and messages raise
    KeyError. `throttle_repeats` turns on the vendor's quirk of one update per answer when the same offset is
    asked for again within half a second; `floods` holds the limits on sending.
    """

    files: dict[tuple[int, str], tuple[Media, StoredFile]] = field(default_factory=dict)
    served: dict[tuple[int, str], tuple[StoredFile, float]] = field(default_factory=dict)
    buttons: dict[str, int] = field(default_factory=dict)
    floods: Floods = field(default_factory=Floods)
    throttle_repeats: bool = False
    on_change: list[Listener] = field(default_factory=list)

    # what people post

    def post_audio(
        self,
        chat_id: int | str,
        data: bytes,
        *,
        file_name: str | None = None,
        title: str | None = None,
        performer: str | None = None,
        duration: int | None = None,
        mime_type: str | None = None,
        caption: str | None = None,
        thumbnail: bytes | None = None,
        date: float | None = None,
        author: str = "person",
        media_group_id: str | None = None,
    ) -> Message:
        """Posts a song. What is not given is read from the file's tags, the type from the file's name.

        `date` (Unix seconds, the message's own date) lies in the past for a post that the bot could not see.
        """
        media = Media(
            "audio",
            StoredFile(len(data), data),
            file_name,
            mime_type or mime_type_of(file_name) or "audio/mpeg",
            duration or 0,
            title,
            performer,
            thumbnail_of(thumbnail),
        ).described()
        return self._say(chat_id, author, date, media=media, caption=caption, media_group_id=media_group_id)

    def post_audio_of_size(
        self,
        chat_id: int | str,
        size: int,
        *,
        file_name: str | None = None,
        title: str | None = None,
        performer: str | None = None,
        duration: int | None = None,
        mime_type: str | None = None,
        caption: str | None = None,
        date: float | None = None,
        author: str = "person",
    ) -> Message:
        """Posts a song of `size` bytes that are not held: reading them gives zeros."""
        media = Media(
            "audio",
            StoredFile(size, None),
            file_name,
            mime_type or mime_type_of(file_name) or "audio/mpeg",
            duration or 0,
            title,
            performer,
        )
        return self._say(chat_id, author, date, media=media, caption=caption)

    def post_document(
        self,
        chat_id: int | str,
        data: bytes,
        *,
        file_name: str | None = None,
        mime_type: str | None = None,
        caption: str | None = None,
        date: float | None = None,
        author: str = "person",
        media_group_id: str | None = None,
    ) -> Message:
        """Posts a file as a file, audio included: it has a name and a type, but no title or performer."""
        media = Media("document", StoredFile(len(data), data), file_name, mime_type or mime_type_of(file_name))
        return self._say(chat_id, author, date, media=media, caption=caption, media_group_id=media_group_id)

    def post_text(self, chat_id: int | str, text: str, *, date: float | None = None, author: str = "person") -> Message:
        """Posts a text; in a private chat, says it to the bots that the person has met."""
        return self._say(chat_id, author, date, text=text, entities=commands_in(text))

    def post_service(self, chat_id: int | str, *, date: float | None = None, **fields: Any) -> Message:
        """What Telegram itself writes into the chat when its title, picture … changes: it can't be forwarded.

        `fields` are those of the Message, by default a new title.
        """
        chat = self.chat(chat_id)
        return self._say(chat_id, "person", date, service=fields or {"new_chat_title": chat.title})

    def skip_ids(self, chat_id: int | str, count: int = 1) -> None:
        """Leaves a gap in the chat's numbers, as messages do that were deleted before anybody looked."""
        self.chat(chat_id).last_message_id += count

    def post_forward(
        self, chat_id: int | str, message: Message, *, date: float | None = None, author: str = "person"
    ) -> Message:
        """Forwards a message of another chat, so that it carries its origin."""
        return self._say(
            chat_id,
            author,
            date,
            text=message.text,
            media=message.media,
            caption=message.caption,
            origin=message.as_origin(),
        )

    def press_button(self, chat_id: int | str, message_id: int, data: str, *, author: str = "person") -> str:
        """Presses an inline button under a bot's message; returns the callback query's id."""
        chat = self.chat(chat_id)
        return delivery.press(self, chat.messages[message_id], data, chat.person or self.person(author))

    def _say(self, chat_id: int | str, author: str, date: float | None, **content: Any) -> Message:
        chat = self.chat(chat_id)
        person = chat.person or self.person(author)
        signature = person.first_name if chat.type == "channel" and chat.signatures else None
        return self.publish(chat, person, date=date, signature=signature, **content)

    # what people change

    def edit_caption(self, chat_id: int | str, message_id: int, caption: str | None) -> Message:
        """Changes the caption; bots see an edited post."""
        return self.change(self.chat(chat_id).messages[message_id], caption=caption, entities=[])

    def edit_audio(
        self,
        chat_id: int | str,
        message_id: int,
        data: bytes | None = None,
        *,
        file_name: str | None = UNSET,
        title: str | None = UNSET,
        performer: str | None = UNSET,
        duration: int = UNSET,
    ) -> Message:
        """Replaces the file, or what is said about it; bots see an edited post."""
        message = self.chat(chat_id).messages[message_id]
        if message.media is None:
            raise KeyError(f"message {message_id} has no audio")
        given: dict[str, Any] = {
            "file_name": file_name,
            "title": title,
            "performer": performer,
            "duration": duration,
        }
        media = replace(message.media, **{k: v for k, v in given.items() if v is not UNSET})
        # Telegram has no edit of an audio's title alone: apps upload the file again, as a new file.
        media = replace(media, file=StoredFile(media.file.size, media.file.data))
        if data is not None:
            media = replace(media, file=StoredFile(len(data), data))
        return self.change(message, media=media)

    def delete(self, chat_id: int | str, message_id: int) -> None:
        """Deletes a message. No bot is told."""
        message = self.chat(chat_id).messages.pop(message_id)
        self._tell("deleted", message)

    # what there is

    def messages(self, chat_id: int | str) -> list[Message]:
        """The chat as it stands, oldest first."""
        return list(self.chat(chat_id).messages.values())

    def message(self, chat_id: int | str, message_id: int) -> Message:
        """One message as it stands."""
        return self.chat(chat_id).messages[message_id]

    def file_bytes(self, message: Message) -> bytes:
        """The bytes of the message's audio or document."""
        if message.media is None:
            raise KeyError(f"message {message.message_id} has no file")
        return message.media.file.read()

    # what bots fetch

    def serve(self, bot: Bot, file: StoredFile, folder: str, suffix: str) -> str:
        """The file_path under which the bot can download the file for an hour from now."""
        file.serial = file.serial or len(self.served) + 1
        path = f"{folder}/file_{file.serial}{suffix}"
        self.served[bot.id, path] = (file, self.now() + LINK_LIFE)
        return path

    def served_file(self, bot: Bot, path: str) -> StoredFile | None:
        """The file behind a link that still works."""
        file, until = self.served.get((bot.id, path), (None, 0.0))
        return file if until > self.now() else None

    # the common ground of people and bots

    def publish(self, chat: Chat, author: Person | Bot, *, date: float | None = None, **content: Any) -> Message:
        """Appends a message and tells every bot that may see it."""
        chat.last_message_id += 1
        message = Message(chat, chat.last_message_id, int(self.now() if date is None else date), author, **content)
        chat.messages[message.message_id] = message
        delivery.announce(self, message)
        self._tell("posted", message)
        return message

    def change(self, message: Message, by: Bot | None = None, **content: Any) -> Message:
        """Edits a message in place and tells every bot that may see it, except the one that did it."""
        for name, value in content.items():
            setattr(message, name, value)
        message.edit_date = int(self.now())
        delivery.announce(self, message, by=by)
        self._tell("edited", message)
        return message

    def _tell(self, what: str, message: Message) -> None:
        for listener in list(self.on_change):
            listener(what, message)
