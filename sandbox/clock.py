"""The world's clock: real time plus an offset that tests and people can push forward."""

import asyncio
import contextlib
import time


class Clock:
    """Unix seconds. ``advance`` moves every expiry, retention and quota window at once."""

    def __init__(self) -> None:
        self.offset = 0.0
        self._sleepers: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def now(self) -> float:
        """Unix time in the world, in seconds."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Lets `seconds` pass at once; never backwards. Whoever sleeps until then wakes up. Any thread may call it."""
        if seconds < 0:
            raise ValueError("the world's clock only moves forward")
        self.offset += seconds
        for loop, moved in tuple(self._sleepers):
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(moved.set)

    async def sleep(self, seconds: float) -> None:
        """Returns once `seconds` of the world's time have passed, whether they were waited for or skipped."""
        due = self.now() + seconds
        while (left := due - self.now()) > 0:
            me = (asyncio.get_running_loop(), asyncio.Event())
            self._sleepers.add(me)
            try:
                # Between the reckoning and the entry in the list the clock may have been moved by another thread.
                if due - self.now() > 0:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(me[1].wait(), left)
            finally:
                self._sleepers.discard(me)
