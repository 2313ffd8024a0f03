"""Two hands on one track."""

from dataclasses import replace

from reconcilers.model import Origin, Placement, State, Track, Wishes
from reconcilers.recording import Recording
from reconcilers.store import rebase
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE

HERE = Placement(State.PRESENT, Origin.FOUND, "yt1", seen=True)
BASE = Track("t", (YOUTUBE, "yt1"), Recording("Song"), placements={YOUTUBE: HERE, SPOTIFY: Placement()})


def test_changes_of_different_places_come_together() -> None:
    mine = BASE.with_placement(SPOTIFY, Placement(State.NOT_FOUND))
    theirs = BASE.with_placement(TELEGRAM, Placement(State.ADDING))
    merged = rebase(BASE, mine, theirs)
    assert merged is not None
    assert {s: p.state for s, p in merged.placements.items()} == {
        YOUTUBE: State.PRESENT,
        SPOTIFY: State.NOT_FOUND,
        TELEGRAM: State.ADDING,
    }


def test_a_place_that_both_changed_keeps_what_is_stored() -> None:
    mine = BASE.with_placement(SPOTIFY, Placement(State.NOT_FOUND))
    theirs = BASE.with_placement(SPOTIFY, Placement(State.ADDING, id="sp1"))
    merged = rebase(BASE, mine, theirs)
    assert merged is not None
    assert merged.placements[SPOTIFY].state is State.ADDING


def test_what_people_wrote_meanwhile_stays() -> None:
    theirs = replace(BASE, wishes=Wishes(absent=True))
    merged = rebase(BASE, replace(BASE, audio="yt1", absent=True, identity=Recording("Other")), theirs)
    assert merged is not None
    assert (merged.wishes, merged.audio, merged.absent) == (theirs.wishes, "yt1", True)
    assert merged.identity == Recording("Other")


def test_a_track_that_is_gone_stays_gone_and_a_new_one_is_stored() -> None:
    assert rebase(BASE, replace(BASE, audio="x"), None) is None
    assert rebase(None, BASE, None) == BASE


def test_two_that_discover_one_entry_fill_each_other_in() -> None:
    theirs = replace(BASE, placements={YOUTUBE: HERE}, created=1.0)
    mine = replace(BASE, placements={YOUTUBE: HERE, SPOTIFY: Placement(State.REVIEW)}, created=2.0)
    merged = rebase(None, mine, theirs)
    assert merged is not None
    assert merged.created == 1.0
    assert merged.placements[SPOTIFY].state is State.REVIEW


def test_a_placement_that_was_taken_away_is_taken_away() -> None:
    merged = rebase(BASE, replace(BASE, placements={}, duplicate_of="other"), replace(BASE, audio="x"))
    assert merged is not None
    assert merged.placements == {}
    assert (merged.duplicate_of, merged.audio) == ("other", "x")
