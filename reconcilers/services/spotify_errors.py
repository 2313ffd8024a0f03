"""What Spotify's refusals mean. Wording and codes: developer.spotify.com, concepts/api-calls and quota-modes (2026)."""

import requests
import spotipy

from reconcilers.errors import (
    AuthError,
    ItemError,
    OutcomeUnknown,
    QuotaError,
    RateLimitError,
    ServiceError,
    TargetError,
    TransientError,
)
from reconcilers.services.sessions import never_sent, retry_after, seconds

# Without a Retry-After: the rate limit is a rolling window of 30 seconds, the quota one of about a day.
WINDOW = 30.0
DAY = 86400.0
# Quota refusals without the documented reason were seen to ask for hours; the rate limit never does.
_LONG = 1800.0

SIGN_IN = "Sign in again and replace refresh-token in the Secret."


class RefusedError(ItemError):
    """400 and 404: this request, as it stands, was not carried out."""

    reason = "Refused"


def of_refresh(error: spotipy.SpotifyOauthError, answer: requests.Response | None, now: float) -> ServiceError:
    """Why no access token was given."""
    status = answer.status_code if answer is not None else 0
    if error.error == "invalid_grant":
        return AuthError(
            "Spotify no longer accepts the refresh token: it was revoked, replaced, or its consent is older than six "
            f"months. {SIGN_IN}"
        )
    if error.error in ("invalid_client", "unauthorized_client"):
        return AuthError(
            "Spotify doesn't know this client id and secret. Compare client-id and client-secret in the Secret "
            "with the app at developer.spotify.com/dashboard.",
            reason="InvalidClient",
        )
    if status == 429:
        return RateLimitError("Spotify's sign-in asks to wait.", retry_at=now + (retry_after(answer) or WINDOW))
    if status >= 500 or not 400 <= status < 500:
        return TransientError(f"Spotify's sign-in service is in trouble (HTTP {status}).")
    return AuthError(f"Spotify refused to refresh the access token ({error.error or status}). {SIGN_IN}")


def of_answer(error: spotipy.SpotifyException, *, write: bool, rows: bool, now: float) -> ServiceError:
    """What an HTTP error means. `rows` says that the request was about a playlist."""
    status = int(error.http_status)
    said = str(error.msg or "").partition("\n")[2].strip().removeprefix("None")
    if status == 429:
        return _slow(error, now)
    if status == 401:
        return AuthError(f"Spotify refuses the access token. {SIGN_IN}")
    if status == 403:
        return _forbidden(said, rows)
    if status == 404 and rows:
        return TargetError(
            "Spotify has no such playlist, or keeps it from this account. Check spec.spotify.playlist.",
            reason="NotFound",
        )
    if status >= 500:
        if write:
            return OutcomeUnknown(f"Spotify failed while it was writing (HTTP {status}).")
        return TransientError(f"Spotify is in trouble (HTTP {status}).")
    if status == 400 and "size limit" in said.lower():
        return TargetError("The Spotify playlist is full (10,000 entries).", reason="Full")
    if rows and not write:
        return TargetError(
            f"Spotify takes this for no playlist ({said[:200] or f'HTTP {status}'}). Check spec.spotify.playlist.",
            reason="NotFound",
        )
    if status == 404:
        return RefusedError("Spotify has no such track.", reason="Gone", permanent=True)
    return RefusedError(f"Spotify refused the request: {said[:200] or f'HTTP {status}'}.", permanent=status == 400)


def of_failure(error: BaseException, *, write: bool) -> ServiceError:
    """What a request without a readable answer means."""
    name = type(error).__name__
    if isinstance(error, requests.RequestException) and (not write or never_sent(error)):
        return TransientError(f"Spotify can't be reached ({name}).")
    if write:
        return OutcomeUnknown(f"Spotify's answer to a write was lost ({name}).")
    return TransientError(f"Spotify answered in a way that can't be read ({name}).")


def _slow(error: spotipy.SpotifyException, now: float) -> ServiceError:
    wait = seconds({k.lower(): v for k, v in dict(error.headers or {}).items()}.get("retry-after"))
    if error.reason == "QUOTA_EXCEEDED" or (wait or 0.0) >= _LONG:
        return QuotaError(
            "The Spotify developer account has used up its requests for the day.", retry_at=now + (wait or DAY)
        )
    return RateLimitError("Spotify asks to wait.", retry_at=now + (wait if wait is not None else WINDOW))


def _forbidden(said: str, rows: bool) -> ServiceError:
    text = said.lower()
    if "not be registered" in text or "dashboard" in text:
        return AuthError(
            "The Spotify app is in development mode and this user isn't on its list. Add the user at "
            "developer.spotify.com/dashboard.",
            reason="Forbidden",
        )
    if "premium" in text:
        return AuthError("Spotify stopped the app because its owner has no Premium account.", reason="Forbidden")
    if "scope" in text:
        return AuthError(
            "The consent doesn't cover this playlist. Sign in again with playlist-read-private, "
            "playlist-read-collaborative, playlist-modify-private and playlist-modify-public, and replace "
            "refresh-token in the Secret.",
            reason="InsufficientScope",
        )
    if rows:
        return TargetError(
            "Spotify shows and changes only playlists that the account owns or collaborates on. Use such a playlist, "
            "or sign in as its owner.",
            reason="Forbidden",
        )
    return AuthError(f"Spotify forbids this to the app: {said[:200] or 'no reason given'}.", reason="Forbidden")
