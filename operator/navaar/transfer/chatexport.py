r"""Posts of a channel from Telegram Desktop's export in JSON, read piece by piece: such files have gigabytes.

How it is written: github.com/telegramdesktop/tdesktop, SourceFiles/export/output/export_output_json.cpp. An object has
``name``, ``type``, ``id`` and then ``messages``; in an export of everything many of these stand in ``chats.list``. Control
characters are written as ``\x0B``, which JSON doesn't know.
"""

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

from navaar.transfer.song import Unreadable, Unused

CHUNK = 1 << 20
LONGEST_MESSAGE = 32 << 20
"""Bytes. Telegram's messages are shorter; what is longer isn't closed."""

CHANNELS = ("public_channel", "private_channel")

_MESSAGES = re.compile(r'"messages"\s*:\s*\[')
_HEAD = re.compile(r'"(name|type|id)"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d+|null)')
_CONTROL = re.compile(r"(\\+)x([0-9A-Fa-f]{2})")
_BETWEEN = re.compile(r"[\s,]*")
_UNFINISHED = re.compile(r"\\+(?:x[0-9A-Fa-f]?)?\Z")
_LIST = re.compile(r'"(?:left_)?chats"\s*:\s*\{')
_HEAD_ROOM = 4096
_ESCAPE_ROOM = 256


@dataclass(frozen=True, slots=True)
class Chat:
    """Whose messages these are. `id` is Telegram's for bots: -100… for channels."""

    name: str
    type: str
    id: int

    @property
    def is_channel(self) -> bool:
        """Whether it is a channel, and no group or conversation."""
        return self.type in CHANNELS


class Export:
    """An export as it is read. Once `messages` has ended, `unused` and `complete` say how that went.

    `file` is a binary stream. `chat` chooses among the chats of a whole account's export: by its id, or by its name.
    Raises `Unreadable` for what isn't one, or for a chat that isn't in it.
    """

    def __init__(self, file: IO[bytes], chat: int | str | None = None) -> None:
        self.unused: list[Unused] = []
        self.complete = False
        self._file = file
        self._text = ""
        self._at = 0
        self._line = 1
        self._cut = ""
        self._ended = False
        start = file.read(4)
        marked = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        self._decoder = codecs.getincrementaldecoder("utf-16" if marked else "utf-8-sig")(errors="replace")
        self._take(start)
        self.chat = self._find(chat)

    def messages(self) -> Iterator[Mapping[str, Any]]:
        """The messages of the chat, in the file's order. What can't be read is in `unused`."""
        decoder = json.JSONDecoder()
        last = "the beginning"
        while True:
            self._go(_BETWEEN.match(self._text, self._at).end())  # type: ignore[union-attr]  # it matches nothing as well
            if self._at == len(self._text):
                if self._more():
                    continue
                break
            if self._text[self._at] == "]":
                self.complete = True
                return
            try:
                message, end = decoder.raw_decode(self._text, self._at)
            except ValueError:
                if len(self._text) - self._at < LONGEST_MESSAGE and self._more():
                    continue
                break
            except RecursionError:
                break
            if isinstance(message, dict):
                last = f"message {message.get('id')}"
                yield message
            else:
                self.unused.append(Unused(f"line {self._line}", "it is not a message"))
            self._go(end)
        why = f"the file ends, or breaks, after {last}: export the channel again for the rest"
        self.unused.append(Unused(f"line {self._line}", why))

    @property
    def line(self) -> int:
        """The line of the message that was given last."""
        return self._line

    def _find(self, wanted: int | str | None) -> Chat:
        chats: list[Chat] = []
        several = False
        while True:
            found = _MESSAGES.search(self._text, self._at)
            if found is None:
                several |= _LIST.search(self._text, self._at) is not None
                # The head that was looked through may be part of the next chat.
                self._go(max(self._at, len(self._text) - _HEAD_ROOM))
                if self._more():
                    continue
                break
            several |= _LIST.search(self._text, self._at, found.start()) is not None
            chat = _chat(dict(_HEAD.findall(self._text[max(0, found.start() - _HEAD_ROOM) : found.start()])))
            self._go(found.end())
            if chat is None:
                continue
            if wanted in (chat.id, chat.name) or (wanted is None and not several):
                return chat
            chats.append(chat)
        if not chats:
            raise Unreadable(
                "this is no export of a channel. In Telegram Desktop, open the channel, choose ⋮ > Export chat history, the "
                "format JSON, the whole time; no files are needed. Then name its result.json"
            )
        some = ", ".join(f"{chat.name or 'a chat'} ({chat.id})" for chat in chats[:8])
        some += " …" if len(chats) > 8 else ""
        if wanted is None:
            raise Unreadable(f"this export holds several chats; say which is meant, by its id: {some}")
        raise Unreadable(
            f"{wanted} is not in this export, which holds {some}: export that channel, or name the right one"
        )

    def _more(self) -> bool:
        if self._ended:
            return False
        self._text, self._at = self._text[self._at :], 0
        data = self._file.read(CHUNK)
        self._ended = not data
        self._take(data)
        return True

    def _take(self, data: bytes) -> None:
        text = self._cut + self._decoder.decode(data, final=not data)
        # An escape that a chunk's end cuts in two is put together with the next one.
        cut = _UNFINISHED.search(text, max(0, len(text) - _ESCAPE_ROOM)) if data else None
        self._cut = text[cut.start() :] if cut else ""
        text = text[: cut.start()] if cut else text
        if "\\x" in text:
            text = _CONTROL.sub(_known_to_json, text)
        self._text += text

    def _go(self, position: int) -> None:
        self._line += self._text.count("\n", self._at, position)
        self._at = position


def _known_to_json(found: re.Match[str]) -> str:
    slashes, code = found.groups()
    return f"{slashes[:-1]}\\u00{code}" if len(slashes) % 2 else found.group()


def _chat(head: Mapping[str, str]) -> Chat | None:
    if "id" not in head or "type" not in head:
        return None
    try:
        name, kind, id = (json.loads(head.get(key, "null")) for key in ("name", "type", "id"))
    except ValueError:
        return None
    if not isinstance(id, int) or not isinstance(kind, str):
        return None
    # The export has the bare number; bots know channels and supergroups by it with -100 before it.
    marked = int(f"-100{id}") if id > 0 and ("channel" in kind or "supergroup" in kind) else id
    return Chat(name or "", kind, marked)
