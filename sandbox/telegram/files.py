"""The bytes behind messages: stored files, and audio or documents made of them."""

import base64
import hashlib
import io
import secrets
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

import mutagen

MIME_TYPES = {
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".aac": "audio/aac",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/x-wav",
    ".webm": "video/webm",
    ".jpg": "image/jpeg",
    ".txt": "text/plain",
    ".json": "application/json",
}
THUMBNAIL_BYTES = 200 * 1000
THUMBNAIL_SIDE = 320


@dataclass(eq=False, slots=True)
class StoredFile:
    """One uploaded file. `data` is None for a file of which only the size exists."""

    size: int
    data: bytes | None
    width: int = 0
    height: int = 0
    unique_id: str = field(default_factory=lambda: "AgAD" + secrets.token_urlsafe(8))
    serial: int = 0

    def read(self) -> bytes:
        """The bytes; zeros where only the size exists."""
        return bytes(self.size) if self.data is None else self.data

    def id_for(self, bot_id: int) -> str:
        """The file_id under which this bot, and no other, can ask for the file."""
        digest = hashlib.sha256(f"{bot_id}:{self.unique_id}".encode()).digest()
        return "CQAC" + base64.urlsafe_b64encode(digest + self.unique_id.encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Media:
    """What a message carries. `kind` is "audio" or "document"; `duration` is in whole seconds."""

    kind: str
    file: StoredFile
    file_name: str | None = None
    mime_type: str | None = None
    duration: int = 0
    title: str | None = None
    performer: str | None = None
    thumbnail: StoredFile | None = None

    def described(self) -> "Media":
        """The same with what is missing read from the file's own tags, as Telegram does on upload."""
        if self.kind != "audio" or self.file.data is None or (self.title and self.performer and self.duration):
            return self
        tags = read_tags(self.file.data)
        return replace(
            self,
            title=self.title or tags.title,
            performer=self.performer or tags.performer,
            duration=self.duration or tags.duration,
        )


@dataclass(frozen=True, slots=True)
class Tags:
    """What an audio file says about itself."""

    title: str | None = None
    performer: str | None = None
    duration: int = 0


def read_tags(data: bytes) -> Tags:
    """Title, artist and length from the file; empty for what is not audio or has no tags."""
    try:
        audio = mutagen.File(io.BytesIO(data), easy=True)
    except mutagen.MutagenError:
        return Tags()
    if audio is None:
        return Tags()

    def first(name: str) -> str | None:
        values = (audio.tags or {}).get(name) or [None]
        return values[0] or None

    return Tags(first("title"), first("artist"), round(getattr(audio.info, "length", 0) or 0))


def mime_type_of(file_name: str | None) -> str | None:
    """The type that Telegram derives from the name's extension; None without a known one."""
    return MIME_TYPES.get(PurePosixPath(file_name or "").suffix.lower())


def thumbnail_of(data: bytes | None) -> StoredFile | None:
    """The cover as Telegram would keep it: None when it is not a JPEG within 200 kB and 320 pixels a side."""
    if not data or len(data) > THUMBNAIL_BYTES:
        return None
    size = jpeg_size(data)
    if size is None or max(size) > THUMBNAIL_SIDE:
        return None
    return StoredFile(len(data), data, width=size[0], height=size[1])


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height from the JPEG's frame header; None for anything else."""
    if data[:2] != b"\xff\xd8":
        return None
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        at += 2 + length
    return None
