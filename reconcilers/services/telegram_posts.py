"""Channel posts: what song an audio is, and how an upload of ours is recognised."""

import asyncio
import os
import re
import unicodedata
from datetime import timedelta

from telegram import Audio, Bot, Document, Message
from telegram.error import TelegramError

from reconcilers.audio.reader import Tags, tags_of
from reconcilers.matching import PostFacts, identify, legible
from reconcilers.recording import Recording
from reconcilers.services.protocol import Item

# python-telegram-bot warns at every duration until its users say which type they want.
os.environ.setdefault("PTB_TIMEDELTA", "1")

# getFile serves files up to 20 MB [core.telegram.org/bots/api#getfile].
LARGEST_DOWNLOAD = 20_000_000
# "0-64 characters; may be replaced by the server" [td_api.tl, inputMessageAudio], of the title and of the performer.
LONGEST_LABEL = 64
TAGS_TIMEOUT = 30.0
# The server keeps 60 characters before the extension (td, clean_filename); the token must be among them.
_STEM = 60
_TOKEN = re.compile(r"\[nv-([0-9A-Za-z_-]{4,40})\]")
_FORBIDDEN = re.compile(r"""[<>:"/\\|?*&`'\[\]\x00-\x1f\x7f]+""")
EXTENSIONS = {".mp3", ".m4a", ".flac", ".ogg", ".oga", ".opus", ".wav", ".aac", ".wma", ".aif", ".aiff", ".alac"}


def file_name(recording: Recording, token: str, extension: str = ".m4a") -> str:
    """``Artist - Title [nv-<token>].m4a``, short enough that Telegram keeps the token. Without a token, no brackets."""
    mark = f"[nv-{token}]" if token else ""
    artist = recording.artists[0] if recording.artists else ""
    plain = f"{artist} - {recording.title}" if artist else recording.title
    plain = unicodedata.normalize("NFC", legible(plain))
    # Some characters become spaces and some vanish on the way; what is left never grows.
    plain = " ".join(_FORBIDDEN.sub(" ", plain).split()).strip(". ")
    room = _STEM - len(mark) - (1 if mark else 0)
    stem = " ".join(part for part in (plain[:room].rstrip(". "), mark) if part)
    return f"{stem or 'audio'}{extension}"


def label(name: str) -> str | None:
    """A title or performer as Telegram takes it; None for none."""
    return legible(name, LONGEST_LABEL) or None


def token_in(file_name: str | None) -> str | None:
    """The placement token in an upload's file name; None where there is none."""
    found = _TOKEN.search(file_name or "")
    return found.group(1) if found else None


def without_token(file_name: str) -> str:
    """An upload's file name as it would be of anybody else's."""
    return _TOKEN.sub("", file_name)


def audio_of(message: Message) -> Audio | Document | None:
    """The post's audio, or the document that is one by its type or name."""
    if message.audio is not None:
        return message.audio
    document = message.document
    if document is None:
        return None
    kind, extension = document.mime_type or "", os.path.splitext(document.file_name or "")[1].lower()
    return document if kind.startswith("audio/") or extension in EXTENSIONS else None


def item_from_message(message: Message, tags: Tags | None = None) -> Item | None:
    """The post as an item; None for a post without audio.

    `tags` are the file's own, where they were read (`read_tags`). A post that says nothing of its song is an item whose
    recording has no title: it is there, and a person must say what it is.
    """
    audio = audio_of(message)
    if audio is None:
        return None
    token = token_in(audio.file_name)
    facts = PostFacts(
        tags=tags,
        performer=audio.performer if isinstance(audio, Audio) else None,
        title=audio.title if isinstance(audio, Audio) else None,
        file_name=without_token(audio.file_name) if audio.file_name else None,
        caption=message.caption,
        duration=seconds(audio.duration) if isinstance(audio, Audio) else None,
    )
    recording = identify(facts) or Recording("", duration=facts.duration, method="message")
    return Item(str(message.message_id), recording, token=token)


def needs_tags(message: Message) -> bool:
    """Whether the message itself leaves the song open, or has cut its names, and its file can be asked."""
    audio = audio_of(message)
    if audio is None or (audio.file_size or 0) > LARGEST_DOWNLOAD:
        return False
    if isinstance(audio, Audio) and audio.title and audio.performer:
        return max(len(audio.title), len(audio.performer)) == LONGEST_LABEL
    item = item_from_message(message)
    return item is None or not (item.recording.title and item.recording.artists)


async def read_tags(bot: Bot, message: Message, timeout: float = TAGS_TIMEOUT) -> Tags | None:
    """The tags of the post's file under `PostFacts`' names; None where it can't be read in `timeout` seconds."""
    audio = audio_of(message)
    if audio is None:
        return None
    try:
        async with asyncio.timeout(timeout):
            file = await bot.get_file(audio.file_id)
            if (file.file_size or 0) > LARGEST_DOWNLOAD:
                return None
            content = await file.download_as_bytearray()
            return await tags_of(content, timeout)
    except (TelegramError, TimeoutError, OSError):
        return None


def seconds(duration: int | float | timedelta | None) -> float | None:
    """A duration of either type in seconds; None for none."""
    if isinstance(duration, timedelta):
        duration = duration.total_seconds()
    return float(duration) if duration else None
