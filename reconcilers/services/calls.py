"""One thread for one synchronous client, and the account of every call that is made."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from reconcilers.errors import AuthError, ItemError, OutcomeUnknown, ServiceError, TransientError
from reconcilers.services.protocol import Added, AddRequest

T = TypeVar("T")

OnCall = Callable[[str, int, str, float], None]
"""Told of every request: (operation, units of the service's allowance, outcome, seconds).

The outcome is ``ok``, the reason of the error, ``Cancelled``, or `INTERNAL` for what is a mistake of ours.
Called in the event loop; it must not raise and must not wait.
"""

READ_ATTEMPTS = 3

INTERNAL = "InternalError"


class StaleTokenError(AuthError):
    """An access token was refused: the request was not carried out, and another token may do."""


def nobody(operation: str, units: int, outcome: str, seconds: float) -> None:
    """The `OnCall` that forgets."""


def quiet_clients() -> None:
    """Keeps the clients' own loggers from writing tokens or what our errors say already.

    httpx logs every address, the bot's token in it, at INFO; spotipy logs tokens at DEBUG and, at ERROR, each refusal
    that an adapter is about to classify.
    """
    for name, level in (
        ("httpx", logging.WARNING),
        ("httpcore", logging.WARNING),
        ("spotipy", logging.CRITICAL),
        ("telegram", logging.CRITICAL),
        ("urllib3", logging.WARNING),
    ):
        logging.getLogger(name).setLevel(level)


class Caller:
    """Makes an adapter's requests: in one thread of its own where the client blocks, each one accounted for.

    `read` repeats a request that met with transient trouble, within a second or two in all; `once`, for writes, never
    does.
    """

    def __init__(self, name: str, on_call: OnCall = nobody) -> None:
        self._name = name
        self._on_call = on_call
        self._thread: ThreadPoolExecutor | None = None

    async def read(self, operation: str, units: int, act: Callable[[], Awaitable[T]]) -> T:
        """Awaits `act`, up to three times while it raises `TransientError`."""
        tries = AsyncRetrying(
            stop=stop_after_attempt(READ_ATTEMPTS),
            wait=wait_random_exponential(multiplier=0.2, max=0.8),
            retry=retry_if_exception(_passing),
            reraise=True,
        )
        async for attempt in tries:
            with attempt:
                return await self.once(operation, units, act)
        raise AssertionError("the last attempt returns or raises")

    async def once(self, operation: str, units: int, act: Callable[[], Awaitable[T]]) -> T:
        """Awaits `act` once."""
        started = time.perf_counter()
        outcome = "Cancelled"
        try:
            result = await act()
            outcome = "ok"
            return result
        except ServiceError as error:
            outcome = error.reason
            raise
        except Exception:
            outcome = INTERNAL
            raise
        finally:
            self._on_call(operation, units, outcome, time.perf_counter() - started)

    async def in_thread(self, act: Callable[[], T]) -> T:
        """Runs `act` in the adapter's thread. What was begun there ends there, even when the waiting is cancelled."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=self._name)
        return await asyncio.get_running_loop().run_in_executor(self._thread, act)

    def close(self) -> None:
        """Ends the thread once its last request is over."""
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._thread = None


def _passing(error: BaseException) -> bool:
    return isinstance(error, TransientError) and not isinstance(error, OutcomeUnknown)


async def one_by_one(
    requests: Sequence[AddRequest], add: Callable[[AddRequest], Awaitable[Added]]
) -> tuple[Added | Exception, ...]:
    """Adds in order, where a service takes one song at a time.

    `ItemError` and `OutcomeUnknown` are one song's outcome. Anything else would befall the next as well: it ends the
    batch, raised where it came first and nothing was written, else as the outcome of all that were not tried.
    """
    outcomes: list[Added | Exception] = []
    for request in requests:
        try:
            outcomes.append(await add(request))
        except (ItemError, OutcomeUnknown) as error:
            outcomes.append(error)
        except ServiceError as error:
            if not outcomes:
                raise
            outcomes += [error] * (len(requests) - len(outcomes))
            break
    return tuple(outcomes)
