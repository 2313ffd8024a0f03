"""Moments: Unix seconds inside, RFC 3339 in the resources.

Exact both ways for any time from 2004 to 2106: a float of that size has no more than seven digits after the
point.
"""

from datetime import UTC, date, datetime
from functools import lru_cache

_DAY = 86400
_EPOCH = date(1970, 1, 1).toordinal()


@lru_cache(maxsize=4096)
def _written_day(days: int) -> str:
    return date.fromordinal(days + _EPOCH).isoformat()


@lru_cache(maxsize=4096)
def _read_day(text: str) -> int:
    return (date.fromisoformat(text).toordinal() - _EPOCH) * _DAY


def written(seconds: float) -> str:
    """Unix seconds as RFC 3339 in UTC: ``2026-03-06T18:00:00Z``, with a fraction only where there is one."""
    whole = int(seconds)
    days, rest = divmod(whole, _DAY)
    minutes, second = divmod(rest, 60)
    hour, minute = divmod(minutes, 60)
    text = f"{_written_day(days)}T{hour:02d}:{minute:02d}:{second:02d}"
    if seconds == whole:
        return text + "Z"
    fraction = f"{seconds - whole:.7f}"
    if fraction[0] == "1":  # rounded up to the next second
        return written(float(whole + 1))
    fraction = fraction[1:].rstrip("0")
    return f"{text}{fraction}Z" if len(fraction) > 1 else text + "Z"


@lru_cache(maxsize=4096)
def read(text: str) -> float:
    """RFC 3339 as Unix seconds. Raises ValueError."""
    if text[-1:] == "Z" and text[10:11] == "T":
        whole = _read_day(text[:10]) + int(text[11:13]) * 3600 + int(text[14:16]) * 60 + int(text[17:19])
        return whole + float("0" + text[19:-1]) if len(text) > 20 else float(whole)
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
