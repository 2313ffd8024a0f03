"""A day of two MusicSyncs on one account, in virtual time."""

import pytest

from tests.explorer.soak import soak
from tests.memory import SPOTIFY, YOUTUBE


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_day_of_trouble_breaks_no_invariant_no_budget_and_leaves_nothing_behind(seed: int) -> None:
    day = soak(seed)
    assert day.wrongs == []
    assert day.units[SPOTIFY] <= 450
    assert day.units[YOUTUBE] <= 9_000
    # Songs, and so Tracks, are as many as after the first hours.
    assert day.good, day.line
    # It was a day of trouble.
    assert day.edits > 70
    assert day.added > 30
    assert sum(day.troubles.values()) > 50
