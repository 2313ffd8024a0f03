"""Searches are not made twice in a day, whatever they found."""

from reconcilers.recording import Candidate, Recording
from reconcilers.services.found import KEPT, Found
from tests.memory import Clock

SONG = (Candidate("id", Recording("Teardrop")),)


def test_what_was_found_and_what_was_not_is_known_for_a_day() -> None:
    clock = Clock()
    found = Found(clock)
    assert found.get("teardrop") is None
    found.put("teardrop", SONG)
    found.put("no such song", ())
    clock.now += KEPT - 1
    assert found.get("teardrop") == SONG
    assert found.get("no such song") == ()
    clock.now += 1
    assert found.get("teardrop") is None


def test_an_isrc_that_was_seen_among_what_was_found_need_not_be_searched_for() -> None:
    clock = Clock()
    found = Found(clock)
    song = Candidate("id", Recording("Teardrop", isrc="GBAAA9800322"))
    found.put("massive attack", (song, Candidate("other", Recording("Angel"))))
    assert found.linked("GBAAA9800322") == (song,)
    assert found.linked("GBAAA9800323") is None
    clock.now += KEPT
    assert found.linked("GBAAA9800322") is None


def test_only_so_many_are_known_and_the_oldest_go_first() -> None:
    found = Found(Clock(), limit=3)
    for words in ("a", "b", "c", "a", "d"):
        found.put(words, SONG)
    assert [words for words in "abcd" if found.get(words) is not None] == ["a", "c", "d"]
