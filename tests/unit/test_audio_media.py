"""Remuxing, encoding to fit, covers, tags."""

import io
from pathlib import Path
from typing import Any

import av
import pytest
from mutagen import mp4

from reconcilers.audio import tags
from reconcilers.audio.job import FetchError
from reconcilers.audio.media import RATES, rate_for, square_jpeg, to_m4a
from sandbox import media

LARGEST = 50_000_000
MP4: Any = mp4.MP4


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_a_fragmented_file_is_copied_into_one_that_tag_readers_can_read(tmp_path: Path) -> None:
    source = written(tmp_path, "source.m4a", media.dash_m4a("a", 61))
    assert MP4(source).info.length == 0
    target = tmp_path / "audio.m4a"
    to_m4a(source, target, 61, LARGEST)
    assert MP4(target).info.length == pytest.approx(61, abs=0.5)
    with av.open(str(source)) as one, av.open(str(target)) as other:
        assert [bytes(p) for p in one.demux(audio=0) if p.size] == [bytes(p) for p in other.demux(audio=0) if p.size]


def test_opus_is_encoded_to_aac_of_the_same_length(tmp_path: Path) -> None:
    target = tmp_path / "audio.m4a"
    to_m4a(written(tmp_path, "source.webm", media.webm("a", 12)), target, 12, LARGEST)
    with av.open(str(target)) as container:
        assert container.streams.audio[0].codec_context.name == "aac"
    assert MP4(target).info.length == pytest.approx(12, abs=0.5)


def test_what_is_too_large_is_encoded_again_to_fit(tmp_path: Path) -> None:
    source = written(tmp_path, "source.m4a", media.dash_m4a("a", 30) + bytes(700_000))
    target = tmp_path / "audio.m4a"
    to_m4a(source, target, 30, 900_000)
    cover = media.cover("a", 320, 320)
    assert tags.write(target, "Title", "Artist", "Album", cover) == pytest.approx(30, abs=0.5)
    assert target.stat().st_size <= 900_000
    written_back = MP4(target)
    assert (written_back["\xa9nam"], written_back["\xa9ART"]) == (["Title"], ["Artist"])
    assert bytes(written_back["covr"][0]) == cover
    with av.open(str(target)) as container:
        assert container.streams.audio[0].codec_context.name == "aac"


@pytest.mark.parametrize(("seconds", "rate"), [(60, 192_000), (2_200, 160_000), (3_000, 128_000), (6_000, 64_000)])
def test_the_best_rate_that_fits_is_taken(seconds: float, rate: int) -> None:
    assert rate_for(seconds, LARGEST) == rate
    assert seconds * rate / 8 < LARGEST


def test_what_fits_at_no_rate_is_too_large_for_ever() -> None:
    with pytest.raises(FetchError) as caught:
        rate_for(LARGEST * 8 / RATES[-1], LARGEST)
    assert (caught.value.reason, caught.value.permanent) == ("TooLarge", True)
    for said in ("104 minutes", "51.9 MB even at 64 kbit/s", "50.0 MB", "spec.pins.youtubeMusic"):
        assert said in caught.value.message


def test_what_is_no_audio_is_damaged(tmp_path: Path) -> None:
    for data in (b"", b"<html>no</html>" * 100):
        with pytest.raises(FetchError) as caught:
            to_m4a(written(tmp_path, "source.m4a", data), tmp_path / "audio.m4a", 10, LARGEST)
        assert caught.value.reason == "Damaged"


@pytest.mark.parametrize(("width", "height"), [(480, 360), (1280, 720), (640, 640), (90, 120)])
def test_a_cover_is_a_square_jpeg_within_telegrams_limits(width: int, height: int) -> None:
    cover = square_jpeg(media.cover("a", width, height))
    assert cover is not None
    assert len(cover) <= 200_000
    with av.open(io.BytesIO(cover)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height) == ("mjpeg", *[min(320, width, height)] * 2)


def test_what_is_no_picture_is_no_cover() -> None:
    assert square_jpeg(b"not a picture") is None
    assert square_jpeg(b"") is None


def test_tags_and_cover_are_written_and_the_length_read_back(tmp_path: Path) -> None:
    path = written(tmp_path, "audio.m4a", media.m4a("a", 20))
    cover = media.cover("a", 320, 320)
    assert tags.write(path, "چشم من", "Dariush", "Album", cover) == pytest.approx(20, abs=0.5)
    audio = MP4(path)
    assert [audio[name] for name in ("\xa9nam", "\xa9ART", "\xa9alb")] == [["چشم من"], ["Dariush"], ["Album"]]
    assert bytes(audio["covr"][0]) == cover


def test_tagging_what_is_no_mp4_says_so(tmp_path: Path) -> None:
    with pytest.raises(FetchError):
        tags.write(written(tmp_path, "audio.m4a", b"nothing"), "T", "A")


def test_a_picture_that_would_fill_the_memory_is_no_cover(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = media.cover("a", 640, 480)
    assert square_jpeg(picture) is not None
    monkeypatch.setattr("reconcilers.audio.media._MOST_PIXELS", 640 * 480 - 1)
    assert square_jpeg(picture) is None
