"""The Bot API on the wire: from an HTTP request to a method, and its answer, fault or refusal back."""

import json
import logging
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.exchange import BROKEN, Exchange, Refusal
from sandbox.telegram.calls import Call, asked, names_of, read_parameters
from sandbox.telegram.chats import Bot
from sandbox.telegram.errors import ApiError, BotApi, plain
from sandbox.telegram.methods import METHODS, Method

if TYPE_CHECKING:
    from sandbox.world import World

SERVICE = "telegram"
log = logging.getLogger(__name__)


class Wire:
    """Answers for the vendor in one application."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.state = world.telegram

    async def close(self, _: web.Application) -> None:
        """Ends every waiting poll."""
        for queue in self.state.queues.values():
            queue.wake("closing")

    async def call(self, request: web.Request) -> web.StreamResponse:
        """POST or GET /bot<token>/<method>."""
        method = METHODS.get(request.match_info["method"].lower())
        name = method.name if method else request.match_info["method"]
        exchange = self.exchange(request, name, write=method is not None and method.write)
        if await exchange.torn():
            return exchange.cut()

        async def act() -> web.Response:
            bot = self.bot(request)
            if method is None:
                raise ApiError(404, "Not Found: method not found")
            try:
                return answer(await self.act(method, bot, params, uploads, exchange))
            except Refusal:
                raise
            except Exception:
                log.exception("the simulated %s failed", name)
                raise plain(500) from None

        try:
            params, uploads = await read_parameters(request)
        except ApiError as error:
            refused = error
            return await exchange.run(BotApi(), lambda: refused.response())
        except BROKEN:
            exchange.broke()
            return exchange.cut()
        exchange.detail |= asked(params, uploads) | ({"body_size": request.content_length} if uploads else {})
        exchange.about(*names_of(self.state, params, uploads))
        return await exchange.run(BotApi(), act)

    async def act(self, method: Method, bot: Bot, params: Any, uploads: Any, exchange: Exchange) -> Any:
        """Does what was asked, twice under a ``doubled`` fault."""
        polls = method.name == "getUpdates"
        if polls and exchange.draw("empty"):
            return []
        fault = exchange.draw("doubled") if polls or method.write else None
        result = await method.act(Call(self.state, bot, method.name, params, uploads, exchange.detail))
        if fault is not None and polls:
            self.state.queue(bot.token).repeat()
        elif fault is not None:
            await method.act(Call(self.state, bot, method.name, params, uploads))
        gone = exchange.request.transport is None or exchange.request.transport.is_closing()
        if gone and not method.write:
            exchange.detail["gone"] = True
        return result

    def exchange(self, request: web.Request, name: str, write: bool = False) -> Exchange:
        """What the request will look like in the journal."""
        exchange = Exchange(self.world, request, SERVICE, name, write)
        exchange.spared = () if name == "getUpdates" else ("conflict",)
        bot = self.state.bots.get(request.match_info["token"])
        if bot is not None:
            exchange.account = str(bot.id)
            exchange.about(bot.id, bot.username)
        return exchange

    def bot(self, request: web.Request) -> Bot:
        """The bot whose token is in the path; raises 401."""
        bot = self.state.bots.get(request.match_info["token"])
        if bot is None or bot.revoked:
            raise plain(401)
        return bot

    async def download(self, request: web.Request) -> web.StreamResponse:
        """GET /file/bot<token>/<file_path>: the bytes, while the link lives."""
        path = request.match_info["path"]
        exchange = self.exchange(request, "download")
        exchange.detail["file_path"] = path

        def act() -> web.Response:
            file = self.state.served_file(self.bot(request), path)
            if file is None:
                raise plain(404)
            return web.Response(body=file.read(), content_type="application/octet-stream")

        return await exchange.run(BotApi(), act)


def answer(result: Any) -> web.Response:
    """``ok: true``."""
    return web.json_response({"ok": True, "result": result}, dumps=compact)


def compact(value: Any) -> str:
    """JSON as the vendor writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
