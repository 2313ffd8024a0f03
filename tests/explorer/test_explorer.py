"""A share of the exploration; `make crash-explorer` makes the whole of it."""

import pytest

from tests.explorer.explore import account, clean_end, explore
from tests.explorer.runs import Case
from tests.explorer.workloads import WORKLOADS

SHARE = 107
"""One in so many runs: about 160 in all."""


@pytest.mark.parametrize("scratch", [False, True])
@pytest.mark.parametrize("workload", WORKLOADS)
def test_a_clean_end_has_every_song_once_and_nothing_left_to_do(workload: str, scratch: bool) -> None:
    end = clean_end(Case(workload, scratch=scratch))
    assert {count for songs in end.places.values() for count in songs.values()} == {1}
    assert (end.trouble, end.unexpected, end.restless) == ([], [], [])


@pytest.mark.timeout(300)
@pytest.mark.parametrize("workload", WORKLOADS)
def test_whatever_stops_or_troubles_the_operator_its_work_ends_as_if_nothing_had(workload: str) -> None:
    figures = explore([workload], share=SHARE, seeds=3, jobs=1)
    told = "\n".join(account(case, verdict) for case, verdict in figures.failures)
    assert (figures.lost, figures.duplicates, figures.wrong_removals, figures.not_converged) == (0, 0, 0, 0), told
    assert figures.runs >= 5
