"""Once a week people hear of all of it: no week is left out, none is told twice, and it comes at its time."""

from dataclasses import replace
from datetime import UTC

from navaar.notices.decision import COUNTED, DAY, HOUR, MINUTE, decide
from navaar.notices.hours import zone_of
from navaar.notices.news import News
from navaar.notices.standing import FAILED, Standing
from navaar.notices.tally import Tally
from navaar.notices.wishes import Wishes
from tests.clocks import BERLIN, TEHRAN, WEEK, hours, local, moment
from tests.told import GREETED, START, TO, People, at, songs

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
