"""Sound for the local world: small, real, playable files, of the length that the song says it has.

A song's tune is four steady tones, half a second each, drawn from its name. Only those are encoded; the file
repeats their packets until the song is over, so an hour of audio costs milliseconds and a four-minute song less
than 400 kB. The sound is mono. What a decoder finds is within one second of the promised length.
"""

import functools
import hashlib
import io
import math
from array import array
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from mutagen.id3 import ID3, TALB, TIT2, TPE1
from mutagen.mp4 import MP4

from sandbox.catalogue import Song

RATE = 8_000
_NOTES, _NOTE_LENGTH = 4, 0.5
# Whole waves fit in this many seconds when a tone is a multiple of 4 Hz: a note repeats one stretch.
_STRETCH = 0.25
_CODEC_OPTIONS: dict[str, dict[str, object]] = {
    "aac": {},
    "libopus": {"frame_duration": "60", "vbr": "on"},
    # Frames that borrow bytes from their neighbours could not be repeated.
    "libmp3lame": {"reservoir": "0"},
}
_DASH = {"movflags": "frag_keyframe+empty_moov+default_base_moof+dash", "frag_duration": "10000000"}


@functools.lru_cache(maxsize=32)
def dash_m4a(seed: str, seconds: int) -> bytes:
    """AAC in *fragmented* MP4, as YouTube's itag 140: no tags, and no length for tag readers."""
    return _looped(seed, seconds, "aac", "mp4", _DASH)


@functools.lru_cache(maxsize=8)
def webm(seed: str, seconds: int) -> bytes:
    """Opus in WebM, as YouTube's itag 251."""
    return _looped(seed, seconds, "libopus", "webm", {})


@functools.lru_cache(maxsize=32)
def m4a(seed: str, seconds: int) -> bytes:
    """AAC in plain MP4, as people post it."""
    return _looped(seed, seconds, "aac", "ipod", {})


@functools.lru_cache(maxsize=16)
def mp3(seed: str, seconds: int) -> bytes:
    """MP3 with a Xing header and no tags."""
    return _looped(seed, seconds, "libmp3lame", "mp3", {"id3v2_version": "0", "write_id3v1": "0"})


def tagged(song: Song, title: str | None = None, performer: str | None = None) -> bytes:
    """The song as a plain .m4a with title, performer and album in its tags.

    The tags hold what the channel would write (`telegram_spelling`) unless told otherwise; an empty string
    leaves a tag out.
    """
    title, performer = _labels(song, title, performer)
    file = io.BytesIO(m4a(song.key, song.duration))
    tags: Any = MP4(file)  # type: ignore[no-untyped-call]
    for name, value in (("\xa9nam", title), ("\xa9ART", performer), ("\xa9alb", song.album)):
        if value:
            tags[name] = [value]
    file.seek(0)
    tags.save(file)
    return file.getvalue()


def tagged_mp3(song: Song, title: str | None = None, performer: str | None = None) -> bytes:
    """The song as an .mp3 with ID3 tags; arguments as for `tagged`."""
    title, performer = _labels(song, title, performer)
    tags: Any = ID3()  # type: ignore[no-untyped-call]
    for frame, value in ((TIT2, title), (TPE1, performer), (TALB, song.album)):
        if value:
            tags.add(frame(encoding=3, text=[value]))
    file = io.BytesIO(mp3(song.key, song.duration))
    tags.save(file, v2_version=3)
    return file.getvalue()


@functools.lru_cache(maxsize=128)
def cover(seed: str, width: int = 480, height: int = 360) -> bytes:
    """A JPEG in a colour of the song's own; `width` and `height` are even numbers of pixels."""
    digest = hashlib.sha256(seed.encode()).digest()
    frame = VideoFrame(width, height, "yuvj420p")
    for plane, level in zip(frame.planes, digest[:3], strict=True):
        rows = (bytes([(level + row * 64 // plane.height) % 256]) * plane.line_size for row in range(plane.height))
        plane.update(b"".join(rows))
    file = io.BytesIO()
    with av.open(file, "w", format="mjpeg") as container:
        stream = container.add_stream("mjpeg", rate=1)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def _labels(song: Song, title: str | None, performer: str | None) -> tuple[str, str]:
    artists, name = song.names("telegram")
    return (name if title is None else title), (", ".join(artists) if performer is None else performer)


def _looped(seed: str, seconds: int, codec: str, container_format: str, options: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=container_format, options=options) as container:
        stream = container.add_stream(codec, rate=RATE)
        assert isinstance(stream, AudioStream)
        stream.layout = "mono"
        stream.bit_rate = 8_000
        stream.options = _CODEC_OPTIONS[codec]
        tune, step, base = _tune(seed, stream)
        for number in range(max(1, int(Fraction(seconds) / base) // step)):
            packet = Packet(tune[number % len(tune)])
            packet.stream, packet.time_base = stream, base
            packet.pts = packet.dts = number * step
            packet.duration = step
            packet.is_keyframe = True
            container.mux(packet)
    return file.getvalue()


def _tune(seed: str, stream: AudioStream) -> tuple[list[bytes], int, Fraction]:
    """One round of the tune: packets that may be repeated for ever, the length of each, and its unit."""
    packets = [packet for frame in _frames(seed, stream) for packet in stream.encode(frame)]
    packets += stream.encode(None)
    steady = packets[2:-2]
    step, base = steady[0].duration, steady[0].time_base
    if not step or not base or any(p.duration != step for p in steady):
        raise RuntimeError(f"{stream.name} packets differ in length and can't be repeated")
    return [bytes(p) for p in steady], step, base


def _frames(seed: str, stream: AudioStream) -> Iterator[AudioFrame]:
    digest = hashlib.sha256(seed.encode()).digest()
    context = stream.codec_context
    size = context.frame_size or 1024
    pcm = array("f")
    for note in range(_NOTES):
        radians = 2 * math.pi * 4 * (55 + digest[note] % 165) / RATE
        stretch = array("f", (0.4 * math.sin(radians * n) for n in range(int(RATE * _STRETCH))))
        pcm.extend(stretch * int(_NOTE_LENGTH / _STRETCH))
    for start in range(0, len(pcm) - size, size):
        frame = AudioFrame("flt" if context.name == "libopus" else "fltp", "mono", size)
        frame.sample_rate, frame.pts = RATE, start
        frame.planes[0].update(pcm[start : start + size].tobytes())
        yield frame
