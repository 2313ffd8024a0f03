"""Conditions say what holds, since when, and nothing else."""

from typing import Any

import pytest

from navaar.conditions import Conditions, get, remove, set_condition
from tests.conditions_check import check

NOW, LATER = 1_800_000_000.0, 1_800_000_600.5


def ready(status: str = "True", **fields: Any) -> dict[str, Any]:
    made = {
        "type": "Ready",
        "status": status,
        "reason": "Synced",
        "message": "",
        "lastTransitionTime": "2027-01-15T08:00:00Z",
        "observedGeneration": 1,
    }
    return {**made, **fields}


def test_the_time_changes_only_when_the_status_does() -> None:
    first = set_condition([], "Ready", "True", "Synced", generation=1, now=NOW)
    assert first == [ready()]
    same = set_condition(first, "Ready", "True", "Backfilling", "3 songs", generation=2, now=LATER)
    assert same == [ready(reason="Backfilling", message="3 songs", observedGeneration=2)]
    turned = set_condition(same, "Ready", "False", "AuthExpired", generation=2, now=LATER)
    assert turned[0]["lastTransitionTime"] == "2027-01-15T08:10:00Z"


def test_what_is_said_again_makes_an_equal_list() -> None:
    first = Conditions([], generation=1, now=NOW)
    again = Conditions([ready("Unknown"), ready(type="SpotifyReady")], generation=1, now=LATER)
    for made in (first, again):
        made.set("Ready", "True", "Synced")
        made.set("SpotifyReady", "True", "Synced")
    once = first.listed()
    second = Conditions(once, generation=1, now=LATER)
    second.set("SpotifyReady", "True", "Synced")
    second.set("Ready", "True", "Synced")
    assert second.listed() == once


def test_what_a_pass_does_not_say_is_not_there_any_more() -> None:
    made = Conditions([ready(), ready(type="TelegramReady")], generation=1, now=LATER)
    made.set("Ready", "True", "Synced")
    assert [condition["type"] for condition in made.listed()] == ["Ready"]


@pytest.mark.parametrize("kind", ["Reconciling", "Stalled"])
def test_the_abnormal_ones_are_there_only_while_they_hold(kind: str) -> None:
    made = set_condition([], kind, "True", "Progressing", generation=1, now=NOW)
    assert get(made, kind) is not None
    assert set_condition(made, kind, "False", "Done", generation=1, now=LATER) == []
    assert set_condition([], kind, "False", "Done", generation=1, now=LATER) == []


def test_given_lists_are_left_as_they_are() -> None:
    given = [ready()]
    set_condition(given, "Ready", "False", "AuthExpired", generation=1, now=LATER)
    remove(given, "Ready")
    assert given == [ready()]


def test_a_fourth_status_is_refused() -> None:
    with pytest.raises(ValueError, match="True, False or Unknown"):
        set_condition([], "Ready", "Maybe", "Synced", generation=1, now=NOW)


GOOD = {"observedGeneration": 1, "conditions": [ready()]}
RECONCILING = ready(type="Reconciling", reason="Progressing")


def test_the_checker_accepts_what_is_in_order() -> None:
    check(GOOD, 1)
    check({"observedGeneration": 1, "conditions": [ready("Unknown", reason="Progressing"), RECONCILING]}, 2)


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ({}, "Ready is missing"),
        ({**GOOD, "conditions": [ready(), ready()]}, "appears twice"),
        ({**GOOD, "conditions": [ready(), RECONCILING]}, "Ready is True beside Reconciling"),
        ({**GOOD, "conditions": [ready("False"), RECONCILING, ready(type="Stalled")]}, "at once"),
        ({**GOOD, "conditions": [ready("False"), ready("False", type="Stalled")]}, "left out"),
        ({**GOOD, "conditions": [ready("Unknown")]}, "nothing is Reconciling"),
        ({**GOOD, "observedGeneration": 2}, "beyond generation"),
        ({**GOOD, "observedGeneration": 0}, "older generation"),
        ({**GOOD, "conditions": [ready(observedGeneration=0)]}, "older generation"),
        ({**GOOD, "conditions": [ready(observedGeneration=2)]}, "yet to come"),
        ({**GOOD, "conditions": [ready(), ready("False", type="SpotifyReady")]}, "SpotifyReady False"),
        ({**GOOD, "conditions": [ready(reason="")]}, "no reason"),
    ],
)
def test_the_checker_says_which_rule_is_broken(status: dict[str, Any], says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check(status, 1)
