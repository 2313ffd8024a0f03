"""When two entries are one song."""

import dataclasses

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reconcilers.matching import Band, compact, compare, keys, recording
from reconcilers.recording import Recording


def song(
    title: str, artists: str, duration: float | None = 200.0, isrc: str | None = None, album: str | None = None
) -> Recording:
    """A recording; artists are separated by ``|``."""
    return recording(title, tuple(artists.split("|")) if artists else (), album, duration, isrc)


_ISRC = "USUM71500001"
_PAIRS = [
    # one song
    (song("Hello", "Adele"), song("HELLO", "adele", 202), Band.SAME),
    (song("Hello", "Adele"), song("Hello (Official Video)", "AdeleVEVO", 203), Band.SAME),
    (song("Hello", "Adele"), song("Hello - Remastered 2015", "Adele"), Band.SAME),
    (song("Hello (Explicit)", "Adele"), song("Hello (Clean)", "Adele"), Band.SAME),
    (song("Umbrella", "Rihanna|JAY-Z"), song("Umbrella (feat. Jay Z)", "Rihanna"), Band.SAME),
    (song("Umbrella", "Rihanna"), song("Umbrella (feat. Jay Z)", "Rihanna"), Band.SAME),
    (song("Song", "A & B"), song("Song", "B|A"), Band.SAME),
    (song("Hey Jude", "The Beatles"), song("Hey Jude", "Beatles"), Band.SAME),
    (song("(I Can't Get No) Satisfaction", "The Rolling Stones"), song("Satisfaction",
    "The Rolling Stones"), Band.SAME),
    (song("Hello (Live at Wembley)", "Adele"), song("Hello - Live at Wembley", "Adele"), Band.SAME),
    (song("Hello (Taylor's Version)", "T"), song("Hello (Taylor’s Version)", "T"), Band.SAME),
    (song("می‌خوام", "داریوش"), song("ميخوام", "داريوش"), Band.SAME),
    (song("Ёлка", "Кино"), song("Елка", "КИНО"), Band.SAME),
    (song("چشم من", "داریوش"), song("Cheshme Man", "Dariush", 200.5), Band.SAME),
    (song("Звезда по имени Солнце", "Виктор Цой"), song("Zvezda po imeni Solntse", "Viktor Tsoi", 201),
    Band.SAME),
    (song("Hello", "Adele", None), song("Hello", "Adele"), Band.SAME),
    (song("Hello", "Adele", 200, _ISRC), song("Hello (Single)", "Adele feat. X", 204, _ISRC), Band.SAME),
    (song("Adele - Hello", "", 200), song("Hello", "Adele", 201), Band.SAME),
    (song("Running Up That Hill", "Kate Bush"), song("Running Up That Hill (A Deal With God)", "Kate Bush"), Band.SAME),
    (song("Hello", "Jimi Hendrix"), song("Hello", "The Jimi Hendrix Experience"), Band.SAME),
    # perhaps
    (song("Hello", "Adele"), song("Hello (Boyce Avenue)", "Adele", 202), Band.ASK),
    (song("Hello", "Adele"), song("Hello (Elevator Style)", "Adele"), Band.ASK),
    (song("Hello", "Adele"), song("Hello", "Adele", 200, None, "4-Track Demos"), Band.ASK),
    (song("Hello (feat. X)", "Adele"), song("Hello (feat. Y)", "Adele"), Band.ASK),
    (song("Hello", "Adele"), song("Hello", "Adele|Bono", 203), Band.ASK),
    (song("Hello", "Adele", 200, _ISRC), song("Yellow", "Adele", 200, _ISRC), Band.ASK),
    (song("تنها", "داریوش"), song("Tanhaei", "Dariush"), Band.ASK),
    (song("Hello", "Adele"), song("Hello", "Adele", 209), Band.ASK),
    (song("Hello", "Adele", None), song("Hello", "Adele|Somebody"), Band.ASK),
    (song("چشم من", "داریوش"), song("Cheshme Man", "Dariush", 204), Band.ASK),
    (song("چشم من", "داریوش", None), song("Cheshme Man", "Dariush"), Band.ASK),
    (song("Hello", ""), song("Hello", "Adele"), Band.ASK),
    (song("Hello", "Adele", 200, _ISRC), song("Hello (Live)", "Adele", 200, _ISRC), Band.ASK),
    (song("Hello", "Adele", 200, _ISRC), song("Goodbye", "Nobody", 200, _ISRC), Band.ASK),
    (song("Hello", "Adele", 200, _ISRC), song("Hello", "Adele", 300, _ISRC), Band.ASK),
    (song("Colour of Love", "Adele"), song("Color of Love", "Adele"), Band.ASK),
    (song("Hello", "Adele"), song("Adele - Hello", "Karaoke Hits"), Band.ASK),
    (song("Hello (Remix)", "Adele"), song("Hello (Tiësto Remix)", "Adele"), Band.ASK),
    (song("Hello", "Adele", 200, None, "25"), song("Hello", "Adele", 200, None, "25 (Live)"), Band.ASK),
    (song("Hello", "Adele"), song("Hello live", "Adele"), Band.DIFFERENT),
    # looks equal, is different
    (song("Hello", "Adele"), song("Hello (Live)", "Adele"), Band.DIFFERENT),
    (song("Hello", "Adele"), song("Hello - Acoustic", "Adele"), Band.DIFFERENT),
    (song("Hello", "Adele"), song("Hello (Sped Up)", "Adele"), Band.DIFFERENT),
    (song("Hello", "Adele"), song("Hello (Instrumental)", "Adele"), Band.DIFFERENT),
    (song("Hello", "Adele"), song("Hello (Karaoke Version)", "Adele"), Band.DIFFERENT),
    (song("Hello", "Adele"), song("Hello - Radio Edit", "Adele"), Band.DIFFERENT),
    (song("Love Story", "Taylor Swift"), song("Love Story (Taylor's Version)", "Taylor Swift"),
    Band.DIFFERENT),
    (song("Hello (Tiësto Remix)", "Adele"), song("Hello (Avicii Remix)", "Adele"), Band.DIFFERENT),
    (song("Hello (Live at Wembley)", "Adele"), song("Hello (Live in Tokyo)", "Adele"), Band.DIFFERENT),
    (song("Hello (Live from Paris)", "Adele"), song("Hello (Live from Austin)", "Adele"), Band.DIFFERENT),
    (song("Hello (Live 1986)", "Adele"), song("Hello (Live, 1990)", "Adele"), Band.DIFFERENT),
    (song("Hello", "Adele"), song("Hello", "Lionel Richie"), Band.DIFFERENT),
    (song("Hello", "Adele"), song("Hello", "Adele", 241), Band.DIFFERENT),
    (song("Hello", "Adele"), song("Someone Like You", "Adele"), Band.DIFFERENT),
    (song("Symphony No. 5", "Beethoven"), song("Symphony No. 6", "Beethoven"), Band.DIFFERENT),
    (song("Song Part 1", "A"), song("Song Part 2", "A"), Band.DIFFERENT),
    (song("Rocky II", "A"), song("Rocky III", "A"), Band.DIFFERENT),
    (song("بارون", "معین"), song("بارون (ریمیکس)", "معین"), Band.DIFFERENT),
    (song("چشم من", "داریوش"), song("Cheshme Man", "Googoosh"), Band.DIFFERENT),
    (song("東京", "くるり"), song("Hello", "Adele"), Band.DIFFERENT),
    (song("봄날", "방탄소년단"), song("چشم من", "داریوش"), Band.DIFFERENT),
    (song("", "Adele"), song("Hello", "Adele", 230), Band.DIFFERENT),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "band"), _PAIRS)
