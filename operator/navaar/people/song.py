"""A Track in a line: the song as a person would write it, and which one they mean."""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from navaar.words import ENGLISH, say

Resource = Mapping[str, Any]


def status_of(track: Resource) -> Mapping[str, Any]:
    """The Track's status; empty while there is none."""
    return track.get("status") or {}


def placements_of(track: Resource) -> Mapping[str, Any]:
    """The Track's placements by place; empty while there are none."""
    return status_of(track).get("placements") or {}


def artist_of(track: Resource) -> str:
    """The artists in one line; empty where they aren't known."""
    wished = track["spec"].get("artists") or ()
    return ", ".join(wished) or status_of(track).get("artist") or ""


def title_of(track: Resource) -> str:
    """The title; empty where it isn't known."""
    return track["spec"].get("title") or status_of(track).get("title") or ""


def song_of(track: Resource, language: str = ENGLISH) -> str:
    """Artist and title, as a person would write them; words of that language where the title isn't known."""
    artist, title = artist_of(track), title_of(track)
    if not title:
        return say(language, "unnamed")
    return f"{artist} – {title}" if artist else title


def sync_of(track: Resource) -> str:
    """The name of its MusicSync."""
    name: str = track["spec"]["musicSyncRef"]["name"]
    return name


def short_name(track: Resource) -> str:
    """What tells it from others of its MusicSync: the part of its name behind the MusicSync's, where it begins with that."""
    name: str = track["metadata"]["name"]
    return name.removeprefix(f"{sync_of(track)}-")


def named(words: str, tracks: Iterable[Resource]) -> list[Any]:
    """The Tracks that somebody means: of this name, else this end of a name, else with all of these words in their song."""
    there = list(tracks)
    if not words.strip():
        return []
    for fits in (_is_called, _ends_with, _speaks_of):
        meant = [track for track in there if fits(track, words)]
        if meant:
            return meant
    return []


def speaks_of(track: Resource, words: str) -> bool:
    """Whether all words stand in its artist and title, however they are spelt."""
    return _speaks_of(track, words)


def _is_called(track: Resource, words: str) -> bool:
    return bool(track["metadata"]["name"] == words)


def _ends_with(track: Resource, words: str) -> bool:
    return len(words) >= 4 and short_name(track).startswith(words)


def _speaks_of(track: Resource, words: str) -> bool:
    text = _plain(f"{artist_of(track)} {title_of(track)}")
    return all(word in text for word in _plain(words).replace("–", " ").split() if word != "-")


def _plain(text: str) -> str:
    """Without case, accents and the vowel signs of Arabic."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in split if not unicodedata.combining(letter))
