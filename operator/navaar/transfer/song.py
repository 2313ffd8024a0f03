"""A song as somebody else's file names it, and what of such a file can't be used."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconcilers.matching import PostFacts, identify, legible, normal_isrc
from reconcilers.services.protocol import ServiceName

_SPOTIFY = re.compile(r"(?:spotify:track:|open\.spotify\.com/(?:intl-[a-z-]+/)?track/)([A-Za-z0-9]{22})(?![A-Za-z0-9])")
_SPOTIFY_ID = re.compile(r"[A-Za-z0-9]{22}")
_YOUTUBE = re.compile(
    r"(?:youtu\.be/|youtube\.com/(?:watch\?(?:[^#\s]*&)?v=|shorts/))([A-Za-z0-9_-]{11})(?![A-Za-z0-9_-])"
)
_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")

LONGEST_DURATION = 86_400.0
"""Seconds. What claims to be longer than a day is no song's length."""


class Unreadable(ValueError):
    """A file, or a setting, that can't be used at all: the message says what is wrong with it, and what to do."""


@dataclass(frozen=True, slots=True)
class Unused:
    """One entry that can't be used: where it stands, and why, in a sentence."""

    where: str
    why: str

    def __str__(self) -> str:
        return f"{self.where}: {self.why}"


@dataclass(frozen=True, slots=True)
class Song:
    """One song of a file: `duration` in seconds, `ids` by service, `where` it stands in the file."""

    title: str
    artists: tuple[str, ...] = ()
    duration: float | None = None
    isrc: str | None = None
    ids: Mapping[ServiceName, str] = field(default_factory=dict)
    where: str = ""

    def __str__(self) -> str:
        return f"{', '.join(self.artists)} – {self.title}" if self.artists else self.title


@dataclass(frozen=True, slots=True)
class Songs:
    """What a file holds: its songs in their order, what can't be used, and what is to be known of the reading."""

    songs: tuple[Song, ...] = ()
    unused: tuple[Unused, ...] = ()
    notes: tuple[str, ...] = ()


def song(
    where: str,
    title: str,
    artists: Iterable[str] = (),
    *,
    duration: float | None = None,
    isrc: str | None = None,
    ids: Mapping[ServiceName, str] | None = None,
    file_name: str | None = None,
) -> Song | Unused:
    """The song that an entry names, made legible; `Unused` where it names none.

    Several artists are taken as they are given. One, or none, may stand in the title, as in "Artist - Title", or the song
    in `file_name`.
    """
    named = [name for artist in artists if (name := legible(artist))]
    title = legible(title)
    if duration is not None and not 0 < duration < LONGEST_DURATION:
        duration = None
    if not named or not title:
        found = identify(PostFacts(title=title or None, performer=named[0] if named else None, file_name=file_name))
        if found is None or not found.title:
            return Unused(where, "it names no song; give it a title, best with an artist")
        title, named = found.title, named or list(found.artists)
    return Song(title, tuple(named), duration, normal_isrc(isrc or ""), dict(ids or {}), where)


def spotify_id(text: str, *, bare: bool = False) -> str | None:
    """The track's id in a Spotify URI or address; with `bare`, the text may be just the id."""
    found = _SPOTIFY.search(text)
    if found:
        return found.group(1)
    return text.strip() if bare and _SPOTIFY_ID.fullmatch(text.strip()) else None


def video_id(text: str, *, bare: bool = False) -> str | None:
    """The video's id in an address of YouTube's; with `bare`, the text may be just the id."""
    found = _YOUTUBE.search(text)
    if found:
        return found.group(1)
    return text.strip() if bare and _VIDEO_ID.fullmatch(text.strip()) else None
