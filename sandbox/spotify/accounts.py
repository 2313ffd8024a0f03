"""People, applications and tokens of the simulated Spotify."""

import base64
import hashlib
import math
import secrets
from dataclasses import dataclass, field, replace

from sandbox.catalogue import spotify_id

ACCESS_LIFETIME = 3600.0
CONSENT_LIFETIME = 182 * 86400.0
SCOPES = (
    "playlist-read-private",
    "playlist-read-collaborative",
    "playlist-modify-private",
    "playlist-modify-public",
    "user-read-private",
)


class Refused(Exception):
    """The token endpoint says no: `error` is OAuth's word, `description` the vendor's sentence."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}")
        self.error, self.description = error, description


@dataclass(frozen=True, slots=True)
class User:
    """A person; `account_id` never changes, `id` may."""

    id: str
    account_id: str
    display_name: str | None


@dataclass(slots=True)
class App:
    """A client application. Without a secret it is a public (PKCE) one. `rotates`: its refresh tokens do, as public ones'.

    `allowed` are the users on its development-mode list; None lets everybody in. The quota is `developer`'s. `redirects` are
    the addresses that its owner entered for it.
    """

    client_id: str
    secret: str | None
    allowed: set[str] | None = None
    developer: str = "developer"
    rotates: bool = False
    redirects: tuple[str, ...] = ("http://127.0.0.1/callback",)

    def __post_init__(self) -> None:
        self.rotates = self.rotates or self.secret is None


@dataclass(slots=True)
class Grant:
    """A user's consent behind a refresh token; times are Unix seconds."""

    refresh_token: str
    user_id: str
    client_id: str
    scopes: tuple[str, ...]
    authorised_at: float
    revoked: bool = False

    def dead(self, now: float) -> bool:
        """Revoked, rotated away, or six months after the consent."""
        return self.revoked or now >= self.authorised_at + CONSENT_LIFETIME


@dataclass(frozen=True, slots=True)
class Access:
    """An access token; `user_id` is None for an application's own. `consent` is when its grant was given."""

    token: str
    client_id: str
    user_id: str | None
    scopes: tuple[str, ...]
    expires_at: float
    consent: float | None = None

    def aged(self, now: float) -> "Access":
        """The same, over."""
        return replace(self, expires_at=now)


@dataclass(frozen=True, slots=True)
class Code:
    """An authorisation code, good for one exchange until Unix second `ends`."""

    user_id: str
    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    challenge: str | None = None
    ends: float = math.inf


@dataclass(slots=True)
class Accounts:
    """Everything the token endpoint knows."""

    users: dict[str, User] = field(default_factory=dict)
    apps: dict[str, App] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    access: dict[str, Access] = field(default_factory=dict)

    def add_user(self, user_id: str, display_name: str | None = None) -> User:
        """A person, or the one already there."""
        return self.users.setdefault(
            user_id, User(user_id, spotify_id(f"user:{user_id}")[:10], display_name or user_id)
        )

    def issue(
        self,
        app: App,
        user_id: str | None,
        scopes: tuple[str, ...],
        now: float,
        consent: float | None = None,
    ) -> Access:
        """A fresh access token, good for `ACCESS_LIFETIME` seconds."""
        token = "BQ" + secrets.token_urlsafe(48)
        self.access[token] = Access(token, app.client_id, user_id, scopes, now + ACCESS_LIFETIME, consent)
        return self.access[token]

    def revoke(self, refresh_token: str) -> None:
        """The user withdraws the consent: the refresh token and its access tokens die.

        Raises KeyError for an unknown token.
        """
        grant = self.grants[refresh_token]
        grant.revoked = True
        mine = (grant.client_id, grant.user_id, grant.authorised_at)
        for token, access in list(self.access.items()):
            if (access.client_id, access.user_id, access.consent) == mine:
                del self.access[token]

    def client(self, client_id: str | None, secret: str | None) -> App:
        """The application that asks.

        Raises `Refused` when it is unknown or its secret is wrong; a public application shows no secret.
        """
        app = self.apps.get(client_id or "")
        if app is None:
            raise Refused("invalid_client", "Invalid client")
        if secret is not None and secret != app.secret:
            raise Refused("invalid_client", "Invalid client secret")
        return app

    def refresh(self, app: App, proven: bool, refresh_token: str, now: float) -> tuple[Access, str | None]:
        """A new access token; where they rotate also a new refresh token, and the old one dies.

        Raises `Refused`.
        """
        grant = self.grants.get(refresh_token)
        if grant is None or grant.client_id != app.client_id:
            raise Refused("invalid_grant", "Invalid refresh token")
        if app.secret is not None and not proven:
            raise Refused("invalid_client", "Invalid client")
        if grant.revoked:
            raise Refused("invalid_grant", "Refresh token revoked")
        if grant.dead(now):
            raise Refused("invalid_grant", "Refresh token expired")
        access = self.issue(app, grant.user_id, grant.scopes, now, grant.authorised_at)
        if not app.rotates:
            return access, None
        grant.revoked = True
        return access, self.grant(app, grant.user_id, grant.scopes, grant.authorised_at).refresh_token

    def exchange(
        self, app: App, proven: bool, code: str, redirect_uri: str, verifier: str | None, now: float
    ) -> tuple[Access, str]:
        """Tokens for an authorisation code, once. Raises `Refused`."""
        known = self.codes.get(code)
        if known is None or known.client_id != app.client_id:
            raise Refused("invalid_grant", "Invalid authorization code")
        if now >= known.ends:
            raise Refused("invalid_grant", "Authorization code expired")
        if known.redirect_uri != redirect_uri:
            raise Refused("invalid_grant", "Invalid redirect URI")
        if known.challenge is not None and known.challenge != challenge(verifier or ""):
            raise Refused("invalid_grant", "code_verifier was incorrect")
        if known.challenge is None and not proven:
            raise Refused("invalid_client", "Invalid client")
        del self.codes[code]
        grant = self.grant(app, known.user_id, known.scopes, now)
        return self.issue(app, known.user_id, known.scopes, now, now), grant.refresh_token

    def grant(
        self,
        app: App,
        user_id: str,
        scopes: tuple[str, ...],
        authorised_at: float,
        refresh_token: str | None = None,
    ) -> Grant:
        """A consent given at `authorised_at`; the refresh token is made up unless given."""
        token = refresh_token or "AQ" + secrets.token_urlsafe(60)
        self.grants[token] = Grant(token, user_id, app.client_id, scopes, authorised_at)
        return self.grants[token]


def challenge(verifier: str) -> str:
    """PKCE's S256 challenge of a verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
