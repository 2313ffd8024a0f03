"""What counts as the same spelling."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcilers.matching import compact, fold, latin, skeleton


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ﬁne", "fine"),
        ("ＦＵＬＬ　ＷＩＤＴＨ", "full width"),
        ("Beyoncé", "beyonce"),
        ("Straße", "STRASSE"),
        ("Ørsted", "orsted"),
        ("İstanbul", "istanbul"),
        ("Ёлка", "елка"),
        ("علي", "علی"),
        ("كاش", "کاش"),
        ("می\u200cخوام", "میخوام"),
        ("عـــشق", "عشق"),
        ("مُحَمَّد", "محمد"),
        ("آهنگ", "اهنگ"),
        ("۱۳۷۵", "1375"),
        ("٩٩", "99"),
        ("Don’t", "Don't"),
        ("A—B", "A-B"),
        ("\u202bداریوش\u202c", "داریوش"),
        ("ｶﾞ", "ガ"),
    ],
)
def test_spellings_of_one_text_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("が", "か"), ("दिल", "दल"), ("ดี", "ดา"), ("love", "live"), ("کار", "گار")])
def test_letters_that_tell_words_apart_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Jay-Z", "JAY Z"), ("P. S. I Love You", "PS I Love You"), ("R.E.M.", "REM"), ("Rock & Roll",
     "Rock and Roll"),
     ("Simon & Garfunkel", "Simon And Garfunkel"), ("می‌خوام", "می خوام"), ("AC/DC", "ACDC")],
)  # fmt: skip
def test_punctuation_and_spaces_set_nothing_apart(one: str, other: str) -> None:
    assert compact(one) == compact(other)


def test_a_name_of_nothing_but_signs_is_still_a_name() -> None:
    assert compact("!!!") == "!!!"
    assert compact("???") != compact("!!!")


@pytest.mark.parametrize(
    ("one", "other"),
    [("داریوش", "Dariush"), ("گوگوش", "Googoosh"), ("چشم من", "Cheshme Man"), ("محمد", "Mohammad"),
     ("Кино", "Kino"),
     ("Земфира", "Zemfira"), ("شجریان", "Shajarian"), ("عشق", "Eshgh"), ("شادمهر عقیلی", "Shadmehr Aghili"),
     ("Сплин", "Splin"), ("Ελλάδα", "Ellada")],
)  # fmt: skip
def test_one_name_in_two_scripts_has_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


def test_latin_spells_every_script() -> None:
    assert latin("Кино") == "kino"
    assert latin("ありがとう").isascii()


_texts = st.text(max_size=30) | st.text(alphabet="آبكيىۀةؤئ\u200cـ۱٣ёйÅßŉﬁΐİ̇ǅ'’-–ｶﾞが ", max_size=20)


@settings(max_examples=80, deadline=None)
@given(_texts)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(max_examples=100, deadline=None)
@given(_texts)
def test_latin_and_skeleton_are_ascii(text: str) -> None:
    assert latin(text).isascii()
    assert skeleton(text).isascii()
