"""People choose what they are told and when: not at night, not of everything, and once a week of all of it."""

import math
import zoneinfo
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, tzinfo
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navaar.api.notifications import SEVERITIES, NewsEvent, Severity
from navaar.notices.decision import COUNTED, DAY, HOUR, MINUTE, decide
from navaar.notices.hours import QuietHours, week, zone_of
from navaar.notices.memory import Memory
from navaar.notices.news import News
from navaar.notices.standing import FAILED, REVIEW, Approval, Consent, Standing
from navaar.notices.tally import Tally
from navaar.notices.wishes import Wishes, wishes_of
from tests.unit.test_notices import GREETED, START, TO, People, at, broken, songs, well

BERLIN, TEHRAN = zone_of("Europe/Berlin"), zone_of("Asia/Tehran")
WEEK = 7 * DAY


def moment(text: str, zone: tzinfo = UTC) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


def local(seconds: float, zone: tzinfo) -> str:
    return f"{datetime.fromtimestamp(seconds, zone):%Y-%m-%d %H:%M}"


def hours(start: str, end: str, zone: tzinfo = UTC) -> QuietHours:
    return QuietHours(time.fromisoformat(start), time.fromisoformat(end), zone)


# ------------------------------------------------------------------------------------------------------- the clock


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


# --------------------------------------------------------------------------------------------------- what they wish


def wished(**spec: Any) -> Wishes:
    return wishes_of({"chat": 7, **spec})


def named(wishes: Wishes) -> set[str]:
    return {str(news) for news in wishes.news} - {"Hello", "Digest"}


def test_every_sort_of_news_can_be_named_and_has_a_severity() -> None:
    assert {str(event) for event in NewsEvent} == {str(news) for news in News} - {"Hello", "Digest"}
    assert set(SEVERITIES) == set(NewsEvent)


def test_who_says_nothing_is_told_everything_at_any_hour_and_gets_no_digest() -> None:
    assert wished() == Wishes() == wished(severity="Info", events=list(SEVERITIES))


def test_events_and_severity_say_what_is_told() -> None:
    assert named(wished(events=["SignIn", "Review"])) == {"SignIn", "Review"}
    assert named(wished(severity="Error")) == {"SignIn", "Trouble", "Recovered"}
    assert named(wished(severity="Warning")) == named(wished()) - {"Review"}
    assert named(wished(severity="Warning", events=["Review", "Failed"])) == {"Failed"}
    assert list(Severity) == ["Info", "Warning", "Error"]


EVERYTHING_AT_ONCE = Standing(
    troubles={**broken("AuthExpired", 0).troubles, **broken("NotFound", 0, "telegram").troubles},
    well=well(0, "youtubeMusic").well,
    songs={FAILED: songs(0), REVIEW: songs(0)},
    approval=Approval("aaaaaaaaaaaa", "60", at(0)),
    consent=Consent(at(20 * DAY), "sign in again"),
)
OUTAGE = {"youtubeMusic": broken("Unreachable", -2 * HOUR, "youtubeMusic").troubles["youtubeMusic"]}


@settings(max_examples=60)
@given(st.sets(st.sampled_from(NewsEvent), min_size=1), st.sampled_from(Severity))
def test_of_everything_at_once_exactly_what_is_wished_is_told(events: set[NewsEvent], severity: Severity) -> None:
    wishes = wished(events=sorted(events), severity=severity)
    changes = {0.0: Standing(troubles=OUTAGE), 1.0: EVERYTHING_AT_ONCE}
    people = People(wishes=wishes, restarts=True).live(changes, 12 * DAY)
    if News.TROUBLE not in wishes.news:
        # Then nobody has heard of the place that is well again.
        wishes = replace(wishes, news=wishes.news - {News.RECOVERED})
    assert {str(item.news) for _, items in people.messages for item in items} == named(wishes)


def test_who_does_not_wish_to_hear_that_it_is_well_again_hears_of_the_next_trouble_all_the_same() -> None:
    changes = {0: broken("AuthExpired", 0), HOUR: well(HOUR), 2 * DAY: broken("AuthExpired", 2 * DAY)}
    people = People(wishes=wished(events=["SignIn"]), restarts=True).live(changes, 30 * DAY)
    assert people.news == [(0, ["SignIn"]), (2 * DAY, ["SignIn"])]


