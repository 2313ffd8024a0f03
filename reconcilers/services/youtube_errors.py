"""What YouTube's refusals mean, in its official API and in the one behind YouTube Music's pages."""

import json
from typing import Any

import requests

from reconcilers.budget import next_midnight
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
from reconcilers.services.sessions import never_sent, retry_after

# Without a Retry-After.
PAUSE = 60.0

_QUOTA = {"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"}
_RATE = {"rateLimitExceeded", "userRateLimitExceeded", "servingLimitExceeded", "concurrentLimitExceeded"}
_GONE = {"videoNotFound", "failedPrecondition", "invalidResourceType", "resourceIdRequired"}
_CONSENT = "Sign in again and replace refresh-token in the Secret."


class RowGoneError(ItemError):
    """The row that was to be removed is not in the playlist."""

    reason = "Gone"


def of_refresh(answer: requests.Response, now: float) -> ServiceError:
    """Why Google gave no access token (RFC 6749, section 5.2)."""
    word = word_of(answer)
    if answer.status_code == 429:
        return RateLimitError("Google's sign-in asks to wait.", retry_at=now + (retry_after(answer) or PAUSE))
    if answer.status_code >= 500 or word in ("rate_limit_exceeded", "internal_failure", "temporarily_unavailable"):
        return TransientError(f"Google's sign-in service is in trouble (HTTP {answer.status_code}).")
    if word == "invalid_grant":
        return AuthError(
            "Google no longer accepts the refresh token: it was revoked, or the consent screen's status is Testing, "
            f"where tokens die after 7 days (publish it to In production). {_CONSENT}"
        )
    if word in ("invalid_client", "unauthorized_client"):
        return AuthError(
            "Google doesn't know this client id and secret. Compare client-id and client-secret in the Secret with the "
            "OAuth client in the Google Cloud console.",
            reason="InvalidClient",
        )
    return AuthError(f"Google refused to refresh the access token ({word or answer.status_code}). {_CONSENT}")


def of_data_api(answer: requests.Response, *, write: bool, now: float) -> ServiceError:
    """What an error of the Data API v3 means: its `reason` decides, not the status, which 403 shares among four."""
    status = answer.status_code
    reason, said = _reason(answer)
    if reason in _QUOTA:
        return QuotaError(
            "The Google project has used up its YouTube quota for the day (it returns at midnight Pacific time).",
            retry_at=next_midnight(now),
        )
    if reason in _RATE or status == 429:
        return RateLimitError("YouTube asks to wait.", retry_at=now + (retry_after(answer) or PAUSE))
    if status == 401 or reason == "authError":
        return AuthError(f"Google refuses the access token. {_CONSENT}")
    if status >= 500 or status == 409:
        if write:
            return OutcomeUnknown(f"YouTube failed while it was writing (HTTP {status}).")
        return TransientError(f"YouTube is in trouble (HTTP {status}).")
    if reason in ("insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"):
        return AuthError(
            "The consent doesn't cover changing playlists. Sign in again with the scope "
            "https://www.googleapis.com/auth/youtube and replace refresh-token in the Secret.",
            reason="InsufficientScope",
        )
    if reason in ("accessNotConfigured", "SERVICE_DISABLED"):
        return AuthError(
            "The YouTube Data API v3 is not enabled in the Google project. Enable it in the Google Cloud console.",
            reason="ApiDisabled",
        )
    if reason in ("youtubeSignupRequired", "channelNotFound", "accountClosed", "accountSuspended"):
        return AuthError("The Google account has no YouTube channel that may be used.", reason="Forbidden")
    if reason == "playlistContainsMaximumNumberOfVideos":
        return TargetError("The YouTube playlist is full.", reason="Full")
    if reason in ("playlistNotFound", "playlistIdRequired", "playlistOperationUnsupported"):
        return TargetError("YouTube has no such playlist. Check spec.youtubeMusic.playlist.", reason="NotFound")
    if reason == "playlistItemNotFound":
        return RowGoneError("The row is not in the YouTube playlist.", permanent=True)
    if reason in _GONE:
        return ItemError("YouTube no longer has this video, or keeps it private.", reason="Unavailable", permanent=True)
    if reason in ("playlistItemsNotAccessible", "playlistForbidden", "forbidden") or status == 403:
        return forbidden()
    if not write:
        return TransientError(f"YouTube refused the request: {said[:200] or f'HTTP {status}'}.")
    return ItemError(f"YouTube refused the request: {said[:200] or f'HTTP {status}'}.", permanent=status == 400)


def of_music(answer: requests.Response | None, error: Exception, *, write: bool, own: bool, now: float) -> ServiceError:
    """What an error of ytmusicapi means. `answer` is the last one that came, `own` says that cookies were sent."""
    if isinstance(error, requests.RequestException):
        return of_failure(error, write=write)
    status = answer.status_code if answer is not None else 0
    _, said = _reason(answer) if answer is not None else ("", "")
    if status == 429:
        return RateLimitError("YouTube Music asks to wait.", retry_at=now + (retry_after(answer) or PAUSE))
    if status == 401 and own:
        return AuthError(
            "YouTube Music refuses the cookies: Google has rotated or ended that session. Copy headers.json from a "
            "signed-in private window again and replace it in the Secret."
        )
    if status >= 500:
        if write:
            return OutcomeUnknown(f"YouTube Music failed while it was writing (HTTP {status}).")
        return TransientError(f"YouTube Music is in trouble (HTTP {status}).")
    if status == 403 and own:
        return forbidden()
    if status == 404 and own:
        return TargetError("YouTube Music has no such playlist. Check spec.youtubeMusic.playlist.", reason="NotFound")
    if 400 <= status < 500 and write:
        return ItemError(f"YouTube Music refused the request: {said[:200] or f'HTTP {status}'}.", reason="Refused")
    if 400 <= status < 500:
        return TransientError(f"YouTube Music refused the request: {said[:200] or f'HTTP {status}'}.")
    if write:
        return OutcomeUnknown(f"YouTube Music's answer to a write can't be read ({type(error).__name__}).")
    return TransientError(f"YouTube Music answered in a way that can't be read ({type(error).__name__}).")


def of_failure(error: requests.RequestException, *, write: bool) -> ServiceError:
    """What a request without an answer means."""
    name = type(error).__name__
    if write and not never_sent(error):
        return OutcomeUnknown(f"YouTube's answer to a write was lost ({name}).")
    return TransientError(f"YouTube can't be reached ({name}).")


def forbidden() -> TargetError:
    """The playlist is somebody else's."""
    return TargetError(
        "The YouTube account may not use this playlist. Sign in as its owner, or name a playlist of the account.",
        reason="Forbidden",
    )


def _reason(answer: requests.Response) -> tuple[str, str]:
    error = _json(answer).get("error")
    if not isinstance(error, dict):
        return "", ""
    errors = error.get("errors") or error.get("details") or [{}]
    first = errors[0] if isinstance(errors, list) and isinstance(errors[0], dict) else {}
    return str(first.get("reason") or error.get("status") or ""), str(error.get("message") or "")


def word_of(answer: requests.Response) -> str:
    """OAuth's word for why there is no token; empty where there is none."""
    word = _json(answer).get("error")
    return word if isinstance(word, str) else ""


def _json(answer: requests.Response) -> dict[str, Any]:
    try:
        body = json.loads(answer.text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
