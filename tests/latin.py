"""Words in Latin letters that stand in what somebody reads who speaks another language."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

VENDORS = frozenset({"Telegram", "YouTube", "Music", "Spotify", "Google", "Navaar", "UTC", "ISRC", "Track"})
"""Names of services and programs, and what has no other word."""

TYPED = frozenset({"tg", "yt", "sp", "all", "adele", "hello", "Adele", "Hello"})
"""What is typed behind a command."""

_MARKED = frozenset({"code", "pre", "bot_command", "text_link", "url"})
_SHOWN = re.compile(r"`[^`]*`|https?://\S+|@\w+|/\w+|<[^>]*>")
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*[A-Za-z]")


def plain(text: str, entities: Sequence[Mapping[str, Any]] = ()) -> str:
    """Without what is marked up as code, as a command or as a link: those are for no reader's language."""
    units = text.encode("utf-16-le")
    for one in sorted(entities, key=lambda one: -one["offset"]):
        if one["type"] in _MARKED:
            start, end = 2 * one["offset"], 2 * (one["offset"] + one["length"])
            units = units[:start] + "·".encode("utf-16-le") + units[end:]
    return _SHOWN.sub(" ", units.decode("utf-16-le"))


def foreign(text: str, names: Collection[str] = ()) -> list[str]:
    """The words that are neither a vendor's nor typed, nor part of `names`: titles, artists, objects."""
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    return [word for word in _WORD.findall(text) if word not in VENDORS | TYPED]
