"""Everything that is served: health and numbers for the cluster, the API and its description for people and programs."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol
from urllib.parse import parse_qsl

from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from navaar.http.access import Gate
from navaar.http.docs import POLICY, STYLE, STYLE_PATH, page
from navaar.http.endpoints import ENDPOINTS, Answers, Endpoint
from navaar.http.openapi import document
from navaar.http.problem import Problem, bad, unavailable, unknown
from navaar.http.question import read
from navaar.http.stream import TYPE

log = logging.getLogger(__name__)

Check = Callable[[], str | None]
"""What is wrong, in a sentence; None when nothing is. Must not wait, and says nothing secret."""

QUERY = 8192
"""Characters of a query that are read."""

PARAMETERS = 100

AT_ONCE = 32
"""Answers of the API that are worked out at a time."""

_EVERYWHERE = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_API = {**_EVERYWHERE, "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Vary": "Authorization"}


class Pages(Protocol):
    """What people see in a browser."""

    def routes(self) -> Sequence[BaseRoute]:
        """Where it is."""
        ...

    def refused(self, request: Request, problem: Problem) -> Response:
        """A problem, as people see it."""
        ...


def application(
    *,
    alive: Check,
    ready: Check,
    metrics: Callable[[str], tuple[bytes, str]],
    api: tuple[Answers, Gate] | None = None,
    pages: Pages | None = None,
) -> Starlette:
    """``/healthz`` (restart me if it fails), ``/readyz`` (don't wait for me if it fails) and ``/metrics``.

    With `api` also what is under ``/api``, ``/openapi.json`` and ``/docs``, with `pages` what people see in a browser.
    `metrics` gives a body and its content type for the Accept header that it is given.
    """

    async def show(request: Request) -> Response:
        body, content_type = metrics(request.headers.get("accept", ""))
        return Response(body, headers={"Content-Type": content_type})

    routes: list[BaseRoute] = [
        Route("/healthz", _verdict(alive)),
        Route("/readyz", _verdict(ready)),
        Route("/metrics", show),
    ]
    if api is not None:
        routes += _api(*api)
    if pages is not None:
        routes += pages.routes()
    return Starlette(routes=routes, exception_handlers={HTTPException: _refusing(routes, pages)})


def _verdict(check: Check) -> Callable[[Request], Awaitable[Response]]:
    async def verdict(request: Request) -> Response:
        problem = check()
        if problem is None:
            return PlainTextResponse("ok\n")
        return PlainTextResponse(problem + "\n", 503)

    return verdict


def _api(answers: Answers, gate: Gate) -> list[BaseRoute]:
    under_way = 0

    def route(endpoint: Endpoint) -> Route:
        async def answer(request: Request) -> Response:
            nonlocal under_way
            if under_way >= AT_ONCE:
                return _with(unavailable("Too many are asking at once. Ask again in a moment.", 1).response())
            under_way += 1
            try:
                return _with(await _answer(endpoint, answers, gate, request))
            except Problem as problem:
                return _with(problem.response())
            except Exception:
                log.exception("/api%s couldn't be answered", endpoint.path)
                said = "Something is wrong in the operator: its log says what. Please report it."
                return _with(Problem(500, said).response())
            finally:
                under_way -= 1

        return Route(f"/api{endpoint.path}", answer, methods=["GET"])

    async def describe(request: Request) -> Response:
        return _with(Response(to_json(document()), media_type="application/json"))

    async def explain(request: Request) -> Response:
        return HTMLResponse(page(document()), headers={**_EVERYWHERE, "Content-Security-Policy": POLICY})

    async def style(request: Request) -> Response:
        return Response(STYLE, headers=_EVERYWHERE, media_type="text/css")

    return [
        *(route(endpoint) for endpoint in ENDPOINTS),
        Route("/openapi.json", describe),
        Route("/docs", explain),
        Route(STYLE_PATH, style),
    ]


async def _answer(endpoint: Endpoint, answers: Answers, gate: Gate, request: Request) -> Response:
    caller = gate.admit(request.headers.get("authorization", ""), request.headers.get("host", ""))
    query = request.scope["query_string"].decode("latin-1")
    if len(query) > QUERY:
        raise bad(f"The query is {len(query):,} characters long: {QUERY:,} are read. Ask about fewer things at once.")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=PARAMETERS)
    except ValueError:
        raise bad(f"There are more than {PARAMETERS} parameters: several values are separated by commas.") from None
    question = read(endpoint.question, pairs)
    if endpoint.streamer is not None and _accepts(request.headers.get("accept", ""), TYPE):
        if request.method == "HEAD":
            return Response(media_type=TYPE)
        return endpoint.streamer(answers, question, caller, lambda problem: _with(problem.response()))
    made = await endpoint.handler(answers, question, caller, request.path_params)
    return Response(made if isinstance(made, bytes) else to_json(made), media_type="application/json")


def _accepts(accept: str, media_type: str) -> bool:
    """Whether a client names a media type, in any case, among those that it wants."""
    return media_type in (part.partition(";")[0].strip().lower() for part in accept.split(","))


def _with(response: Response) -> Response:
    response.headers.update(_API)
    return response


def _refusing(routes: Sequence[BaseRoute], pages: Pages | None) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Tells what the framework refuses as a problem, and which paths there are; a browser as a page."""
    there = ", ".join(route.path for route in routes if isinstance(route, Route))

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if pages is not None and error.status_code == 404 and "text/html" in request.headers.get("accept", ""):
            return pages.refused(request, unknown("There is no such page."))
        if error.status_code == 404:
            return _with(unknown(f"There is nothing here. There are: {there}.").response())
        if error.status_code == 405:
            said = "This can only be read, with GET: changes are made to the resources, with kubectl."
            return _with(Problem(405, said, dict(error.headers or {})).response())
        return _with(Problem(error.status_code, str(error.detail)).response())

    return refused
