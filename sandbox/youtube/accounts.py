"""Who may act on the simulated YouTube: accounts, OAuth clients and grants, tokens, browser sessions."""

import hashlib
import math
from dataclasses import dataclass, field, replace

ACCESS_TOKEN_LIFETIME = 3600.0
TESTING_LIFETIME = 7 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Account:
    """A Google account with its one YouTube channel."""

    id: str
    name: str
    channel_id: str


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """An OAuth client of a Google project.

    `testing` is the consent screen's publishing status: grants of a client in testing die after 7 days. `desktop` is the
    client's type, which alone may send people to a loopback address.
    """

    id: str
    secret: str
    project: str
    testing: bool = False
    desktop: bool = True


@dataclass(slots=True)
class Grant:
    """A refresh token; times are Unix seconds on the world's clock."""

    token: str
    account: str
    client_id: str
    granted: float
    expires: float | None = None
    revoked: bool = False
    scope: str = "https://www.googleapis.com/auth/youtube"

    def alive(self, now: float) -> bool:
        return not self.revoked and (self.expires is None or now < self.expires)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A bearer token; dead once `expires` has passed or its grant has died."""

    token: str
    refresh_token: str
    expires: float

    def aged(self, now: float) -> "AccessToken":
        """The same, over."""
        return replace(self, expires=now)


@dataclass(frozen=True, slots=True)
class Code:
    """A consent that was just given, good for one exchange until Unix second `ends`.

    `challenge` is PKCE's. Google gives no refresh token to who has had one, unless the person was asked anew (`prompted`).
    """

    account: str
    client_id: str
    redirect_uri: str | None = None
    challenge: str | None = None
    scope: str = "https://www.googleapis.com/auth/youtube"
    offline: bool = True
    prompted: bool = True
    ends: float = math.inf


@dataclass(slots=True)
class CookieSession:
    """A signed-in browser, known by its SAPISID cookie."""

    sapisid: str
    account: str
    expired: bool = False


@dataclass(slots=True)
class Accounts:
    """Everything that signs a request in. `unticked` are scopes that people don't grant, though they agree."""

    accounts: dict[str, Account] = field(default_factory=dict)
    clients: dict[str, OAuthClient] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    access_tokens: dict[str, AccessToken] = field(default_factory=dict)
    sessions: dict[str, CookieSession] = field(default_factory=dict)
    minted: int = 0
    unticked: set[str] = field(default_factory=set)

    def add_account(self, account_id: str, name: str | None, channel_id: str | None) -> Account:
        channel = channel_id or channel_id_for(account_id)
        account = Account(account_id, name or account_id, channel)
        self.accounts[account_id] = account
        return account

    def mint(self, refresh_token: str, now: float) -> AccessToken:
        """A new access token for a grant, good for an hour."""
        self.minted += 1
        digest = hashlib.sha256(f"{refresh_token}/{self.minted}".encode()).hexdigest()
        token = AccessToken(f"ya29.{digest}", refresh_token, now + ACCESS_TOKEN_LIFETIME)
        self.access_tokens[token.token] = token
        return token

    def grant_of(self, access_token: str, now: float) -> Grant | None:
        """The living grant behind a living access token; None when either is dead or unknown."""
        token = self.access_tokens.get(access_token)
        if token is None or now >= token.expires:
            return None
        grant = self.grants.get(token.refresh_token)
        return grant if grant is not None and grant.alive(now) else None


def channel_id_for(name: str) -> str:
    """A stable channel id ("UC" and 22 characters) for anything with a name."""
    return "UC" + hashlib.sha256(name.encode()).hexdigest()[:22]
