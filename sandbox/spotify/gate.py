"""What every request to the simulated Spotify passes: faults, host, token, quota, journal."""

import asyncio
import json
import math
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox.faults import Fault
from sandbox.journal import Entry
from sandbox.spotify.accounts import Access
from sandbox.world import World

WORLD = web.AppKey("world", World)
DETAIL = web.RequestKey("detail", dict[str, Any])
_FAULT = web.RequestKey("fault", Fault)
_ACCESS = web.RequestKey("access", Access)
ACCOUNTS = "accounts.spotify.com"
TOKEN = "/api/token"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_ALWAYS = ("error", "lost", "reset", "late", "rate-limit", "quota", "revoked")
_LISTINGS = ("short", "empty", "truncated")
_ADDING = ("doubled", "substitute")


class Problem(Exception):
    """An answer other than 2xx, in the Web API's shape."""

    def __init__(self, status: int, message: str, reason: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.reason, self.retry_after = status, message, reason, retry_after

    def response(self) -> web.Response:
        error: dict[str, Any] = {"status": self.status, "message": self.message}
        if self.reason:
            error["reason"] = self.reason
        headers = {} if self.retry_after is None else {"Retry-After": str(max(1, math.ceil(self.retry_after)))}
        return web.json_response({"error": error}, status=self.status, headers=headers)


@web.middleware
async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Journals the request, and does to it what an armed fault says."""
    world, call = request.app[WORLD], _call(request)
    body = await request.read()
    fault = world.faults.take("spotify", call, *_kinds(call))
    if fault is not None:
        request[_FAULT] = fault
    if fault is not None and fault.kind == "late" and fault.detail.get("act") == "late":
        await asyncio.sleep(fault.seconds)
    early = _instead(request, fault)
    response = early if early is not None else await _answer(request, handler)
    write = call != f"POST {TOKEN}" and request.method in ("POST", "PUT", "DELETE")
    detail = {**request.match_info, **request.query, **request.get(DETAIL, {})}
    if write:
        detail["body"] = _loads(body)
    if fault is not None:
        detail["fault"] = fault.kind
    cut = fault is not None and fault.kind in ("reset", "lost")
    status = 0 if fault is not None and fault.kind == "reset" else response.status
    world.journal.add(Entry(world.clock.now(), "spotify", call, status, write, 1, detail))
    if fault is not None and fault.kind == "late" and fault.detail.get("act") != "late":
        await asyncio.sleep(fault.seconds)
    if cut and request.transport is not None:
        request.transport.abort()
    return response


def fault_of(request: web.Request, *kinds: str) -> Fault | None:
    """The fault that this request drew, if it is one of `kinds`."""
    fault = request.get(_FAULT)
    return fault if fault is not None and fault.kind in kinds else None


def access_of(request: web.Request) -> Access:
    """The token that the request came with, already found good."""
    return request[_ACCESS]


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        if (request.host == ACCOUNTS) != (request.path == TOKEN):
            raise Problem(404, "Service not found")
        if request.path != TOKEN:
            request[_ACCESS] = _authenticate(request)
            _spend(request)
            _admit(request)
        return await handler(request)
    except Problem as problem:
        return problem.response()
    except web.HTTPException as problem:
        if isinstance(problem, web.HTTPForbidden):
            return web.Response(status=403, text=problem.text)
        message = "Service not found" if problem.status == 404 else problem.reason
        return Problem(problem.status, message).response()


def _instead(request: web.Request, fault: Fault | None) -> web.Response | None:
    """The answer that a fault gives in place of acting."""
    match fault.kind if fault is not None else None:
        case "error" if fault is not None:
            if fault.body is None:
                return Problem(
                    fault.status, "Server error." if fault.status == 500 else "Service unavailable"
                ).response()
            if isinstance(fault.body, str | bytes):
                return web.Response(status=fault.status, body=fault.body)
            return web.json_response(fault.body, status=fault.status)
        case "reset":
            return web.Response()
        case "rate-limit" if fault is not None:
            return Problem(429, "API rate limit exceeded", retry_after=fault.seconds).response()
        case "quota" if fault is not None:
            return Problem(429, "Too many requests", "QUOTA_EXCEEDED", fault.seconds or 48_925).response()
        case "revoked" if request.path == TOKEN:
            said = {"error": "invalid_grant", "error_description": "Refresh token revoked"}
            return web.json_response(said, status=400)
        case "revoked":
            return Problem(401, "Invalid access token").response()
    return None


def _authenticate(request: web.Request) -> Access:
    world = request.app[WORLD]
    header = request.headers.get("Authorization", "")
    if not header:
        raise Problem(401, "No token provided")
    scheme, _, token = header.partition(" ")
    if scheme != "Bearer":
        raise Problem(400, "Only valid bearer authentication supported")
    access = world.spotify.accounts.access.get(token)
    if access is None:
        raise Problem(401, "Invalid access token")
    if world.clock.now() >= access.expires_at:
        raise Problem(401, "The access token expired")
    request[DETAIL] = {"user": access.user_id, "client": access.client_id}
    return access


def _spend(request: web.Request) -> None:
    world = request.app[WORLD]
    refused = world.spotify.quota.spend(world.clock.now())
    if refused is not None:
        seconds, reason = refused
        raise Problem(429, "Too many requests" if reason else "API rate limit exceeded", reason, seconds)


def _admit(request: web.Request) -> None:
    access = access_of(request)
    app = request.app[WORLD].spotify.accounts.apps[access.client_id]
    if app.allowed is not None and access.user_id is not None and access.user_id not in app.allowed:
        # The real service answers this one in plain text.
        text = "Check settings on developer.spotify.com/dashboard, the user may not be registered."
        raise web.HTTPForbidden(text=text)


def _call(request: web.Request) -> str:
    resource = request.match_info.route.resource
    path = resource.canonical if resource is not None else request.path
    return f"{request.method} {path.removeprefix('/v1').rstrip('/')}"


def _kinds(call: str) -> tuple[str, ...]:
    if call in ("GET /playlists/{id}", "GET /playlists/{id}/items", "GET /search"):
        return _ALWAYS + _LISTINGS
    return _ALWAYS + _ADDING if call == "POST /playlists/{id}/items" else _ALWAYS


def _loads(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode("utf-8", "replace")
