"""What people are told in their language: a few modules per language, with the same keys and placeholders in each.

Texts are plain: markup is put around them, and values come in escaped by whoever marks up. What stands in backticks is to
be typed or copied.

Conditions and placements say in English why they are as they are, for English is the language of the API. In any other
language a sentence is made of their reason, and of what else the object says: `REASONS`.
"""

from collections.abc import Mapping

from navaar.words import en, en_songs, fa, fa_reasons, fa_songs, ru, ru_reasons, ru_songs

ENGLISH = "en"

LANGUAGES: Mapping[str, Mapping[str, str]] = {
    ENGLISH: {**en.WORDS, **en_songs.WORDS},
    "fa": {**fa.WORDS, **fa_songs.WORDS},
    "ru": {**ru.WORDS, **ru_songs.WORDS},
}
"""The catalogues, by ISO 639-1."""

REASONS: Mapping[str, Mapping[str, str]] = {"fa": fa_reasons.REASONS, "ru": ru_reasons.REASONS}
"""Sentences for reasons (`navaar.people.why`), in every language but English."""


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
