"""Additions in two phases: what is about to be added is stored, and only then asked for."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace

from reconcilers.delivery import Onlooker
from reconcilers.errors import ItemError, OutcomeUnknown, ServiceError, TransientError
from reconcilers.logcontext import context
from reconcilers.model import Placement
from reconcilers.plan.operations import Add, AddDone, NotSent, Observation
from reconcilers.services.protocol import Added, Head, Service

log = logging.getLogger(__name__)


class Additions:
    """Carries out one sync's additions.

    `intend` stores that an addition is about to be made, as this placement; False: it was decided on what is no longer so.
    `guard` is asked before every request, and raises where none may be sent; `report` is told what became of each addition;
    `stopping` says that no further request is to be begun; `onlooker` hears which are under way.
    """

    def __init__(
        self,
        intend: Callable[[Add, Placement], Awaitable[bool]],
        clock: Callable[[], float],
        guard: Callable[[], None],
        report: Callable[[Observation], None],
        stopping: Callable[[], bool],
        onlooker: Onlooker,
    ) -> None:
        self.onlooker = onlooker
        self._intend = intend
        self._clock = clock
        self._guard = guard
        self._report = report
        self._stopping = stopping

    async def carry_out(self, service: Service, adds: list[Add], seconds: float) -> None:
        """Adds all, as many at once as the service takes; each request may take so many seconds.

        Raises StoreError, with nothing sent of what could not be recorded, and ServiceErrors that are about the whole
        service.
        """
        expected = adds[0].known if adds else None
        for chunk in _chunks(adds, service.batch):
            if self._stopping():
                return
            added = await self._add_watched(service, chunk, expected, seconds)
            if expected is not None:
                if expected.snapshot is not None or not added:
                    # What stands there now is told by looking, not by counting.
                    return
                expected = Head(expected.count + added)

    async def _add_watched(self, service: Service, adds: list[Add], expected: Head | None, seconds: float) -> int:
        for add in adds:
            self.onlooker.begun(add.request.token, add.track, add.service, add.request.recording)
        try:
            return await self._add(service, adds, expected, seconds)
        finally:
            for add in adds:
                self.onlooker.ended(add.request.token, False)

    async def _add(self, service: Service, adds: list[Add], expected: Head | None, seconds: float) -> int:
        """Both phases for one call's worth of additions; how many were acknowledged."""
        able = [add for add in adds if await self._prepared(service, add)]
        # What is slow is done: from the intents on, the time in which the request may be under way is short and known.
        deadline = self._clock() + seconds
        stored = await asyncio.gather(
            *(self._intend(add, _until(add.intent, deadline)) for add in able), return_exceptions=True
        )
        ready = [add for add, done in zip(able, stored, strict=True) if done is True]
        for failure in stored:
            if isinstance(failure, BaseException):
                for add in ready:
                    self._done(add, NotSent("the intent of another song of the same request could not be stored"))
                raise failure
        if not ready:
            return 0
        sent = False
        try:
            self._guard()
            async with asyncio.timeout(max(0.0, deadline - self._clock())):
                if expected is not None and await service.head() != expected:
                    raise NotSent("the playlist changed since it was read")
                sent = True
                with context(track=ready[0].track if len(ready) == 1 else None):
                    outcomes = await service.add(tuple(add.request for add in ready))
        except TimeoutError:
            late = OutcomeUnknown("the service did not answer in time")
            unsent = NotSent("the service did not answer in time when it was looked at")
            outcomes = tuple(late if sent else unsent for _ in ready)
        except ServiceError as error:
            # Trouble of the service as a whole says nothing about the songs: it costs them no attempt.
            whole = isinstance(error, TransientError) and not isinstance(error, OutcomeUnknown)
            for add in ready:
                self._done(add, NotSent(error.message) if whole or not sent else error)
            if isinstance(error, (NotSent, ItemError)):
                return 0
            raise
        for add, outcome in zip(ready, outcomes, strict=True):
            if isinstance(outcome, (Added, ServiceError)):
                self._done(add, outcome)
            else:
                log.error("unexpected outcome of an addition: %r", outcome)
                self._done(add, OutcomeUnknown(f"unexpected {type(outcome).__name__}"))
        return sum(isinstance(o, Added) for o in outcomes)

    async def _prepared(self, service: Service, add: Add) -> bool:
        try:
            with context(track=add.track):
                await service.prepare(add.request)
        except (ItemError, TransientError) as error:
            if await self._intend(add, add.intent):
                self._done(add, error)
            return False
        return True

    def _done(self, add: Add, outcome: Added | ServiceError) -> None:
        self.onlooker.ended(add.request.token, isinstance(outcome, Added))
        self._report(AddDone(add.service, add.track, add.request.token, outcome, self._clock(), add.request.id))


def _until(adding: Placement, deadline: float) -> Placement:
    assert adding.intent is not None
    return replace(adding, intent=replace(adding.intent, deadline=deadline))


def _chunks(adds: list[Add], size: int) -> Iterator[list[Add]]:
    for start in range(0, len(adds), size):
        yield adds[start : start + size]
