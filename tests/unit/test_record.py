"""Two hands on one Track: nothing that either knows of the outside world is lost."""

from dataclasses import replace

import pytest

from navaar.record import events_between, merged
from reconcilers.model import Intent, Placement, State, Track, Wishes
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName

SPOTIFY, YOUTUBE = ServiceName.SPOTIFY, ServiceName.YOUTUBE
PENDING = Placement(State.PENDING)
MINE = Placement(State.ADDING, intent=Intent("Add", "mine", 100.0))
THEIRS = Placement(State.ADDING, intent=Intent("Add", "theirs", 100.0))


def track(spotify: Placement | None = None, **fields: object) -> Track:
    return Track("one", placements={SPOTIFY: spotify} if spotify else {}, **fields)  # type: ignore[arg-type]


def placed(id: str) -> Placement:
    return Placement(State.PRESENT, id=id)


def outcome(before: Placement | None, after: Placement | None, current: Placement | None) -> Placement | None:
    return merged(track(before), track(after), track(current)).placements.get(SPOTIFY)


def test_what_nobody_else_touched_is_as_we_want_it() -> None:
    assert outcome(PENDING, MINE, PENDING) == MINE
    assert outcome(None, MINE, None) == MINE
    assert outcome(MINE, None, MINE) is None


def test_what_we_did_not_touch_is_as_it_is() -> None:
    assert outcome(PENDING, PENDING, THEIRS) == THEIRS
    assert outcome(None, None, THEIRS) == THEIRS
    assert outcome(MINE, MINE, None) is None


def test_a_decision_does_not_hide_that_another_has_begun_to_add() -> None:
    assert outcome(PENDING, replace(PENDING, state=State.NOT_FOUND), THEIRS) == THEIRS
    assert outcome(PENDING, MINE, THEIRS) == THEIRS


def test_a_failure_does_not_hide_what_another_found() -> None:
    assert outcome(MINE, Placement(State.FAILED, reason="Refused"), placed("7")) == placed("7")


def test_a_result_stands_though_another_has_begun_to_add() -> None:
    assert outcome(MINE, placed("5"), THEIRS) == placed("5")


def test_of_two_results_both_ids_are_kept() -> None:
    both = outcome(MINE, placed("5"), replace(placed("7"), others=("9", "5")))
    assert both == replace(placed("5"), others=("7", "9"))


def test_the_same_result_twice_is_one() -> None:
    assert outcome(MINE, placed("5"), placed("5")) == placed("5")
    assert outcome(MINE, placed("5"), replace(placed("5"), seen=True)) == placed("5")


def test_what_is_recalled_of_our_own_intent_does_not_stand_against_it() -> None:
    ours = replace(MINE, id="5", attempts=2)
    assert outcome(PENDING, ours, MINE) == ours


@pytest.mark.parametrize("field", ["wishes", "origin", "created"])
def test_what_people_write_is_always_as_it_is_now(field: str) -> None:
    theirs = {"wishes": Wishes(absent=True), "origin": (YOUTUBE, "v"), "created": 7.0}[field]
    current = replace(track(PENDING), **{field: theirs})  # type: ignore[arg-type]
    assert getattr(merged(track(PENDING), track(MINE), current), field) == theirs


def test_facts_are_merged_one_by_one() -> None:
    before = track(identity=Recording("a"))
    after = replace(before, audio="vid")
    current = replace(before, identity=Recording("b"))
    assert merged(before, after, current) == replace(current, audio="vid")


def test_the_history_gets_a_line_for_every_place_that_turned() -> None:
    before = track(PENDING)
    after = replace(
        track(Placement(State.FAILED, reason="TooLong")),
        placements={SPOTIFY: Placement(State.FAILED, reason="TooLong"), YOUTUBE: PENDING},
    )
    assert events_between(before, after) == ["spotify: Failed (TooLong)"]
