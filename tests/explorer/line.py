"""How one process reaches the world: through here, or not at all; and once it is dead, not at all."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any, TypeVar

from navaar.kube.errors import Denied, Invalid, Throttled, Unavailable
from reconcilers.errors import ItemError, OutcomeUnknown, RateLimitError, TransientError
from tests.explorer.faults import STOPS, Director, Kind

T = TypeVar("T")


class Killed(BaseException):
    """The process is gone: nothing that it would have done next happens."""


class Line:
    """The requests of one process. `deposed` says that it has lost the Lease."""

    def __init__(self, director: Director, clock: Callable[[], float]) -> None:
        self.director = director
        self.clock = clock
        self.dead = False
        self.deposed = False
        self.tasks: set[asyncio.Task[Any]] = set()
        self.on_end: Callable[[], None] = lambda: None

    def kill(self) -> None:
        """Ends the process at this instant."""
        if self.dead:
            return
        self.dead = True
        self.on_end()
        for task in list(self.tasks):
            task.cancel()

    async def read(self, work: Callable[[], T]) -> T:
        """A request that changes nothing."""
        await self._travel()
        answer = work()
        await self._travel()
        return answer

    async def write(
        self,
        place: str,
        call: str,
        id: str,
        work: Callable[[], T],
        *,
        touch: Callable[[], None] = lambda: None,
        forget: Callable[[], None] = lambda: None,
    ) -> T:
        """A request that changes something, once, unless something befalls it.

        `touch` lets it meet a newer version, `forget` ends all watches.
        """
        self._alive()
        kind = self.director.next(place, call, id)
        if kind is Kind.DEPOSED:
            self.deposed = True
            asyncio.get_running_loop().call_later(5.0, self.kill)
        await self._travel()
        if kind is Kind.BEFORE:
            self._die()
        if kind in (Kind.LATE, Kind.LINGERS):
            asyncio.get_running_loop().call_later(self.director.delay, _quietly, work)
        if kind is Kind.LINGERS:
            self._die()
        if kind is Kind.CONFLICT:
            touch()
        error = self._error(kind, place)
        if error is not None and kind is not Kind.LOST:
            raise error
        answer = work()
        if kind is Kind.FORGOTTEN:
            forget()
        if kind is Kind.AFTER:
            self._die()
        if error is not None:
            raise error
        if kind is Kind.SLOW:
            await asyncio.sleep(130.0)
        await self._travel()
        return answer

    def _error(self, kind: Kind | None, place: str) -> Exception | None:
        if kind is None or kind in (*STOPS, Kind.SLOW, Kind.CONFLICT, Kind.FORGOTTEN, Kind.DEPOSED):
            return None
        store = place == "kubernetes"
        if kind is Kind.THROTTLED:
            if store:
                return Throttled("too many requests", status=429, retry_after=2.0)
            return RateLimitError("too fast", retry_at=self.clock() + 40.0)
        refusals: dict[Kind, Exception] = {
            Kind.TROUBLED: TransientError("in trouble"),
            Kind.REFUSED: ItemError("not this one, not now"),
            Kind.DENIED: Denied("forbidden", status=403),
            Kind.INVALID: Invalid("not valid", status=422),
        }
        if kind in refusals:
            return refusals[kind]
        return Unavailable("no answer") if store else OutcomeUnknown("the connection was lost")

    async def _travel(self) -> None:
        self._alive()
        await asyncio.sleep(self.director.latency())
        self._alive()

    def _alive(self) -> None:
        if self.dead:
            raise Killed

    def _die(self) -> None:
        self.kill()
        raise Killed


def _quietly(work: Callable[[], Any]) -> None:
    """What arrives late may be refused, and nobody hears it."""
    try:
        work()
    except Exception:
        return


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits."""
    try:
        work.send(None)
    except StopIteration as done:
        found: T = done.value
        return found
    raise AssertionError("it waits")


LINE: ContextVar[Line | None] = ContextVar("LINE", default=None)
"""Whose work it is."""


def count_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """Lets every task that a process begins be known to its line."""

    def make(loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> asyncio.Task[Any]:
        task = asyncio.Task(work, loop=loop, **options)
        context = options.get("context")
        line = context.get(LINE) if context is not None else LINE.get()
        if line is not None:
            line.tasks.add(task)
            task.add_done_callback(line.tasks.discard)
        return task

    loop.set_task_factory(make)
