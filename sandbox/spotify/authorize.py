"""accounts.spotify.com: GET /authorize, the page on which a person lets an application in.

Its rules: developer.spotify.com, concepts/redirect_uri (since April 2025) and tutorials/code-pkce-flow.
"""

import secrets

from aiohttp import web

from sandbox import consent
from sandbox.spotify.accounts import SCOPES, App, Code
from sandbox.spotify.gate import EXCHANGE, WORLD


async def authorize(request: web.Request) -> web.Response:
    """Asks the person; sends the answer to the application's redirect address."""
    world, asked = request.app[WORLD], request.query
    accounts = world.spotify.accounts
    app = accounts.apps.get(asked.get("client_id", ""))
    redirect = asked.get("redirect_uri", "")
    if app is None:
        return consent.refused("INVALID_CLIENT: Invalid client")
    if (wrong := _redirect(app, redirect)) is not None:
        return consent.refused(wrong)
    request[EXCHANGE].detail["client"] = app.client_id
    state, challenge = asked.get("state"), asked.get("code_challenge")
    scopes = tuple(asked.get("scope", "").split())
    if asked.get("response_type") != "code":
        return consent.sent_back(redirect, {"error": "unsupported_response_type", "state": state})
    if not set(scopes) <= set(SCOPES):
        return consent.sent_back(redirect, {"error": "invalid_scope", "state": state})
    if challenge is not None and asked.get("code_challenge_method") != "S256":
        return consent.refused("code_challenge_method must be S256")
    if challenge is None and app.secret is None:
        return consent.refused("code_challenge required")
    person = asked.get(consent.PERSON) or next(iter(accounts.users))
    match asked.get(consent.DECISION):
        case None:
            return consent.asking(request, app.client_id, person, scopes)
        case "agree":
            code = "AQ" + secrets.token_urlsafe(48)
            ends = world.clock.now() + consent.CODE_LIFETIME
            accounts.codes[code] = Code(person, app.client_id, redirect, scopes, challenge, ends)
            return consent.sent_back(redirect, {"code": code, "state": state})
        case _:
            return consent.sent_back(redirect, {"error": "access_denied", "state": state})


def _redirect(app: App, uri: str) -> str | None:
    """What is wrong with the address: it must be the application's, and safe; a loopback one may have any port."""
    if uri not in app.redirects and not (consent.loopback(uri) and consent.portless(uri) in app.redirects):
        return "INVALID_CLIENT: Invalid redirect URI"
    if not uri.startswith("https://") and not consent.loopback(uri):
        return "INVALID_CLIENT: Insecure redirect URI"
    return None