def test_two_entries_are_the_same_perhaps_or_different(one: Recording, other: Recording, band: Band) -> None:
    verdict = compare(one, other)
    assert verdict.band is band, verdict


def test_reasons_are_words_for_people() -> None:
    assert "duration differs by 41 s" in compare(song("Hello", "Adele"), song("Hello", "Adele", 241)).reasons
    assert "live" in compare(song("Hello", "Adele"), song("Hello (Live)", "Adele")).reasons
    assert "other artist" in compare(song("Hello", "Adele"), song("Hello", "Lionel Richie")).reasons
    assert "ISRC equal" in compare(song("Hello", "Adele", 1, _ISRC), song("Hello", "Adele", 2, _ISRC)).reasons


def test_the_version_on_record_counts_though_the_title_is_silent() -> None:
    live = dataclasses.replace(song("Hello", "Adele"), version=("live",))
    assert compare(song("Hello", "Adele"), live).band is Band.DIFFERENT


_title = st.sampled_from(
    ["Hello", "hello!", "Hello (Live)", "Hello - Live at X", "Hello (feat. B)", "A - Hello", "Hello - A",
     "Hello (A Remix)",
     "چشم من", "Cheshme Man", "چشم من (Cheshme Man)", "Кукушка", "Kukushka", "Hello (World)",
     "(World) Hello", "Part 1", "!!!",
     "Live", "Hello 2011 Remaster", "Helo", "Звезда по имени", "Zvezda po imeni", "A - Hello - Live",
     "Hello lyrics"]
)  # fmt: skip
_artist = st.sampled_from(
    ["A", "B", "A & B", "The A", "داریوش", "Dariush", "Кино", "Kino", "Земфира", "Zemfira", "A feat. B"]
)
_recordings = st.builds(
    recording,
    title=_title | st.text(max_size=12),
    artists=st.lists(_artist, max_size=2),
    album=st.sampled_from([None, "Live at Leeds", "Red"]),
    duration=st.sampled_from([None, 100.0, 100.5, 102.0, 107.0, 140.0]),
    isrc=st.sampled_from([None, None, _ISRC, "GBAAA0000001"]),
)


@settings(max_examples=100, deadline=None)
@given(_recordings, _recordings)
def test_comparing_is_symmetric(one: Recording, other: Recording) -> None:
    assert compare(one, other) == compare(other, one)


@settings(max_examples=100, deadline=None)
@given(_recordings, _recordings)
def test_the_same_song_shares_a_key(one: Recording, other: Recording) -> None:
    if compare(one, other).band is Band.SAME:
        assert set(keys(one)) & set(keys(other))


@settings(max_examples=60, deadline=None)
@given(_recordings)
def test_an_entry_with_title_and_artist_is_itself(one: Recording) -> None:
    assume(one.artists and compact(one.title))
    assert compare(one, one).band is Band.SAME


@settings(max_examples=60, deadline=None)
@given(_recordings)
def test_another_version_is_never_the_same(one: Recording) -> None:
    other = dataclasses.replace(one, version=tuple(sorted({*one.version, "8d"})))
    assume("8d" not in one.version)
    assert compare(one, other).band is not Band.SAME
