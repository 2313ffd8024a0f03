"""Times as people say them: how long ago, how long yet, and back."""

import re

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0

_UNITS = {"s": 1.0, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_PART = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")


def short(seconds: float) -> str:
    """A span in at most two units, as kubectl tells ages: `8s`, `4m30s`, `3h`, `21d`."""
    left = max(0, int(seconds))
    if left < 2 * MINUTE:
        return f"{left}s"
    if left < 10 * MINUTE:
        return _two(left, 60, "m", 1, "s")
    if left < 3 * HOUR:
        return f"{left // 60}m"
    if left < 8 * HOUR:
        return _two(left, 3600, "h", 60, "m")
    if left < 2 * DAY:
        return f"{left // 3600}h"
    if left < 8 * DAY:
        return _two(left, 86400, "d", 3600, "h")
    return f"{left // 86400}d"


def about(seconds: float) -> str:
    """A span to come, in words: `less than a minute`, `about 12 minutes`, `about 3 days`."""
    if seconds < MINUTE:
        return "less than a minute"
    for unit, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if seconds >= 0.95 * unit:
            number = max(1, round(seconds / unit))
            if number == 1:
                return "about an hour" if name == "hour" else f"about a {name}"
            return f"about {number} {name}s"
    return "about a minute"


def parsed(text: str) -> float:
    """`2h`, `1h30m`, `7d` in seconds. Raises ValueError with a sentence."""
    parts = _PART.findall(text.strip().lower())
    if not parts or "".join(number + unit for number, unit in parts) != text.strip().lower():
        raise ValueError(f"{text!r} is no span of time: write it like 30m, 2h, 1h30m or 7d")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def _two(left: int, one: int, first: str, other: int, second: str) -> str:
    rest = left % one // other
    return f"{left // one}{first}{rest}{second}" if rest else f"{left // one}{first}"
