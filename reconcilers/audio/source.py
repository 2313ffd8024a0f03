"""Where audio comes from: one worker process, one song at a time."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import reconcilers
from reconcilers.audio.job import FetchError, Job
from reconcilers.errors import ItemError
from reconcilers.recording import Recording

Progress = Callable[[str, str, float], None]
"""Told how a fetch goes on: (video id, stage, 0..1).

The stages are ``starting``, ``downloading``, ``converting`` and ``tagging``.
"""

TIMEOUT = 300.0
LARGEST = 50_000_000
LONGEST = 1200.0
IDLE = 300.0
_PREFIX = "audio-"
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
    """Fetches songs from YouTube through yt-dlp in a process of its own, which ends by itself after `idle` seconds.

    `workdir` belongs to this object alone: what an earlier process left there is removed. `cookies` is a Netscape
    cookie file, read at each fetch and never written to. `timeout`, `longest` and `idle` are in seconds, `largest` in
    bytes; `pause` are the seconds between two requests to YouTube. `clock` gives Unix seconds. The network is what
    ``HTTPS_PROXY`` and ``SSL_CERT_FILE`` say.
    """

    def __init__(
        self,
        workdir: Path,
        cookies: Path | None = None,
        *,
        timeout: float = TIMEOUT,
        longest: float = LONGEST,
        largest: int = LARGEST,
        pause: float = 0.5,
        idle: float = IDLE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._workdir = workdir
        self._cookies = cookies
        self._timeout = timeout
        self._longest = longest
        self._largest = largest
        self._pause = pause
        self._idle = idle
        self._clock = clock
        self._turn = asyncio.Lock()
        self._worker: Process | None = None
        self._count = 0
        workdir.mkdir(parents=True, exist_ok=True)
        for left in workdir.glob(f"{_PREFIX}*"):
            shutil.rmtree(left, ignore_errors=True)

    @property
    def pid(self) -> int | None:
        """The worker's process id while it runs."""
        return self._worker.pid if self._worker is not None and self._worker.returncode is None else None

    async def fetch(self, video_id: str, recording: Recording, on_progress: Progress | None = None) -> Audio:
        """The song's audio as .m4a, tagged as `recording`. One at a time: others wait their turn.

        Raises `ItemError` (``Unavailable``, ``AgeRestricted``, ``GeoBlocked``, ``PaidOnly``, ``Protected``, ``NotYet``,
        ``TooLong``, ``TooLarge``, ``NoFormat``, ``Damaged``, ``FetchTimeout``, ``FetchFailed``), `RateLimitError`
        (``BotCheck``, ``RateLimited``) or `TransientError`.
        """
        if not _VIDEO_ID.fullmatch(video_id):
            raise ItemError("This is no id of a YouTube video.", reason="Unavailable", permanent=True)
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix=_PREFIX, dir=self._workdir))
        try:
            async with self._turn:
                done = await self._ask(self._job(video_id, recording, folder), on_progress)
            return await asyncio.to_thread(_audio, done)
        except FetchError as failure:
            _remove(folder)
            raise failure.error(self._clock()) from None
        except BaseException:
            _remove(folder)
            raise

    def release(self, audio: Audio) -> None:
        """Removes the file. Repeatable."""
        _remove(audio.path.parent)

    async def close(self) -> None:
        """Ends the worker and removes every file."""
        await self._kill()
        for left in self._workdir.glob(f"{_PREFIX}*"):
            _remove(left)

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

    async def _ask(self, job: Job, on_progress: Progress | None) -> dict[str, Any]:
        self._count += 1
        request = json.dumps({"id": self._count, "job": job.to_json()}).encode() + b"\n"
        heard = False

        def hear(stage: str, fraction: float) -> None:
            nonlocal heard
            heard = True
            if on_progress is not None:
                on_progress(job.video_id, stage, fraction)

        try:
            async with asyncio.timeout(self._timeout):
                fresh = await self._ready()
                done = await self._exchange(request, hear)
                if done is None and not heard and not fresh:
                    # It ended of idleness while the job was on its way.
                    await self._kill()
                    await self._ready()
                    done = await self._exchange(request, hear)
        except TimeoutError:
            await self._kill()
            said = f"The audio was not there after {self._timeout:.0f} s."
            raise FetchError("item", "FetchTimeout", said) from None
        except BaseException:
            # A cancelled fetch would go on downloading.
            await self._kill()
            raise
        if done is None:
            await self._kill()
            raise FetchError("item", "FetchFailed", "The process that fetches audio ended unexpectedly.")
        if "failure" in done:
            raise FetchError(**done["failure"])
        result: dict[str, Any] = done["done"]
        return result

    async def _exchange(self, request: bytes, hear: Callable[[str, float], None]) -> dict[str, Any] | None:
        """Sends a job and hears it out; None where the worker ended without an answer."""
        worker = self._worker
        assert worker is not None
        assert worker.stdin is not None
        assert worker.stdout is not None
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            worker.stdin.write(request)
            await worker.stdin.drain()
        while line := await worker.stdout.readline():
            said: dict[str, Any] = json.loads(line)
            if said["id"] != self._count:
                continue
            if "progress" not in said:
                return said
            hear(*said["progress"])
        return None

    async def _ready(self) -> bool:
        """Sees to a running worker; True for a new one."""
        if self.pid is not None:
            return False
        root = str(Path(reconcilers.__file__).parents[1])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "reconcilers.audio.worker",
            str(self._idle),
            stdin=PIPE,
            stdout=PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            start_new_session=True,
        )
        return True

    async def _kill(self) -> None:
        worker, self._worker = self._worker, None
        if worker is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(worker.pid, signal.SIGKILL)
        # Shielded, so that a cancelled fetch leaves no zombie.
        await asyncio.shield(asyncio.ensure_future(worker.wait()))


def _audio(done: dict[str, Any]) -> Audio:
    path, cover = Path(done["path"]), done.get("cover")
    thumbnail = Path(cover).read_bytes() if cover else None
    return Audio(path, float(done["duration"]), path.stat().st_size, thumbnail=thumbnail)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
