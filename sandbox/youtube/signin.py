"""Who is behind a request of YouTube's own pages: a browser's cookies and their signature."""

import hashlib
from http.cookies import CookieError, SimpleCookie

from aiohttp import web

from sandbox.world import World
from sandbox.youtube.accounts import Account
from sandbox.youtube.google import Innertube


def signed_in(world: World, request: web.Request) -> Account | None:
    """The account whose browser signed this request; None for a visitor.

    A signature that is wrong, or of a browser whose cookies expired, is refused with 401. An OAuth token is
    refused with 400, as the real service does since August 2025. Of a browser's accounts only the first
    (authuser 0) exists: any other is a visitor.
    """
    vendor, header = Innertube(), request.headers.get("Authorization", "")
    if not header:
        return None
    if header.startswith("Bearer"):
        raise vendor.invalid()
    sapisid = _sapisid(request)
    session = world.youtube.accounts.sessions.get(sapisid)
    origin = request.headers.get("Origin") or request.headers.get("X-Origin") or ""
    if session is None or session.expired or not _signed(header, sapisid, origin):
        raise vendor.revoked()
    if request.headers.get("X-Goog-AuthUser", "0") != "0":
        return None
    return world.youtube.accounts.accounts[session.account]


def browser(world: World, request: web.Request) -> str | None:
    """The id of the account whose cookies came along, good or not; None for a visitor."""
    session = world.youtube.accounts.sessions.get(_sapisid(request))
    return None if session is None else session.account


def _sapisid(request: web.Request) -> str:
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(request.headers.get("Cookie", ""))
    except CookieError:
        return ""
    for name in ("__Secure-3PAPISID", "SAPISID"):
        if name in cookies:
            return str(cookies[name].value)
    return ""


def _signed(header: str, sapisid: str, origin: str) -> bool:
    """One "SCHEME time_hash" pair that fits is enough; browsers send up to three."""
    fields = header.split()
    for scheme, signature in zip(fields[::2], fields[1::2], strict=False):
        when, _, digest = signature.partition("_")
        expected = hashlib.sha1(f"{when} {sapisid} {origin}".encode()).hexdigest()
        if scheme.endswith("HASH") and digest.partition("_")[0] == expected:
            return True
    return False
