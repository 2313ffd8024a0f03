"""How fast the operator may write to the API server: two priorities, a rate, and a bound on what is under way."""

import asyncio
import logging
import random
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from enum import IntEnum

from navaar.kube.client import Resource
from navaar.kube.errors import Conflict, KubeError, Throttled, Unavailable

log = logging.getLogger(__name__)


class Priority(IntEnum):
    """Who goes first."""

    VITAL = 0  # intents, and the results of what was done to a service
    COSMETIC = 1  # everything that could be worked out again


class Writer:
    """Turns to write: `rate` a second after a first `burst`, at most `in_flight` at a time, vital ones first.

    Within a priority it is first come, first served. `clock` gives seconds and must advance with the event loop's time,
    which it is by default.
    """

    def __init__(
        self,
        *,
        rate: float = 50.0,
        burst: int = 100,
        in_flight: int = 20,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._in_flight = in_flight
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._tokens = float(burst)
        self._counted: float | None = None
        self._busy = 0
        self._queues: tuple[deque[asyncio.Future[None]], ...] = tuple(deque() for _ in Priority)
        self._timer: asyncio.TimerHandle | None = None
        self._paused_until = 0.0
        self._rng = random.SystemRandom()

    @asynccontextmanager
    async def turn(self, priority: Priority) -> AsyncIterator[None]:
        """Waits for its turn, which lasts as long as the block."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues[priority].append(waiter)
        self._grant()
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._end()
            raise
        try:
            yield
        finally:
            self._end()

    def pause(self, seconds: float) -> None:
        """Nobody's turn comes for that long: the API server asked for it."""
        self._paused_until = max(self._paused_until, self._clock() + seconds)

    async def settle(self, error: KubeError, attempt: int) -> None:
        """Waits before the next attempt: after a conflict not at all, after no answer longer and longer.

        When the API server asks to wait, everybody does.
        """
        if isinstance(error, Conflict):
            return
        seconds = min(10.0, 0.25 * 2.0 ** min(attempt, 10))
        if isinstance(error, Throttled):
            seconds = error.retry_after or seconds
            self.pause(seconds)
        log.info("writing has to wait: %s", error)
        await asyncio.sleep(seconds * (0.75 + self._rng.random() / 2))

    async def persistently(self, act: Callable[[], Awaitable[Resource]]) -> Resource:
        """Repeats `act`, which must bear it, while the API server doesn't answer or another's write comes between."""
        attempt = 0
        while True:
            try:
                async with self.turn(Priority.VITAL):
                    return await act()
            except (Conflict, Unavailable) as error:
                attempt += 1
                await self.settle(error, attempt)

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return sum(1 for queue in self._queues for waiter in queue if not waiter.done())

    @property
    def busy(self) -> int:
        """How many writes are under way."""
        return self._busy

    def _end(self) -> None:
        self._busy -= 1
        self._grant()

    def _grant(self) -> None:
        """Gives as many turns as there are to give, and comes back when the next one is."""
        now = self._clock()
        if self._counted is not None:
            self._tokens = min(self._burst, self._tokens + (now - self._counted) * self._rate)
        self._counted = now
        while self._busy < self._in_flight and now >= self._paused_until and self._tokens >= 1.0:
            waiter = self._next()
            if waiter is None:
                return
            self._tokens -= 1.0
            self._busy += 1
            waiter.set_result(None)
        if self._busy < self._in_flight and self._timer is None and self.waiting:
            wait = max(self._paused_until - now, (1.0 - self._tokens) / self._rate, 0.001)
            self._timer = asyncio.get_running_loop().call_later(wait, self._again)

    def _again(self) -> None:
        self._timer = None
        self._grant()

    def _next(self) -> asyncio.Future[None] | None:
        for queue in self._queues:
            while queue:
                waiter = queue.popleft()
                if not waiter.done():
                    return waiter
        return None
