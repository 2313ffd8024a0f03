"""What people are told in their language: a few modules per language, with the same keys and placeholders in each.

Texts are plain: markup is put around them, and values come in escaped by whoever marks up. What stands in backticks is to
be typed or copied.

Conditions and placements say in English why they are as they are, for English is the language of the API. In any other
language a sentence is made of their reason, and of what else the object says: `REASONS`.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module

ENGLISH = "en"

_CODES = (ENGLISH, "fa", "ru")


class Catalogues(Mapping[str, Mapping[str, str]]):
    """One catalogue per language, by ISO 639-1, of the modules ``en``, ``en_songs``: read when the language is first spoken."""

    def __init__(self, *endings: str) -> None:
        self._endings = endings
        self._read: dict[str, Mapping[str, str]] = {}

    def __getitem__(self, language: str) -> Mapping[str, str]:
        if language not in self._read:
            if language not in _CODES:
                raise KeyError(language)
            found: dict[str, str] = {}
            for ending in self._endings:
                found |= import_module(f"{__name__}.{language}{ending}").WORDS
            self._read[language] = found
        return self._read[language]

    def __iter__(self) -> Iterator[str]:
        return iter(_CODES)

    def __len__(self) -> int:
        return len(_CODES)

    def __contains__(self, language: object) -> bool:
        return language in _CODES


LANGUAGES = Catalogues("", "_songs")
"""What people are told."""

REASONS = Catalogues("_reasons")
"""Sentences for reasons (`navaar.people.why`); in English for those only that the API can't be quoted for."""


def language_of(code: str | None) -> str:
    """The language for somebody whose app speaks `code` (IETF, such as ``fa-IR``); English where there is no catalogue."""
    found = (code or "").replace("_", "-").partition("-")[0].lower()
    return found if found in LANGUAGES else ENGLISH


def say(language: str, key: str, **values: object) -> str:
    """A text of the catalogue with its placeholders filled. Raises KeyError for a key that there isn't."""
    return LANGUAGES[language][key].format(**values)


def word(language: str, group: str, name: str) -> str:
    """A word of the operator's own in that language: ``phase``, ``Synced``. As it is where the catalogue has none."""
    return LANGUAGES[language].get(f"{group}.{name}", name)
