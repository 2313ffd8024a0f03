"""What a stranger's audio file says about itself, read in a process that may use little memory and little time.

A file may be anything: a tag of 20 MB may unpack to 20 GB, or keep its reader busy for ever. The process is this very
file, ``python -I reader.py``, so that it starts in a tenth of a second: it takes the file from standard input and
answers with one JSON object, or null.
"""

import asyncio
import contextlib
import io
import json
import resource
import sys
from collections.abc import Mapping
from typing import Any

Tags = Mapping[str, object]

MEMORY = 256_000_000
"""Bytes of address space of the reading process: room for a file of 20 MB, some times over."""

SECONDS = 10
"""Of processor time."""

_LONGEST = 4096
_MOST = 16
_NAMES = ("title", "artist", "album", "isrc")


async def tags_of(content: bytes | bytearray, timeout: float) -> Tags | None:
    """Title, artist, album, isrc and duration (seconds) of an audio file, as they stand there.

    None for what isn't one, and for what can't be read within `timeout` seconds and the limits of the process. An artist
    may be several.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        __file__,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(timeout):
            answer, _ = await process.communicate(content)
        found: Tags | None = json.loads(answer) if process.returncode == 0 else None
    except (TimeoutError, ValueError):
        return None
    else:
        return found
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            # Shielded, so that a cancelled reading leaves no zombie.
            await asyncio.shield(asyncio.ensure_future(process.wait()))


def tags_in(content: bytes) -> Tags | None:
    """The same, in this process: for files that are trusted, or where this process is the limited one."""
    import mutagen

    try:
        audio = mutagen.File(io.BytesIO(content), easy=True)
    except Exception:
        # Strangers' files: mutagen meets some of them with errors of every kind.
        return None
    if audio is None:
        return None
    tags: dict[str, object] = {}
    for name in _NAMES:
        values = _values(audio.tags, name)
        if values:
            tags[name] = values if name == "artist" else values[0]
    length = getattr(audio.info, "length", None)
    if length:
        tags["duration"] = float(length)
    return tags


def _values(tags: Mapping[str, Any] | None, name: str) -> tuple[str, ...]:
    try:
        values = (tags or {}).get(name) or ()
    except (KeyError, ValueError):
        return ()
    several = values if isinstance(values, list | tuple) else (values,)
    return tuple(str(value)[:_LONGEST] for value in several[:_MOST])


def main() -> int:
    """Reads one file, within the limits."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    json.dump(tags_in(sys.stdin.buffer.read()), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
