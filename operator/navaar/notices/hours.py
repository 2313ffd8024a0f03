"""Times of day where people are: when they are left alone, and when their week begins."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

NEXT = timedelta(days=1)
WEEK = timedelta(days=7)

DIGEST_DAY, DIGEST_TIME = 0, time(9)
"""When weekly digests are due: Mondays at 09:00."""


def zone_of(name: str) -> tzinfo:
    """A time zone by its IANA name. Raises ValueError with a sentence."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: "Europe" is a folder of zones
        raise ValueError(
            f"There is no time zone {name}. Name one of the IANA database, such as Europe/Berlin."
        ) from None


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of day to another, over midnight where that is the earlier one.

    A time that clocks skip in spring comes an hour later that day; one that they show twice in autumn is the first.
    """

    start: time
    end: time
    zone: tzinfo

    def until(self, now: float) -> float | None:
        """When the quiet hours end that `now` falls into (Unix seconds, as `now`); None outside."""
        today = datetime.fromtimestamp(now, self.zone).date()
        for day in (today - NEXT, today):
            ends = _moment(day if self.start < self.end else day + NEXT, self.end, self.zone)
            if _moment(day, self.start, self.zone) <= now < ends:
                return ends
        return None


def week(now: float, zone: tzinfo) -> tuple[float, float]:
    """When the last weekly digest was due and when the next one is (Unix seconds); the last can be `now`."""
    today = datetime.fromtimestamp(now, zone).date()
    day = today - timedelta(days=(today.weekday() - DIGEST_DAY) % 7)
    if _moment(day, DIGEST_TIME, zone) > now:
        day -= WEEK
    return _moment(day, DIGEST_TIME, zone), _moment(day + WEEK, DIGEST_TIME, zone)


def _moment(day: date, at: time, zone: tzinfo) -> float:
    return datetime.combine(day, at, zone).timestamp()
