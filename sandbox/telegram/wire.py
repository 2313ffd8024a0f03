"""The Bot API on the wire: from an HTTP request to a method, and its answer, fault or refusal back."""

import asyncio
import json
import logging
import math
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.faults import Fault
from sandbox.journal import Entry
from sandbox.telegram.calls import Call, asked, read_parameters
from sandbox.telegram.chats import Bot
from sandbox.telegram.errors import ApiError, plain, too_many_requests
from sandbox.telegram.methods import METHODS, Method

if TYPE_CHECKING:
    from sandbox.world import World

SERVICE = "telegram"
BEFORE = ("error", "reset", "rate-limit", "quota", "revoked", "empty")
AFTER = ("lost", "late", "doubled")
log = logging.getLogger(__name__)


class Wire:
    """Answers for the vendor in one application."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.state = world.telegram
        self.closing = asyncio.Event()

    async def close(self, _: web.Application) -> None:
        """Ends every waiting poll and late answer."""
        self.closing.set()
        for queue in self.state.queues.values():
            queue.wake("closing")

    async def call(self, request: web.Request) -> web.StreamResponse:
        """POST or GET /bot<token>/<method>."""
        method = METHODS.get(request.match_info["method"].lower())
        name = method.name if method else request.match_info["method"]
        detail: dict[str, Any] = {}
        fault = None
        try:
            params, uploads = await read_parameters(request)
            detail |= asked(params, uploads)
            fault = self.world.faults.take(SERVICE, name, *BEFORE, *AFTER)
            if fault is not None:
                detail["fault"] = fault.kind
            if fault is not None and fault.kind in BEFORE:
                response = self.refuse(fault)
            else:
                bot = self.bot(request)
                if method is None:
                    raise ApiError(404, "Not Found: method not found")
                call = Call(self.state, bot, method.name, params, uploads, detail)
                response = answer(await self.act(method, call, fault))
        except ApiError as error:
            response = failure(error)
        except Exception:
            log.exception("the simulated %s failed", name)
            response = failure(plain(500))
        return await self.finish(request, name, method, response, fault, detail)

    async def act(self, method: Method, call: Call, fault: Fault | None) -> Any:
        """Does what was asked, twice under a ``doubled`` fault."""
        result = await method.act(call)
        if fault is not None and fault.kind == "doubled":
            await method.act(Call(self.state, call.bot, call.method, call.params, call.uploads))
        return result

    async def finish(
        self,
        request: web.Request,
        name: str,
        method: Method | None,
        response: web.Response | None,
        fault: Fault | None,
        detail: dict[str, Any],
    ) -> web.StreamResponse:
        """Journals the request, then answers, late, or not at all."""
        gone = request.transport is None or request.transport.is_closing()
        if gone:
            detail["gone"] = True
        status = response.status if response is not None and not gone else 0
        write = method is not None and method.write
        self.world.journal.add(Entry(self.state.now(), SERVICE, name, status, write, detail=detail))
        if fault is not None and fault.kind == "late":
            await self.pause(fault.seconds)
        if response is None or (fault is not None and fault.kind == "lost"):
            return cut(request)
        return response

    async def pause(self, seconds: float) -> None:
        """Waits in real time, but not beyond the application's end."""
        try:
            await asyncio.wait_for(self.closing.wait(), seconds)
        except TimeoutError:
            return

    def refuse(self, fault: Fault) -> web.Response | None:
        """The answer of a fault that keeps the method from acting; None to cut the connection."""
        if fault.kind == "reset":
            return None
        if fault.kind == "revoked":
            return failure(plain(401))
        if fault.kind == "empty":
            return answer([])
        if fault.kind in ("rate-limit", "quota"):
            return failure(too_many_requests(max(1, math.ceil(fault.seconds))))
        if isinstance(fault.body, str):
            return web.Response(status=fault.status, text=fault.body)
        if fault.body is not None:
            return web.json_response(fault.body, status=fault.status)
        return failure(plain(fault.status))

    def bot(self, request: web.Request) -> Bot:
        """The bot whose token is in the path; raises 401."""
        bot = self.state.bots.get(request.match_info["token"])
        if bot is None or bot.revoked:
            raise plain(401)
        return bot

    async def download(self, request: web.Request) -> web.StreamResponse:
        """GET /file/bot<token>/<file_path>: the bytes, while the link lives."""
        path, detail = request.match_info["path"], {"file_path": request.match_info["path"]}
        fault = self.world.faults.take(SERVICE, "download", *BEFORE, "lost", "late")
        response: web.Response | None
        try:
            if fault is not None and fault.kind in BEFORE:
                response = self.refuse(fault)
            else:
                file = self.state.served_file(self.bot(request), path)
                if file is None:
                    raise plain(404)
                response = web.Response(body=file.read(), content_type="application/octet-stream")
        except ApiError as error:
            response = failure(error)
        return await self.finish(request, "download", None, response, fault, dict(detail))


def answer(result: Any) -> web.Response:
    """``ok: true``."""
    return web.json_response({"ok": True, "result": result}, dumps=compact)


def failure(error: ApiError) -> web.Response:
    """``ok: false`` with the vendor's description."""
    body: dict[str, Any] = {"ok": False, "error_code": error.status, "description": error.description}
    headers = {}
    if error.retry_after is not None:
        body["parameters"] = {"retry_after": error.retry_after}
        headers["Retry-After"] = str(error.retry_after)
    return web.json_response(body, status=error.status, headers=headers, dumps=compact)


def compact(value: Any) -> str:
    """JSON as the vendor writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def cut(request: web.Request) -> web.StreamResponse:
    """Breaks the connection; the response only ends the handler and reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
