"""Uploads' titles: song and artist in any order, with more around them, and classical works."""

import pytest

from reconcilers.matching import recording
from reconcilers.matching.evidence import plain
from reconcilers.matching.names import counted, runs
from reconcilers.matching.normalise import words
from reconcilers.matching.people import same_person, taken_apart
from reconcilers.matching.phrases import found_in
from reconcilers.matching.works import same_work

_WANTED = plain(recording("A Las Seis", ("Joe Cuba",)))


@pytest.mark.parametrize(
    ("title", "surplus"),
    [("A LAS SEIS - JOE CUBA", 0), ("Joe Cuba: A Las Seis (Official Video) HD", 0), ("04 A Las Seis [Joe Cuba]", 0),
     ("1965 Joe Cuba ~ A las seis (lyrics)", 0), ("Joe Cuba Sextet - A Las Seis", 0),
     ("Hits Archive: A Las Seis - Joe Cuba", 0),
     ("A Las Seis Joe Cuba Cheo Feliciano", 2)],
)  # fmt: skip
def test_song_and_artist_are_found_in_any_order_and_strange_words_are_counted(title: str, surplus: int) -> None:
    found = found_in(_WANTED, title)
    assert found is not None
    assert found.surplus == surplus


@pytest.mark.parametrize("title", ["A Las Siete - Joe Cuba", "A Las Seis", "A Las Seis - Tito Puente", "Joe Cuba live"])
def test_half_of_it_is_not_enough(title: str) -> None:
    assert found_in(_WANTED, title) is None


def test_the_record_may_stand_in_the_artists_place() -> None:
    wanted = plain(recording("Go Go Not Cry Cry", ("Robert Rodriguez",)))
    found = found_in(wanted, "Planet Terror - Go Go Not Cry Cry", "Planet Terror Soundtrack")
    assert found is not None and found.record


_WORKS = [
    ("Symphony No. 33 in B flat major, KV. 319 - 2. Andante", "Mozart: Sinfonie Nr. 33 B-Dur K.319: II. Andante", True),
    ("Salut D'amour, Op.12", "Elgar: Salut d'amour, Op. 12 (Arr. Viola & Piano)", True),
    ("Songs Without Words Op 30 No 4", "Lieder ohne Worte, Op. 30 No. 5", False),
    ("Symphony No. 5", "Symphony No. 6", False),
    ("Piano Sonata No. 1, Op. 11: I. Allegro", "Piano Sonata No. 1, Op. 11: II. Aria", False),
    ("Sonata in F minor, K466", "Sonata in F minor, K. 467", False),
    ("Hello", "Hello", False),
]


@pytest.mark.parametrize(("one", "other", "same"), _WORKS)
def test_a_work_is_told_by_its_numbers(one: str, other: str, *, same: bool) -> None:
    assert same_work(one, other) is same
    assert same_work(other, one) is same


@pytest.mark.parametrize(
    ("one", "other"),
    [("Rocky II", "Rocky 2"), ("Song, Pt. Two", "Song (Part 2)"), ("Prelude No. 5", "Prelude #5"),
     ("Rock 'n' Roll Star", "Rock and Roll Star")],
)  # fmt: skip
def test_counts_have_one_spelling(one: str, other: str) -> None:
    assert counted(words(one)) == counted(words(other))


def test_a_title_in_two_scripts_is_two_names() -> None:
    assert runs("چشم من Cheshme Man") == ("چشم من", "Cheshme Man")
    assert runs("Cheshme Man") == ()


@pytest.mark.parametrize(
    ("credit", "artists"),
    [("Calvin Harris, Dua Lipa", ("Calvin Harris", "Dua Lipa")), ("Ed Sheeran & Justin Bieber", ("Ed Sheeran",
     "Justin Bieber")),
     ("Simon & Garfunkel", ("Simon & Garfunkel",)), ("Earth, Wind & Fire", ("Earth, Wind & Fire",)),
     ("Tyler, The Creator", ("Tyler, The Creator",)), ("Bob Marley & The Wailers", ("Bob Marley & The Wailers",)),
     ("Metro Boomin, The Weeknd, 21 Savage", ("Metro Boomin", "The Weeknd", "21 Savage")), ("10,000 Maniacs",
     ("10,000 Maniacs",)),
     ("همایون شجریان و سهراب پورناظری", ("همایون شجریان", "سهراب پورناظری"))],
)  # fmt: skip
def test_several_persons_are_taken_apart_where_they_can_hardly_be_one_band(
    credit: str, artists: tuple[str, ...]
) -> None:
    assert taken_apart(credit)[0] == artists


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("Bach", "Johann Sebastian Bach", True), ("J. Brel", "Jacques Brel", True), ("Thelonious Monk",
     "Thelonious Monk Quintet", True),
     ("Ustad Ali Khan", "Ali Khan", True), ("Prince", "Prince Royce", False), ("Queen", "Queen Latifah", False),
     ("Adele", "Adele Tribute", False), ("Coldplay", "Adele", False)],
)  # fmt: skip
def test_a_name_may_lack_the_first_name_or_the_band(one: str, other: str, *, same: bool) -> None:
    assert same_person(words(one), words(other)) is same
