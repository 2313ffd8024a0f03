"""accounts.spotify.com: POST /api/token."""

import base64
import binascii

from aiohttp import web

from sandbox.spotify.accounts import ACCESS_LIFETIME, Access, Refused
from sandbox.spotify.gate import EXCHANGE, WORLD


async def token(request: web.Request) -> web.Response:
    """Refreshes, exchanges a code (with a secret or PKCE), or gives an application its own token."""
    form = {key: str(value) for key, value in (await request.post()).items()}
    try:
        access, refresh = _grant(request, form)
    except Refused as refused:
        said = {"error": refused.error, "error_description": refused.description}
        return web.json_response(said, status=400)
    request[EXCHANGE].detail |= {
        "client": access.client_id,
        "user": access.user_id,
        "grant_type": form["grant_type"],
    }
    answer = {
        "access_token": access.token,
        "token_type": "Bearer",
        "expires_in": int(ACCESS_LIFETIME),
        "scope": " ".join(access.scopes),
    }
    return web.json_response(answer if refresh is None else {**answer, "refresh_token": refresh})


def _grant(request: web.Request, form: dict[str, str]) -> tuple[Access, str | None]:
    world = request.app[WORLD]
    accounts, now = world.spotify.accounts, world.clock.now()
    client_id, secret = _credentials(request, form)
    app = accounts.client(client_id, secret)
    proven = secret is not None
    match form.get("grant_type"):
        case "refresh_token":
            return accounts.refresh(app, proven, form.get("refresh_token", ""), now)
        case "authorization_code":
            redirect, verifier = form.get("redirect_uri", ""), form.get("code_verifier")
            return accounts.exchange(app, proven, form.get("code", ""), redirect, verifier, now)
        case "client_credentials" if proven:
            return accounts.issue(app, None, (), now), None
        case "client_credentials":
            raise Refused("invalid_client", "Invalid client")
        case other:
            raise Refused("unsupported_grant_type", f"grant_type {other or ''} is not supported".replace("  ", " "))


def _credentials(request: web.Request, form: dict[str, str]) -> tuple[str | None, str | None]:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Basic":
        return form.get("client_id"), form.get("client_secret")
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None, None
    return client_id, secret
