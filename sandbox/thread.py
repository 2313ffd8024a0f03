"""A sandbox for synchronous code: its event loop runs in a thread of its own."""

import asyncio
import inspect
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar, overload

from sandbox.proxy import Refusal, Sandbox
from sandbox.world import World

T = TypeVar("T")


class SandboxThread:
    """Runs a `Sandbox` for as long as the ``with`` block lasts.

    The world belongs to the thread's loop: read and change it with `call`. Reading plain lists (the journal,
    the refusals) from outside is fine while no request is under way.
    """

    def __init__(self, world: World | None = None, folder: Path | None = None) -> None:
        self.sandbox = Sandbox(world if world is not None else World(), folder)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sandbox", daemon=True)

    @property
    def world(self) -> World:
        return self.sandbox.world

    @property
    def refused(self) -> list[Refusal]:
        """The requests that would have left the machine."""
        return self.sandbox.refused

    def environment(self) -> dict[str, str]:
        """See `Sandbox.environment`."""
        return self.sandbox.environment()

    @overload
    def call(self, act: Callable[[], Awaitable[T]], timeout: float = 30.0) -> T: ...
    @overload
    def call(self, act: Callable[[], T], timeout: float = 30.0) -> T: ...
    def call(self, act: Callable[[], Any], timeout: float = 30.0) -> Any:
        """Runs `act` in the sandbox's loop; its result, awaited where it can be, or its exception.

        Raises TimeoutError after `timeout` seconds.
        """

        async def run() -> Any:
            result = act()
            return await result if inspect.isawaitable(result) else result

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(timeout)

    def __enter__(self) -> "SandboxThread":
        self._thread.start()
        try:
            self.call(self.sandbox.__aenter__)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.call(lambda: self.sandbox.__aexit__(kind, error, trace))
        finally:
            self._end()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
