"""What the cluster asks the operator: is it alive, is it ready, what are its numbers."""

from collections.abc import Callable

from aiohttp import web

Check = Callable[[], str | None]
"""What is wrong, in a sentence; None when nothing is. Must not wait, and says nothing secret."""


class HttpServer:
    """``/healthz`` (restart me if it fails), ``/readyz`` (don't wait for me if it fails) and ``/metrics``.

    `metrics` gives a body and its content type for the Accept header that it is given. `host` empty means every
    address, `port` 0 any free one.
    """

    def __init__(
        self,
        *,
        alive: Check,
        ready: Check,
        metrics: Callable[[str], tuple[bytes, str]],
        host: str = "",
        port: int = 8080,
    ) -> None:
        self._alive = alive
        self._ready = ready
        self._metrics = metrics
        self._host = host or None
        self._port = port
        self._runner: web.AppRunner | None = None
        self.addresses: list[tuple[str, int]] = []
        """Where it listens, once started."""

    async def start(self) -> None:
        """Begins to listen. Raises OSError when the port is taken."""
        app = web.Application()
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._show)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except BaseException:
            await runner.cleanup()
            raise
        self._runner = runner
        self.addresses = [(address[0], address[1]) for address in runner.addresses]

    async def close(self) -> None:
        """Stops listening; answers that are under way get two seconds."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _healthz(self, request: web.Request) -> web.Response:
        return _verdict(self._alive())

    async def _readyz(self, request: web.Request) -> web.Response:
        return _verdict(self._ready())

    async def _show(self, request: web.Request) -> web.Response:
        body, content_type = self._metrics(request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": content_type})


def _verdict(problem: str | None) -> web.Response:
    if problem is None:
        return web.Response(text="ok\n")
    return web.Response(status=503, text=problem + "\n")
