"""Spotify's access tokens: refreshed by spotipy, one at a time, never interactively."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import requests
import spotipy

from reconcilers.errors import AuthError, ServiceError, TransientError
from reconcilers.services import spotify_errors
from reconcilers.services.calls import Caller
from reconcilers.services.sessions import CONNECT_TIMEOUT, READ_TIMEOUT, Session

# Refreshed this long before it expires, so that no request is under way when it does.
MARGIN = 120.0
CONSENT = 182 * 86400.0
"""Seconds from a person's consent to its end, whatever is refreshed meanwhile [doc: blog/2026-06-18: six months]."""

# spotipy wants one to build its managers; a refresh does not send it.
_UNUSED_REDIRECT = "http://127.0.0.1/"

OnRotated = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class SpotifyCredentials:
    """What a Secret holds. Without a client secret the consent was given by PKCE, whose refresh tokens rotate."""

    client_id: str
    client_secret: str | None = field(repr=False)
    refresh_token: str = field(repr=False)


class SpotifyTokens:
    """The tokens of one consent: share one object among all services that have the same refresh token.

    A rotated refresh token is handed to `on_rotated`, and that is awaited, before the access token that came with it is
    used: the old one is dead, so losing the new one would cost the person another consent. While `on_rotated` fails,
    nothing is sent and it is tried again at the next request. A consent that Spotify called ended is not asked for again.
    `get_access_token` is what spotipy asks, from any thread.
    """

    def __init__(
        self,
        credentials: SpotifyCredentials,
        on_rotated: OnRotated,
        *,
        timeout: tuple[float, float] = (CONNECT_TIMEOUT, READ_TIMEOUT),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._credentials = credentials
        self._on_rotated = on_rotated
        self._clock = clock
        self._session = Session(timeout)
        self._refresh_token = credentials.refresh_token
        self._unsaved = False
        self._ended: AuthError | None = None
        self._access_token: str | None = None
        self._expires = 0.0
        self._granted: tuple[str, float] | None = None
        self._refreshing: asyncio.Task[None] | None = None

    def get_access_token(self, as_dict: bool = False) -> str:
        """The current token, `ready` has seen to it; a refused one until there is another. Never asks anybody."""
        if self._access_token is None:
            raise AuthError("There is no Spotify access token yet.")
        return self._access_token

    @property
    def current(self) -> str | None:
        """The access token of requests that are made now."""
        return self._access_token

    def reject(self, token: str | None) -> None:
        """Spotify refused this token: unless there is another by now, the next `ready` gets one."""
        if token == self._access_token:
            # The token itself stays: a request of another service may be past its `ready`. It hears the same refusal.
            self._expires = 0.0

    async def ready(self, caller: Caller) -> None:
        """Makes sure of an access token that lasts a while. Raises `ServiceError`s."""
        while self._access_token is None or self._clock() >= self._expires - MARGIN:
            if self._refreshing is None:
                self._refreshing = asyncio.ensure_future(self._refresh(caller))
                self._refreshing.add_done_callback(self._refreshed)
            refreshing = self._refreshing
            # It goes on though who began it is called off: what is rotated by then must be neither lost nor asked for again.
            await asyncio.wait((refreshing,))
            if not refreshing.cancelled():
                refreshing.result()
                return

    async def at_rest(self) -> None:
        """Waits for the token that is being asked for, if one is, and until what is rotated is kept. Never raises."""
        if self._refreshing is not None:
            await asyncio.wait((self._refreshing,))

    def _refreshed(self, task: asyncio.Task[None]) -> None:
        self._refreshing = None
        if not task.cancelled():
            task.exception()  # known to who waits, if anybody still does

    async def _refresh(self, caller: Caller) -> None:
        if self._ended is not None:
            raise AuthError(self._ended.message, reason=self._ended.reason)
        if not self._unsaved:
            await caller.once("token", 0, lambda: caller.in_thread(self._ask))
        if self._unsaved:
            await self._save()
        if self._granted is not None:
            (self._access_token, self._expires), self._granted = self._granted, None

    async def _save(self) -> None:
        try:
            await self._on_rotated(self._refresh_token)
        except ServiceError:
            raise
        except Exception as error:
            raise TransientError(
                "Spotify gave a new refresh token and it could not be stored yet; nothing is sent until it is.",
                reason="TokenNotStored",
            ) from error
        self._unsaved = False

    def _ask(self) -> None:
        self._session.forget()
        try:
            answer = self._manager().refresh_access_token(self._refresh_token)
            access, lifetime = str(answer["access_token"]), float(answer.get("expires_in", 3600))
        except spotipy.SpotifyOauthError as error:
            meaning = spotify_errors.of_refresh(error, self._session.last, self._clock())
            if error.error == "invalid_grant" and isinstance(meaning, AuthError):
                self._ended = meaning
            raise meaning from None
        except requests.RequestException as error:
            raise TransientError(f"Spotify's sign-in service can't be reached ({type(error).__name__}).") from None
        except Exception as error:
            raise TransientError(
                f"Spotify's sign-in service answered in a way that can't be read ({type(error).__name__})."
            ) from None
        self._granted = access, self._clock() + lifetime
        rotated = answer.get("refresh_token")
        if rotated and rotated != self._refresh_token:
            self._refresh_token, self._unsaved = str(rotated), True

    def _manager(self) -> spotipy.SpotifyOAuth | spotipy.SpotifyPKCE:
        known = self._credentials
        cache = spotipy.MemoryCacheHandler()
        if known.client_secret:
            return spotipy.SpotifyOAuth(
                known.client_id,
                known.client_secret,
                _UNUSED_REDIRECT,
                cache_handler=cache,
                requests_session=self._session,
                open_browser=False,
            )
        return spotipy.SpotifyPKCE(
            known.client_id,
            _UNUSED_REDIRECT,
            cache_handler=cache,
            requests_session=self._session,
            open_browser=False,
        )

    def close(self) -> None:
        """Closes the connection to the sign-in service."""
        self._session.close()
