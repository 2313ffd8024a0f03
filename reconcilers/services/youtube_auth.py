"""Google's access tokens from a refresh token."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import requests

from reconcilers.errors import ServiceError, TransientError
from reconcilers.services import youtube_errors
from reconcilers.services.sessions import Session

ENDPOINT = "https://oauth2.googleapis.com/token"
MARGIN = 120.0


@dataclass(frozen=True, slots=True)
class GoogleCredentials:
    """What a Secret holds: an OAuth client of a Google project, and one account's consent to it."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)


class GoogleTokens:
    """The access token of one consent; Google's refresh tokens do not rotate. Use from one thread."""

    def __init__(
        self, credentials: GoogleCredentials, session: Session, clock: Callable[[], float] = time.time
    ) -> None:
        self._credentials = credentials
        self._session = session
        self._clock = clock
        self._token: str | None = None
        self._expires = 0.0

    def header(self) -> dict[str, str]:
        """The Authorization header; asks for a new token when it must. Raises `ServiceError`s."""
        if self._token is None or self._clock() >= self._expires - MARGIN:
            self._refresh()
        return {"Authorization": f"Bearer {self._token}"}

    def reject(self) -> None:
        """Google refused the current token: the next request gets another."""
        self._token = None

    def _refresh(self) -> None:
        form = {
            "grant_type": "refresh_token",
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret,
            "refresh_token": self._credentials.refresh_token,
        }
        try:
            answer = self._session.post(ENDPOINT, data=form)
            if not answer.ok:
                raise youtube_errors.of_refresh(answer, self._clock())
            body = answer.json()
            token, lifetime = str(body["access_token"]), float(body.get("expires_in", 3600))
        except ServiceError:
            raise
        except (requests.RequestException, ValueError, KeyError, TypeError) as error:
            raise TransientError(f"Google's sign-in service can't be reached ({type(error).__name__}).") from None
        self._token, self._expires = token, self._clock() + lifetime
