"""What people are told unasked, and when: nothing twice, little at a time, and that it is well again."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navaar.notices.decision import (
    BURST,
    COOLDOWN,
    DAY,
    GATHER,
    HOUR,
    LASTING,
    MINUTE,
    PATIENCE,
    SIGN_IN,
    SPELL,
    decide,
)
from navaar.notices.memory import Memory
from navaar.notices.news import News
from navaar.notices.standing import FAILED, REVIEW, Approval, Consent, Standing, Trouble
from tests.told import GREETED, TO, People, at, broken, songs, well


@pytest.mark.parametrize("reason", sorted(SIGN_IN))
def test_a_refused_sign_in_is_told_at_once_and_once(reason: str) -> None:
    people = People().live({10: broken(reason, 10)}, 30 * DAY)
    assert people.news == [(10, ["SignIn"])]
    (item,) = people.of(News.SIGN_IN)
    assert (item.about, item.since, item.message) == ("spotify", at(10), "what to do")


PASSING = sorted((reason, wait) for reason, wait in PATIENCE.items() if wait)


@pytest.mark.parametrize(("reason", "wait"), [*PASSING, ("Unreachable", LASTING), ("Anything", LASTING)])
def test_what_may_pass_by_itself_is_told_when_it_did_not(reason: str, wait: float) -> None:
    assert People().live({0: broken(reason, 0), wait - 1: well(wait - 1)}, DAY).news == []
    people = People().live({0: broken(reason, 0)}, 2 * DAY)
    assert people.news == [(wait, ["Trouble"])]


def test_what_was_told_is_told_to_be_well_again_once_it_stays_so() -> None:
    people = People().live({0: broken("AuthExpired", 0), 100: well(100)}, 30 * DAY)
    assert people.news == [(0, ["SignIn"]), (100 + MINUTE, ["Recovered"])]
    (item,) = people.of(News.RECOVERED)
    assert (item.about, item.since) == ("spotify", at(100)), "since it is well, not since it was told not to be"


def test_nobody_is_told_that_something_is_well_again_that_they_never_heard_of() -> None:
    assert People().live({0: broken("Unreachable", 0), 100: well(100)}, 30 * DAY).news == []


def test_another_trouble_of_the_same_place_is_no_news_unless_only_a_person_can_mend_it() -> None:
    reasons = {0: broken("Unreachable", 0), LASTING + 10: broken("IncompleteListing", 0)}
    assert People().live(reasons, DAY).news == [(LASTING, ["Trouble"])]
    reasons |= {LASTING + 20: broken("AuthExpired", 0), LASTING + 30: broken("Unreachable", 0)}
    assert People().live(reasons, DAY).news == [(LASTING, ["Trouble"]), (LASTING + 20, ["SignIn"])]


def flapping(cycles: int, up: float, down: float) -> dict[float, Standing]:
    changes: dict[float, Standing] = {}
    for n in range(cycles):
        start = n * (up + down)
        changes[start] = broken("AuthExpired", start)
        changes[start + down] = well(start + down)
    return changes


@pytest.mark.parametrize(("up", "down"), [(1, 1), (30, 30), (59, 61), (61, 59), (300, 120), (900, 900), (1799, 1799)])
def test_flapping_for_ten_cycles_is_told_once_and_once_to_be_well_again(up: float, down: float) -> None:
    people = People(restarts=True).live(flapping(10, up, down), 30 * DAY)
    assert [news for _, news in people.news] == [["SignIn"], ["Recovered"]]


@given(st.integers(1, 40), st.floats(1, 4 * HOUR), st.floats(1, 4 * HOUR))
def test_whatever_comes_and_goes_is_told_in_turns_and_less_and_less(cycles: int, up: float, down: float) -> None:
    people = People(restarts=True).live(flapping(cycles, up, down), 60 * DAY)
    turns = [word for _, news in people.news for word in news]
    assert turns == ["SignIn", "Recovered"] * (len(turns) // 2), "the last that they heard is how it stands"
    days = 1 + cycles * (up + down) / DAY
    assert len(turns) <= 2 * 5 * days


def test_a_burst_of_a_hundred_failures_is_one_message_that_names_some() -> None:
    changes: dict[float, Standing] = {n: Standing(songs={FAILED: songs(*range(n + 1))}) for n in range(100)}
    people = People().live(changes, DAY)
    assert people.news == [(GATHER, ["Failed"])]
    (item,) = people.of(News.FAILED)
    assert (item.new, item.all, [song.title for song in item.songs][:2]) == (
        100,
        100,
        ["song 1800000099", "song 1800000098"],
    )


@settings(max_examples=25)
@given(st.lists(st.floats(0, COOLDOWN), min_size=100, max_size=100), st.booleans())
def test_a_burst_of_a_hundred_is_never_more_than_two_messages_however_it_falls(
    moments: list[float], restarts: bool
) -> None:
    """Every third of a song that failed, every third of one in review, every third of a place that can't be used."""
    changes: dict[float, Standing] = {}
    places = ("telegram", "youtubeMusic", "spotify")
    for moment in sorted(moments):
        past = [one for one in sorted(moments) if one <= moment]
        troubles = {
            places[n % 3]: Trouble("AuthExpired", "", at(one)) for n, one in reversed([*enumerate(past)]) if n % 9 == 0
        }
        changes[moment] = Standing(troubles, songs={FAILED: songs(*past[1::3]), REVIEW: songs(*past[2::3])})
    people = People(restarts=restarts).live(changes, 30 * DAY)
    times = [moment for moment, _ in people.news]
    assert all(later - sooner > SPELL for sooner, later in zip(times, times[BURST:], strict=False))
    for news in (News.FAILED, News.REVIEW):
        assert len(people.of(news)) <= 2
    assert sum(item.new for item in people.of(News.FAILED)) == len(moments[1::3]), "every song is counted, once"
    assert sum(item.new for item in people.of(News.REVIEW)) == len(moments[2::3])


