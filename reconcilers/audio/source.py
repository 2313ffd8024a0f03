"""Where audio comes from."""

import asyncio
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from reconcilers.audio.failures import DISK_FULL, is_disk_full
from reconcilers.audio.job import LARGEST, Done, FetchError, Job
from reconcilers.audio.process import IDLE, Worker
from reconcilers.delivery import Report, Step, unheard
from reconcilers.errors import ItemError, LocalError, ServiceError
from reconcilers.recording import Recording

TIMEOUT = 300.0
LONGEST = 1200.0
LONGEST_WAIT = 6 * 3600.0
"""Seconds between two looks at whether YouTube lets this address fetch again, at most."""

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
    this program alone (`scratch.workdir`); each song has a folder of its own in it, which is gone when the song is
    released or could not be had. `cookies` is the text of a Netscape cookie file. `timeout`, `longest` and `idle` are in
    seconds, `largest` in bytes; `pause` are the seconds between two requests to YouTube. `clock` gives Unix seconds. The
    network is what ``HTTPS_PROXY`` and ``SSL_CERT_FILE`` say.
    """

    def __init__(
        self,
        workdir: Path,
        cookies: str | None = None,
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
        self._refused = 0

    @property
    def pid(self) -> int | None:
        """The worker's process id while it runs."""
        return self._worker.pid

    async def fetch(self, video_id: str, recording: Recording, report: Report | None = None) -> Audio:
        """The song's audio as .m4a, tagged as `recording`. One at a time: others wait their turn, as long as it takes.

        `report` is told how it goes on, from ``WAITING`` to ``TAGGING``.

        Raises `ItemError` (``Unavailable``, ``AgeRestricted``, ``GeoBlocked``, ``PaidOnly``, ``Protected``, ``NotYet``,
        ``TooLong``, ``TooLarge``, ``NoFormat``, ``MediaRefused``, ``Damaged``, ``FetchTimeout``, ``FetchFailed``),
        `AudioRefused` (``BotCheck``, ``RateLimited``; about all songs, and each time in a row for twice as long),
        `LocalError` (``DiskFull``, ``WorkdirUnusable``) or `TransientError`.
        """
        if not _VIDEO_ID.fullmatch(video_id):
            raise ItemError("This is no id of a YouTube video.", reason="Unavailable", permanent=True)

        hear = report or partial(unheard, video_id)
        folder: Path | None = None
        try:
            self._workdir.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(prefix="audio-", dir=self._workdir))
            self._folders.add(folder)
            hear(Step.WAITING, 0, None)
            done = await self._worker.ask(self._job(video_id, recording, folder), self._timeout, hear)
            audio = await asyncio.to_thread(_audio, done)
        except BaseException as error:
            if folder is not None:
                self._remove(folder)
            if isinstance(error, FetchError):
                raise self._judged(error) from None
            if isinstance(error, OSError):
                raise self._local(error) from None
            raise
        self._refused = 0
        return audio

    def _judged(self, failure: FetchError) -> ServiceError:
        """What a failure means. That a song can't be had says that YouTube does speak to this address."""
        if failure.kind == "wait":
            wait = min(failure.wait * 2**self._refused, LONGEST_WAIT)
            self._refused += 1
            failure = replace(failure, wait=wait)
        elif failure.kind == "item":
            self._refused = 0
        return failure.error(self._clock())

    def _local(self, error: OSError) -> LocalError:
        if is_disk_full(error):
            return LocalError(DISK_FULL.message, reason=DISK_FULL.reason)
        return LocalError(
            f"The folder for audio under way can't be used ({error.strerror or type(error).__name__}). Give the operator a"
            " writable volume there; it is tried again by itself.",
            reason="WorkdirUnusable",
        )

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
            cookies=self._cookies,
            largest=self._largest,
            longest=self._longest,
            pause=self._pause,
        )


def _audio(done: Done) -> Audio:
    path = Path(done.path)
    thumbnail = Path(done.cover).read_bytes() if done.cover else None
    return Audio(path, done.duration, path.stat().st_size, thumbnail=thumbnail)
