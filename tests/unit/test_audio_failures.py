"""What yt-dlp's messages are taken for."""

import pytest

from reconcilers.audio.failures import understood
from reconcilers.audio.job import FetchError
from reconcilers.errors import ItemError, RateLimitError, TransientError

BEFORE = "\x1b[0;31mERROR:\x1b[0m [youtube] dQw4w9WgXcQ: "


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (
            "Sign in to confirm you’re not a bot. Use --cookies-from-browser or --cookies for the authentication.",
            "BotCheck",
        ),
        ("Sign in to confirm you're not a bot", "BotCheck"),
        (
            "This content isn’t available, try again later. The current session has been rate-limited by YouTube",
            "RateLimited",
        ),
        ("Unable to download API page: HTTP Error 429: Too Many Requests (caused by <HTTPError 429>)", "RateLimited"),
        ("Sign in to confirm your age. This video may be inappropriate for some users.", "AgeRestricted"),
        ("The uploader has not made this video available in your country", "GeoBlocked"),
        ("Video unavailable. The uploader has not made this video available in your country", "GeoBlocked"),
        ("Private video. Sign in if you've been granted access to this video", "Unavailable"),
        ("Video unavailable. This video has been removed by the uploader", "Unavailable"),
        ("Video unavailable", "Unavailable"),
        ("Join this channel to get access to members-only content", "PaidOnly"),
        ("This video is only available to Music Premium members", "PaidOnly"),
        ("This video is DRM protected", "Protected"),
        ("Premieres in 3 hours", "NotYet"),
        ("Requested format is not available. Use --list-formats for a list of available formats", "NoFormat"),
        ("unable to download video data: HTTP Error 403: Forbidden", "Unreachable"),
        ("Unable to download API page: <urlopen error [Errno -3] Temporary failure in name resolution>", "Unreachable"),
        ("The read operation timed out", "Unreachable"),
        ("('Unable to connect to proxy', OSError('Tunnel connection failed: 503'))", "Unreachable"),
        ("Something that nobody has seen before", "FetchFailed"),
    ],
)
def test_a_message_has_one_meaning(message: str, reason: str) -> None:
    assert understood(BEFORE + message).reason == reason


def test_an_unknown_message_is_repeated_without_addresses_and_hints() -> None:
    said = understood(
        BEFORE + "Odd thing at https://x.googlevideo.com/a?sig=1; please report this issue on GitHub"
    ).message
    assert said == "The audio could not be fetched: Odd thing at."


def test_each_kind_becomes_the_error_that_the_planner_knows() -> None:
    wait = FetchError("wait", "BotCheck", "m", wait=60.0).error(1000.0)
    assert isinstance(wait, RateLimitError)
    assert (wait.retry_at, wait.reason) == (1060.0, "BotCheck")
    assert type(FetchError("trouble", "Unreachable", "m").error(0)) is TransientError
    item = FetchError("item", "TooLong", "m", permanent=True).error(0)
    assert isinstance(item, ItemError)
    assert (item.reason, item.permanent) == ("TooLong", True)
