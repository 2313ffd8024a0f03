"""What yt-dlp's messages mean: its exceptions have no other classifier (wording of 2026.10)."""

import errno
import re
from dataclasses import replace

from reconcilers.audio.job import FetchError

# Seconds. YouTube lifts a session's rate limit within the hour (yt-dlp's wiki). A robot check may be over in minutes or
# last for days: it is looked at again soon, then ever more rarely (`AudioSource`).
SESSION_WAIT = 3600.0
ROBOT_WAIT = 900.0

DISK_FULL = FetchError(
    "local",
    "DiskFull",
    "There is no room left on the disk where the operator keeps audio that is under way. Make room, or enlarge the volume"
    " (scratchSize in the chart); it is tried again by itself.",
)

_COOKIES = "Give the operator cookies of an account, or another way out to the Internet."

# The first that matches; what is told about the whole address goes before what is told about one video.
_PATTERNS: tuple[tuple[str, FetchError], ...] = (
    (
        r"not a bot|captcha|unusual traffic",
        FetchError("wait", "BotCheck", f"YouTube takes this address for a robot. {_COOKIES}", wait=ROBOT_WAIT),
    ),
    (
        r"try again later|rate-?limited by youtube|http error 429|too many requests",
        FetchError("wait", "RateLimited", "YouTube asks to wait before more audio is fetched.", wait=SESSION_WAIT),
    ),
    (
        r"confirm your age|age.restricted|inappropriate for some users",
        FetchError("item", "AgeRestricted", f"YouTube shows this video only to adults who signed in. {_COOKIES}"),
    ),
    (
        r"your country|geo.?restrict|in your location|not available from your location",
        FetchError("item", "GeoBlocked", "The video is not available in the operator's country."),
    ),
    (
        r"members.only|join this channel|premium|requires payment|purchase",
        FetchError("item", "PaidOnly", "The video is for paying viewers only."),
    ),
    (r"\bdrm\b", FetchError("item", "Protected", "The video is copy-protected.", permanent=True)),
    (
        r"premieres in|will begin in|live event|live stream|not started",
        FetchError("item", "NotYet", "The video is a broadcast that hasn't ended."),
    ),
    (
        r"format is not available|no video formats|no formats",
        FetchError("item", "NoFormat", "YouTube offered no audio for this video; a newer operator may find it."),
    ),
    (
        r"private|video unavailable|not available|isn.t available|no longer available|removed|terminated|been deleted",
        FetchError("item", "Unavailable", "YouTube no longer has this video, or keeps it private.", permanent=True),
    ),
    (
        r"http error 403",
        FetchError(
            "item",
            "MediaRefused",
            "YouTube refused to hand out the audio of this video (403). It is tried again; where it stays so, a newer"
            " operator or cookies of an account may help.",
        ),
    ),
    (
        (
            r"timed? ?out|connect|name resolution|resolve host|unreachable|certificate|ssl|proxy|incomplete ?read|"
            r"http error 5\d\d|remote end|reset by peer|failed to extract any player response"
        ),
        FetchError("trouble", "Unreachable", "YouTube's audio can't be fetched at the moment."),
    ),
)
_NOISE = re.compile(r"\x1b\[[0-9;]*m|ERROR:\s*|\[[\w:+-]+\]\s*[\w-]{11}:\s*|https?://\S+")
_HINT = re.compile(
    r"(?:;?\s*please report this issue|\.\s+(?:Use|See|Also|Confirm)\b|\(caused by).*", re.IGNORECASE | re.DOTALL
)


def is_disk_full(error: BaseException) -> bool:
    """Whether an error, or one that it came of, is about a disk without room."""
    seen: list[object] = [error]
    for each in seen:
        if getattr(each, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
            return True
        if isinstance(each, BaseException):
            # mutagen wraps an OSError as its argument.
            more = (each.__cause__, each.__context__, *each.args[:1])
            seen += [other for other in more if isinstance(other, BaseException) and other not in seen]
    return False


def understood(message: str) -> FetchError:
    """The failure behind an error message of yt-dlp's."""
    folded = message.lower().replace("’", "'")
    for pattern, failure in _PATTERNS:
        if re.search(pattern, folded):
            return replace(failure)
    said = _HINT.sub("", _NOISE.sub("", message)).strip().rstrip(".")[:200]
    return FetchError("item", "FetchFailed", f"The audio could not be fetched: {said or 'no reason given'}.")
