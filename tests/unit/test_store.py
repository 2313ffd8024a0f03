"""Two hands on one track: nothing that either knows of the outside world is lost."""

from dataclasses import replace

import pytest

from reconcilers.model import Intent, Origin, Placement, State, Track, Wishes
from reconcilers.recording import Recording
from reconcilers.store import merged, placed_by_either, rebase, unforeseen
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE

HERE = Placement(State.PRESENT, Origin.FOUND, "yt1", seen=True)
BASE = Track("t", (YOUTUBE, "yt1"), Recording("Song"), placements={YOUTUBE: HERE, SPOTIFY: Placement()})


def test_changes_of_different_places_come_together() -> None:
    mine = BASE.with_placement(SPOTIFY, Placement(State.NOT_FOUND))
    theirs = BASE.with_placement(TELEGRAM, Placement(State.ADDING))
    found = rebase(BASE, mine, theirs)
    assert found is not None
    assert {s: p.state for s, p in found.placements.items()} == {
        YOUTUBE: State.PRESENT,
        SPOTIFY: State.NOT_FOUND,
        TELEGRAM: State.ADDING,
    }


def test_what_people_wrote_meanwhile_stays() -> None:
    theirs = replace(BASE, wishes=Wishes(absent=True))
    found = rebase(BASE, replace(BASE, audio="yt1", absent=True, identity=Recording("Other")), theirs)
    assert found is not None
    assert (found.wishes, found.audio, found.absent) == (theirs.wishes, "yt1", True)
    assert found.identity == Recording("Other")


def test_a_track_that_is_gone_stays_gone_and_a_new_one_is_stored() -> None:
    assert rebase(BASE, replace(BASE, audio="x"), None) is None
    assert rebase(None, BASE, None) == BASE


def test_two_that_discover_one_entry_fill_each_other_in() -> None:
    theirs = replace(BASE, placements={YOUTUBE: HERE}, created=1.0)
    mine = replace(BASE, placements={YOUTUBE: HERE, SPOTIFY: Placement(State.REVIEW)}, created=2.0)
    found = rebase(None, mine, theirs)
    assert found is not None
    assert found.created == 1.0
    assert found.placements[SPOTIFY].state is State.REVIEW


def test_a_placement_that_was_taken_away_is_taken_away() -> None:
    found = rebase(BASE, replace(BASE, placements={}, duplicate_of="other"), replace(BASE, audio="x"))
    assert found is not None
    assert found.placements == {}
    assert (found.duplicate_of, found.audio) == ("other", "x")


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


@pytest.mark.parametrize("mine", [PENDING, replace(PENDING, id="7"), Placement(State.REVIEW, id="7")])
def test_who_has_put_nothing_there_does_not_undo_what_another_put_there(mine: Placement) -> None:
    assert outcome(replace(PENDING, id="5"), mine, placed("7")) == placed("7")
    assert outcome(replace(PENDING, id="7"), mine, placed("7")) == placed("7")


def test_what_is_not_shown_any_more_does_not_undo_that_another_took_it_out() -> None:
    gone = replace(HERE, state=State.REMOVED, seen=False)
    assert outcome(HERE, replace(HERE, missing=1, missed=5.0), gone) == gone


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


OURS = Placement(State.PRESENT, Origin.PLACED, "sp1", placed=5.0)
SIGHTED = Placement(State.PRESENT, Origin.FOUND, "sp1", seen=True)


@pytest.mark.parametrize(
    ("theirs", "asked"),
    [
        pytest.param(OURS, None, id="placed"),
        pytest.param(replace(OURS, id="sp2"), "sp2", id="placed, and stored under another id"),
    ],
)
def test_what_one_hand_placed_is_ours_though_the_other_only_saw_it(theirs: Placement, asked: str | None) -> None:
    for before in (PENDING, replace(PENDING, id=theirs.id)):
        found = rebase(track(before), track(SIGHTED), track(theirs))
        assert found is not None
        placement = found.placements[SPOTIFY]
        assert (placement.state, placement.origin, placement.id) == (State.PRESENT, Origin.PLACED, "sp1")
        assert (placement.placed, placement.requested, placement.seen) == (5.0, asked, True)


def test_what_people_put_beside_an_entry_of_ours_stays_theirs() -> None:
    assert placed_by_either(SIGHTED, replace(OURS, id="sp2", seen=True)) == SIGHTED
    assert placed_by_either(SIGHTED, SIGHTED) == SIGHTED
    assert placed_by_either(SIGHTED, PENDING) == SIGHTED
    assert placed_by_either(SIGHTED, replace(MINE, id="sp1")) == SIGHTED, "that addition may not have been made"


@pytest.mark.parametrize(
    ("other", "foreseen"),
    [
        pytest.param(placed("7"), True, id="as it was"),
        pytest.param(replace(placed("7"), missing=1, seen=True), True, id="what says nothing of where it stands"),
        pytest.param(placed("8"), False, id="another entry"),
        pytest.param(replace(placed("7"), intent=Intent("edit", "theirs", 9.0)), False, id="something under way"),
        pytest.param(None, False, id="unknown then"),
    ],
)
def test_a_decision_about_a_song_rests_on_all_tracks_that_may_be_of_it(other: Placement | None, foreseen: bool) -> None:
    song = Track("t", (YOUTUBE, "yt1"), Recording("Hello", ("Adele",)), placements={TELEGRAM: PENDING})
    there = replace(song, name="other", placements={TELEGRAM: other or PENDING})
    known = {"other": placed("7")} if other is not None else {}
    assert unforeseen(song, TELEGRAM, known, [song, there]) is not foreseen
    apart = [replace(there, identity=Recording("Teardrop", ("Massive Attack",))), replace(there, duplicate_of="t")]
    assert not unforeseen(song, TELEGRAM, known, apart)
