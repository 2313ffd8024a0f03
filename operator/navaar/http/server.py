"""One HTTP server beside everything else in the event loop: uvicorn, without its signal handlers."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

GRACE = 2.0
"""Seconds that answers under way get at the end."""

STALLED = 30.0
"""Seconds after which a client that takes nothing is cut off."""


class HttpServer:
    """Serves an ASGI application. `host` empty means every address, `port` 0 any free one."""

    def __init__(self, app: ASGIApp, *, host: str = "", port: int = 8080) -> None:
        self._app = app
        self._host = host
        self._port = port
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None
        self.addresses: list[tuple[str, int]] = []
        """Where it listens, once started."""

    async def start(self) -> None:
        """Begins to listen. Raises OSError when the port is taken."""
        sockets = await _listening(self._host, self._port)
        for sock in sockets:
            # Connections inherit it. asyncio sees to it only where the socket names its protocol, which these don't; without
            # it each answer waits 40 ms for the client's acknowledgement.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # Whoever takes nothing of what was sent is cut off; where the system can't see to that, they keep what they have.
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(STALLED * 1000))
        config = uvicorn.Config(
            self._app,
            interface="asgi3",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=int(GRACE),
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets), name="http")
        await self._server.up.wait()
        self.addresses = [sock.getsockname()[:2] for sock in sockets]

    async def close(self) -> None:
        """Stops listening; answers that are under way get two seconds."""
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task
            self._server = self._task = None


class _Server(uvicorn.Server):
    """Ends when it is told to: signals are the process's own matter."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _listening(host: str, port: int) -> list[socket.socket]:
    """Sockets that are bound already, so that a port that is taken is told before anything else is begun."""
    if not host:
        if socket.has_dualstack_ipv6():
            return [socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)]
        return [socket.create_server(("", port))]
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    made: list[socket.socket] = []
    try:
        for family, address in {(family, address[:2]): None for family, _, _, _, address in found}:
            made.append(socket.create_server((str(address[0]), int(address[1])), family=family))
    except OSError:
        for sock in made:
            sock.close()
        raise
    return made
