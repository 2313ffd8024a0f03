"""What speaks for a match and what against it, in a person's language: the matcher's own short phrases, one by one."""

import re
from collections.abc import Callable, Iterable

from navaar.words import ENGLISH, LANGUAGES, say, word

_SHAPES = (
    ("duration", "seconds", re.compile(r"duration differs by (\d+) s")),
    ("perhaps", "version", re.compile(r"perhaps (.+)")),
    ("another", "version", re.compile(r"another (.+)")),
    ("not", "version", re.compile(r"not (.+)")),
    ("which", "version", re.compile(r"which (.+) is not said")),
    ("album", "version", re.compile(r"(.+) album")),
)
"""The phrases that hold a number or a version: the key, what it holds, and how `reconcilers.matching` writes it."""

_ASIDE = re.compile(r"(.*) \(([^()]*)\)", re.DOTALL)


def facts(reasons: Iterable[str], language: str) -> str:
    """Several phrases as one line."""
    return say(language, "fact.between").join(fact(reason, language) for reason in reasons)


def fact(reason: str, language: str) -> str:
    """One phrase; as it is where the catalogue has none for it."""
    if language == ENGLISH:
        return reason
    whole = LANGUAGES[language].get(f"fact.{reason}")
    if whole is not None:
        return whole
    # A version may be called like a phrase: "another year's".
    if f"version.{reason}" not in LANGUAGES[language]:
        for key, holds, shape in _SHAPES:
            found = shape.fullmatch(reason)
            if found is not None:
                value = found[1] if holds == "seconds" else version(found[1], language)
                return say(language, f"fact.{key}", **{holds: value})
    return version(reason, language)


def version(name: str, language: str) -> str:
    """What a version of a song is called, or several of them (``live/remix``)."""
    return "/".join(word(language, "version", one) for one in name.split("/"))


def shown(candidate: str, language: str, marked: Callable[[str], str] = str) -> str:
    """A candidate as it is told: the song, which is `marked`, and behind it in brackets its length and what it is."""
    found = _ASIDE.fullmatch(candidate)
    if found is None:
        return marked(candidate)
    said = ", ".join(word(language, "kind", one) for one in found[2].split(", "))
    return f"{marked(found[1])} ({said})"
