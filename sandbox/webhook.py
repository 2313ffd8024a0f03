"""Somebody's webhook: takes what is posted to it, and keeps it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.exchange import Exchange, Refusal, install
from sandbox.faults import Fault

if TYPE_CHECKING:
    from sandbox.world import World

HOSTS = ("hooks.example.com",)
PATH = "/hooks/a-path-that-is-a-secret"
URL = f"https://{HOSTS[0]}{PATH}?token=so-is-this"


@dataclass
class WebhookState:
    """What arrived, oldest first. `moved_to`: the webhook redirects there instead of taking anything."""

    received: list[dict[str, Any]] = field(default_factory=list)
    moved_to: str = ""


class _Words:
    """How it refuses."""

    def generic(self, status: int) -> Refusal:
        return Refusal(status, {"ok": False})

    def rate_limited(self, seconds: float, reason: str = "") -> Refusal:
        return Refusal(429, {"ok": False}, {"Retry-After": str(int(seconds))})

    def over_quota(self, seconds: float) -> Refusal:
        return self.rate_limited(seconds)

    def revoked(self) -> Refusal:
        return self.generic(401)

    def conflict(self) -> Refusal:
        return self.generic(409)

    def ends(self, fault: Fault, now: float) -> float:
        """After the seconds that the refusal asks to wait."""
        return now + fault.seconds


def application(world: "World") -> web.Application:
    """An application that takes posts for `world.webhook`."""

    async def take(request: web.Request) -> web.StreamResponse:
        exchange = Exchange(world, request, "webhook", request.method, write=request.method == "POST")
        if await exchange.read() is None:
            return exchange.cut()

        async def act() -> web.StreamResponse:
            if request.method != "POST" or request.path != PATH:
                raise _Words().generic(404)
            if world.webhook.moved_to:
                raise Refusal(307, {"ok": False}, {"Location": world.webhook.moved_to})
            world.webhook.received.append(await request.json())
            return web.json_response({"ok": True})

        return await exchange.run(_Words(), act)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", take)
    install(app)
    return app
