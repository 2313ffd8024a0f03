"""One request to the simulated YouTube: misbehave if told to, act, write it down."""

import asyncio
import gzip
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiohttp import web

from sandbox.faults import Fault
from sandbox.journal import Entry
from sandbox.world import World

Json = dict[str, Any]

REQUEST_FAULTS = ("error", "lost", "reset", "late", "rate-limit", "quota", "revoked")
LISTING_FAULTS = ("short", "empty", "truncated")
ADDING_FAULTS = ("doubled", "substitute")


class Refusal(Exception):
    """The vendor says no: an HTTP status and the body that goes with it."""

    def __init__(self, status: int, body: Json, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"HTTP {status}")
        self.status, self.body, self.headers = status, body, headers or {}

    def response(self) -> web.Response:
        return web.json_response(self.body, status=self.status, headers=self.headers)


class Vendor(Protocol):
    """How one of Google's interfaces words its refusals."""

    def generic(self, status: int) -> Refusal: ...
    def rate_limited(self, seconds: float) -> Refusal: ...
    def over_quota(self) -> Refusal: ...
    def revoked(self) -> Refusal: ...


@dataclass(slots=True)
class Exchange:
    """What one request will look like in the journal; `act` may still change `cost` and `detail`."""

    world: World
    request: web.Request
    service: str
    call: str
    write: bool = False
    cost: int = 0
    detail: dict[str, Any] = field(default_factory=dict)

    def listing_fault(self) -> Fault | None:
        """The armed fault that spoils this listing, used up by one."""
        return self.world.faults.take(self.service, self.call, *LISTING_FAULTS)

    def added(self, video_id: str) -> list[str]:
        """What an add of `video_id` really puts in: a fault may be ``doubled`` or ``substitute``."""
        fault = self.world.faults.take(self.service, self.call, *ADDING_FAULTS)
        if fault is None:
            return [video_id]
        self.detail["fault"] = fault.kind
        if fault.kind == "doubled":
            return [video_id, video_id]
        library = self.world.youtube.library
        video = library.find(video_id)
        other: str | None = fault.detail.get("id") or (video.twin if video else None)
        return [other or next((v.id for v in library.all() if v.id != video_id), video_id)]

    async def run(self, vendor: Vendor, act: Callable[[], web.Response]) -> web.Response:
        """Answers the request; `act` runs at most once, and `Refusal` is how it says no.

        A ``late`` fault acts first and answers after its seconds; with ``{"act": "late"}`` in its `detail` it
        acts after them. Cut connections are journalled with status 0 when nothing was done.
        """
        fault = self.world.faults.take(self.service, self.call, *REQUEST_FAULTS)
        if fault is None:
            return self._act(act)
        self.detail["fault"] = fault.kind
        if fault.kind == "reset":
            self._note(0)
            return self._cut()
        if fault.kind == "late":
            return await self._late(fault, act)
        if fault.kind == "lost":
            self._act(act)
            return self._cut()
        refusal = {
            "rate-limit": lambda: vendor.rate_limited(fault.seconds),
            "quota": vendor.over_quota,
            "revoked": vendor.revoked,
        }.get(fault.kind, lambda: vendor.generic(fault.status))()
        if fault.kind == "error" and fault.body is not None:
            return self._noted(_verbatim(fault))
        return self._noted(refusal.response())

    async def _late(self, fault: Fault, act: Callable[[], web.Response]) -> web.Response:
        if fault.detail.get("act") == "late":
            await asyncio.sleep(fault.seconds)
            return self._act(act)
        response = self._act(act)
        await asyncio.sleep(fault.seconds)
        return response

    def _act(self, act: Callable[[], web.Response]) -> web.Response:
        try:
            response = act()
        except Refusal as refusal:
            response = refusal.response()
        return self._noted(response)

    def _noted(self, response: web.Response) -> web.Response:
        self._note(response.status)
        return response

    def _note(self, status: int) -> None:
        now = self.world.clock.now()
        entry = Entry(now, self.service, self.call, status, self.write, self.cost, self.detail)
        self.world.journal.add(entry)

    def _cut(self) -> web.Response:
        if self.request.transport is not None:
            self.request.transport.abort()
        return web.Response()


def _verbatim(fault: Fault) -> web.Response:
    if isinstance(fault.body, (bytes, str)):
        body = fault.body.encode() if isinstance(fault.body, str) else fault.body
        return web.Response(body=body, status=fault.status, content_type="text/html")
    return web.json_response(fault.body, status=fault.status)


async def json_body(request: web.Request) -> Json:
    """The request's JSON object, gzipped or not whatever the headers say; anything else reads as empty."""
    data = await request.read()
    try:
        body = json.loads(gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data or b"{}")
    except (OSError, ValueError):
        return {}
    return body if isinstance(body, dict) else {}


def etag(thing: Any) -> str:
    """A tag that changes exactly when the thing does."""
    return hashlib.sha256(json.dumps(thing, sort_keys=True).encode()).hexdigest()[:27]


def thumbnails(video_id: str) -> list[Json]:
    """Where the video's pictures are, small to large."""
    sizes = (("default", 120, 90), ("mqdefault", 320, 180), ("hqdefault", 480, 360))
    return [
        {"url": f"https://i.ytimg.com/vi/{video_id}/{name}.jpg", "width": width, "height": height}
        for name, width, height in sizes
    ]
