"""The way into the local world: an HTTPS proxy that answers for the services and lets nothing else out."""

import asyncio
import contextlib
import fnmatch
import logging
import ssl
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import trustme
from aiohttp import web

from sandbox import spotify, telegram, webhook, youtube
from sandbox.world import World

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
MUSIC = "music.youtube.com"
HOSTS: dict[str, tuple[str, ...]] = {
    "telegram": ("api.telegram.org",),
    "spotify": ("api.spotify.com", "accounts.spotify.com"),
    "youtube": (
        "music.youtube.com",
        "www.youtube.com",
        "youtube.com",
        "m.youtube.com",
        "www.googleapis.com",
        "youtube.googleapis.com",
        "oauth2.googleapis.com",
        "accounts.google.com",
        "*.googlevideo.com",
        "i.ytimg.com",
    ),
    "webhook": webhook.HOSTS,
}
APPLICATIONS: dict[str, Callable[[World], web.Application]] = {
    "telegram": telegram.application,
    "spotify": spotify.application,
    "youtube": youtube.application,
    "webhook": webhook.application,
}
_HEAD_LIMIT = 65_536


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that would have left the machine: what the client asked the proxy for."""

    method: str
    target: str

    def __str__(self) -> str:
        return (
            f"the sandbox refused {self.method} {self.target}: it answers for Telegram, Spotify, YouTube and "
            "a webhook, and nothing leaves loopback"
        )


class Sandbox:
    """The services of a world, on free ports of the loopback interface, behind a proxy of their own.

    An async context manager. Unmodified clients reach it through `environment`. `ca_file` holds the sandbox's
    own authority and no other, so that a request which goes around the proxy fails as well. Requests for any
    other host are answered 403 and kept in `refused`.
    """

    def __init__(self, world: World, folder: Path | None = None, port: int = 0) -> None:
        self.world = world
        self.folder = folder
        self.port = port
        self.refused: list[Refusal] = []
        self._backends: dict[str, int] = {}
        self._relays: set[asyncio.Task[None]] = set()
        self._stack = contextlib.AsyncExitStack()

    @property
    def proxy_url(self) -> str:
        """The proxy's address; known once it has started."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def ca_file(self) -> Path:
        """The certificate of the sandbox's authority, PEM; written at the start."""
        if self.folder is None:
            raise RuntimeError("the sandbox has not been started")
        return self.folder / "ca.pem"

    def environment(self) -> dict[str, str]:
        """What a child process needs in its environment to live in this world."""
        direct = f"{LOOPBACK},localhost"
        return {
            "HTTPS_PROXY": self.proxy_url,
            "https_proxy": self.proxy_url,
            "HTTP_PROXY": self.proxy_url,
            "http_proxy": self.proxy_url,
            "NO_PROXY": direct,
            "no_proxy": direct,
            "SSL_CERT_FILE": str(self.ca_file),
            "REQUESTS_CA_BUNDLE": str(self.ca_file),
        }

    async def __aenter__(self) -> "Sandbox":
        async with contextlib.AsyncExitStack() as stack:
            if self.folder is None:
                self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sandbox-")))
            authority = trustme.CA()
            authority.cert_pem.write_to_path(str(self.ca_file))
            for service, hosts in HOSTS.items():
                self._backends[service] = await self._serve(stack, service, authority, hosts)
            server = await asyncio.start_server(self._accept, LOOPBACK, self.port, limit=_HEAD_LIMIT)
            stack.push_async_callback(self._close, server)
            self.port = server.sockets[0].getsockname()[1]
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _serve(
        self, stack: contextlib.AsyncExitStack, service: str, authority: trustme.CA, hosts: tuple[str, ...]
    ) -> int:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*hosts).configure_cert(context)
        # Long polls and armed delays must not hold up the end of a test.
        runner = web.AppRunner(APPLICATIONS[service](self.world), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, LOOPBACK, 0, ssl_context=context)
        await site.start()
        port: int = runner.addresses[0][1]
        return port

    async def _close(self, server: asyncio.Server) -> None:
        server.close()
        for relay in self._relays:
            relay.cancel()
        await asyncio.gather(*self._relays, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        relay = asyncio.current_task()
        if relay is not None:
            self._relays.add(relay)
            relay.add_done_callback(self._relays.discard)
        try:
            await self._connect(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        except asyncio.CancelledError:
            # Only `_close` cancels; a cancelled connection task would be logged as an error.
            writer.transport.abort()
        finally:
            writer.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, *_ = [*head.split(b"\r\n", 1)[0].decode("latin-1").split(" "), "", ""]
        service = _service(target) if method == "CONNECT" else None
        if service is None:
            await self._refuse(Refusal(method, target), writer)
            return
        host = target.lower().rpartition(":")[0]
        if self.world.faults.take("youtube-music" if host == MUSIC else service, "connect", "down", names={host}):
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            return
        backend = await asyncio.open_connection(LOOPBACK, self._backends[service])
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await writer.drain()
        await _relay((reader, writer), backend)

    async def _refuse(self, refusal: Refusal, writer: asyncio.StreamWriter) -> None:
        self.refused.append(refusal)
        log.warning("%s", refusal)
        body = f"{refusal}\n".encode()
        head = (
            "HTTP/1.1 403 Forbidden by the sandbox\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        writer.write(head.encode() + body)
        await writer.drain()


def _service(target: str) -> str | None:
    """Which service answers for "host:port"; None where nobody does."""
    host, _, port = target.lower().rpartition(":")
    if port != "443":
        return None
    for service, patterns in HOSTS.items():
        if any(fnmatch.fnmatchcase(host, pattern) for pattern in patterns):
            return service
    return None


Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _relay(client: Stream, backend: Stream) -> None:
    """Passes bytes both ways until one side is done, and ends the other side the way the first one ended."""
    pumps = [
        asyncio.create_task(_pump(client[0], backend[1])),
        asyncio.create_task(_pump(backend[0], client[1])),
    ]
    try:
        done, _ = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        if any(pump.exception() is not None for pump in done):
            client[1].transport.abort()
    finally:
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        backend[1].close()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65_536):
        sink.write(data)
        await sink.drain()