def test_what_nobody_wished_to_hear_is_told_once_somebody_does() -> None:
    changes: dict[float, Standing] = {0: Standing(songs={REVIEW: songs(0, 1)})}
    people = People(wishes=wished(severity="Error")).live(changes, DAY)
    assert people.messages == []
    later = decide(people.memory, changes[0], TO, at(2 * DAY))
    assert [(item.news, item.new) for item in later.items] == [(News.REVIEW, 2)]


# ------------------------------------------------------------------------------------------------------ quiet hours

NIGHT = Wishes(quiet=hours("09:00", "15:00"))
"""`START` is 08:00 UTC: from an hour after it to seven hours after it."""
DUSK, DAWN = HOUR, 7 * HOUR


def test_a_refused_sign_in_is_told_at_once_also_in_quiet_hours_and_all_else_when_they_end() -> None:
    changes = {
        2 * HOUR: Standing(songs={FAILED: songs(2 * HOUR), REVIEW: songs(2 * HOUR)}),
        3 * HOUR: replace(broken("AuthExpired", 3 * HOUR), songs={FAILED: songs(2 * HOUR), REVIEW: songs(2 * HOUR)}),
        4 * HOUR: replace(well(4 * HOUR), songs={FAILED: songs(2 * HOUR), REVIEW: songs(2 * HOUR)}),
    }
    people = People(wishes=NIGHT, restarts=True).live(changes, 30 * DAY)
    assert people.news == [(3 * HOUR, ["SignIn"]), (DAWN, ["Review", "Failed", "Recovered"])]


def test_what_has_passed_by_the_end_of_the_quiet_hours_is_never_told() -> None:
    changes = {
        2 * HOUR: replace(broken("NotFound", 2 * HOUR), songs={FAILED: songs(2 * HOUR, 2.5 * HOUR)}),
        6 * HOUR: replace(well(6 * HOUR), songs={FAILED: songs(2.5 * HOUR)}),
    }
    people = People(wishes=NIGHT, restarts=True).live(changes, 30 * DAY)
    assert people.news == [(DAWN, ["Failed"])]
    assert [(item.new, item.all) for item in people.of(News.FAILED)] == [(1, 1)]


def test_a_place_that_comes_and_goes_all_night_is_told_in_the_morning_as_it_stands() -> None:
    changes: dict[float, Standing] = {}
    for n in range(10):
        changes[DUSK + n * HOUR / 2] = broken("NotFound", DUSK + n * HOUR / 2)
        changes[DUSK + n * HOUR / 2 + 900] = well(DUSK + n * HOUR / 2 + 900)
    changes[DAWN - 600] = broken("NotFound", DAWN - 600)
    assert People(wishes=NIGHT).live(changes, 30 * DAY).news == [(DAWN, ["Trouble"])]


def test_a_trouble_that_turns_into_a_refused_sign_in_at_night_is_told_at_once() -> None:
    changes = {0: broken("NotFound", 0), 2 * HOUR: broken("AuthExpired", 2 * HOUR)}
    assert People(wishes=NIGHT).live(changes, DAY).news == [(300, ["Trouble"]), (2 * HOUR, ["SignIn"])]


def test_who_sets_it_up_at_night_is_greeted_at_once_and_told_the_rest_in_the_morning() -> None:
    changes = {0: Standing(silent=True), 2 * HOUR: replace(broken("NotFound", -DAY), songs={REVIEW: songs(-DAY)})}
    people = People(Memory(), wishes=NIGHT).live(changes, DAY)
    assert people.news == [(2 * HOUR, ["Hello"]), (DAWN, ["Trouble", "Review"])]


def test_a_hundred_failures_in_a_minute_of_the_night_are_one_message_in_the_morning() -> None:
    changes: dict[float, Standing] = {
        2 * HOUR + 0.6 * n: Standing(songs={FAILED: songs(*(2 * HOUR + 0.6 * k for k in range(n + 1)))})
        for n in range(100)
    }
    people = People(wishes=NIGHT, restarts=True).live(changes, 30 * DAY)
    assert people.news == [(DAWN, ["Failed"])] and people.of(News.FAILED)[0].new == 100


SLEEPY = st.builds(
    hours,
    st.sampled_from(["00:00", "07:30", "13:00", "22:00"]),
    st.sampled_from(["02:30", "08:00", "14:00", "23:59"]),
    st.sampled_from([UTC, BERLIN, TEHRAN]),
)


