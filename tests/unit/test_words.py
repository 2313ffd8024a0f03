"""The catalogues of what people are told in chats."""

import string

import pytest

from navaar.words import ENGLISH, LANGUAGES, language_of, say, word

OTHERS = [language for language in LANGUAGES if language != ENGLISH]


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
    for key, text in LANGUAGES[language].items():
        assert text.strip() and not set(text) & set("<>&"), key


@pytest.mark.parametrize(
    ("code", "language"),
    [("fa", "fa"), ("fa-IR", "fa"), ("FA_ir", "fa"), ("en-GB", "en"), ("de", "en"), ("", "en"), (None, "en")],
)
def test_the_language_is_that_of_the_persons_app_where_there_is_one(code: str | None, language: str) -> None:
    assert language_of(code) == language


def test_a_word_of_the_operators_own_that_no_catalogue_has_is_told_as_it_is() -> None:
    assert word("fa", "phase", "Synced") != "Synced"
    assert word("fa", "phase", "SomethingNew") == "SomethingNew"
    assert say("en", "status.pending", pending=3) == "to come: 3"
