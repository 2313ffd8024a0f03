"""In quiet hours people are told of nothing but a refused sign-in, and when they end of all that still stands."""

from dataclasses import replace
from datetime import UTC

from hypothesis import given, settings
from hypothesis import strategies as st

from navaar.notices.decision import DAY, HOUR
from navaar.notices.hours import QuietHours
from navaar.notices.memory import Memory
from navaar.notices.news import News
from navaar.notices.standing import FAILED, REVIEW, Standing
from navaar.notices.wishes import Wishes
from tests.clocks import BERLIN, TEHRAN, hours
from tests.told import START, People, broken, songs, well

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
