"""What people paste and type is read as they mean it: songs, spans of time and tracks."""

import pytest

from navaar.people.links import address, named
from navaar.people.song import named as tracks_named
from navaar.people.span import about, parsed, short
from reconcilers.services.protocol import ServiceName
from tests.resources import SONG, SPOTIFY, TELEGRAM, YOUTUBE, track


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (SONG, (SPOTIFY, SONG)),
        (f"spotify:track:{SONG}", (SPOTIFY, SONG)),
        (f"https://open.spotify.com/track/{SONG}?si=1234", (SPOTIFY, SONG)),
        (f"open.spotify.com/intl-de/track/{SONG}", (SPOTIFY, SONG)),
        (f"sp={SONG}", (SPOTIFY, SONG)),
        ("dQw4w9WgXcQ", (YOUTUBE, "dQw4w9WgXcQ")),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PLx&t=3", (YOUTUBE, "dQw4w9WgXcQ")),
        ("https://music.youtube.com/watch?v=dQw4w9WgXcQ", (YOUTUBE, "dQw4w9WgXcQ")),
        ("youtu.be/dQw4w9WgXcQ?si=1", (YOUTUBE, "dQw4w9WgXcQ")),
        ("https://m.youtube.com/shorts/dQw4w9WgXcQ", (YOUTUBE, "dQw4w9WgXcQ")),
        ("youtube=https://youtu.be/dQw4w9WgXcQ", (YOUTUBE, "dQw4w9WgXcQ")),
        ("17", (TELEGRAM, "17")),
        ("https://t.me/fridaytapes/17", (TELEGRAM, "17")),
        ("https://t.me/c/1234500001/17", (TELEGRAM, "17")),
        ("youtube=12345678901", (YOUTUBE, "12345678901")),
    ],
)  # fmt: skip
def test_songs_are_named_as_people_paste_them(text: str, found: tuple[ServiceName, str]) -> None:
    assert named(text) == found
    assert named(address(*found, channel="@tapes")) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no id and no address"),
        ("hello world", "no id and no address"),
        ("6rqhFgbbKwnb9MLmUQDhG", "no id and no address"),
        (f"https://open.spotify.com/playlist/{SONG}", "a playlist of Spotify"),
        (f"https://open.spotify.com/album/{SONG}", "album of Spotify"),
        (f"spotify:episode:{SONG}", "episode of Spotify"),
        ("https://open.spotify.com/track/6rqhFg", "cut off"),
        ("https://open.spotify.com/", "page of Spotify"),
        ("https://spotify.link/abc", "hides what it leads to"),
        ("https://www.youtube.com/playlist?list=PLx0sYbCqOb8TBPRdmBHs5Iftvv9TPboYG", "a playlist of YouTube"),
        ("https://www.youtube.com/@somebody", "no address of a song"),
        ("https://youtu.be/", "no address of a song"),
        ("https://t.me/fridaytapes", "not of a message"),
        ("https://soundcloud.com/a/b", "none of the three services"),
        ("spotify=dQw4w9WgXcQ", "no id of Spotify"),
        ("youtube=https://t.me/a/3", "not of YouTube Music"),
        ("https://[", "no address"),
    ],
)  # fmt: skip
def test_what_names_no_song_is_answered_with_what_would(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        named(text)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30m", 1800), ("1h30m", 5400), ("2d", 172_800)])
def test_spans_are_read(text: str, seconds: float) -> None:
    assert parsed(text) == seconds


@pytest.mark.parametrize("text", ["", "2", "h", "2 hours", "-1h", "1h30", "1y"])
def test_what_is_no_span_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="write it like 30m, 2h"):
        parsed(text)


def test_spans_are_told_as_kubectl_tells_ages() -> None:
    told = [short(s) for s in (8, 119, 270, 900, 11_000, 20_000, 90_000, 200_000, 21 * 86400)]
    assert told == ["8s", "119s", "4m30s", "15m", "3h3m", "5h33m", "25h", "2d7h", "21d"]
    assert [about(s) for s in (3, 60, 700, 3500, 7200, 86400, 3 * 86400)] == [
        "less than a minute", "about a minute", "about 12 minutes", "about an hour", "about 2 hours", "about a day",
        "about 3 days",
    ]  # fmt: skip


def test_a_track_is_named_by_its_name_the_end_of_it_or_words_of_its_song() -> None:
    one, other = track(), track("tapes-aaaa1c77d2")
    other["status"] |= {"artist": "داریوش", "title": "Déjà vu"}
    assert tracks_named("tapes-3f9a1c77d2", [one, other]) == [one]
    assert tracks_named("3f9a", [one, other]) == [one]
    assert tracks_named("dariush - cheshme man", [one, other]) == [one]
    assert tracks_named("deja", [one, other]) == [other]
    assert tracks_named("داریوش", [one, other]) == [other]
    assert tracks_named("", [one, other]) == []
    assert tracks_named("zzz", [one, other]) == []
