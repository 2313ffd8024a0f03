"""Google's access tokens from a refresh token."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import requests

from reconcilers.errors import AuthError, ServiceError, TransientError
from reconcilers.services import youtube_errors
from reconcilers.services.sessions import CONNECT_TIMEOUT, READ_TIMEOUT, Session

ENDPOINT = "https://oauth2.googleapis.com/token"
MARGIN = 120.0


@dataclass(frozen=True, slots=True)
class GoogleCredentials:
    """What a Secret holds: an OAuth client of a Google project, and one account's consent to it."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)


class GoogleTokens:
    """The access token of one consent: share one object among all services that have the same refresh token.

    Google's refresh tokens do not rotate. To be used from any thread: who comes while another asks for a token waits for
    that one. A consent that Google called ended is not asked for again.
    """

    def __init__(
        self,
        credentials: GoogleCredentials,
        *,
        timeout: tuple[float, float] = (CONNECT_TIMEOUT, READ_TIMEOUT),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._credentials = credentials
        self._session = Session(timeout)
        self._clock = clock
        self._token: str | None = None
        self._expires = 0.0
        self._ended: AuthError | None = None
        self._lock = threading.Lock()

    def access(self) -> str:
        """An access token that lasts a while; asks for one when it must. Raises `ServiceError`s."""
        with self._lock:
            if self._token is None or self._clock() >= self._expires - MARGIN:
                return self._refresh()
            return self._token

    def reject(self, token: str) -> None:
        """Google refused this token: unless there is another by now, the next request gets one."""
        with self._lock:
            if token == self._token:
                self._token = None

    def _refresh(self) -> str:
        if self._ended is not None:
            raise AuthError(self._ended.message, reason=self._ended.reason)
        form = {
            "grant_type": "refresh_token",
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret,
            "refresh_token": self._credentials.refresh_token,
        }
        try:
            answer = self._session.post(ENDPOINT, data=form)
            if not answer.ok:
                meaning = youtube_errors.of_refresh(answer, self._clock())
                if isinstance(meaning, AuthError) and youtube_errors.word_of(answer) == "invalid_grant":
                    self._ended = meaning
                raise meaning
            body = answer.json()
            token, lifetime = str(body["access_token"]), float(body.get("expires_in", 3600))
        except ServiceError:
            raise
        except (requests.RequestException, ValueError, KeyError, TypeError) as error:
            raise TransientError(f"Google's sign-in service can't be reached ({type(error).__name__}).") from None
        self._token, self._expires = token, self._clock() + lifetime
        return token
