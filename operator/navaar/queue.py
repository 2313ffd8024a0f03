"""When to work on which key: a level-triggered queue.

A key says *look at this again*, never *what happened*: however often it is added, it is handed out once, to one worker
at a time, and again if it was added meanwhile.
"""

import asyncio
import heapq
import itertools
import random
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class QueueClosed(Exception):
    """The queue was closed; workers end."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait after failures in a row: `first` seconds, doubling, never more than `cap`."""

    first: float = 1.0
    cap: float = 300.0

    def after(self, failures: int) -> float:
        """Seconds to wait after that many failures in a row (1 or more)."""
        return min(self.cap, self.first * 2.0 ** min(failures - 1, 62))


class WorkQueue(Generic[K]):
    """Keys and the moments from which they are due.

    `clock` gives seconds and must advance with the event loop's time, which it is by default. `jitter` is the share by
    which a wait that nobody asked for by the second (an interval, a backoff) is stretched at random.
    """

    def __init__(
        self,
        *,
        backoff: Backoff | None = None,
        jitter: float = 0.05,
        clock: Callable[[], float] | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self._backoff = backoff or Backoff()
        self._jitter = jitter
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._rng = rng or random.SystemRandom()
        self._due: dict[K, float] = {}  # not_before per key, those being worked on included
        self._heap: list[tuple[float, int, K]] = []
        self._order = itertools.count()
        self._running: set[K] = set()
        self._failures: dict[K, int] = {}
        self._owed: dict[K, float] = {}  # since when work on a key has been due that hasn't come to its end
        self._waiting: set[asyncio.Future[None]] = set()
        self._closed = False

    def add(self, key: K, after: float = 0.0) -> None:
        """Makes the key due in `after` seconds at the latest: an earlier moment stands, a later one comes forward."""
        self._schedule(key, self._clock() + after)

    async def get(self) -> K:
        """The next due key, which is then this worker's until `done`. Raises QueueClosed."""
        while True:
            if self._closed:
                raise QueueClosed
            wait = self._until_next()
            if wait is not None and wait <= 0:
                _, _, key = heapq.heappop(self._heap)
                self._owed.setdefault(key, self._due.pop(key))
                self._running.add(key)
                return key
            await self._sleep(wait)

    def done(self, key: K, *, after: float | None = None, failed: bool = False) -> None:
        """Gives the key back.

        After success it is due again in `after` seconds (None: when it is added). After a failure it waits for its
        backoff, or for `after` if that is longer. What was added meanwhile counts all the same.
        """
        self._running.discard(key)
        if failed:
            self._failures[key] = self._failures.get(key, 0) + 1
            after = max(self._backoff.after(self._failures[key]), after or 0.0)
        else:
            self._failures.pop(key, None)
            self._owed.pop(key, None)
        if after is not None:
            self.add(key, after * (1.0 + self._jitter * self._rng.random()))
        elif key in self._due:
            self._push(key, self._due[key])

    def forget(self, key: K) -> None:
        """Drops the key and what is known of its failures. A worker that has it still calls `done`."""
        self._due.pop(key, None)
        self._failures.pop(key, None)
        self._owed.pop(key, None)

    def close(self) -> None:
        """Every `get`, waiting or to come, raises QueueClosed."""
        self._closed = True
        self._wake()

    def wait(self, key: K) -> float | None:
        """Seconds until the key is due, 0 for one that is; None while it isn't to come."""
        due = self._due.get(key)
        return None if due is None else max(0.0, due - self._clock())

    def failures(self, key: K) -> int:
        """Failures in a row."""
        return self._failures.get(key, 0)

    def overdue(self, key: K) -> float:
        """Seconds for which work on the key has been due without coming to its end: not begun, hanging, or failing."""
        now = self._clock()
        return max(0.0, now - min(self._owed.get(key, now), self._due.get(key, now)))

    @property
    def depth(self) -> int:
        """How many keys are due and not being worked on."""
        now = self._clock()
        return sum(1 for key, due in self._due.items() if due <= now and key not in self._running)

    @property
    def running(self) -> int:
        """How many keys are being worked on."""
        return len(self._running)

    def _schedule(self, key: K, due: float) -> None:
        known = self._due.get(key)
        if known is not None and known <= due:
            due = known
        self._due[key] = due
        if key not in self._running:
            self._push(key, due)

    def _push(self, key: K, due: float) -> None:
        heapq.heappush(self._heap, (due, next(self._order), key))
        self._wake()

    def _until_next(self) -> float | None:
        """Seconds until the first key is due; None while there is none. Leaves that key at the top of the heap."""
        while self._heap:
            due, _, key = self._heap[0]
            if key not in self._running and self._due.get(key) == due:
                return due - self._clock()
            heapq.heappop(self._heap)  # pulled forward or forgotten since
        return None

    def _wake(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def _sleep(self, seconds: float | None) -> None:
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        timer = None if seconds is None else loop.call_later(seconds, _finish, waiter)
        self._waiting.add(waiter)
        try:
            await waiter
        finally:
            self._waiting.discard(waiter)
            if timer is not None:
                timer.cancel()


def _finish(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)
