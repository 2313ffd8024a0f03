"""An unmodified python-telegram-bot at the simulated Telegram, whose every answer is held to the vendor's types."""

import asyncio
import io
import json
import os
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import telegram
from aiohttp import web
from aiohttp.test_utils import TestServer
from mutagen.easyid3 import EasyID3
from telegram.request import HTTPXRequest

from sandbox.telegram import application
from sandbox.telegram.state import TelegramState
from sandbox.world import World

TOKEN = "7001:AAsecretOfTheFirstBot"
OTHER = "7002:AAsecretOfTheSecondBot"
CHANNEL = -1001000000001
SCRATCH = -1002000000002
HOUR = 3600
TLS = ssl.create_default_context()


def mp3(seconds: int = 2, title: str | None = None, artist: str | None = None) -> bytes:
    """Silence at 128 kbit/s and 44.1 kHz, tagged when asked."""
    frame = bytes.fromhex("fffb9064") + bytes(413)
    out = io.BytesIO(frame * (seconds * 44100 // 1152 + 1))
    if title or artist:
        tags = EasyID3()  # type: ignore[no-untyped-call]
        tags["title"], tags["artist"] = title or "", artist or ""
        tags.save(out)
    return out.getvalue()


def jpeg(width: int, height: int, size: int = 64) -> bytes:
    """The head of a JPEG of these dimensions, padded to `size` bytes."""
    frame = b"\xff\xc0\x00\x11\x08" + height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return (b"\xff\xd8\xff\xe0\x00\x04\x00\x00" + frame).ljust(size, b"\0")


SCALARS: dict[str, type | tuple[type, ...]] = {
    "Integer": int,
    "Float": (int, float),
    "String": str,
    "Boolean": bool,
    "True": bool,
}


class Contract:
    """The vendor's types, as the Bot API's machine-readable description has them."""

    def __init__(self, path: Path) -> None:
        document = json.loads(path.read_text())
        self.methods, self.types = document["methods"], document["types"]

    def faults(self, value: Any, kinds: list[str], where: str) -> list[str]:
        """What is wrong with a value that should be of one of `kinds`; empty when nothing is."""
        found: list[str] = []
        for kind in kinds:
            wrong = self._one(value, kind, where)
            if not wrong:
                return []
            found += wrong
        return found

    def _one(self, value: Any, kind: str, where: str) -> list[str]:
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                return [f"{where}: not an array"]
            inner = kind.removeprefix("Array of ")
            return [w for i, v in enumerate(value) for w in self._one(v, inner, f"{where}[{i}]")]
        if kind in SCALARS:
            right = isinstance(value, SCALARS[kind]) and isinstance(value, bool) == (kind in ("Boolean", "True"))
            return [] if right else [f"{where}: {value!r} is not {kind}"]
        if subtypes := self.types[kind].get("subtypes"):
            return self.faults(value, subtypes, where)
        if not isinstance(value, dict):
            return [f"{where}: {value!r} is not {kind}"]
        fields = {f["name"]: f for f in self.types[kind].get("fields", [])}
        missing = [f"{where}.{n}: missing in {kind}" for n, f in fields.items() if f["required"] and n not in value]
        unknown = [f"{where}.{n}: unknown to {kind}" for n in value if n not in fields]
        return (
            missing
            + unknown
            + [w for n, v in value.items() if n in fields for w in self.faults(v, fields[n]["types"], f"{where}.{n}")]
        )


def contract() -> Contract | None:
    """The vendor's description, where there is one."""
    default = Path(__file__).resolve().parents[3] / "shared" / "contracts"
    path = Path(os.environ.get("NAVAAR_CONTRACTS", default)) / "telegram-bot-api.json"
    return Contract(path) if path.exists() else None


CONTRACT = contract()


@dataclass
class Local:
    """A served world with a channel, a scratch group and a bot in both."""

    world: World
    server: TestServer
    answered: set[str] = field(default_factory=set)
    bots: list[telegram.Bot] = field(default_factory=list)

    @property
    def state(self) -> TelegramState:
        return self.world.telegram

    def bot(self, token: str = TOKEN) -> telegram.Bot:
        """A client of its own, which the world shuts down when it ends."""
        url = str(self.server.make_url("/"))
        # One TLS context for all: the client would load the certificates anew for each.
        request, polls = (HTTPXRequest(httpx_kwargs={"verify": TLS}) for _ in range(2))
        bot = telegram.Bot(token, f"{url}bot", f"{url}file/bot", request=request, get_updates_request=polls)
        self.bots.append(bot)
        return bot

    async def updates(self, bot: telegram.Bot, **options: Any) -> tuple[telegram.Update, ...]:
        """What there is at this moment; nothing is waited for."""
        return await bot.get_updates(**{"timeout": 0, **options})

    async def polling(self, token: str = TOKEN) -> None:
        """Returns once the bot's poll waits on the server."""
        while self.state.queue(token).poll is None:
            await asyncio.sleep(0)


# Only pytest uses these, by name: a test module that wants one says `local = telegrambot.local`.


@pytest_asyncio.fixture
async def local(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Local]:
    """Two bots, of which the first is an admin of both chats; no answer may be other than the vendor's types allow."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    world = World()
    app = application(world)
    here = Local(world, TestServer(app))

    @web.middleware
    async def hold_to_contract(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        response = await handler(request)
        method = request.match_info.get("method")
        if method and CONTRACT and isinstance(response, web.Response) and response.content_type == "application/json":
            body = json.loads(response.body)  # type: ignore[arg-type]
            if body["ok"] and method in CONTRACT.methods:
                wrong.extend(CONTRACT.faults(body["result"], CONTRACT.methods[method]["returns"], method))
                here.answered.add(method)
        return response

    wrong: list[str] = []
    app.middlewares.append(hold_to_contract)
    here.state.create_bot(TOKEN, "first_bot")
    here.state.create_bot(OTHER, "second_bot")
    here.state.create_channel(CHANNEL, "Friday tapes", "@fridaytapes")
    here.state.create_group(SCRATCH, "Scratch")
    here.state.add_admin(CHANNEL, TOKEN)
    here.state.add_admin(SCRATCH, TOKEN)
    here.state.queue(TOKEN).forget()
    await here.server.start_server()
    yield here
    for bot in here.bots:
        await bot.shutdown()
    await here.server.close()
    assert not wrong, wrong


@pytest_asyncio.fixture
async def bot(local: Local) -> telegram.Bot:
    return local.bot()


async def ask(local: Local, method: str, token: str = TOKEN, **request: Any) -> tuple[int, Any]:
    """A bare request, for what the client would not send."""
    verb = request.pop("verb", "POST")
    async with (
        aiohttp.ClientSession() as session,
        session.request(verb, local.server.make_url(f"/bot{token}/{method}"), **request) as response,
    ):
        return response.status, await response.json()
