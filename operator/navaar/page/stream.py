"""Server-sent events: what one who looks on is sent, no more often than they can take it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from pydantic_core import to_json
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from navaar.http.problem import Problem
from navaar.page.live import Changes, Listener, Live

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

Tell = Callable[[Changes | None], Awaitable[dict[str, Any] | None]]
"""What to say of changes, or (None) of how it stands; None: nothing of it is theirs to see. Raises Problem when they may
see nothing any more."""


class EventStream(Response):
    """An answer that goes on until the client goes, is too slow, or may no longer see anything.

    `refuse` answers in its place where too many look on, or nothing is theirs to see.
    """

    def __init__(
        self,
        live: Live,
        tell: Tell,
        refuse: Callable[[Problem], Response],
        *,
        pause: float = PAUSE,
        pulse: float = PULSE,
        patience: float = PATIENCE,
    ) -> None:
        super().__init__(headers={"X-Accel-Buffering": "no"}, media_type="text/event-stream")
        del self.headers["Content-Length"]
        self._live = live
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
                with self._live.listener() as listener:
                    first = await self._tell(None)
                    await self._go_on(first or {}, listener, gone, send)
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
        self, first: Mapping[str, Any], listener: Listener, gone: "asyncio.Future[None]", send: Send
    ) -> None:
        await self._sent(send, {"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await self._sent(send, _body(f"retry: {AGAIN}\n\n{_event('now', first)}"))
        while not gone.done() and not listener.over.is_set():
            changed = await _first((listener.due, listener.over), gone, self._pulse)
            if gone.done() or listener.over.is_set():
                break
            try:
                told = await self._tell(listener.take() if changed else None)
            except Problem:
                break
            if changed and told is not None:
                await self._sent(send, _body(_event("changed", told)))
                await _first((listener.over,), gone, self._pause)
            elif not changed:
                await self._sent(send, _body(": \n\n"))
        if not gone.done():
            await self._sent(send, {"type": "http.response.body", "body": b"", "more_body": False})

    async def _sent(self, send: Send, message: Message) -> None:
        async with asyncio.timeout(self._patience):
            await send(message)


def _body(text: str) -> Message:
    return {"type": "http.response.body", "body": text.encode(), "more_body": True}


def _event(name: str, data: Mapping[str, Any]) -> str:
    return f"event: {name}\ndata: {to_json(data).decode()}\n\n"


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
