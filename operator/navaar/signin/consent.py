"""One question to a person's browser: may this application use your account? RFC 6749 with PKCE (RFC 7636), RFC 8252.

oauthlib makes the requests and reads the answers; what is checked of the address that a browser was sent back to stands here,
since oauthlib compares states in variable time, knows no age, and takes loopback addresses for insecure.
"""

import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, urlsplit

import requests
from oauthlib.oauth2 import OAuth2Error, WebApplicationClient

from navaar.signin.problem import NotTheAnswer, SignInProblem
from reconcilers.services.sessions import Session

LIFETIME = 600.0
"""Seconds within which the person must answer: the lifetime that RFC 6749, section 4.1.2, allows a code."""

SKEW = 300.0
"""Seconds that the clock of this machine may be off without a word."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Where a service asks, and for what.

    `path` is that of the address on this machine that browsers are sent back to; `basic`: the client shows its secret in a
    header, not in the form. `retry` is the command that begins anew.
    """

    name: str
    authorize: str
    exchange: str
    scopes: tuple[str, ...]
    path: str
    basic: bool
    retry: str
    app: str
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a consent gave. `given` is when, in Unix seconds by the service's clock; `lasts` are the seconds until it ends.

    `lasts` is None where the service doesn't say. `skew` are the seconds that this machine's clock goes before the service's.
    """

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    scopes: frozenset[str]
    given: float
    lasts: float | None = None
    skew: float = 0.0


class Authorization:
    """One sign-in: its `url` for the browser, and what becomes of the answer, which is taken once and within ten minutes."""

    def __init__(
        self,
        provider: Provider,
        client_id: str,
        client_secret: str | None,
        redirect_uri: str,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` must not be set by anybody: the ten minutes are its."""
        self.provider = provider
        self.redirect_uri = redirect_uri
        self._secret = client_secret or None
        self._clock = clock
        self._ends = clock() + LIFETIME
        self._state = secrets.token_urlsafe(32)
        self._answered = False
        self._client = WebApplicationClient(client_id)
        self._verifier: str = self._client.create_code_verifier(96)
        self.url: str = self._client.prepare_request_uri(
            provider.authorize,
            redirect_uri=redirect_uri,
            scope=list(provider.scopes),
            state=self._state,
            code_challenge=self._client.create_code_challenge(self._verifier, "S256"),
            code_challenge_method="S256",
            **provider.extra,
        )

    @property
    def left(self) -> float:
        """Seconds that are left to answer."""
        return max(0.0, self._ends - self._clock())

    def accept(self, address: str) -> str:
        """The code in the address that the browser was sent back to.

        Raises `NotTheAnswer` for what answers something else, else `SignInProblem`: the person said no, or it is too late.
        """
        given = "".join(address.split()).strip("<>\"'")
        fields = self._fields(given)
        if self._answered:
            raise NotTheAnswer("This sign-in has been answered already; an answer counts once.")
        if self.left <= 0:
            raise SignInProblem(
                f"The answer came too late: a sign-in is good for {LIFETIME / 60:.0f} minutes. Begin anew with "
                f"`{self.provider.retry}`."
            )
        state = fields.get("state", "")
        if not hmac.compare_digest(state.encode(), self._state.encode()):
            raise NotTheAnswer(
                "This address answers another sign-in (its state is not this one's). Use the page that was opened last, or "
                f"begin anew with `{self.provider.retry}`."
            )
        self._answered = True
        if "error" in fields:
            raise SignInProblem(self._declined(fields))
        if not fields.get("code"):
            raise SignInProblem(f"{self.provider.name} sent no code along. Begin anew with `{self.provider.retry}`.")
        return fields["code"]

    def exchange(self, code: str) -> Tokens:
        """What the code is good for. One request, which waits in this thread. Raises `SignInProblem`."""
        name, session = self.provider.name, Session()
        body = self._client.prepare_request_body(
            code=code,
            redirect_uri=self.redirect_uri,
            code_verifier=self._verifier,
            include_client_id=not (self.provider.basic and self._secret),
            **({"client_secret": self._secret} if self._secret and not self.provider.basic else {}),
        )
        auth = (str(self._client.client_id), self._secret) if self._secret and self.provider.basic else None
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = session.post(self.provider.exchange, data=body, headers=form, auth=auth, allow_redirects=False)
        except requests.RequestException as error:
            raise SignInProblem(
                f"{name}'s sign-in service can't be reached ({type(error).__name__}). Check the connection and HTTPS_PROXY, then "
                f"begin anew with `{self.provider.retry}`."
            ) from None
        finally:
            session.close()
        if answer.status_code >= 500 or answer.status_code == 429:
            raise SignInProblem(
                f"{name}'s sign-in service is in trouble (HTTP {answer.status_code}). Begin anew later with "
                f"`{self.provider.retry}`."
            )
        try:
            found = self._client.parse_request_body_response(answer.text)
        except OAuth2Error as error:
            raise SignInProblem(self._refused(str(error.error or answer.status_code))) from None
        except (ValueError, TypeError, AttributeError):
            raise SignInProblem(f"{name}'s answer can't be read. Begin anew with `{self.provider.retry}`.") from None
        return self._tokens(found, answer)

    def _tokens(self, found: Mapping[str, object], answer: requests.Response) -> Tokens:
        name = self.provider.name
        granted = found.get("scope")
        scopes = (
            frozenset(str(one) for one in granted) if isinstance(granted, list) else frozenset(self.provider.scopes)
        )
        missing = sorted(set(self.provider.scopes) - scopes)
        if missing:
            raise SignInProblem(
                f"The consent is without {', '.join(missing)}: a box was left without its tick. Begin anew with "
                f"`{self.provider.retry}` and allow all that is asked."
            )
        refresh = found.get("refresh_token")
        if not isinstance(refresh, str) or not refresh:
            raise SignInProblem(
                f"{name} gave no refresh token, without which nothing can go on by itself. Take the application's access away "
                f"in the settings of your {name} account, then begin anew with `{self.provider.retry}`."
            )
        now = time.time()
        try:
            given = parsedate_to_datetime(answer.headers["Date"]).timestamp()
        except (KeyError, ValueError):
            given = now
        lasts = found.get("refresh_token_expires_in")
        return Tokens(
            str(found["access_token"]),
            refresh,
            scopes,
            given,
            float(lasts) if isinstance(lasts, int | float) and lasts > 0 else None,
            now - given if abs(now - given) > SKEW else 0.0,
        )

    def _fields(self, given: str) -> dict[str, str]:
        """What the address says. Raises `NotTheAnswer`."""
        wanted = urlsplit(self.redirect_uri)
        copy = "Copy the whole address of the page that the browser can't open, or shows last, from its address bar."
        if not given:
            raise NotTheAnswer(f"Nothing was pasted. {copy}")
        parts = urlsplit(given)
        if given.startswith("?"):
            parts = parts._replace(scheme=wanted.scheme, netloc=wanted.netloc, path=wanted.path)
        if parts.hostname == urlsplit(self.provider.authorize).hostname:
            raise NotTheAnswer(
                f"This is the page on which {self.provider.name} asks. Agree there first; the page after it is the one. {copy}"
            )
        if (parts.scheme, parts.netloc, parts.path or "/") != (wanted.scheme, wanted.netloc, wanted.path or "/"):
            raise NotTheAnswer(f"This is no answer: one begins with {self.redirect_uri}?. {copy}")
        fields = parse_qs(parts.query, keep_blank_values=True)
        if any(len(values) > 1 for values in fields.values()):
            raise NotTheAnswer(f"This address says something twice. {copy}")
        if "state" not in fields:
            raise NotTheAnswer(f"This address is not whole (it has no state). {copy}")
        return {name: values[0] for name, values in fields.items()}

    def _declined(self, fields: Mapping[str, str]) -> str:
        # The word comes from an address, so from anybody: only those of RFC 6749 are repeated.
        match fields["error"]:
            case "access_denied":
                return f"You said no to {self.provider.name}. Begin anew with `{self.provider.retry}` if you want to say yes."
            case "server_error" | "temporarily_unavailable":
                return f"{self.provider.name} is in trouble. Begin anew later with `{self.provider.retry}`."
            case "invalid_scope" | "unauthorized_client" | "unsupported_response_type" | "invalid_request" as word:
                return (
                    f"{self.provider.name} refuses the application ({word}). Look at its settings: {self.provider.app}."
                )
            case _:
                return f"{self.provider.name} refuses. Begin anew with `{self.provider.retry}`."

    def _refused(self, word: str) -> str:
        name, retry = self.provider.name, self.provider.retry
        match word:
            case "invalid_grant":
                return f"{name} refuses the code: it was used already, or is too old. Begin anew with `{retry}`."
            case "invalid_client" | "unauthorized_client":
                return (
                    f"{name} doesn't know this client id and secret together. Compare both with {self.provider.app}, then begin "
                    f"anew with `{retry}`."
                )
            case "redirect_uri_mismatch":
                return f"{name} doesn't send people to {self.redirect_uri}. Look at the settings: {self.provider.app}."
            case _:
                return f"{name} gave no token ({word[:60]}). Begin anew with `{retry}`."
