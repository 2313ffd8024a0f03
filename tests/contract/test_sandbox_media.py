"""The sounds of the local world are real files of the promised length."""

import io
from collections.abc import Callable
from typing import Any

import av
import pytest
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4

from sandbox import media
from sandbox.catalogue import Song

SONG = Song("pol", ("گوگوش",), "پل", "پل", 251, telegram_spelling=("Googoosh; Band", "Pol"))


def decoded(data: bytes) -> Any:
    """The codec, and the seconds of sound that a decoder gets out."""
    with av.open(io.BytesIO(data), "r") as container:
        seconds = sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))
        return container.streams.audio[0].codec_context.name, seconds


def tags(kind: Callable[[io.BytesIO], Any], data: bytes) -> Any:
    """What mutagen reads."""
    return kind(io.BytesIO(data))


@pytest.mark.parametrize(
    ("make", "codec"),
    [(media.dash_m4a, "aac"), (media.m4a, "aac"), (media.webm, "opus"), (media.mp3, "mp3float")],
)
def test_every_format_decodes_to_the_length_it_was_made_for(make: Callable[[str, int], bytes], codec: str) -> None:
    data = make("a song", 213)
    assert decoded(data) == (codec, pytest.approx(213, abs=1))
    assert len(data) < 400_000


def test_an_hour_of_sound_is_made_without_encoding_an_hour() -> None:
    with av.open(io.BytesIO(media.webm("loop", 3600)), "r") as container:
        assert container.duration == pytest.approx(3600 * 1_000_000, abs=1_000_000)


def test_youtubes_m4a_is_fragmented_so_that_tag_readers_see_no_duration() -> None:
    assert b"moof" in media.dash_m4a("a song", 30)
    assert tags(MP4, media.dash_m4a("a song", 30)).info.length == 0
    assert tags(MP4, media.m4a("a song", 30)).info.length == pytest.approx(30, abs=0.1)


def test_different_songs_sound_different_and_the_same_song_always_the_same() -> None:
    assert media.dash_m4a("one", 20) != media.dash_m4a("two", 20)
    first = media.dash_m4a("one", 20)
    media.dash_m4a.cache_clear()
    assert media.dash_m4a("one", 20) == first


def test_a_posted_m4a_says_what_the_channel_would_write() -> None:
    file = tags(MP4, media.tagged(SONG))
    assert (file["\xa9nam"], file["\xa9ART"], file["\xa9alb"]) == (["Pol"], ["Googoosh, Band"], ["پل"])
    assert file.info.length == pytest.approx(251, abs=1)
    assert decoded(media.tagged(SONG)) == ("aac", pytest.approx(251, abs=1))


def test_a_posted_mp3_carries_the_same_tags() -> None:
    file = tags(MP3, media.tagged_mp3(SONG))
    assert (str(file["TIT2"]), str(file["TPE1"]), str(file["TALB"])) == ("Pol", "Googoosh, Band", "پل")
    assert file.info.length == pytest.approx(251, abs=1)


def test_tags_can_be_wrong_or_missing() -> None:
    file = tags(MP4, media.tagged(SONG, title="Track 01", performer=""))
    assert file["\xa9nam"] == ["Track 01"]
    assert "\xa9ART" not in file


def test_a_cover_is_a_jpeg_of_the_size_asked_for() -> None:
    with av.open(io.BytesIO(media.cover("a song", 320, 180)), "r") as container:
        frame = next(container.decode(video=0))
    assert (frame.width, frame.height) == (320, 180)
    assert media.cover("a song") != media.cover("another")
