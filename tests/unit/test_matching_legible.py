"""What strangers write becomes a name that can be stored, shown and sent; what was only misread is read anew."""

from unicodedata import category

import pytest

from reconcilers.matching import PostFacts, identify, keys, legible, recording
from reconcilers.matching.legible import LONGEST, MOST_ARTISTS
from reconcilers.matching.mojibake import repaired

HOSTILE = {
    "control characters": "Khalij\x00\x07\x1b[31m\x7f",
    "line breaks": "Kha\r\nlij\u2028x\u2029y\x85z",
    "4 KB": "x" * 4096,
    "4 KB of words": "Khalij " * 600,
    "right-to-left override": "Khalij \u202egpj.exe\u202c",
    "isolates and marks": "\u2066Khalij\u2069 \u200e\u200f\u061c",
    "markup": "<b>Khalij</b> <a href='http://x'>&amp;</a> *bold* _it_ [a](tg://user?id=1)",
    "path": "../../etc/passwd\\..\\x",
    "emoji": "👨\u200d👩\u200d👧 Khalij 🎵",
    "marks without end": "K" + "\u0335" * 3000,
    "half a surrogate pair": "Kha\ud83dlij",
    "private and tag characters": "Khalij\ue000\U000e0041\ufeff",
    "brackets without end": "(" * 4096,
    "dashes without end": " - " * 1400,
    "nothing to see": "\u200b\u200e\u2063",
}


@pytest.mark.parametrize("written", HOSTILE.values(), ids=HOSTILE)
def test_whatever_was_written_is_one_bounded_line_that_can_be_stored(written: str) -> None:
    shown = legible(written)
    assert len(shown) <= LONGEST
    assert shown == legible(shown) == " ".join(shown.split())
    shown.encode()
    assert not [c for c in shown if category(c) in ("Cc", "Cs", "Co", "Zl", "Zp")]
    assert not [c for c in shown if category(c) == "Cf" and c not in "\u200c\u200d"]


@pytest.mark.parametrize("written", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("where", ["title", "performer", "file_name", "caption", "tags"])
def test_no_post_makes_a_name_that_has_no_bound(written: str, where: str) -> None:
    tags = {"title": written, "artist": [written] * 100, "album": written, "isrc": written, "duration": 1e300}
    facts = PostFacts(tags=tags) if where == "tags" else PostFacts(title="A", file_name="B.mp3")
    facts = facts if where == "tags" else PostFacts(**{"title": "A", "file_name": "B.mp3", where: written})  # type: ignore[arg-type]
    song = identify(facts)
    if song is not None:
        keys(song)
        assert song.title
        assert max(map(len, (song.title, song.album or "", *song.artists))) <= LONGEST
        assert len(song.artists) <= MOST_ARTISTS
        assert song.duration is None


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Khalij\x00", "Khalij"),
        ("Kha\nlij", "Kha lij"),
        ("\u202eKhalij\u202c", "Khalij"),
        ("<b>Khalij</b> &amp; Co", "Khalij & Co"),
        ("I <3 U & me", "I <3 U & me"),
        ("<b></b>", "<b></b>"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("Jóga", "Jóga"),
        ("x" * 300, "x" * 255 + "…"),
    ],
)
def test_what_can_be_seen_stays(written: str, shown: str) -> None:
    assert legible(written) == shown


def test_a_name_is_not_cut_in_the_middle_of_a_letter() -> None:
    assert legible("abcde\u0301fgh", 6) == "abcd…"
    assert legible("ab👨\u200d👩\u200d👧cd", 6) == "ab…"


def test_markup_hides_no_song_and_neither_do_direction_marks() -> None:
    song = identify(PostFacts(title="<b>Khalij</b>\u200f", performer="\u202bDariush\u202c"))
    assert song is not None
    assert (song.title, song.artists) == ("Khalij", ("Dariush",))


def test_every_source_of_recordings_is_held_to_the_same_bound() -> None:
    made = recording("t\x00" + "x" * 5000, [f"artist {n} " + "y" * 5000 for n in range(99)], "z\n" * 5000)
    assert max(map(len, (made.title, made.album or "", *made.artists))) <= LONGEST
    assert len(made.artists) == MOST_ARTISTS


MISREAD = [
    (("Кино", "Группа крови"), "cp1251", "latin-1"),
    (("Кино", "Группа крови"), "cp1251", "cp1252"),
    (("ДДТ", "Что такое осень"), "cp1251", "latin-1"),
    (("АЛИСА", "Красное на чёрном"), "cp1251", "latin-1"),
    (("Земфира", "Хочешь? (live)"), "cp1251", "cp1252"),
    (("داريوش", "چشم من"), "cp1256", "latin-1"),
    (("گوگوش", "پل"), "cp1256", "latin-1"),
    (("فيروز", "نسم علينا الهوى"), "cp1256", "cp1252"),
    (("Кино", "Группа крови"), "utf-8", "latin-1"),
    (("Кино", "Группа крови"), "utf-8", "cp1252"),
    (("داریوش", "چشم من"), "utf-8", "latin-1"),
]


@pytest.mark.parametrize(("meant", "encoding", "taken_for"), MISREAD)
def test_an_old_encoding_is_read_as_it_was_meant(meant: tuple[str, ...], encoding: str, taken_for: str) -> None:
    shown = [text.encode(encoding).decode(taken_for) for text in meant]
    assert repaired(shown) == meant
    assert identify(PostFacts(tags={"artist": shown[0], "title": shown[1]})) == identify(
        PostFacts(tags={"artist": meant[0], "title": meant[1]})
    )


@pytest.mark.parametrize(
    "names",
    [
        ("Björk", "Jóga"),
        ("Sigur Rós", "Ágætis byrjun"),
        ("Été", "Âgé"),
        ("ÉTÉ", "Ça"),
        ("Öö", "Ää"),
        ("Mylène Farmer", "Désenchantée"),
        ("ÄÖÜ", "ÜÖÄ"),
        ("Łona", "Ćma"),
        ("Hoàng Thùy Linh", "Để Mị Nói"),
        ("Кино", "Пачка сигарет"),
        ("Caf\ufffd", "\ufffd\ufffd\ufffd\ufffd"),
        ("", ""),
    ],
)
def test_what_was_read_rightly_is_left_alone(names: tuple[str, ...]) -> None:
    assert repaired(names) == names
