"""Moments, quiet hours and time zones, written as people read them off a clock."""

from datetime import UTC, datetime, time, tzinfo

from navaar.notices.decision import DAY
from navaar.notices.hours import QuietHours, zone_of

BERLIN, TEHRAN = zone_of("Europe/Berlin"), zone_of("Asia/Tehran")
WEEK = 7 * DAY


def moment(text: str, zone: tzinfo = UTC) -> float:
    """When clocks of the zone show this date and time."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


def local(seconds: float, zone: tzinfo) -> str:
    """The date and time that clocks of the zone show, to the minute."""
    return f"{datetime.fromtimestamp(seconds, zone):%Y-%m-%d %H:%M}"


def hours(start: str, end: str, zone: tzinfo = UTC) -> QuietHours:
    """Quiet hours between two times of day."""
    return QuietHours(time.fromisoformat(start), time.fromisoformat(end), zone)
