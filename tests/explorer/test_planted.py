"""The explorer sees: mistakes of the kind that it is there for, made on purpose, change its figures."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from navaar.store.synctracks import SyncTracks
from reconcilers.errors import OutcomeUnknown
from reconcilers.matching import Verdict
from reconcilers.model import State, Track
from reconcilers.plan import absence, absorb, digest, newcomers
from reconcilers.plan.board import BLANK
from reconcilers.plan.operations import AddDone, NotSent
from tests.explorer.explore import Figures
from tests.explorer.faults import Kind
from tests.explorer.runs import Case, Ending, compare, run


@pytest.fixture(scope="module")
def clean() -> dict[str, Ending]:
    """How the workloads end without a mistake."""
    return {name: run(Case(name)) for name in ("union", "propagate")}


@pytest.fixture
def mistake(clean: dict[str, Ending]) -> Iterator[pytest.MonkeyPatch]:
    """To be made when the clean ends are known."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def figures(clean: dict[str, Ending], workload: str, *kinds: Kind) -> Figures:
    """What the service writes of a workload come to, with each of these befalling each."""
    found = Figures(1)
    for write in clean[workload].writes:
        if write.place != "kubernetes":
            for kind in kinds:
                case = Case(workload, write.number, kind)
                found.add(case, compare(clean[workload], run(case)))
    return found


def lies(clean: dict[str, Ending], workload: str) -> Figures:
    """What a workload comes to whose listings lie now and then."""
    found = Figures(1)
    for seed in range(6):
        case = Case(workload, circumstance="listings-lie", seed=seed)
        found.add(case, compare(clean[workload], run(case)))
    return found


def test_a_blind_retry_is_seen(clean: dict[str, Ending], mistake: pytest.MonkeyPatch) -> None:
    added = digest.added

    def retried(sync: Any, board: Any, result: AddDone) -> None:
        unknown = isinstance(result.outcome, OutcomeUnknown)
        added(sync, board, replace(result, outcome=NotSent("again")) if unknown else result)

    mistake.setattr(digest, "added", retried)
    assert figures(clean, "union", Kind.LOST).duplicates > 0


def test_an_addition_without_an_intent_is_seen(clean: dict[str, Ending], mistake: pytest.MonkeyPatch) -> None:
    async def only_remembered(self: SyncTracks, track: Track, alike: object) -> Track:
        self._index.cache.amend(self._key(track), track)
        return track

    mistake.setattr(SyncTracks, "intend", only_remembered)
    assert figures(clean, "union", Kind.AFTER, Kind.LINGERS).duplicates > 0


def test_a_removal_after_one_listing_is_seen(clean: dict[str, Ending], mistake: pytest.MonkeyPatch) -> None:
    def at_once(sync: Any, board: Any, track: Track, service: Any, now: float, *, empty: bool) -> None:
        placement = track.placements.get(service, BLANK)
        if placement.state is State.PRESENT and placement.seen:
            board.place(track, service, replace(placement, missing=2))
        else:
            missed(sync, board, track, service, now, empty=empty)

    missed = absence.missed
    mistake.setattr(absorb, "missed", at_once)
    assert lies(clean, "propagate").wrong_removals > 0


def test_a_discovery_before_matching_unseen_placements_is_seen(
    clean: dict[str, Ending], mistake: pytest.MonkeyPatch
) -> None:
    compared = newcomers._compared

    def only_seen(view: Any, item: Any, known: newcomers.Compared) -> list[tuple[Verdict, Track]]:
        return [
            (verdict, track)
            for verdict, track in compared(view, item, known)
            if not newcomers.unseen(track.placements.get(view.service, BLANK))
        ]

    mistake.setattr(newcomers, "_compared", only_seen)
    assert figures(clean, "union", Kind.LOST, Kind.AFTER).duplicates > 0


def test_without_a_mistake_the_same_runs_end_clean(clean: dict[str, Ending]) -> None:
    made = [figures(clean, "union", Kind.AFTER), lies(clean, "propagate")]
    assert [found.failures for found in made] == [[], []]
