"""Server-sent events: what one who looks on is sent, no more often than they can take it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from pydantic_core import to_json
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from navaar.http.live import Changes, Listener
from navaar.http.problem import Problem

PAUSE = 1.0
"""Seconds between two events."""

PULSE = 20.0
"""Seconds after which something is sent for the connection's sake, and it is asked again what they may see."""

PATIENCE = 15.0
"""Seconds that a client may take to accept what it is sent."""

STALLED = 60.0
"""Seconds until the connection of one who took nothing is given up."""

AGAIN = 5000
"""Milliseconds after which a browser that was cut off asks anew."""

TYPE = "text/event-stream"

Event = tuple[str, Mapping[str, Any]]
"""A name, and what there is to say."""

Tell = Callable[[Changes | None], Awaitable[Sequence[Event]]]
"""What to say of changes, or (None) of how it stands; nothing where nothing of it is theirs to see. Raises Problem when they
may see nothing any more."""


class EventStream(Response):
    """An answer that goes on until the client goes, is too slow, or may no longer see anything.

    It listens with `listen`; `refuse` answers in its place where too many look on, or nothing is theirs to see.
    """

    def __init__(
        self,
        listen: Callable[[], AbstractContextManager[Listener]],
        tell: Tell,
        refuse: Callable[[Problem], Response],
        *,
        pause: float = PAUSE,
        pulse: float = PULSE,
        patience: float = PATIENCE,
    ) -> None:
        super().__init__(headers={"X-Accel-Buffering": "no"}, media_type=TYPE)
        del self.headers["Content-Length"]
        self._listen = listen
        self._tell = tell
        self._refuse = refuse
        self._pause = pause
        self._pulse = pulse
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it."""
        gone = asyncio.ensure_future(_gone(receive))
        try:
            try:
                with self._listen() as listener:
                    await self._go_on(await self._tell(None), listener, gone, send)
            except Problem as problem:
                await self._refuse(problem)(scope, receive, send)
            except TimeoutError:
                # It takes nothing: the system ends the connection (`navaar.http.server`).
                await asyncio.wait({gone}, timeout=STALLED)
        finally:
            gone.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await gone

    async def _go_on(
        self, first: Sequence[Event], listener: Listener, gone: "asyncio.Future[None]", send: Send
    ) -> None:
        await self._sent(send, {"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await self._sent(send, _body(f"retry: {AGAIN}\n\n{_written(first)}"))
        now = asyncio.get_running_loop().time
        sent = now()
        while not gone.done() and not listener.over.is_set():
            changed = await _first((listener.due, listener.over), gone, sent + self._pulse - now())
            if gone.done() or listener.over.is_set():
                break
            try:
                told = await self._tell(listener.take() if changed else None)
            except Problem:
                break
            text = _written(told) if changed else ""
            # However much goes on of which nothing is theirs to see, the connection is kept alive.
            if text or now() - sent >= self._pulse:
                await self._sent(send, _body(text or ": \n\n"))
                sent = now()
            if changed:
                await _first((listener.over,), gone, self._pause)
        if not gone.done():
            await self._sent(send, {"type": "http.response.body", "body": b"", "more_body": False})

    async def _sent(self, send: Send, message: Message) -> None:
        async with asyncio.timeout(self._patience):
            await send(message)


def _body(text: str) -> Message:
    return {"type": "http.response.body", "body": text.encode(), "more_body": True}


def _written(events: Iterable[Event]) -> str:
    return "".join(f"event: {name}\ndata: {to_json(data).decode()}\n\n" for name, data in events)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _first(events: Sequence[asyncio.Event], gone: "asyncio.Future[None]", seconds: float) -> bool:
    """Waits for one of these; False when none came in that time."""
    waiting: list[asyncio.Future[Any]] = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        done, _ = await asyncio.wait({*waiting, gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
    return bool(done)
