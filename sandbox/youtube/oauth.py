"""oauth2.googleapis.com: refresh tokens and codes become access tokens."""

import hashlib
from collections.abc import Mapping

from aiohttp import web

from sandbox.spotify.accounts import challenge
from sandbox.world import World
from sandbox.youtube.accounts import TESTING_LIFETIME, Grant
from sandbox.youtube.google import OAuth
from sandbox.youtube.wire import Exchange, Json

_SPARED = ("rate-limit", "quota")


class OAuthService:
    """POST /token (refresh_token, authorization_code) and POST /revoke."""

    def __init__(self, world: World) -> None:
        self.world, self.vendor = world, OAuth()

    async def token(self, request: web.Request) -> web.StreamResponse:
        exchange = Exchange(self.world, request, "youtube", "token", cost=0, changes=True, spared=_SPARED)
        if await exchange.torn():
            return exchange.cut()
        form = {key: str(value) for key, value in (await request.post()).items()}
        exchange.detail |= {"grant_type": form.get("grant_type"), "client_id": form.get("client_id")}
        grant = self.world.youtube.accounts.grants.get(form.get("refresh_token", ""))
        exchange.about(form.get("client_id"), grant and grant.account)
        return await exchange.run(self.vendor, lambda: web.json_response(self._token(form)))

    async def revoke(self, request: web.Request) -> web.StreamResponse:
        exchange = Exchange(self.world, request, "youtube", "revoke", cost=0, changes=True, spared=_SPARED)
        if await exchange.torn():
            return exchange.cut()
        form = {**request.query, **{key: str(value) for key, value in (await request.post()).items()}}
        return await exchange.run(self.vendor, lambda: web.json_response(self._revoke(form.get("token", ""))))

    def _token(self, form: Mapping[str, str]) -> Json:
        state = self.world.youtube
        client = state.accounts.clients.get(form.get("client_id", ""))
        if client is None:
            raise self.vendor.error("invalid_client", "The OAuth client was not found.", 401)
        if form.get("client_secret") != client.secret:
            raise self.vendor.error("invalid_client", "The provided client secret is invalid.", 401)
        match form.get("grant_type"):
            case "refresh_token":
                return self._access(self._refreshed(form, client.id))
            case "authorization_code":
                grant, lasting = self._exchanged(form, client.id)
                extra: Json = {"refresh_token": grant.token} if lasting else {}
                if client.testing and lasting:
                    extra["refresh_token_expires_in"] = int(TESTING_LIFETIME)
                return self._access(grant) | extra
            case None | "":
                raise self.vendor.error("invalid_request", "Missing required parameter: grant_type")
            case other:
                raise self.vendor.error("unsupported_grant_type", f"Invalid grant_type: {other}")

    def _refreshed(self, form: Mapping[str, str], client_id: str) -> Grant:
        if not form.get("refresh_token"):
            raise self.vendor.error("invalid_request", "Missing required parameter: refresh_token")
        grant = self.world.youtube.accounts.grants.get(form["refresh_token"])
        if grant is None or grant.client_id != client_id:
            raise self.vendor.error("invalid_grant", "Bad Request")
        if not grant.alive(self.world.clock.now()):
            raise self.vendor.revoked()
        return grant

    def _exchanged(self, form: Mapping[str, str], client_id: str) -> tuple[Grant, bool]:
        """The consent behind a code, and whether it comes with a refresh token."""
        state = self.world.youtube
        code = state.accounts.codes.get(form.get("code", ""))
        if code is None or code.client_id != client_id or self.world.clock.now() >= code.ends:
            raise self.vendor.error("invalid_grant", "Malformed auth code.")
        if code.redirect_uri is not None and code.redirect_uri != form.get("redirect_uri"):
            raise self.vendor.error("redirect_uri_mismatch", "Bad Request")
        if code.challenge is not None and code.challenge != challenge(form.get("code_verifier", "")):
            raise self.vendor.error("invalid_grant", "Invalid code verifier.")
        del state.accounts.codes[form["code"]]
        known = any(g.account == code.account and g.client_id == client_id for g in state.accounts.grants.values())
        token = hashlib.sha256(f"{form['code']}/{client_id}".encode()).hexdigest()
        grant = state.grant(f"1//{token[:60]}", code.account, client_id)
        grant.scope = code.scope
        return grant, code.offline and (code.prompted or not known)

    def _access(self, grant: Grant) -> Json:
        now = self.world.clock.now()
        token = self.world.youtube.accounts.mint(grant.token, now)
        return {
            "access_token": token.token,
            "expires_in": int(token.expires - now) - 1,
            "scope": grant.scope,
            "token_type": "Bearer",
        }

    def _revoke(self, token: str) -> Json:
        accounts = self.world.youtube.accounts
        access = accounts.access_tokens.get(token)
        grant = accounts.grants.get(access.refresh_token if access else token)
        if grant is None:
            raise self.vendor.error("invalid_token", "Token expired or revoked")
        grant.revoked = True
        return {}
