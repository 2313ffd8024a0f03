"""A workload's world with its operator: started, stopped, killed and started again, while people go on."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from reconcilers.policy import Sync
from tests.explorer.client import Watching
from tests.explorer.faults import Director
from tests.explorer.ground import Ground
from tests.explorer.process import Process

RESTART = 20.0
"""Seconds until a dead process is replaced."""

SOLE = 600.0
"""Seconds after which a bot's reader is held to be the only one; see `navaar.intake`."""


class Stage(Ground):
    """What a workload's script is given. `watching` is how every process hears of changes."""

    def __init__(
        self, sync: Sync, director: Director, watching: Watching | None = None, *, scratch: bool = False
    ) -> None:
        super().__init__(sync, scratch=scratch)
        self.director = director
        self.watching = watching
        self.processes: list[Process] = []
        self.restarts = 0
        self._wanted = False
        self._sole_from = 0.0
        self._died = asyncio.Event()
        self._aside: list[asyncio.Task[None]] = []

    @property
    def alive(self) -> list[Process]:
        """The processes that run; more than one only by mistake."""
        return [process for process in self.processes if process.alive]

    def start(self) -> None:
        """Lets an operator run from here on, whatever happens to it."""
        self._wanted = True
        self.begin()
        if len(self.processes) == 1:
            self.aside(self._keep())

    def begin(self) -> Process:
        """One more process: it takes the bot's updates from any other, which hears of that."""
        rivals = self.alive
        process = Process(self, self.director, self.watching, len(self.processes))
        self.processes.append(process)
        process.line.on_end = self._ended
        for rival in rivals:
            rival.wake()
        return process

    def aside(self, work: Coroutine[Any, Any, None]) -> None:
        """Something that goes on beside the script."""
        self._aside.append(asyncio.create_task(work))

    def contested_until(self) -> float:
        """Until when (Unix seconds) two processes get in each other's way with the bot's updates."""
        if len(self.alive) > 1:
            self._sole_from = self.clock() + SOLE
        return self._sole_from

    async def stop(self) -> None:
        """The operator is stopped in order, and stays so."""
        self._wanted = False
        for process in self.alive:
            await process.stop()

    async def wait(self, seconds: float) -> None:
        """Time passes."""
        await asyncio.sleep(seconds)

    def _ended(self) -> None:
        if len(self.alive) == 1:
            self._sole_from = self.clock() + SOLE
        self._died.set()

    async def _keep(self) -> None:
        """What died is replaced, as a Deployment does it."""
        while True:
            await self._died.wait()
            self._died.clear()
            await asyncio.sleep(RESTART)
            if self._wanted and not self.alive:
                self.restarts += 1
                self.begin()