def test_a_burst_in_every_place_at_once_is_two_messages() -> None:
    """A sign-in is told at once, and everything else that fell together with it in one more."""
    changes: dict[float, Standing] = {}
    for n in range(100):
        troubles = {
            place: Trouble("AuthExpired", "", at(30 * k))
            for k, place in enumerate(("spotify", "youtubeMusic", "telegram"))
            if n >= 30 * k
        }
        changes[n] = Standing(troubles, songs={FAILED: songs(*range(n + 1)), REVIEW: songs(*range(n + 1))})
    people = People().live(changes, COOLDOWN)
    within = [news for moment, news in people.news if moment < SPELL]
    assert len(within) == 2 and within[0] == ["SignIn"]
    assert len(people.news) <= 3 and len(people.of(News.SIGN_IN)) == 3


def test_songs_are_told_of_again_after_a_while_and_only_the_new_ones() -> None:
    changes = {
        0: Standing(songs={REVIEW: songs(0, 1)}),
        HOUR: Standing(songs={REVIEW: songs(0, 1, HOUR)}),
        2 * HOUR: Standing(songs={REVIEW: songs(1, HOUR, 2 * HOUR)}),
    }
    people = People().live(changes, 30 * DAY)
    assert people.news == [(GATHER, ["Review"]), (GATHER + COOLDOWN, ["Review"])]
    assert [(item.new, item.all) for item in people.of(News.REVIEW)] == [(2, 2), (2, 3)]


def test_a_plan_that_waits_is_told_once_it_stands_and_another_one_after_a_while() -> None:
    first, second = Approval("aaaaaaaaaaaa", "60 additions", at(0)), Approval("bbbbbbbbbbbb", "70 additions", at(0))
    changes = {0: Standing(approval=first), 60: Standing(approval=second), HOUR: Standing(approval=first)}
    people = People().live(changes, 30 * DAY)
    assert people.news == [(GATHER, ["Approval"]), (GATHER + COOLDOWN, ["Approval"])]
    assert [item.reason for item in people.of(News.APPROVAL)] == ["bbbbbbbbbbbb", "aaaaaaaaaaaa"]


def test_a_consent_is_told_of_when_it_is_about_to_end_and_in_its_last_week() -> None:
    ends = at(20 * DAY)
    people = People().live({0: Standing(consent=Consent(ends, "sign in again"))}, 60 * DAY)
    assert people.news == [(0, ["Consent"]), (13 * DAY, ["Consent"])]


def test_those_who_were_never_told_anything_are_greeted_and_told_how_it_stands() -> None:
    decision = decide(Memory(), broken("AuthExpired", 0), TO, at(5))
    assert [item.news for item in decision.items] == [News.HELLO, News.SIGN_IN]
    people = People(decision.memory)
    assert people.live({0: broken("AuthExpired", 0)}, DAY).news == []
    other = decide(people.memory, broken("AuthExpired", 0), "chat 8", at(9))
    assert [item.news for item in other.items] == [News.HELLO, News.SIGN_IN]


def test_the_greeting_keeps_nothing_that_comes_after_it_waiting() -> None:
    people = People(Memory()).live({0: well(0), 10: broken("AuthExpired", 10), 20: well(20)}, HOUR)
    assert people.news == [(0, ["Hello"]), (10, ["SignIn"]), (20 + MINUTE, ["Recovered"])]


def test_nothing_is_told_of_what_is_suspended() -> None:
    standing = replace(broken("AuthExpired", 0), silent=True)
    assert decide(GREETED, standing, TO, at(5)).items == ()


TIMELINES = st.dictionaries(
    st.integers(0, 3 * 86400),
    st.builds(
        lambda troubled, failed, review, held: (troubled, failed, review, held),
        st.dictionaries(st.sampled_from(["telegram", "spotify"]), st.sampled_from(["AuthExpired", "Unreachable", ""])),
        st.integers(0, 5),
        st.integers(0, 5),
        st.sampled_from(["", "aaaaaaaaaaaa", "bbbbbbbbbbbb"]),
    ),
    max_size=40,
)


@settings(max_examples=50)
@given(TIMELINES)
def test_a_restart_after_every_message_repeats_nothing_and_forgets_nothing(timeline: dict[int, tuple]) -> None:  # type: ignore[type-arg]
    changes: dict[float, Standing] = {}
    failed: list[float] = []
    review: list[float] = []
    since: dict[str, tuple[str, float]] = {}
    for moment, (troubled, more, asked, held) in sorted(timeline.items()):
        failed += [float(moment)] * more
        review += [float(moment)] * asked
        for place, reason in troubled.items():
            if since.get(place, ("?", 0.0))[0] != reason:
                since[place] = (reason, moment)
        changes[moment] = Standing(
            {place: Trouble(reason, "", at(start)) for place, (reason, start) in since.items() if reason},
            {place: at(start) for place, (reason, start) in since.items() if not reason},
            {FAILED: songs(*failed), REVIEW: songs(*review)},
            Approval(held, "", at(moment)) if held else None,
        )
    one, other = People().live(changes, 10 * DAY), People(restarts=True).live(changes, 10 * DAY)
    assert one.messages == other.messages
    assert sum(item.new for item in one.of(News.FAILED)) == len(failed)
    times = [moment for moment, _ in one.messages]
    assert all(later - sooner >= SPELL for sooner, later in zip(times, times[BURST:], strict=False))
