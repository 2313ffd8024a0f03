"""The page on which a person lets an application in, or doesn't, as the simulated services show it in a browser."""

import ipaddress
from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from aiohttp import web

DECISION, PERSON = "decision", "as"
CODE_LIFETIME = 600.0


def asking(request: web.Request, application: str, person: str, scopes: Iterable[str]) -> web.Response:
    """Two links to the same address: with one the person agrees, with the other one not."""
    rows = "".join(f"<li>{escape(scope)}</li>" for scope in scopes)
    links = "".join(
        f'<a id="{word}" href="{escape(_with(str(request.rel_url), {DECISION: word, PERSON: person}))}">{text}</a> '
        for word, text in (("agree", "Agree"), ("cancel", "Cancel"))
    )
    body = f"<!doctype html><title>{escape(application)}</title><p>{escape(application)} asks {escape(person)} for:</p>"
    return web.Response(text=f"{body}<ul>{rows}</ul>{links}", content_type="text/html")


def refused(message: str, status: int = 400) -> web.Response:
    """What a person sees in place of the question: nothing is ever sent to a redirect address that isn't known."""
    return web.Response(
        text=f"<!doctype html><title>Error</title><p>{escape(message)}</p>", status=status, content_type="text/html"
    )


def sent_back(redirect: str, answer: Mapping[str, str | None]) -> web.Response:
    """To the application's own address, with the answer."""
    return web.Response(status=302, headers={"Location": _with(redirect, answer), "Cache-Control": "no-store"})


def loopback(uri: str) -> bool:
    """Whether an address is this machine by an IP literal, plain http."""
    parts = urlsplit(uri)
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def portless(uri: str) -> str:
    """A loopback address without its port, which may be any."""
    parts = urlsplit(uri)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return urlunsplit(parts._replace(netloc=host))


def _with(address: str, fields: Mapping[str, str | None]) -> str:
    parts = urlsplit(address)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *((k, v) for k, v in fields.items() if v is not None)]
    return urlunsplit(parts._replace(query=urlencode(query)))
