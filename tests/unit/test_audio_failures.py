"""What yt-dlp's messages are taken for."""

import errno
import os

import av
import pytest
from mutagen import MutagenError

from reconcilers.audio.failures import DISK_FULL, is_disk_full, understood
from reconcilers.audio.job import FetchError
from reconcilers.errors import ItemError, LocalError, RateLimitError, TransientError

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
        ("unable to download video data: HTTP Error 403: Forbidden", "MediaRefused"),
        ("unable to download video data: HTTP Error 503: Service Unavailable", "Unreachable"),
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
    assert isinstance(DISK_FULL.error(0), LocalError)
    item = FetchError("item", "TooLong", "m", permanent=True).error(0)
    assert isinstance(item, ItemError)
    assert (item.reason, item.permanent) == ("TooLong", True)


def worded_by_yt_dlp(number: int) -> BaseException:
    """As its `report_error` does within an ``except``: the cause is context, and the text is all it says."""
    error = RuntimeError(f"unable to write data: {os.strerror(number)}")
    error.__context__ = OSError(number, os.strerror(number))
    return error


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_recognised_whichever_library_met_it(number: int) -> None:
    wrapped = FetchError("item", "Damaged", "m")
    wrapped.__cause__ = av.FFmpegError(number, os.strerror(number))
    for error in (
        OSError(number, "full"),
        MutagenError(OSError(number, "full")),
        worded_by_yt_dlp(number),
        wrapped,
    ):
        assert is_disk_full(error)


def test_what_is_not_about_room_is_no_full_disk() -> None:
    for error in (
        OSError(errno.EACCES, "denied"),
        worded_by_yt_dlp(errno.EIO),
        ValueError("28"),
        FetchError("item", "X", "m"),
    ):
        assert not is_disk_full(error)
