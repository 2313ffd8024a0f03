"""Which names in two scripts can be one name."""

import pytest

from reconcilers.matching import Band, compare, keys, recording
from reconcilers.matching.reading import across, reads_as

_ONE = [
    ("داریوش", "Dariush"), ("گوگوش", "Gugush"), ("معین", "Moein"), ("ابی", "Ebi"), ("هایده", "Hayedeh"), ("چشم من",
    "Cheshme Man"),
    ("قلب من", "Qalb-e Man"), ("قلب من", "Ghalbe Man"), ("عشق", "Eshgh"), ("می‌خوام", "Mikham"), ("خواننده", "Khanandeh"),
    ("تنهایی", "Tanhaei"), ("اگه بمونی", "Age Bemooni"), ("قصه من", "Ghesseye Man"), ("علیرضا قربانی",
    "Alireza Ghorbani"),
    ("حبيبي", "Habibi"), ("فيروز", "Fairouz"), ("أم كلثوم", "Oum Kalthoum"), ("ירושלים של זהב",
    "Yerushalayim Shel Zahav"),
    ("Виктор Цой", "Viktor Tsoi"), ("Группа крови", "Gruppa krovi"), ("Αύγουστος", "Avgoustos"), ("Χάρις Αλεξίου",
    "Haris Alexiou"),
    ("백예린", "Yerin Baek"), ("लग जा गले", "Lag Jaa Gale"),
]  # fmt: skip
_TWO = [
    ("باران", "Baroon"), ("بارون", "Baran"), ("بهارون", "Baroon"), ("تنها", "Tanhaei"), ("غریبه", "Gharib"),
    ("بی‌قرار", "Bigharari"),
    ("ناز", "Niaz"), ("مرد", "Morde"), ("بی تو", "Ba To"), ("حبيب", "Habibi"), ("ليل", "Leila"), ("داریوش", "Googoosh"),
    ("Спокойная ночь", "Spokoynoy nochi"), ("Кукушка", "Katyusha"), ("گل", "Dele"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "spelt"), _ONE)
def test_a_name_is_read_as_people_spell_it(written: str, spelt: str) -> None:
    assert (across(written, spelt) or 0) >= 0.9
    assert across(spelt, written) == across(written, spelt)


@pytest.mark.parametrize(("written", "spelt"), _TWO)
def test_a_vowel_or_an_ending_more_is_another_word(written: str, spelt: str) -> None:
    assert (across(written, spelt) or 0) < 0.9


def test_two_letters_are_read_as_too_many_words() -> None:
    assert reads_as("گل", "Gol") and reads_as("گل", "Gel")
    assert (across("گل", "Gol") or 0) < 0.9


@pytest.mark.parametrize(("one", "other"), [("東京", "Tokyo"), ("방탄소년단", "BTS"), ("スピッツ", "The Beatles")])
def test_what_cant_be_read_is_no_evidence(one: str, other: str) -> None:
    assert across(one, other) is None


@pytest.mark.parametrize(("written", "spelt"), _ONE[:20])
def test_entries_in_two_scripts_find_each_other_in_the_index(written: str, spelt: str) -> None:
    one, other = recording(written, ("داریوش",), duration=200), recording(spelt, ("Dariush",), duration=200)
    if compare(one, other).band is Band.SAME:
        assert set(keys(one)) & set(keys(other))
    assert compare(one, other).band is not Band.DIFFERENT
