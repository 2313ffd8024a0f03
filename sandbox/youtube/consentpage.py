"""accounts.google.com: the page on which a person lets an application in.

Its rules: developers.google.com/identity/protocols/oauth2/native-app.
"""

import secrets

from aiohttp import web

from sandbox import consent
from sandbox.world import World
from sandbox.youtube.accounts import Code
from sandbox.youtube.google import OAuth
from sandbox.youtube.wire import Exchange

KNOWN_SCOPES = {
    "https://www.googleapis.com/auth/youtube",
    "https://www.googleapis.com/auth/youtube.readonly",
    "https://www.googleapis.com/auth/youtube.force-ssl",
}


class ConsentPage:
    """GET /o/oauth2/v2/auth. Scopes that a person left without a tick (`Accounts.unticked`) are not granted."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def authorize(self, request: web.Request) -> web.StreamResponse:
        exchange = Exchange(self.world, request, "youtube", "authorize", cost=0)
        return await exchange.run(OAuth(), lambda: self._page(request))

    def _page(self, request: web.Request) -> web.Response:
        asked, accounts = request.query, self.world.youtube.accounts
        client = accounts.clients.get(asked.get("client_id", ""))
        redirect = asked.get("redirect_uri", "")
        if client is None:
            return consent.refused("Error 401: invalid_client. The OAuth client was not found.", 401)
        if not client.desktop or not consent.loopback(redirect):
            return consent.refused("Error 400: redirect_uri_mismatch")
        state, scopes = asked.get("state"), asked.get("scope", "").split()
        if asked.get("response_type") != "code":
            return consent.refused("Error 400: invalid_request. Invalid response_type")
        if not scopes or not set(scopes) <= KNOWN_SCOPES:
            return consent.refused("Error 400: invalid_scope")
        challenge = asked.get("code_challenge")
        if challenge is not None and asked.get("code_challenge_method") != "S256":
            return consent.refused("Error 400: invalid_request. Invalid code_challenge_method")
        person = asked.get(consent.PERSON) or next(iter(accounts.accounts))
        match asked.get(consent.DECISION):
            case None:
                return consent.asking(request, client.project, person, scopes)
            case "agree":
                code = f"4/0{secrets.token_urlsafe(40)}"
                granted = [scope for scope in scopes if scope not in accounts.unticked]
                accounts.codes[code] = Code(
                    person,
                    client.id,
                    redirect,
                    challenge,
                    " ".join(granted),
                    offline=asked.get("access_type") == "offline",
                    prompted="consent" in asked.get("prompt", "").split(),
                    ends=self.world.clock.now() + consent.CODE_LIFETIME,
                )
                return consent.sent_back(redirect, {"state": state, "code": code, "scope": " ".join(granted)})
            case _:
                return consent.sent_back(redirect, {"error": "access_denied", "state": state})
