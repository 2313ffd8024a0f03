"""How late the event loop is: what keeps it busy keeps everything waiting, health checks included."""

import asyncio
from collections.abc import Callable

EVERY = 0.25
"""Seconds between two measurements."""


async def measure(told: Callable[[float], None], every: float = EVERY) -> None:
    """Tells, until it is cancelled, by how many seconds the loop was late for something that was due."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + every
        await asyncio.sleep(every)
        told(max(0.0, loop.time() - due))
