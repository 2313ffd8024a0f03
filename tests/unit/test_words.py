"""The catalogues of what people are told in chats."""

import re
import string

import pytest

from navaar.words import ENGLISH, LANGUAGES, REASONS, language_of, say, word
from tests.latin import foreign, plain

OTHERS = [language for language in LANGUAGES if language != ENGLISH]
NUMBERS = frozenset({
    "count", "done", "items", "milliseconds", "minutes", "most", "n", "number", "page", "pages", "pending", "placed", "seconds",
    "songs", "total", "tries", "turn",
})  # fmt: skip
LETTERS = {"fa": re.compile(r"[\u0600-\u06ff]"), "ru": re.compile(r"[\u0400-\u04ff]")}
BACKTICKS = re.compile(r"`([^`]*)`")
SIGNS = frozenset(
    {
        "span.two",
        "comma",
        "fact.between",
        "key.back",
        "key.forth",
        "status.count",
        "status.place",
        "stats.phase",
        "queue.place",
    }
)
"""Texts that hold no word."""


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_same_texts_with_the_same_placeholders(language: str) -> None:
    english, other = LANGUAGES[ENGLISH], LANGUAGES[language]
    assert other.keys() == english.keys()
    assert {key: placeholders(text) for key, text in other.items()} == {
        key: placeholders(text) for key, text in english.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_hold_no_markup_and_are_none_of_them_empty(language: str) -> None:
    for key, text in [*LANGUAGES[language].items(), *REASONS.get(language, {}).items()]:
        assert text.strip() and not set(text) & set("<>&"), key
        assert text.count("`") % 2 == 0, key


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_in_the_letters_of_its_language(language: str) -> None:
    for key, text in [*LANGUAGES[language].items(), *REASONS[language].items()]:
        assert not foreign(plain(re.sub(r"\{\w+\}", " ", text))), key
        assert key in SIGNS or LETTERS[language].search(text) or placeholders(text) or text in ("Spotify", "YouTube"), (
            key
        )


def test_every_language_tells_of_the_same_reasons_with_the_same_placeholders_and_english_of_some() -> None:
    assert REASONS["fa"].keys() == REASONS["ru"].keys() > REASONS[ENGLISH].keys()
    for key, text in REASONS["fa"].items():
        told = [REASONS[language][key] for language in REASONS if key in REASONS[language]]
        assert all(placeholders(one) == placeholders(text) for one in told), key


def test_what_is_to_be_typed_is_the_same_in_every_language() -> None:
    for key in REASONS["ru"]:
        told = {language: sorted(set(BACKTICKS.findall(REASONS[language][key]))) for language in OTHERS}
        assert told["fa"] == told["ru"], key


def test_no_persian_sentence_begins_with_latin_letters_which_would_turn_its_line_round() -> None:
    for key, text in REASONS["fa"].items():
        assert LETTERS["fa"].match(text), key


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("fa", "fa"), ("fa-IR", "fa"), ("FA_ir", "fa"), ("ru", "ru"), ("ru-RU", "ru"), ("en-GB", "en"), ("de", "en"),
        ("", "en"), (None, "en"),
    ],
)  # fmt: skip
def test_the_language_is_that_of_the_persons_app_where_there_is_one(code: str | None, language: str) -> None:
    assert language_of(code) == language


def test_a_word_of_the_operators_own_that_no_catalogue_has_is_told_as_it_is() -> None:
    assert word("fa", "phase", "Synced") != "Synced"
    assert word("fa", "phase", "SomethingNew") == "SomethingNew"
    assert say("en", "status.pending", pending=3) == "to come: 3"


def test_in_russian_no_word_has_to_agree_with_a_number() -> None:
    """Russian has three plurals; behind a colon, and before a short unit, none is needed."""
    agreeing = re.compile(rf"\{{(?:{'|'.join(NUMBERS)})\}} (?!(?:с|мин|ч|дн|мс|в|на|из)\b)[а-яё]+")
    for texts in (LANGUAGES["ru"], REASONS["ru"]):
        assert not [key for key, text in texts.items() if agreeing.search(text)]
    assert agreeing.search("у вас {count} песен")
