"""A message as a command."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_SHAPE = re.compile(r"/(\w*)(?:@(\w+))?(?:\s+(.*))?", re.DOTALL)

LONGEST = 300
"""Characters of what follows a command: no song's name needs more."""


@dataclass(frozen=True, slots=True)
class Command:
    """`name` is in lower case, empty where only a slash was written; `to` is the bot that it is addressed to, if any."""

    name: str
    words: str = ""
    to: str = ""


def command_of(text: str) -> Command | None:
    """The command that a text is; None where it is none."""
    found = _SHAPE.fullmatch(text.strip())
    if found is None:
        return Command("") if text.strip().startswith("/") else None
    name, to, words = found.groups(default="")
    return Command(name.lower(), " ".join("".join(_seen(words)).split())[:LONGEST], to.lower())


def _seen(words: str) -> Iterator[str]:
    """Without signs that nobody sees, as apps put around what is pasted; half-space and joiner belong to letters."""
    for letter in words:
        if letter in "\u200c\u200d\n\t" or unicodedata.category(letter) not in ("Cc", "Cf", "Co", "Cs"):
            yield letter