@settings(max_examples=60)
@given(SLEEPY, st.lists(st.integers(0, 4 * 86400), min_size=1, max_size=30, unique=True))
def test_nothing_but_a_sign_in_is_ever_told_in_quiet_hours_and_every_song_is_told_of_once(
    quiet: QuietHours, moments: list[int]
) -> None:
    changes: dict[float, Standing] = {}
    failed: list[float] = []
    for n, one in enumerate(sorted(moments)):
        failed.append(float(one))
        state = broken("AuthExpired" if n % 4 == 0 else "NotFound", one) if n % 2 == 0 else well(one)
        changes[float(one)] = replace(state, songs={FAILED: songs(*failed)})
    people = People(wishes=Wishes(quiet=quiet), restarts=True).live(changes, 30 * DAY)
    for told, items in people.messages:
        if quiet.until(START + told) is not None:
            assert {item.news for item in items} == {News.SIGN_IN}
    assert sum(item.new for item in people.of(News.FAILED)) == len(failed)


def test_in_a_zone_that_nobody_knows_it_is_always_quiet_until_it_is_mended() -> None:
    unknown = wished(quietHours={"from": "22:00", "to": "08:00", "timeZone": "Mars/Phobos"}, digest="Weekly")
    assert "There is no time zone Mars/Phobos." in unknown.problem
    assert unknown.silent_until(START) == math.inf
    changes = {0: broken("NotFound", 0), HOUR: broken("AuthExpired", HOUR), 2 * HOUR: well(2 * HOUR)}
    people = People(replace(GREETED, digest=START - WEEK), wishes=unknown).live(changes, 30 * DAY)
    assert people.news == [(HOUR, ["SignIn"])]
    assert people.memory.digest == START - WEEK, "the digest has not forgotten where it was"
    mended = wished(quietHours={"from": "22:00", "to": "08:00", "timeZone": "Europe/Berlin"})
    (item,) = decide(people.memory, changes[2 * HOUR], TO, at(3 * HOUR), mended).items
    assert item.news is News.RECOVERED


# -------------------------------------------------------------------------------------------------------- the digest

MONDAYS = [moment(f"2027-01-{day} 09:00") - START for day in (18, 25)]
"""The first two after `START`, which is a Friday."""
THEN = COUNTED
"""How long after its moment a digest comes."""


def counting() -> tuple[Standing, list[tuple[float, float]]]:
    """A MusicSync whose songs can be counted, and what was asked to be counted."""
    asked: list[tuple[float, float]] = []

    def tally(since: float, until: float) -> Tally:
        asked.append((since - START, until - START))
        return Tally(came=7)

    return Standing(tally=tally), asked


def test_a_digest_comes_once_a_week_and_leaves_out_nothing_and_counts_nothing_twice() -> None:
    standing, _ = counting()
    people = People(wishes=Wishes(weekly=UTC), restarts=True).live({0: standing}, 5 * WEEK)
    assert people.news == [(MONDAYS[0] + n * WEEK + THEN, ["Digest"]) for n in range(5)]
    spans = [(item.since - START, item.until - START) for item in people.of(News.DIGEST)]
    assert spans == [(MONDAYS[0] + (n - 1) * WEEK, MONDAYS[0] + n * WEEK) for n in range(5)]
    assert {item.tally.came for item in people.of(News.DIGEST)} == {7}


def test_a_digest_that_was_due_while_nobody_could_be_told_comes_later_and_only_once() -> None:
    standing, _ = counting()
    away = replace(standing, silent=True)
    changes = {0: standing, DAY: away, 20 * DAY: standing}
    people = People(wishes=Wishes(weekly=UTC), restarts=True).live(changes, 22 * DAY)
    assert people.news == [(20 * DAY, ["Digest"])]
    (item,) = people.of(News.DIGEST)
    assert (item.since - START, item.until - START) == (MONDAYS[0] - WEEK, MONDAYS[1] + WEEK)


def test_a_digest_waits_until_songs_can_be_counted() -> None:
    standing, _ = counting()
    changes = {0: standing, DAY: Standing(), 4 * DAY: standing}
    people = People(wishes=Wishes(weekly=UTC)).live(changes, 6 * DAY)
    assert people.news == [(4 * DAY, ["Digest"])]


