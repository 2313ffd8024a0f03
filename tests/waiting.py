"""Waits for what another thread, task or process does in its own time; a failure says what never came true."""

import asyncio
import inspect
import time
from collections.abc import Callable

import pytest


def until(holds: Callable[[], object], seconds: float = 5.0) -> None:
    """Returns once it holds, looking every few milliseconds; fails the test where that takes longer than `seconds`."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            _late(holds, seconds)
        time.sleep(0.005)


async def soon(holds: Callable[[], object], seconds: float = 5.0) -> None:
    """As `until`, while the other tasks of this loop go on."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            _late(holds, seconds)
        await asyncio.sleep(0.001)


def _late(holds: Callable[[], object], seconds: float) -> None:
    pytest.fail(f"not within {seconds:g} s: {inspect.getsource(holds).strip()}")
