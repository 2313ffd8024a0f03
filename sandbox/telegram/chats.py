"""People, bots, chats and what was said in them."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.telegram.files import Media

Json = dict[str, Any]

CHANNEL_RIGHTS = ("can_post_messages", "can_edit_messages", "can_delete_messages")


@dataclass(frozen=True, slots=True)
class Person:
    """A human account. `language` is that of the person's app, an IETF tag."""

    id: int
    first_name: str
    username: str | None = None
    language: str | None = None


@dataclass(eq=False, slots=True)
class Bot:
    """A bot account. `revoked` bots get 401 for everything; `commands` are its menus by scope and language."""

    token: str
    id: int
    username: str
    first_name: str
    revoked: bool = False
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)


@dataclass(slots=True)
class Membership:
    """How a bot stands to a chat. `status` is "administrator", "member", "left" or "kicked"."""

    status: str
    joined_at: float
    rights: dict[str, bool] = field(default_factory=dict)

    @property
    def inside(self) -> bool:
        return self.status in ("administrator", "member")

    def may(self, right: str) -> bool:
        """Whether an administrator holds `right`."""
        return self.status == "administrator" and self.rights.get(right, False)


@dataclass(eq=False)
class Chat:
    """A channel, a group or a private talk. `type` is as on the wire."""

    id: int
    type: str
    title: str | None
    username: str | None = None
    protected: bool = False
    signatures: bool = False
    person: Person | None = None
    owner: Person | None = None
    people: int = 1
    members: dict[int, Membership] = field(default_factory=dict)
    messages: dict[int, "Message"] = field(default_factory=dict, repr=False)
    last_message_id: int = 0

    @property
    def noun(self) -> str:
        """The chat's kind as the vendor's error texts name it."""
        return f"{self.type} chat"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a forwarded message was first posted."""

    author: Person | Bot
    chat: Chat
    message_id: int
    date: int
    signature: str | None = None


@dataclass(eq=False)
class Message:
    """One message. `date` and `edit_date` are Unix seconds; `service` are the fields of a service message."""

    chat: Chat = field(repr=False)
    message_id: int
    date: int
    author: Person | Bot
    text: str | None = None
    media: Media | None = None
    caption: str | None = None
    entities: list[Json] = field(default_factory=list)
    signature: str | None = None
    edit_date: int | None = None
    media_group_id: str | None = None
    origin: Origin | None = None
    reply_to: "Message | None" = field(default=None, repr=False)
    reply_markup: Json | None = None
    protected: bool = False
    service: Json | None = None

    def as_origin(self) -> Origin:
        """Where a forward of this message comes from: a forward of a forward names the first."""
        return self.origin or Origin(self.author, self.chat, self.message_id, self.date, self.signature)

    @property
    def audio(self) -> Media | None:
        return self.media if self.media and self.media.kind == "audio" else None

    @property
    def document(self) -> Media | None:
        return self.media if self.media and self.media.kind == "document" else None

    @property
    def by_bot(self) -> bool:
        return isinstance(self.author, Bot)
