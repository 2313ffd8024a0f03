"""People choose what they are told, hear of exactly that, and lose none of it to a wish that cannot be read."""

import math
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from navaar.api.notifications import SEVERITIES, NewsEvent, Severity
from navaar.notices.decision import DAY, HOUR, decide
from navaar.notices.news import News
from navaar.notices.standing import FAILED, REVIEW, Approval, Consent, Standing
from navaar.notices.wishes import Wishes, wishes_of
from tests.clocks import WEEK
from tests.told import GREETED, START, TO, People, at, broken, songs, well


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
