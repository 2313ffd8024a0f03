"""The worker process as its parent sees it."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any

import reconcilers
from reconcilers.audio.job import Done, FetchError, Job
from reconcilers.delivery import Report, Step

IDLE = 300.0


class Worker:
    """A process that does one job at a time, started when there is one and gone after `idle` seconds without.

    Nothing that it started outlives a job that was given up, nor this program.
    """

    def __init__(self, idle: float = IDLE) -> None:
        self._idle = idle
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._count = 0

    @property
    def pid(self) -> int | None:
        """The process's id while it runs."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def ask(self, job: Job, timeout: float, hear: Report) -> Done:
        """Waits for its turn and has the job done within `timeout` seconds from then. Raises `FetchError`."""
        async with self._turn:
            try:
                async with asyncio.timeout(timeout):
                    said = await self._said(job, hear)
            except TimeoutError:
                await self.close()
                raise FetchError("item", "FetchTimeout", f"The audio was not there after {timeout:.0f} s.") from None
            except BaseException:
                # A cancelled job would go on.
                await self.close()
                raise
            if said is None:
                await self.close()
                raise FetchError("item", "FetchFailed", "The process that fetches audio ended unexpectedly.")
            if "failure" in said:
                raise FetchError(**said["failure"])
            return Done(**said["done"])

    async def close(self) -> None:
        """Ends the process, whatever it is doing. The next job starts another."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        # Shielded, so that a cancelled job leaves no zombie.
        await asyncio.shield(asyncio.ensure_future(process.wait()))

    async def _said(self, job: Job, hear: Report) -> dict[str, Any] | None:
        heard = False

        def listen(step: Step, done: int, total: int | None) -> None:
            nonlocal heard
            heard = True
            hear(step, done, total)

        self._count += 1
        fresh = await self._ready()
        said = await self._exchange(job, listen)
        if said is None and not heard and not fresh:
            # It ended of idleness while the job was on its way.
            await self.close()
            await self._ready()
            said = await self._exchange(job, listen)
        return said

    async def _exchange(self, job: Job, hear: Report) -> dict[str, Any] | None:
        """Sends a job and hears it out; None where the process ended without an answer."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(json.dumps({"id": self._count, "job": job.to_json()}).encode() + b"\n")
            await process.stdin.drain()
        while line := await process.stdout.readline():
            said: dict[str, Any] = json.loads(line)
            if said["id"] != self._count:
                continue
            if "progress" not in said:
                return said
            step, done, total = said["progress"]
            hear(Step(step), done, total)
        return None

    async def _ready(self) -> bool:
        """Sees to a running process; True for a new one."""
        if self.pid is not None:
            return False
        # It must find this package, however this program found it.
        paths = [str(Path(reconcilers.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = await asyncio.create_subprocess_exec(
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
