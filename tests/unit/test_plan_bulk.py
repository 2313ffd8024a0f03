"""How much may be added and removed at once, rule by rule."""

from dataclasses import replace
from typing import Any

import pytest

from reconcilers.model import Place, Placement, Source, State, Track
from reconcilers.plan import plan
from reconcilers.plan.board import DAY, Board
from reconcilers.plan.bulk import held_back
from reconcilers.policy import Sync, Target
from reconcilers.recording import Recording
from tests.memory import SPOTIFY
from tests.planworld import NOW, run, wish, world


def many(count: int, state: State, **changes: Any) -> dict[str, Track]:
    source = changes.pop("source", Source.NEW)
    placement = Placement(state, id="x", **changes)
    return {
        f"t{n}": Track(f"t{n}", identity=Recording(f"Song {n}"), placements={SPOTIFY: placement}, source=source)
        for n in range(count)
    }


def held(tracks: dict[str, Track], *, max_adds: int = 3, max_deletes: int | None = None) -> Any:
    sync = Sync("tapes", {SPOTIFY: Target("sp1", max_adds=max_adds)}, max_deletes=max_deletes)
    return held_back(sync, Board(tracks, sync.targets, NOW), {SPOTIFY: Place(count=0)}, NOW)


def numbered(*groups: dict[str, Track]) -> dict[str, Track]:
    return {f"{i}{n}": replace(t, name=f"{i}{n}") for i, g in enumerate(groups) for n, t in g.items()}


@pytest.mark.parametrize(
    ("tracks", "waiting"),
    [
        (many(3, State.PENDING), 0),
        (many(4, State.PENDING), 4),
        (numbered(many(3, State.PENDING), many(3, State.PENDING, source=Source.BACKLOG)), 0),
        (numbered(many(2, State.PENDING), many(4, State.PENDING, source=Source.BACKLOG)), 4),
        (numbered(many(2, State.PENDING), many(2, State.PRESENT, placed=NOW - 60)), 2),
        (numbered(many(2, State.PENDING), many(2, State.ADDING)), 2),
        (numbered(many(2, State.PENDING), many(2, State.REMOVED, placed=NOW - 60)), 2),
        (numbered(many(2, State.PENDING), many(2, State.PRESENT, placed=NOW - DAY)), 0),
        (numbered(many(2, State.PENDING), many(2, State.PRESENT, placed=NOW - 60, approved=True)), 0),
        (numbered(many(3, State.PENDING), many(9, State.PENDING, approved=True)), 0),
    ],
)
def test_more_additions_than_the_limit_in_a_rolling_day_wait_whole(tracks: dict[str, Track], waiting: int) -> None:
    assert len(held(tracks).keys) == waiting


@pytest.mark.parametrize(
    ("tracks", "limit", "waiting"),
    [
        (many(5, State.REMOVING, reason="Absent"), None, 0),
        (many(6, State.REMOVING, reason="Absent"), None, 6),
        (many(6, State.REMOVING, reason="Rejected"), None, 0),
        (numbered(many(6, State.REMOVING, reason="Absent"), many(300, State.PRESENT)), None, 0),
        (many(2, State.REMOVING, reason="Absent"), 1, 2),
        (numbered(many(1, State.REMOVING), many(1, State.REMOVED, reason="Absent", changed=NOW - 60)), 1, 1),
        (
            numbered(many(1, State.REMOVING), many(1, State.REMOVED, reason="Absent", changed=NOW - 60, approved=True)),
            1,
            0,
        ),
        (numbered(many(1, State.REMOVING), many(1, State.REMOVED, reason="Absent", changed=NOW - DAY)), 1, 0),
        (numbered(many(1, State.REMOVING), many(1, State.REMOVED, reason="RemovedByPerson", changed=NOW)), 1, 0),
    ],
)
def test_more_removals_than_the_limit_in_a_rolling_day_wait_whole(
    tracks: dict[str, Track], limit: int | None, waiting: int
) -> None:
    assert len(held(tracks, max_deletes=limit).keys) == waiting


def test_the_hash_names_exactly_the_set_that_waits() -> None:
    four, five = held(many(4, State.PENDING)), held(many(5, State.PENDING))
    assert four.hash
    assert four.hash != five.hash
    assert four.hash == held(dict(reversed(many(4, State.PENDING).items()))).hash
    assert held({}).hash == ""


def test_an_approval_for_another_set_lets_nothing_through() -> None:
    sync = Sync("tapes", {SPOTIFY: Target("sp1", max_adds=3)}, approved=held(many(4, State.PENDING)).hash)
    made = plan(sync, many(5, State.PENDING), {SPOTIFY: Place(0, "s", looked=NOW)}, [], NOW)
    assert made.held.keys
    assert not any(t.placements[SPOTIFY].approved for t in made.records)


def test_approved_removals_are_done_and_do_not_count_later() -> None:
    async def body() -> None:
        w = world(max_deletes=0)
        w.spotify.put("sp-glory")
        w.spotify.put("sp-tear")
        await w.wait(3600)
        wish(w, "Glory Box", absent=True)
        await w.settle()
        waiting = (await w.step()).held
        assert len(waiting.keys) == 3
        w.sync = replace(w.sync, approved=waiting.hash)
        await w.settle()
        assert w.spotify.ids == ["sp-tear"]
        assert len(w.telegram.posts) == 1
        wish(w, "Teardrop", absent=True)
        w.sync = replace(w.sync, max_deletes=3, approved=None)
        await w.wait(3600)
        assert w.youtube.ids == []

    run(body())
