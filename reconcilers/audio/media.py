"""Sound and pictures, by PyAV: no ffmpeg on the machine, no Pillow."""

import io
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from reconcilers.audio.job import FetchError

# bit/s that an encoding may have, best first; the last is the least that is worth posting.
RATES = (192_000, 160_000, 128_000, 96_000, 64_000)
# Telegram takes thumbnails of at most 320 pixels a side and 200 kB [core.telegram.org/bots/api#sendaudio].
COVER_SIDE = 320
COVER_BYTES = 200_000
# A picture is decoded in memory, four bytes a pixel; YouTube's largest has two million.
_MOST_PIXELS = 20_000_000
# What MP4 adds to the sound, as a share, plus its cover and tags.
_OVERHEAD = 1.03
_EXTRAS = 400_000


def to_m4a(source: Path, target: Path, duration: float | None, largest: int) -> None:
    """Writes the sound as plain MP4 with AAC that leaves room for tags and cover within `largest` bytes.

    AAC that fits is copied; everything else is encoded at the best rate that fits `duration` (seconds). YouTube's MP4
    is fragmented: tag readers see no duration in it, and players seek badly. Raises `FetchError`.
    """
    try:
        with av.open(str(source)) as container:
            if not container.streams.audio:
                raise FetchError("item", "NoFormat", "YouTube offered no audio for this video.")
            stream = container.streams.audio[0]
            if stream.codec_context.name == "aac" and source.stat().st_size + _EXTRAS <= largest:
                _copy(container, stream, target)
                return
            duration = duration or float(container.duration or 0) / av.time_base
        for rate in RATES[RATES.index(rate_for(duration, largest)) :]:
            with av.open(str(source)) as container:
                _encode(container, container.streams.audio[0], target, rate)
            if target.stat().st_size + _EXTRAS <= largest:
                return
    except av.FFmpegError as error:
        raise FetchError("item", "Damaged", f"The audio can't be read ({type(error).__name__}).") from error
    raise too_large(target.stat().st_size, duration, largest)


def rate_for(duration: float, largest: int) -> int:
    """The best of `RATES` (bit/s) at which so many seconds stay within `largest` bytes. Raises `FetchError`."""
    for rate in RATES:
        if _size(duration, rate) + _EXTRAS <= largest:
            return rate
    raise too_large(_size(duration, RATES[-1]) + _EXTRAS, duration, largest)


def too_large(size: float, duration: float, largest: int) -> FetchError:
    """What can't be posted however it is encoded. Sizes are in bytes, `duration` in seconds."""
    message = (
        f"{round(duration / 60)} minutes of audio take {size / 1e6:.1f} MB even at {RATES[-1] // 1000} kbit/s, and a bot"
        f" may send {largest / 1e6:.1f} MB. Pin a shorter recording (spec.pins.youtubeMusic), or leave the song out of the"
        " channel (spec.excludeFrom: [telegram])."
    )
    return FetchError("item", "TooLarge", message, permanent=True)


def _size(duration: float, rate: int) -> float:
    return duration * rate / 8 * _OVERHEAD


def square_jpeg(picture: bytes, side: int = COVER_SIDE, largest: int = COVER_BYTES) -> bytes | None:
    """The middle of a picture as a square JPEG of at most `side` pixels and `largest` bytes; None if unreadable."""
    try:
        with av.open(io.BytesIO(picture), "r") as container:
            shape = container.streams.video[0].codec_context
            if shape.width * shape.height > _MOST_PIXELS:
                return None
            frame = next(container.decode(video=0))
        side = min(side, frame.width, frame.height) // 2 * 2
        small = _cropped(frame, side)
        for quality in (3, 6, 12, 24):
            jpeg = _jpeg(small, side, quality)
            if len(jpeg) <= largest:
                return jpeg
    except (av.FFmpegError, StopIteration, ValueError, IndexError):
        return None
    return None


def _copy(container: av.container.InputContainer, stream: AudioStream, target: Path) -> None:
    with av.open(str(target), "w", format="ipod", options={"movflags": "+faststart"}) as output:
        copy = output.add_stream_from_template(stream)
        for packet in container.demux(stream):
            if packet.dts is not None:
                packet.stream = copy
                output.mux(packet)


def _encode(container: av.container.InputContainer, stream: AudioStream, target: Path, bits: int) -> None:
    # AAC has few sampling rates; opus always decodes to 48 kHz.
    rate = stream.rate if stream.rate in (32_000, 44_100, 48_000) else 44_100
    with av.open(str(target), "w", format="ipod", options={"movflags": "+faststart"}) as output:
        encoded = output.add_stream("aac", rate=rate)
        assert isinstance(encoded, AudioStream)
        mono = stream.codec_context.channels == 1
        encoded.layout = "mono" if mono else "stereo"
        # One channel sounds as well at half the rate, and takes a third of the time.
        encoded.bit_rate = bits // 2 if mono else bits
        for frame in container.decode(stream):
            frame.pts = None
            output.mux(encoded.encode(frame))
        output.mux(encoded.encode(None))


def _cropped(frame: VideoFrame, side: int) -> VideoFrame:
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base or Fraction(1)
    )
    edge = min(frame.width, frame.height)
    chain = [
        source,
        graph.add("crop", f"{edge}:{edge}"),
        graph.add("scale", f"{side}:{side}:out_range=full"),
        graph.add("format", "yuvj420p"),
        graph.add("buffersink"),
    ]
    for one, other in pairwise(chain):
        one.link_to(other)
    graph.configure()
    graph.push(frame)
    cropped = graph.pull()
    assert isinstance(cropped, VideoFrame)
    return cropped


def _jpeg(frame: VideoFrame, side: int, quality: int) -> bytes:
    file = io.BytesIO()
    frame.pts = 0
    with av.open(file, "w", format="mjpeg") as container:
        stream = container.add_stream("mjpeg", rate=1)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = side, side, "yuvj420p"
        stream.codec_context.qmin = stream.codec_context.qmax = quality
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()
