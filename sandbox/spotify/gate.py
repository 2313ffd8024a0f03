"""What every request to the simulated Spotify passes: faults, host, token, quota, journal."""

import json
import math
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from aiohttp import web

from sandbox.exchange import Exchange, Refusal
from sandbox.faults import Fault
from sandbox.spotify.accounts import Access
from sandbox.world import World

WORLD = web.AppKey("world", World)
EXCHANGE = web.RequestKey("exchange", Exchange)
_ACCESS = web.RequestKey("access", Access)
ACCOUNTS = "accounts.spotify.com"
TOKEN, AUTHORIZE = "/api/token", "/authorize"
# What others saw the quota ask for: GuessSong, issue 28 (2026-08).
QUOTA_WAIT = 48_925.0
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Problem(Refusal):
    """An answer other than 2xx, in the Web API's shape."""

    def __init__(self, status: int, message: str, reason: str | None = None, retry_after: float | None = None) -> None:
        error: dict[str, Any] = {"status": status, "message": message}
        if reason:
            error["reason"] = reason
        headers = {} if retry_after is None else {"Retry-After": str(max(1, math.ceil(retry_after)))}
        super().__init__(status, {"error": error}, headers)


class WebApi:
    """How api.spotify.com refuses."""

    def generic(self, status: int) -> Refusal:
        said = {404: "Resource not found", 500: "Server error.", 502: "Bad gateway.", 503: "Service unavailable"}
        return Problem(status, said.get(status) or HTTPStatus(status).phrase)

    def rate_limited(self, seconds: float, reason: str = "") -> Refusal:
        return Problem(429, "API rate limit exceeded", retry_after=seconds)

    def over_quota(self, seconds: float) -> Refusal:
        return Problem(429, "Too many requests", "QUOTA_EXCEEDED", seconds or QUOTA_WAIT)

    def revoked(self) -> Refusal:
        return Problem(401, "Invalid access token")

    def conflict(self) -> Refusal:
        return self.generic(409)

    def ends(self, fault: Fault, now: float) -> float:
        """After the seconds that the refusal asks to wait."""
        return now + (fault.seconds or (QUOTA_WAIT if fault.kind == "quota" else 0.0))


class TokenApi(WebApi):
    """How accounts.spotify.com refuses."""

    def revoked(self) -> Refusal:
        return Refusal(400, {"error": "invalid_grant", "error_description": "Refresh token revoked"})


@web.middleware
async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Journals the request, and does to it what an armed fault says."""
    world, call, token = request.app[WORLD], _call(request), request.path == TOKEN
    write = not token and request.method in ("POST", "PUT", "DELETE")
    exchange = Exchange(world, request, "spotify", call, write, detail={**request.match_info, **request.query})
    exchange.changes, exchange.spared = token, ("rate-limit", "quota") if token else ()
    request[EXCHANGE] = exchange
    _recognise(exchange)
    data = await exchange.read()
    if data is None:
        return exchange.cut()
    exchange.about(*request.match_info.values(), *request.query.values())
    if write:
        exchange.detail["body"] = _loads(data)
        exchange.about(*_named(exchange.detail["body"]))
    return await exchange.run(TokenApi() if token else WebApi(), lambda: _answer(request, handler))


def fault_of(request: web.Request, *kinds: str) -> Fault | None:
    """The armed fault of one of these kinds for this request, used up by one."""
    return request[EXCHANGE].draw(*kinds)


def access_of(request: web.Request) -> Access:
    """The token that the request came with, already found good."""
    return request[_ACCESS]


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        signing_in = request.path in (TOKEN, AUTHORIZE)
        if (request.host == ACCOUNTS) != signing_in:
            raise Problem(404, "Service not found")
        if not signing_in:
            request[_ACCESS] = _authenticate(request)
            _spend(request)
            _admit(request)
        return await handler(request)
    except Refusal as problem:
        return problem.response()
    except web.HTTPException as problem:
        if isinstance(problem, web.HTTPForbidden):
            return web.Response(status=403, text=problem.text)
        message = "Service not found" if problem.status == 404 else problem.reason
        return Problem(problem.status, message).response()


def _recognise(exchange: Exchange) -> None:
    """Whose request it is, as far as its token tells."""
    accounts = exchange.world.spotify.accounts
    token = exchange.request.headers.get("Authorization", "").partition(" ")[2]
    access = accounts.access.get(token)
    if access is not None:
        exchange.account = accounts.apps[access.client_id].developer
        exchange.about(exchange.account, access.user_id, access.client_id)
        exchange.detail |= {"user": access.user_id, "client": access.client_id}


def _named(body: Any) -> list[str]:
    """Every URI in a body, and its id."""
    items = body.get("items") or [] if isinstance(body, dict) else []
    uris = [*(body.get("uris") or []), *(item.get("uri") for item in items)] if isinstance(body, dict) else []
    found = [uri for uri in uris if isinstance(uri, str)]
    return found + [uri.rpartition(":")[2] for uri in found]


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
    if request[EXCHANGE].arrived >= access.expires_at:
        raise Problem(401, "The access token expired")
    return access


def _spend(request: web.Request) -> None:
    world = request.app[WORLD]
    developer = world.spotify.accounts.apps[access_of(request).client_id].developer
    refused = world.spotify.quota_of(developer).spend(world.clock.now())
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


def _loads(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode("utf-8", "replace")
