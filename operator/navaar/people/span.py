"""Times as people say them: how long ago, how long yet, and back."""

import re

from navaar.words import ENGLISH, say

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0

_UNITS = {"s": 1.0, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_PART = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")


def short(seconds: float, language: str = ENGLISH) -> str:
    """A span in at most two units, as kubectl tells ages: `8s`, `4m30s`, `3h`, `21d`."""
    left = max(0, int(seconds))
    if left < 2 * MINUTE:
        return say(language, "span.s", n=left)
    if left < 10 * MINUTE:
        return _two(left, 60, "m", 1, "s", language)
    if left < 3 * HOUR:
        return say(language, "span.m", n=left // 60)
    if left < 8 * HOUR:
        return _two(left, 3600, "h", 60, "m", language)
    if left < 2 * DAY:
        return say(language, "span.h", n=left // 3600)
    if left < 8 * DAY:
        return _two(left, 86400, "d", 3600, "h", language)
    return say(language, "span.d", n=left // 86400)


def about(seconds: float, language: str = ENGLISH) -> str:
    """A span in words: `less than a minute`, `about 12 minutes`, `about 3 days`."""
    return _in_words("about", seconds, language)


def coming(seconds: float, language: str = ENGLISH) -> str:
    """A moment so far away, in words: `in less than a minute`, `in 12 minutes`, `in 3 days`."""
    return _in_words("in", seconds, language)


def _in_words(group: str, seconds: float, language: str) -> str:
    if seconds < MINUTE:
        return say(language, f"{group}.none")
    for unit, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if seconds >= 0.95 * unit:
            number = max(1, round(seconds / unit))
            return say(language, f"{group}.{name}.{'one' if number == 1 else 'some'}", n=number)
    raise AssertionError("a minute or more is at least most of a minute")


def parsed(text: str) -> float:
    """`2h`, `1h30m`, `7d` in seconds. Raises ValueError with a sentence."""
    parts = _PART.findall(text.strip().lower())
    if not parts or "".join(number + unit for number, unit in parts) != text.strip().lower():
        raise ValueError(f"{text!r} is no span of time: write it like 30m, 2h, 1h30m or 7d")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def _two(left: int, one: int, first: str, other: int, second: str, language: str) -> str:
    whole, rest = say(language, f"span.{first}", n=left // one), left % one // other
    if not rest:
        return whole
    return say(language, "span.two", first=whole, second=say(language, f"span.{second}", n=rest))
