"""The page for people: its addresses, who gets in, and what every answer has in common."""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from navaar.http import tally
from navaar.http.access import Caller, Gate
from navaar.http.live import Changes, Live
from navaar.http.problem import Problem, bad, unavailable, unknown
from navaar.http.sight import Sight
from navaar.http.sources import Sources
from navaar.http.stream import TYPE, Event, EventStream
from navaar.kube.client import Resource
from navaar.page import overviewpage, reviewpage, songspage, storypage, syncpage, underway
from navaar.page.assets import FOR_GOOD, asset
from navaar.page.render import render
from navaar.page.sessions import Sessions
from navaar.page.signin import SignIn
from navaar.page.visit import Page, Visit
from navaar.store.index import SyncKey

log = logging.getLogger(__name__)

AT_ONCE = 16
"""Pages that are worked out at a time."""

QUERY = 4096
"""Characters of a query that are read."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    # With `no-referrer` browsers would no longer say of a form that it is ours.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Vary": "Authorization, Cookie",
}

Handler = Callable[[Visit], Awaitable[Page]]
Answer = Callable[[Request], Awaitable[Response]]

_PAGES: Mapping[str, Handler] = {
    "/": overviewpage.page,
    "/songs": songspage.page,
    "/songs/{namespace}/{name}": storypage.page,
    "/syncs/{namespace}/{name}": syncpage.page,
    "/review": reviewpage.page,
}


class Site:
    """What people see in a browser. `live` tells of changes; `clock` gives Unix seconds."""

    def __init__(
        self,
        sources: Sources,
        gate: Gate,
        live: Live,
        sessions: Sessions | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._sight = Sight(sources)
        self._gate = gate
        self._live = live
        self._clock = clock
        self._sign_in = SignIn(gate, sessions or Sessions(), self._plain)
        self._under_way = 0

    def routes(self) -> list[BaseRoute]:
        """Its addresses."""
        return [
            *(Route(path, self._guarded(self._paged(handler)), methods=["GET"]) for path, handler in _PAGES.items()),
            Route("/live", self._guarded(self._listen), methods=["GET"]),
            Route("/sign-in", self._guarded(self._sign_in.form), methods=["GET"]),
            Route("/sign-in", self._guarded(self._sign_in.enter), methods=["POST"]),
            Route("/sign-out", self._guarded(self._sign_in.leave), methods=["POST"]),
            Route("/assets/{name}", self._guarded(_asset), methods=["GET"]),
        ]

    def refused(self, request: Request, problem: Problem) -> Response:
        """A problem as people see it; who must sign in is led there."""
        if problem.status == 401:
            self._sign_in.forget(request)
            if request.method == "GET":
                query = request.scope["query_string"].decode("latin-1")
                asked = quote(request.scope["path"]) + (f"?{query}" if query else "")
                return _with(RedirectResponse("/sign-in?" + urlencode({"next": asked}), 303))
        response = self._plain("problem.html", "It can't be shown", {"problem": problem}, problem.status)
        response.headers.update({n: v for n, v in problem.headers.items() if n != "WWW-Authenticate"})
        return _with(response)

    def _guarded(self, answer: Answer) -> Answer:
        async def guarded(request: Request) -> Response:
            if self._under_way >= AT_ONCE:
                return self.refused(request, unavailable("Too many are asking at once. Reload in a moment.", 1))
            self._under_way += 1
            try:
                return _with(await answer(request))
            except Problem as problem:
                return self.refused(request, problem)
            except Exception:
                log.exception("%s couldn't be shown", request.scope["path"])
                said = "Something is wrong in the operator: its log says what. Please report it."
                return self.refused(request, Problem(500, said))
            finally:
                self._under_way -= 1

        return guarded

    def _paged(self, handler: Handler) -> Answer:
        async def answer(request: Request) -> Response:
            visit = await self._visit(request)
            # Taken before anything is read: what changes meanwhile is told as a change.
            stamp = self._live.stamp(visit.keys)
            page = await handler(visit)
            return HTMLResponse(
                render(
                    page.template,
                    {
                        "title": page.title,
                        "here": page.here,
                        "about": page.about,
                        "stamp": stamp,
                        "waiting": visit.count("Review"),
                        "signed_in": self._sign_in.signed_in(request),
                        "now": visit.now,
                        **page.context,
                    },
                )
            )

        return answer

    async def _visit(self, request: Request) -> Visit:
        caller = self._caller(request)
        query = request.scope["query_string"].decode("latin-1")
        if len(query) > QUERY:
            raise bad(
                f"The address is {len(query):,} characters long: {QUERY:,} are read. Ask about fewer things at once."
            )
        try:
            pairs = parse_qsl(query, max_num_fields=50)
        except ValueError:
            raise bad("There are more than 50 parameters: several values are separated by commas.") from None
        asked = tuple((name, value.strip()) for name, value in pairs if value.strip())
        groups, syncs = await self._seen(caller)
        return Visit(self._sight, caller, tuple(groups), syncs, asked, request.path_params, self._clock())

    async def _seen(self, caller: Caller) -> tuple[list[SyncKey], dict[SyncKey, Resource]]:
        """The MusicSyncs whose Tracks they may list, and those that they may list themselves, if any."""
        groups = await self._sight.groups(caller)
        try:
            return groups, await self._sight.syncs(caller)
        except Problem as problem:
            if problem.status != 403:
                raise
            return groups, {}

    def _caller(self, request: Request) -> Caller:
        return self._gate.admit(self._sign_in.authorization(request), request.headers.get("host", ""))

    async def _listen(self, request: Request) -> Response:
        caller = self._caller(request)
        if request.method == "HEAD":
            return Response(media_type=TYPE)

        async def tell(changes: Changes | None) -> list[Event]:
            groups, syncs = await self._seen(caller)
            keys = sorted({*groups, *syncs})
            phases = self._sight.sources.tracks.phases()
            told: dict[str, Any] = {"stamp": self._live.stamp(keys)}
            moved = None if changes is None else changes.deliveries
            events: list[Event] = underway.events(self._sight.sources.deliveries() if moved is None else moved, groups)
            if changes is not None:
                keys = [key for key in keys if key in changes.syncs]
                if not keys:
                    return events
                names = changes.tracks or ()
                told["changed"] = ["/".join(key) for key in keys]
                told["changed"] += sorted("/".join((*key, name)) for key, name in names if key in keys)
                told["many"] = changes.tracks is None
            told |= tally.counts({key: phases[key] for key in groups if key in keys})
            return [("now" if changes is None else "changed", told), *events]

        return EventStream(self._live.listener, tell, lambda problem: _with(problem.response()))

    def _plain(self, template: str, title: str, context: Mapping[str, Any], status: int) -> Response:
        """A page that knows of nothing."""
        common = {"title": title, "here": "", "about": "", "stamp": "", "waiting": 0, "signed_in": False, "now": 0.0}
        return HTMLResponse(render(template, {**common, **context}), status)


async def _asset(request: Request) -> Response:
    known = asset(request.path_params["name"])
    if known is None:
        raise unknown("There is no such file.")
    return Response(known.body, headers={"Cache-Control": FOR_GOOD}, media_type=known.media_type)


def _with(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
