"""Quota, rate, sign-in, target, network and our own mistakes: what each refusal of a vendor is taken for."""

import json
from typing import Any

import pytest
import requests
import spotipy

from reconcilers.budget import next_midnight
from reconcilers.errors import ItemError, OutcomeUnknown, QuotaError, RateLimitError, ServiceError, TransientError
from reconcilers.services import spotify_errors, youtube_errors
from reconcilers.services.calls import Caller

NOW = 1_800_000_000.0
HOUR = 3600.0


def answer(status: int, body: Any = None, retry_after: str | None = None) -> requests.Response:
    made = requests.Response()
    made.status_code = status
    made._content = json.dumps(body).encode() if body is not None else b"<html>"
    if retry_after is not None:
        made.headers["Retry-After"] = retry_after
    return made


def google(status: int, reason: str = "", **more: Any) -> requests.Response:
    """An error of the Data API; 403 stands for quota, rate, sign-in and target alike."""
    return answer(status, {"error": {"code": status, "message": "said", "errors": [{"reason": reason}], **more}})


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (google(403, "quotaExceeded"), "QuotaExhausted"),
        (google(403, "dailyLimitExceeded"), "QuotaExhausted"),
        (google(403, "rateLimitExceeded"), "RateLimited"),
        (google(403, "userRateLimitExceeded"), "RateLimited"),
        (google(429), "RateLimited"),
        (google(401, "authError"), "AuthExpired"),
        (google(403, "insufficientPermissions"), "InsufficientScope"),
        (google(403, "accessNotConfigured"), "ApiDisabled"),
        (google(403, "playlistItemsNotAccessible"), "Forbidden"),
        (google(403, "forbidden"), "Forbidden"),
        (google(403, "somethingNew"), "Forbidden"),
        (google(401, "youtubeSignupRequired"), "AuthExpired"),
        (google(403, "youtubeSignupRequired"), "Forbidden"),
        (google(404, "playlistNotFound"), "NotFound"),
        (google(404, "videoNotFound"), "Unavailable"),
        (google(400, "playlistContainsMaximumNumberOfVideos"), "Full"),
        (google(503, "backendError"), "Unreachable"),
        (answer(502), "Unreachable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_youtubes_refusals_are_told_apart_by_their_reason_not_their_status(
    refusal: requests.Response, reason: str
) -> None:
    assert youtube_errors.of_data_api(refusal, write=False, now=NOW).reason == reason


def test_youtubes_quota_is_back_at_midnight_pacific_and_its_rate_limit_when_it_says() -> None:
    quota = youtube_errors.of_data_api(google(403, "quotaExceeded"), write=True, now=NOW)
    assert isinstance(quota, QuotaError) and not isinstance(quota, RateLimitError)
    assert quota.retry_at == next_midnight(NOW)
    rate = youtube_errors.of_data_api(answer(429, {"error": {}}, "7"), write=True, now=NOW)
    assert isinstance(rate, RateLimitError) and rate.retry_at == NOW + 7


def spotify(status: int, said: str = "", reason: str | None = None, **headers: str) -> spotipy.SpotifyException:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return spotipy.SpotifyException(status, -1, f"https://api.spotify.com/v1/x:\n {said}", reason, named)


@pytest.mark.parametrize(
    ("refusal", "reason", "wait"),
    [
        (spotify(429, "Too many requests", "QUOTA_EXCEEDED", Retry_After="48925"), "QuotaExhausted", 48925.0),
        (spotify(429, "Too many requests", "QUOTA_EXCEEDED"), "QuotaExhausted", 24 * HOUR),
        (spotify(429, "API rate limit exceeded", Retry_After="46800"), "QuotaExhausted", 13 * HOUR),
        (spotify(429, "API rate limit exceeded", Retry_After="5"), "RateLimited", 5.0),
        (spotify(429, "API rate limit exceeded"), "RateLimited", 30.0),
        (spotify(401, "The access token expired"), "AuthExpired", None),
        (spotify(403, "Insufficient client scope"), "InsufficientScope", None),
        (spotify(403, "the user may not be registered"), "Forbidden", None),
        (spotify(403, "Forbidden"), "Forbidden", None),
        (spotify(404, "Resource not found"), "NotFound", None),
        (spotify(503, "Service unavailable"), "Unreachable", None),
    ],
)
def test_spotifys_refusals_are_told_apart(refusal: spotipy.SpotifyException, reason: str, wait: float | None) -> None:
    meaning = spotify_errors.of_answer(refusal, write=False, rows=True, now=NOW)
    assert meaning.reason == reason
    assert (meaning.retry_at - NOW if isinstance(meaning, QuotaError) else None) == wait


def test_no_answer_to_a_write_is_an_unknown_outcome_and_to_a_reading_the_networks_trouble() -> None:
    for of in (spotify_errors.of_failure, youtube_errors.of_failure):
        cut = requests.ConnectionError("connection reset")
        assert isinstance(of(cut, write=True), OutcomeUnknown)
        assert type(of(cut, write=False)) is TransientError


async def test_every_call_is_told_with_how_it_ended_and_a_mistake_of_ours_is_called_one() -> None:
    told: list[tuple[str, int, str]] = []
    caller = Caller("test", lambda operation, units, outcome, seconds: told.append((operation, units, outcome)))

    async def act(error: Exception | None) -> None:
        if error is not None:
            raise error

    errors: list[ServiceError | Exception | None] = [
        None,
        ItemError("no"),
        QuotaError("no", retry_at=1.0),
        KeyError("x"),
    ]
    for error in errors:
        try:
            await caller.once("search", 3, lambda error=error: act(error))  # type: ignore[misc]
        except (ServiceError, KeyError):
            continue
    assert told == [("search", 3, o) for o in ("ok", "Refused", "QuotaExhausted", "InternalError")]
