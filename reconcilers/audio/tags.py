"""What an audio file says about itself, by mutagen."""

from pathlib import Path
from typing import Any

from mutagen import MutagenError
from mutagen.mp4 import MP4, MP4Cover

from reconcilers.audio.job import FetchError


def write(path: Path, title: str, performer: str, album: str | None = None, cover: bytes | None = None) -> float:
    """Tags an .m4a and returns its duration in seconds. `cover` is a JPEG. Raises `FetchError` for what isn't one."""
    try:
        audio: Any = MP4(path)  # type: ignore[no-untyped-call]
        for name, value in (("\xa9nam", title), ("\xa9ART", performer), ("\xa9alb", album)):
            if value:
                audio[name] = [value]
        if cover:
            audio["covr"] = [MP4Cover(cover, imageformat=MP4Cover.FORMAT_JPEG)]  # type: ignore[no-untyped-call]
        audio.save()
        return float(audio.info.length)
    except MutagenError as error:
        raise FetchError("item", "Damaged", f"The audio can't be tagged ({type(error).__name__}).") from error
