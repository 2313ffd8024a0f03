"""Where a browser on this machine is sent back to: an address of 127.0.0.1, open for as long as one sign-in takes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from aiohttp import web

from navaar.signin.consent import Authorization, Provider
from navaar.signin.problem import NotTheAnswer, SignInProblem

HOST = "127.0.0.1"
# RFC 8252, section 8.3: a literal, as `localhost` may lead elsewhere; Spotify refuses that name since 2025.

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Connection": "close",
}
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Navaar</title><style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem;
color-scheme:light dark}}</style><h1>{title}</h1><p>{text}</p></html>"""


class Loopback:
    """An open address: `redirect_uri`. Made by `listening`."""

    def __init__(self, redirect_uri: str) -> None:
        self.redirect_uri = redirect_uri
        self._authorization: Authorization | None = None
        self._code: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def answer(self, authorization: Authorization) -> str:
        """The code that the browser brings. Raises `SignInProblem` where the person says no, or says nothing for too long."""
        self._authorization = authorization
        try:
            async with asyncio.timeout(authorization.left):
                return await asyncio.shield(self._code)
        except TimeoutError:
            raise SignInProblem(
                f"Nobody answered within ten minutes. Begin anew with `{authorization.provider.retry}`; where no browser "
                "reaches this machine, with --paste."
            ) from None

    async def handle(self, request: web.Request) -> web.Response:
        """Answers the browser, with a page that tells nothing to who looks over a shoulder."""
        wanted = urlsplit(self.redirect_uri)
        if request.host != wanted.netloc or request.path != wanted.path or self._authorization is None:
            return _page(404, "Nothing here", "This address only takes the answer of a sign-in.")
        try:
            code = self._authorization.accept(f"{wanted.scheme}://{wanted.netloc}{request.raw_path}")
        except NotTheAnswer:
            return _page(400, "Not this one", "This page doesn't belong to the sign-in that waits in the terminal.")
        except SignInProblem as problem:
            self._end(problem)
            return _page(200, "Not signed in", "The terminal says why. You can close this page.")
        if not self._code.done():
            self._code.set_result(code)
        return _page(200, "Thank you", "The terminal says how it went on. You can close this page.")

    def _end(self, problem: SignInProblem) -> None:
        if not self._code.done():
            self._code.set_exception(problem)
            # Nobody may be waiting (any more).
            self._code.exception()


@asynccontextmanager
async def listening(provider: Provider, port: int = 0) -> AsyncIterator[Loopback]:
    """Listens on 127.0.0.1, at a free port unless one is given. Raises `SignInProblem` where that is taken."""
    holder: list[Loopback] = []

    async def handle(request: web.Request) -> web.Response:
        return await holder[0].handle(request)

    app = web.Application(client_max_size=0)
    app.router.add_get("/{path:.*}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError as error:
            raise SignInProblem(
                f"Port {port} of this machine can't be listened on ({error.strerror or type(error).__name__}). Choose another "
                "with --port, or leave it out."
            ) from None
        holder.append(Loopback(f"http://{HOST}:{runner.addresses[0][1]}{provider.path}"))
        yield holder[0]
    finally:
        await runner.cleanup()


def _page(status: int, title: str, text: str) -> web.Response:
    return web.Response(
        status=status, text=_PAGE.format(title=title, text=text), content_type="text/html", headers=_HEADERS
    )
