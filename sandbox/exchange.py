"""One request to a simulated service: misbehave if told to, act, write it down, answer."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiohttp import web

from sandbox.faults import STANDING, Fault
from sandbox.journal import Entry
from sandbox.world import World

Json = dict[str, Any]
Act = Callable[[], web.StreamResponse | Awaitable[web.StreamResponse]]

REFUSALS = ("error", "rate-limit", "quota", "revoked", "conflict")
CUTS = ("lost", "reset", "hang", "down")
DELAYS = ("late", "slow", "torn", "cut-short")
# When a request under such a fault is carried out, in seconds, unless the fault says otherwise.
_APPLIED = {"lost": 0.0}
_PIECES = 20
# How a request ends whose client went away in the middle of it.
BROKEN = (ConnectionError, web.RequestPayloadError)
CLOSING = web.AppKey("closing", asyncio.Event)
_LATER = web.AppKey("later", set[asyncio.Task[None]])


class Refusal(Exception):
    """The vendor says no: an HTTP status and the body that goes with it."""

    def __init__(self, status: int, body: Json, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"HTTP {status}")
        self.status, self.body, self.headers = status, body, headers or {}

    def response(self) -> web.Response:
        return web.json_response(self.body, status=self.status, headers=self.headers)


class Vendor(Protocol):
    """How a service words its refusals; `ends` is when one that begins now will be over, in Unix seconds."""

    def generic(self, status: int) -> Refusal: ...
    def rate_limited(self, seconds: float, reason: str = "") -> Refusal: ...
    def over_quota(self, seconds: float) -> Refusal: ...
    def revoked(self) -> Refusal: ...
    def conflict(self) -> Refusal: ...
    def ends(self, fault: Fault, now: float) -> float: ...


def install(app: web.Application) -> None:
    """Lets requests be carried out after they were answered, and ends every wait when the application closes."""
    app[CLOSING] = asyncio.Event()
    app[_LATER] = set()
    app.on_shutdown.append(_close)


async def _close(app: web.Application) -> None:
    app[CLOSING].set()
    await asyncio.gather(*app[_LATER], return_exceptions=True)


@dataclass(slots=True)
class Exchange:
    """What one request will look like in the journal; acting may still change `cost` and `detail`.

    `names` are the ids, playlists, chats and people that it is about, for faults to be aimed at; `account` is whose
    allowance it uses, None where nobody's is known. `changes` says of a call that is no `write` that it changes
    something all the same, so that gates hear of it. `spared` are the kinds of fault that strike it only when they are
    armed for this very call: a player knows no quota. `arrived` is when the request came, in Unix seconds: that is when
    its token must be good, whenever it is carried out.
    """

    world: World
    request: web.Request
    service: str
    call: str
    write: bool = False
    cost: int = 1
    detail: dict[str, Any] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    account: str | None = None
    changes: bool = False
    spared: tuple[str, ...] = ()
    arrived: float = 0.0

    def __post_init__(self) -> None:
        self.arrived = self.world.clock.now()
        self.names.add(self.request.host)

    def about(self, *names: object) -> None:
        """Adds to `names` what is not empty."""
        self.names.update(str(name) for name in names if name not in (None, ""))

    def draw(self, *kinds: str) -> Fault | None:
        """The armed fault of one of these kinds for this request, used up by one, and noted."""
        fault = self.world.faults.take(self.service, self.call, *kinds, names=self.names, spared=self.spared)
        if fault is not None:
            self.detail["fault"] = fault.kind
        return fault

    async def read(self) -> bytes | None:
        """The request's body; None when the connection broke in the middle of it, by a fault or the client's doing."""
        if await self.torn():
            return None
        try:
            return await self.request.read()
        except BROKEN:
            self.broke()
            return None

    def broke(self) -> None:
        """Notes that the client went away before it had said all: nothing is done."""
        self.detail["gone"] = True
        self._note(0)

    async def torn(self) -> bool:
        """Whether a ``torn-request`` fault cut the connection before all of the body was read. Ask before reading."""
        if self.draw("torn-request") is None:
            return False
        await self.request.content.readany()
        self._note(0)
        self.cut()
        return True

    async def run(self, vendor: Vendor, act: Act) -> web.StreamResponse:
        """Answers the request. `act` runs at most once, and raising `Refusal` is how it says no.

        A connection that is cut before anything was done is journalled with status 0, as is a request that will be
        carried out later: its entry's detail then says when (``applies``), and what came of it (``applied``).
        """
        fault = self.world.faults.held(self.service, self.call, self.names, self.account, self.spared)
        if fault is not None:
            self.detail["fault"] = fault.kind
        else:
            fault = self.draw(*REFUSALS, *CUTS, *DELAYS)
            if fault is not None and fault.kind in STANDING:
                until = vendor.ends(fault, self.world.clock.now())
                self.world.faults.hold(fault, self.account, until)
        if fault is None:
            return await self._act(act) or self.cut()
        if fault.kind in DELAYS:
            return await self._delayed(fault, act)
        refusal = _refusal(vendor, fault) if fault.kind in REFUSALS else None
        applied = _APPLIED.get(fault.kind) if fault.applied is None else fault.applied
        if applied == 0:
            await self._act(act)
        else:
            self._note(0 if refusal is None else refusal.status)
            if applied is not None:
                self._later(self._apply(applied, act))
        if refusal is not None:
            return refusal
        if fault.kind == "hang":
            await self.pause(fault.seconds)
        return self.cut()

    def cut(self) -> web.Response:
        """Breaks the connection; the response only ends the handler and reaches nobody."""
        if self.request.transport is not None:
            self.request.transport.abort()
        return web.Response()

    async def pause(self, seconds: float) -> bool:
        """Waits for `seconds` of the world's time; False when the application closes before."""
        closing = self.request.app[CLOSING]
        waits = [asyncio.ensure_future(self.world.clock.sleep(seconds)), asyncio.ensure_future(closing.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return not closing.is_set()

    async def _delayed(self, fault: Fault, act: Act) -> web.StreamResponse:
        applied = fault.applied or 0.0
        if applied and not await self.pause(applied):
            return self.cut()
        response = await self._act(act)
        if response is None:
            return self.cut()
        if fault.kind == "cut-short":
            return _halved(response)
        if fault.kind == "torn":
            return await self._pieces(response, 2, 0.0, tear=True)
        if fault.kind == "slow":
            return await self._pieces(response, _PIECES, fault.seconds / _PIECES)
        await self.pause(self.arrived + fault.seconds - self.world.clock.now())
        return response

    async def _pieces(
        self, response: web.StreamResponse, count: int, each: float, *, tear: bool = False
    ) -> web.StreamResponse:
        body = response.body if isinstance(response, web.Response) and isinstance(response.body, bytes) else b""
        if not body:
            return self.cut() if tear else response
        sent = web.StreamResponse(status=response.status, headers=response.headers)
        sent.content_length = len(body)
        await sent.prepare(self.request)
        size = -(-len(body) // count)
        for start in range(0, len(body) if not tear else size, size):
            await sent.write(body[start : start + size])
            await self.pause(each)
        if tear and self.request.transport is not None:
            self.request.transport.close()
        return sent

    def _later(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(doing)
        self.request.app[_LATER].add(task)
        task.add_done_callback(self.request.app[_LATER].discard)

    async def _apply(self, seconds: float, act: Act) -> None:
        self.detail["applies"] = self.world.clock.now() + seconds
        if await self.pause(seconds):
            response = await self._carry_out(act)
            self.detail["applied"] = 0 if response is None else response.status

    async def _act(self, act: Act) -> web.StreamResponse | None:
        """Carries the request out and journals it; None when a gate cut the connection."""
        return await self._carry_out(act, self._note)

    async def _carry_out(
        self, act: Act, note: Callable[[int], None] = lambda status: None
    ) -> web.StreamResponse | None:
        gates = self.world.gates
        number = gates.count() if self.write or self.changes else 0
        told = (number, self.service, self.call, self.detail, self.names)
        if await gates.cut("before", *told):
            note(0)
            return None
        try:
            done = act()
            response = await done if isinstance(done, Awaitable) else done
        except Refusal as refusal:
            response = refusal.response()
        note(response.status)
        return None if await gates.cut("after", *told, response.status) else response

    def _note(self, status: int) -> None:
        now = self.world.clock.now()
        self.world.journal.add(Entry(now, self.service, self.call, status, self.write, self.cost, self.detail))


def _halved(response: web.StreamResponse) -> web.StreamResponse:
    if isinstance(response, web.Response) and isinstance(response.body, bytes):
        response.body = response.body[: len(response.body) // 2]
    return response


def _refusal(vendor: Vendor, fault: Fault) -> web.Response:
    match fault.kind:
        case "rate-limit":
            return vendor.rate_limited(fault.seconds, fault.detail.get("reason", "")).response()
        case "quota":
            return vendor.over_quota(fault.seconds).response()
        case "revoked":
            return vendor.revoked().response()
        case "conflict":
            return vendor.conflict().response()
        case _ if isinstance(fault.body, bytes | str):
            body = fault.body.encode() if isinstance(fault.body, str) else fault.body
            return web.Response(body=body, status=fault.status, content_type="text/html")
        case _ if fault.body is not None:
            return web.json_response(fault.body, status=fault.status)
        case _:
            return vendor.generic(fault.status).response()
