"""The process that reads strangers' files: whatever they are, it answers in time, and needs little."""

import asyncio
import io
import json
import resource
import zlib
from pathlib import Path
from typing import Any

import pytest
from mutagen import id3

from reconcilers.audio import reader
from reconcilers.audio.reader import tags_in, tags_of
from sandbox import media
from sandbox.catalogue import Song

ID3: Any = id3
SONG = Song("one", ("Ann",), "One", "First", 20)
MP3 = media.tagged_mp3(SONG)


def with_cover(size: int) -> bytes:
    tags = ID3.ID3()
    tags.add(ID3.TIT2(encoding=3, text="One"))
    tags.add(ID3.TPE1(encoding=3, text="Ann"))
    tags.add(ID3.APIC(encoding=3, mime="image/png", type=3, desc="", data=bytes(size)))
    file = io.BytesIO(media.mp3("one", 20))
    tags.save(file)
    return file.getvalue()


def synchsafe(number: int) -> bytes:
    return bytes((number >> shift) & 127 for shift in (21, 14, 7, 0))


def bomb(unpacked: int) -> bytes:
    """A title frame of ID3v2.4, compressed, that unpacks to so many bytes."""
    packer = zlib.compressobj(9)
    packed = packer.compress(b"\x03") + b"".join(
        packer.compress(b"A" * 1_000_000) for _ in range(unpacked // 1_000_000)
    )
    data = synchsafe(unpacked & 0xFFFFFFF) + packed + packer.flush()
    frame = b"TIT2" + synchsafe(len(data)) + b"\x00\x09" + data
    return b"ID3\x04\x00\x00" + synchsafe(len(frame)) + frame + media.mp3("one", 20)


def id3v1(title: bytes, artist: bytes) -> bytes:
    """An MP3 with nothing but the 128 bytes at its end, in whatever encoding."""
    plain = MP3[MP3.index(b"\xff\xe3") :] if b"\xff\xe3" in MP3 else MP3
    header = ID3.ID3()
    file = io.BytesIO(plain)
    header.save(file, v1=0)
    tag = b"TAG" + title[:30].ljust(30, b"\0") + artist[:30].ljust(30, b"\0") + bytes(30 + 4 + 30) + b"\xff"
    return file.getvalue() + tag


UNREADABLE = {
    "a file without a byte": b"",
    "a picture": media.cover("one"),
    "a web page": b"<html>" + b"x" * 5000,
    "a tag that promises more than there is": b"ID3\x03\x00\x00\x7f\x7f\x7f\x7f" + b"TIT2",
    "noise": bytes(range(256)) * 400,
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
async def test_what_is_no_audio_says_nothing(content: bytes) -> None:
    assert await tags_of(content, 30.0) is None


@pytest.mark.parametrize("content", [MP3, MP3[: len(MP3) // 2], with_cover(19_000_000)], ids=["whole", "half", "cover"])
async def test_tags_are_read_of_a_truncated_file_and_beside_a_huge_cover(content: bytes) -> None:
    tags = await tags_of(content, 30.0)
    assert tags is not None
    assert (tags["title"], tags["artist"]) == ("One", ["Ann"])


async def test_an_mp3_is_one_whatever_it_is_called() -> None:
    """Bytes have no extension that could mislead."""
    for content in (MP3, media.tagged(SONG)):
        assert await tags_of(content, 30.0) == json.loads(json.dumps(tags_in(content)))


async def test_a_tag_that_unpacks_beyond_all_bounds_costs_the_reader_and_nobody_else() -> None:
    content = bomb(2 * reader.MEMORY)
    # A child has as much as this process until it has become another program.
    before = (
        max(resource.getrusage(whose).ru_maxrss for whose in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF)) * 1024
    )
    assert before < 2 * reader.MEMORY
    assert len(content) < 1_000_000
    assert await tags_of(content, 30.0) is None
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 <= max(before, reader.MEMORY)


async def test_a_reading_that_takes_too_long_or_is_cancelled_leaves_no_process() -> None:
    before = children()
    assert await tags_of(MP3, 0.0) is None
    task = asyncio.create_task(tags_of(MP3, 30.0))
    while children() == before:
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert children() == before


def children() -> set[str]:
    return {pid for file in Path("/proc/self/task").glob("*/children") for pid in file.read_text().split()}


async def test_old_tags_of_thirty_bytes_come_as_they_stand() -> None:
    tags = await tags_of(id3v1("Группа крови".encode("cp1251"), "Кино".encode("cp1251")), 30.0)
    assert tags is not None
    assert tags["title"] == "Группа крови".encode("cp1251").decode("latin-1")
