"""Quiet hours and digests go by the clock of their time zone, also when the clocks change, and every zone is known."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

import pytest

from navaar.notices.decision import HOUR, MINUTE
from navaar.notices.hours import week, zone_of
from tests.clocks import BERLIN, TEHRAN, hours, local, moment


@pytest.mark.parametrize(
    ("start", "end", "now", "until"),
    [
        ("22:00", "08:00", "2026-11-21 21:59", None),
        ("22:00", "08:00", "2026-11-21 22:00", "2026-11-22 08:00"),
        ("22:00", "08:00", "2026-11-22 00:00", "2026-11-22 08:00"),
        ("22:00", "08:00", "2026-11-22 07:59", "2026-11-22 08:00"),
        ("22:00", "08:00", "2026-11-22 08:00", None),
        ("13:00", "14:30", "2026-11-22 14:29", "2026-11-22 14:30"),
        ("13:00", "14:30", "2026-11-22 14:30", None),
        ("00:00", "07:00", "2026-11-22 00:00", "2026-11-22 07:00"),
        ("20:00", "00:00", "2026-11-22 23:59", "2026-11-23 00:00"),
        ("08:00", "07:59", "2026-11-22 07:59", None),
    ],
)
@pytest.mark.parametrize("zone", [UTC, BERLIN, TEHRAN], ids=str)
def test_quiet_hours_go_by_the_clock_of_their_zone_and_over_midnight(
    start: str, end: str, now: str, until: str | None, zone: tzinfo
) -> None:
    ends = hours(start, end, zone).until(moment(now, zone))
    assert (ends if ends is None else local(ends, zone)) == until


@pytest.mark.parametrize(
    ("night", "lasts"),
    [("2026-03-28 22:00", 9 * HOUR), ("2026-10-24 22:00", 11 * HOUR), ("2026-11-21 22:00", 10 * HOUR)],
)
def test_quiet_hours_end_at_their_time_of_day_also_in_the_night_in_which_the_clocks_change(
    night: str, lasts: float
) -> None:
    begins = moment(night, BERLIN)
    assert hours("22:00", "08:00", BERLIN).until(begins) == begins + lasts
    assert hours("22:00", "08:00", BERLIN).until(begins + lasts - 1) == begins + lasts
    assert hours("22:00", "08:00", BERLIN).until(begins + lasts) is None


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
@pytest.mark.parametrize(
    ("start", "end"), [("22:00", "02:30"), ("02:15", "02:45"), ("02:30", "08:00"), ("03:00", "02:00")]
)
def test_a_time_that_clocks_skip_or_show_twice_begins_and_ends_quiet_hours_once(day: str, start: str, end: str) -> None:
    quiet, begins = hours(start, end, BERLIN), moment(f"{day} 12:00", BERLIN)
    states = [quiet.until(begins + n * MINUTE) for n in range(25 * 60)]
    assert all(until > begins + n * MINUTE for n, until in enumerate(states) if until is not None)
    turns = [one is None for n, one in enumerate(states) if n == 0 or (one is None) != (states[n - 1] is None)]
    assert len(turns) <= 3


@pytest.mark.parametrize(
    ("now", "zone", "last"),
    [
        ("2026-11-22 23:59", UTC, "2026-11-16 09:00"),
        ("2026-11-23 08:59", UTC, "2026-11-16 09:00"),
        ("2026-11-23 09:00", UTC, "2026-11-23 09:00"),
        ("2026-11-23 09:00", TEHRAN, "2026-11-23 09:00"),
        ("2026-10-26 09:00", BERLIN, "2026-10-26 09:00"),
        ("2026-03-30 08:59", BERLIN, "2026-03-23 09:00"),
    ],
)
def test_the_week_of_a_digest_begins_on_monday_at_nine(now: str, zone: tzinfo, last: str) -> None:
    found, following = week(moment(now, zone), zone)
    assert local(found, zone) == last
    assert f"{datetime.fromtimestamp(following, zone):%a %H:%M}" == "Mon 09:00"
    assert 0 <= moment(now, zone) - found < following - found


@pytest.fixture
def no_zones_on_this_machine() -> Iterator[None]:
    zoneinfo.reset_tzpath(to=[])
    zoneinfo.ZoneInfo.clear_cache()
    yield
    zoneinfo.reset_tzpath()
    zoneinfo.ZoneInfo.clear_cache()


@pytest.mark.usefixtures("no_zones_on_this_machine")
@pytest.mark.parametrize(
    "name", ["UTC", "Europe/Berlin", "Asia/Tehran", "America/Argentina/Buenos_Aires", "Etc/GMT+12"]
)
def test_an_image_without_time_zones_knows_them_all_the_same(name: str) -> None:
    assert str(zone_of(name)) == name


@pytest.mark.parametrize(
    "name", ["Mars/Phobos", "Europe", "../etc/passwd", "/etc/localtime", "Europe/Berlin\x00", "CEST"]
)
def test_a_zone_that_there_is_not_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(
        ValueError, match=r"There is no time zone .* Name one of the IANA database, such as Europe/Berlin\."
    ):
        zone_of(name)
