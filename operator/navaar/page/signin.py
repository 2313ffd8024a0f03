"""Signing in and out: a token once, in a form, and from then on a random id in a cookie."""

import contextlib
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from navaar.http.access import TRACKS, Gate
from navaar.http.problem import Problem, bad, forbidden
from navaar.page.browser import Cookie, from_here, in_the_clear, local
from navaar.page.sessions import Sessions

FORM = 16_384
"""Bytes of a form that are read."""

Show = Callable[[str, str, Mapping[str, Any], int], Response]
"""A page, by template, title, what is put into it, and status."""

_ELSEWHERE = "This was sent by a page that isn't ours, so nothing was done. Begin at the operator's own page."
_IN_THE_CLEAR = (
    "Over plain HTTP anybody on the way could read your token: reach the page with `kubectl port-forward`, at localhost, "
    "or through something that ends TLS and passes X-Forwarded-Proto on."
)


class SignIn:
    """The form, and what becomes of it. Every method raises Problem for what it doesn't do."""

    def __init__(self, gate: Gate, sessions: Sessions, show: Show) -> None:
        self._gate = gate
        self._sessions = sessions
        self._show = show

    def authorization(self, request: Request) -> str:
        """The Authorization header, or what it would be for who is signed in; empty for neither."""
        shown: str = request.headers.get("authorization", "")
        if shown:
            return shown
        token = self._sessions.token(_cookie(request).brought(request.headers))
        return f"Bearer {token}" if token is not None else ""

    def signed_in(self, request: Request) -> bool:
        """Whether it comes from somebody who can sign out."""
        return self._sessions.token(_cookie(request).brought(request.headers)) is not None

    def forget(self, request: Request) -> None:
        """Signs out whoever sends it."""
        self._sessions.end(_cookie(request).brought(request.headers))

    async def form(self, request: Request) -> Response:
        """Where one signs in."""
        following = local(request.query_params.get("next", "/"))
        if not self._gate.asks:
            return RedirectResponse(following, 303)
        return self._shown(request, following, "", 200)

    async def enter(self, request: Request) -> Response:
        """Takes the token of the form, if the API server knows it."""
        if not from_here(request.headers):
            raise forbidden(_ELSEWHERE)
        if in_the_clear(request.headers):
            raise forbidden(_IN_THE_CLEAR)
        form = await _form(request)
        following = local(form.get("next", "/"))
        token = form.get("token", "").strip().removeprefix("Bearer ")
        try:
            caller = self._gate.admit(f"Bearer {token}", request.headers.get("host", ""))
            await caller.may("list", TRACKS)
        except Problem as problem:
            if problem.status != 401:
                raise
            said = "That is no token that the API server knows now: it is cut off, of another cluster, or has expired."
            return self._shown(request, following, said, 401)
        self.forget(request)
        response = RedirectResponse(following, 303)
        response.headers.append("Set-Cookie", _cookie(request).given(self._sessions.begin(token)))
        return response

    async def leave(self, request: Request) -> Response:
        """Signs out."""
        if not from_here(request.headers):
            raise forbidden(_ELSEWHERE)
        self.forget(request)
        response = RedirectResponse("/sign-in" if self._gate.asks else "/", 303)
        response.headers.append("Set-Cookie", _cookie(request).given(""))
        return response

    def _shown(self, request: Request, following: str, problem: str, status: int) -> Response:
        warning = _IN_THE_CLEAR if in_the_clear(request.headers) else ""
        context = {"next": following, "problem": problem, "warning": warning}
        return self._show("signin.html", "Sign in", context, status)


def _cookie(request: Request) -> Cookie:
    return Cookie.of(request.headers.get("host", ""))


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form. Raises Problem for one that is none, or too long."""
    body = b""
    with contextlib.suppress(ClientDisconnect):
        async for chunk in request.stream():
            body += chunk
            if len(body) > FORM:
                raise bad("That is too long for a token.")
    try:
        return {name: values[-1] for name, values in parse_qs(body.decode(), max_num_fields=10).items()}
    except ValueError:
        raise bad("That is no form of ours: sign in at /sign-in.") from None
