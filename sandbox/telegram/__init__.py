"""The simulated Telegram: the Bot API on the wire, over `TelegramState`.

Not simulated: albums sent by bots, other media than audio and documents, MarkdownV2, inline mode, topics,
reactions, payments, delivery to webhooks, uploads by URL, and the pause of 3 seconds before repeated 409s.
"""

from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.exchange import install
from sandbox.telegram.wire import Wire

if TYPE_CHECKING:
    from sandbox.world import World

HOSTS = ("api.telegram.org",)


def application(world: "World") -> web.Application:
    """An application that answers for api.telegram.org; it puts `world.telegram` on the world's clock."""
    world.telegram.bind(world.clock)
    wire = Wire(world)
    app = web.Application(client_max_size=64 << 20)
    app.router.add_route("*", "/bot{token:[^/]+}/{method:[^/]+}", wire.call)
    app.router.add_get("/file/bot{token:[^/]+}/{path:.+}", wire.download)
    install(app)
    app.on_shutdown.append(wire.close)
    return app
