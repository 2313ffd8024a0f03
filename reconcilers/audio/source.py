"""Where audio comes from."""

import asyncio
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from reconcilers.audio.job import Done, FetchError, Job
from reconcilers.audio.process import IDLE, Worker
from reconcilers.errors import ItemError
from reconcilers.recording import Recording

Progress = Callable[[str, str, float], None]
"""Told how a fetch goes on: (video id, stage, 0..1).

The stages are ``starting``, ``downloading``, ``converting`` and ``tagging``.
"""

TIMEOUT = 300.0
LARGEST = 50_000_000
LONGEST = 1200.0
# Folders of this process; those of any other were left behind.
_FOLDERS = "audio-"
_OURS = f"{_FOLDERS}{secrets.token_hex(4)}-"
_VIDEO_ID = re.compile(r"[0-9A-Za-z_-]{11}")


@dataclass(frozen=True, slots=True)
class Audio:
    """A tagged file, ready to be sent; it lives until `AudioSource.release`.

    `duration` is in seconds, `size` in bytes, `thumbnail` a JPEG within Telegram's limits.
    """

    path: Path
    duration: float
    size: int
    mime: str = "audio/mp4"
    thumbnail: bytes | None = field(default=None, repr=False)


class AudioSource:
    """Fetches songs from YouTube through yt-dlp in a process of its own, which ends by itself when it is `idle`.

    Several sources of one program take turns in one process where they are given the same `worker`. `workdir` is for
    this program alone: what an earlier one left there is removed. `cookies` is a Netscape cookie file, read at each
    fetch and never written to. `timeout`, `longest` and `idle` are in seconds, `largest` in bytes; `pause` are the
    seconds between two requests to YouTube. `clock` gives Unix seconds. The network is what ``HTTPS_PROXY`` and
    ``SSL_CERT_FILE`` say.
    """

    def __init__(
        self,
        workdir: Path,
        cookies: Path | None = None,
        *,
        worker: Worker | None = None,
        timeout: float = TIMEOUT,
        longest: float = LONGEST,
        largest: int = LARGEST,
        pause: float = 0.5,
        idle: float = IDLE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._workdir = workdir
        self._cookies = cookies
        self._worker = worker or Worker(idle)
        self._own_worker = worker is None
        self._timeout = timeout
        self._longest = longest
        self._largest = largest
        self._pause = pause
        self._clock = clock
        self._folders: set[Path] = set()
        workdir.mkdir(parents=True, exist_ok=True)
        for left in workdir.glob(f"{_FOLDERS}*"):
            if not left.name.startswith(_OURS):
                shutil.rmtree(left, ignore_errors=True)

    @property
    def pid(self) -> int | None:
        """The worker's process id while it runs."""
        return self._worker.pid

    async def fetch(self, video_id: str, recording: Recording, on_progress: Progress | None = None) -> Audio:
        """The song's audio as .m4a, tagged as `recording`. One at a time: others wait their turn, as long as it takes.

        Raises `ItemError` (``Unavailable``, ``AgeRestricted``, ``GeoBlocked``, ``PaidOnly``, ``Protected``, ``NotYet``,
        ``TooLong``, ``TooLarge``, ``NoFormat``, ``Damaged``, ``FetchTimeout``, ``FetchFailed``), `RateLimitError`
        (``BotCheck``, ``RateLimited``) or `TransientError`.
        """
        if not _VIDEO_ID.fullmatch(video_id):
            raise ItemError("This is no id of a YouTube video.", reason="Unavailable", permanent=True)

        def hear(stage: str, fraction: float) -> None:
            if on_progress is not None:
                on_progress(video_id, stage, fraction)

        folder = Path(tempfile.mkdtemp(prefix=_OURS, dir=self._workdir))
        self._folders.add(folder)
        try:
            done = await self._worker.ask(self._job(video_id, recording, folder), self._timeout, hear)
            return await asyncio.to_thread(_audio, done)
        except FetchError as failure:
            self._remove(folder)
            raise failure.error(self._clock()) from None
        except BaseException:
            self._remove(folder)
            raise

    def release(self, audio: Audio) -> None:
        """Removes the file. Repeatable."""
        self._remove(audio.path.parent)

    async def close(self) -> None:
        """Removes every file; ends the worker where it is its own."""
        if self._own_worker:
            await self._worker.close()
        for folder in list(self._folders):
            self._remove(folder)

    def _remove(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self._folders.discard(folder)

    def _job(self, video_id: str, recording: Recording, folder: Path) -> Job:
        return Job(
            video_id=video_id,
            folder=str(folder.absolute()),
            cache=str((self._workdir / "yt-dlp").absolute()),
            title=recording.title,
            performer=recording.artist,
            album=recording.album,
            cookies=str(self._cookies.absolute()) if self._cookies is not None else None,
            largest=self._largest,
            longest=self._longest,
            pause=self._pause,
        )


def _audio(done: Done) -> Audio:
    path = Path(done.path)
    thumbnail = Path(done.cover).read_bytes() if done.cover else None
    return Audio(path, done.duration, path.stat().st_size, thumbnail=thumbnail)
