"""What people are told in chats, in their language: one module per language, with the same keys and placeholders in each.

Texts are plain: markup is put around them, and values come in escaped by whoever marks up.
"""

from collections.abc import Mapping

from navaar.words import en, fa

ENGLISH = "en"

LANGUAGES: Mapping[str, Mapping[str, str]] = {ENGLISH: en.WORDS, "fa": fa.WORDS}
"""The catalogues, by ISO 639-1."""


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