def test_a_digest_that_falls_into_quiet_hours_comes_with_all_else_when_they_end() -> None:
    standing, _ = counting()
    wishes = Wishes(quiet=hours("22:00", "10:30"), weekly=UTC)
    late = replace(standing, songs={FAILED: songs(MONDAYS[0] - HOUR)})
    people = People(wishes=wishes, restarts=True).live({0: standing, MONDAYS[0] - HOUR: late}, 5 * DAY)
    assert people.news == [(MONDAYS[0] + 1.5 * HOUR, ["Failed", "Digest"])]
    assert people.of(News.DIGEST)[0].until == at(MONDAYS[0]), "of the same week all the same"


def test_a_digest_comes_when_what_the_week_brought_in_its_last_seconds_is_known() -> None:
    standing, asked = counting()
    memory = replace(GREETED, digest=at(MONDAYS[0] - WEEK))
    decision = decide(memory, standing, TO, at(MONDAYS[0]), Wishes(weekly=UTC))
    assert decision.items == () and decision.again == at(MONDAYS[0] + MINUTE) and asked == []


def test_who_asks_for_a_digest_hears_nothing_of_the_week_that_is_over() -> None:
    standing, asked = counting()
    first = decide(GREETED, standing, TO, START, Wishes(weekly=UTC))
    assert first.items == () and asked == []
    assert first.memory.digest == at(MONDAYS[0] - WEEK) and first.again == at(MONDAYS[0] + THEN)
    without = decide(first.memory, standing, TO, START + DAY)
    assert without.memory.digest is None, "and who asks again months later, nothing of those months"


def test_a_digest_in_another_zone_is_not_a_second_one_of_the_same_week() -> None:
    standing, _ = counting()
    people = People(wishes=Wishes(weekly=TEHRAN), restarts=True).live({0: standing}, MONDAYS[0] + HOUR)
    assert [news for _, news in people.news] == [["Digest"]]
    people.wishes = Wishes(weekly=zone_of("America/Los_Angeles"))
    moved = people.live({MONDAYS[0] + HOUR: standing}, 13 * DAY)
    assert [news for _, news in moved.news] == [["Digest"]] * 2
    first, second = moved.of(News.DIGEST)
    assert second.since == first.until and second.until - second.since > WEEK


def test_a_digest_goes_by_the_clock_where_people_are_when_the_clocks_change() -> None:
    standing, _ = counting()
    begin = moment("2026-10-13 12:00")
    memory = decide(GREETED, standing, TO, begin, Wishes(weekly=BERLIN)).memory
    told: list[str] = []
    for hour in range(21 * 24):
        now = begin + hour * HOUR + THEN
        decision = decide(memory, standing, TO, now, Wishes(weekly=BERLIN))
        memory = decision.memory
        told += [local(now, BERLIN) for _ in decision.items]
    assert told == ["2026-10-19 09:01", "2026-10-26 09:01", "2026-11-02 09:01"]


def test_an_operator_that_dies_before_it_noted_a_digest_tells_the_very_same_once_more() -> None:
    standing, _ = counting()
    memory = replace(GREETED, digest=at(MONDAYS[0] - WEEK))
    told = decide(memory, standing, TO, at(MONDAYS[0] + THEN), Wishes(weekly=UTC))
    again = decide(memory, standing, TO, at(MONDAYS[0] + HOUR), Wishes(weekly=UTC))
    assert told.items == again.items != (), "a webhook's receiver knows it by its id"
    assert decide(again.memory, standing, TO, at(MONDAYS[0] + HOUR), Wishes(weekly=UTC)).items == ()


def test_a_message_that_cannot_go_out_yet_loses_no_digest() -> None:
    """Two messages have just gone out: the third waits, and so does what it counts."""
    standing, _ = counting()
    now = at(MONDAYS[0] + THEN)
    busy = replace(GREETED, digest=at(MONDAYS[0] - WEEK), sent=(now - 20, now - 10))
    decision = decide(busy, standing, TO, now, Wishes(weekly=UTC))
    assert decision.items == () and decision.memory == busy and decision.again is not None
    later = decide(decision.memory, standing, TO, decision.again, Wishes(weekly=UTC))
    assert [item.news for item in later.items] == [News.DIGEST]
