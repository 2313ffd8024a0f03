"""Two Tracks of one song, rule by rule."""

from dataclasses import replace
from typing import Any

import pytest

from reconcilers.model import Intent, Origin, Place, Placement, Scored, State, Track, Wishes
from reconcilers.plan import plan
from reconcilers.plan.board import Board
from reconcilers.plan.merge import merge
from reconcilers.plan.operations import Add, Listed, Observe, Searched
from reconcilers.policy import RemovalPolicy, Sync, Target
from reconcilers.recording import Candidate
from reconcilers.services.protocol import Head, Item
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE
from tests.planworld import GLORY, NOW, TEARDROP, here, placed, run, wish, world

OURS = Track("b-ours", (YOUTUBE, "yt1"), GLORY, placements={YOUTUBE: here("yt1")}, created=1.0)
LATER = Track("a-later", (SPOTIFY, "sp1"), GLORY, placements={SPOTIFY: here("sp1")}, created=2.0)
PERSONS = Track("c-persons", wishes=Wishes(title="Glory Box", artists=("Portishead",)), created=3.0)


@pytest.mark.parametrize(
    ("a", "b", "survivor"),
    [
        (OURS, LATER, "b-ours"),
        (OURS, PERSONS, "c-persons"),
        (OURS, replace(LATER, wishes=Wishes(exclude_from=frozenset({SPOTIFY}))), "a-later"),
        (OURS, replace(LATER, created=1.0), "a-later"),
    ],
    ids=["older beats younger", "a request beats ours", "one that a person wrote into beats ours", "else the name"],
)
def test_which_of_two_tracks_survives(a: Track, b: Track, survivor: str) -> None:
    for one, other in ((a, b), (b, a)):
        board = Board({one.name: one, other.name: other})
        merged = merge(board, one, other)
        assert merged.name == survivor
        assert {s: p.id for s, p in merged.placements.items()} == {
            s: p.id for t in (a, b) for s, p in t.placements.items()
        }
        assert list(board.deleted.values()) == [survivor]


def test_a_track_that_a_person_made_says_duplicate_instead_of_being_deleted() -> None:
    older = replace(PERSONS, name="older", created=0.0)
    board = Board({t.name: t for t in (PERSONS, older)})
    assert merge(board, PERSONS, older).name == "older"
    assert board.deleted == {}
    assert board.tracks["c-persons"].duplicate_of == "older"


@pytest.mark.parametrize(
    ("ours", "theirs", "joined"),
    [
        (Placement(), here("1"), here("1")),
        (here("1"), here("2"), here("1", others=("2",))),
        (Placement(State.PENDING, id="1"), Placement(State.REMOVED, id="1"), Placement(State.REMOVED, id="1")),
        (Placement(State.NOT_FOUND), Placement(State.REMOVED), Placement(State.REMOVED)),
        (here("1"), Placement(State.REMOVED, id="1"), here("1")),
        (
            Placement(),
            Placement(State.REVIEW, reason="DeliveryUnknown", intent=Intent("add", "k", NOW)),
            Placement(State.REVIEW, reason="DeliveryUnknown", intent=Intent("add", "k", NOW)),
        ),
        (
            Placement(State.ADDING, intent=Intent("add", "k", NOW)),
            here("1"),
            here("1", intent=Intent("add", "k", NOW)),
        ),
    ],
)
def test_a_survivor_takes_over_what_it_lacks(ours: Placement, theirs: Placement, joined: Placement) -> None:
    a = replace(OURS, placements={TELEGRAM: ours})
    b = replace(LATER, placements={TELEGRAM: theirs})
    assert merge(Board({a.name: a, b.name: b}), a, b).placements[TELEGRAM] == joined


def test_two_tracks_for_one_entry_become_one_and_nothing_is_taken_for_removed() -> None:
    async def body() -> None:
        w = world(removal=RemovalPolicy.PROPAGATE)
        w.spotify.put("sp-glory")
        await w.wait(3600)
        track = w.track("Glory Box")
        w.write(replace(track, name="zz-double", origin=(SPOTIFY, "sp-glory"), created=track.created + 5))
        await w.wait(8 * 3600)
        assert [t.name for t in w.tracks()] == [track.name]
        assert (w.spotify.ids, w.youtube.ids, len(w.telegram.posts)) == (["sp-glory"], ["yt-glory"], 1)

    run(body())


def test_a_post_that_ends_after_its_track_was_merged_away_is_remembered() -> None:
    async def body() -> None:
        w = world()
        w.youtube.put("yt-glory")
        original = w.telegram.add

        async def add(requests: Any) -> Any:
            answer = await original(requests)
            w.write(replace(PERSONS, created=0.0))
            return answer

        w.telegram.add = add  # type: ignore[method-assign]
        await w.wait(3600)
        assert [t.name for t in w.tracks()] == ["c-persons"]
        assert w.tracks()[0].placements[TELEGRAM].id == "1"
        assert len(w.telegram.posts) == 1

    run(body())


@pytest.mark.parametrize("entry", ["sp-glory", "sp-live"])
def test_a_track_that_another_operator_made_meanwhile_adds_nothing_twice(entry: str) -> None:
    async def body() -> None:
        w = world()
        w.youtube.put("yt-glory")
        await w.wait(3600)
        known = w.track("Glory Box")
        # It saw the song, or one that it takes for it, where it could not see the track.
        here = replace(known.placements[SPOTIFY], id=entry)
        theirs = {YOUTUBE: Placement(id="yt-glory"), SPOTIFY: here, TELEGRAM: Placement()}
        w.write(replace(known, name="tapes-twin", origin=(SPOTIFY, entry), placements=theirs, created=w.clock()))
        await w.wait(3600)
        assert w.youtube.ids == ["yt-glory"]
        assert len(w.telegram.posts) == 1
        assert len(w.tracks()) == (1 if entry == "sp-glory" else 2)

    run(body())


def test_two_ids_of_one_song_in_a_playlist_are_one_track_and_go_together() -> None:
    async def body() -> None:
        w = world()
        w.spotify.songs["sp-again"] = GLORY
        w.spotify.put("sp-glory")
        w.spotify.put("sp-again")
        await w.wait(3600)
        assert len(w.tracks()) == 1
        assert w.youtube.ids == ["yt-glory"]
        first = placed(w, "Glory Box", SPOTIFY)
        w.spotify.take(first.id or "")
        await w.wait(3600)
        assert placed(w, "Glory Box", SPOTIFY).id == first.others[0]
        assert placed(w, "Glory Box", SPOTIFY).state is State.PRESENT
        w.spotify.put(first.id or "")
        await w.wait(3600)
        wish(w, "Glory Box", absent=True)
        await w.wait(3600)
        assert w.spotify.ids == []

    run(body())


def test_the_same_id_twice_goes_by_a_removal_that_finds_both() -> None:
    items = (Item("sp1", GLORY, "e1"), Item("sp1", GLORY, "e2"))
    sync = Sync("tapes", {SPOTIFY: Target("sp1"), YOUTUBE: Target("PL1")})
    listed = Listed(SPOTIFY, items, NOW, complete=True, head=Head(2, "s"))
    (track,) = plan(sync, {}, {}, [listed], NOW).records
    assert track.placements[SPOTIFY].entry is None


def test_a_vanished_entry_beside_the_same_song_newly_added_is_a_replacement() -> None:
    async def body() -> None:
        slow = {s: replace(t, interval=12 * 3600.0) for s, t in world().sync.targets.items()}
        w = world(targets=slow, removal=RemovalPolicy.PROPAGATE)
        w.youtube.put("yt-glory")
        w.youtube.put("yt-tear")
        await w.wait(10 * 86400)
        w.spotify.songs["sp-better"] = replace(GLORY, duration=309.0)
        w.spotify.take("sp-glory")
        w.spotify.put("sp-better")
        await w.wait(86400)
        placement = placed(w, "Glory Box", SPOTIFY)
        assert (placement.id, placement.state, placement.origin) == ("sp-better", State.PRESENT, Origin.FOUND)
        assert not any(c == "remove" for p in w.places.values() for c in p.calls)
        assert len(w.tracks()) == 2

    run(body())


def test_the_best_match_of_a_song_that_another_stands_for_is_asked_about() -> None:
    async def body() -> None:
        w = world()
        w.spotify.put("sp-glory")
        await w.wait(3600)
        # The same recording by its facts, and in the same place with an id of its own: two songs, until a person says.
        w.spotify.songs["sp-odd"] = replace(GLORY, isrc="GBAAA0000001", duration=310.5)
        w.spotify.put("sp-odd")
        await w.wait(3600)
        reviews = [p for t in w.tracks() for p in t.placements.values() if p.reason == "PossibleDuplicate"]
        assert len(reviews) == 2
        assert len(w.telegram.posts) == 1

    run(body())


def test_a_mere_candidate_of_one_track_is_free_for_another() -> None:
    sync = Sync("tapes", {SPOTIFY: Target("sp1"), YOUTUBE: Target("PL1")})
    asked = Placement(State.REVIEW, reason="Ambiguous", candidates=(Scored("sp-glory", "Glory Box", 0.7),))
    unsure = Track("a", (YOUTUBE, "1"), TEARDROP, placements={YOUTUBE: here("1"), SPOTIFY: asked})
    sure = Track("b", (YOUTUBE, "2"), GLORY, placements={YOUTUBE: here("2"), SPOTIFY: Placement()}, created=5.0)
    found = Searched(SPOTIFY, "b", (Candidate("sp-glory", GLORY),), NOW)
    made = plan(sync, {"a": unsure, "b": sure}, {SPOTIFY: Place(0, "s", looked=NOW, listed=NOW)}, [found], NOW)
    assert [(t.name, t.placements[SPOTIFY].id) for t in made.records] == [("b", "sp-glory")]
    assert [o.track for o in made.operations[SPOTIFY] if isinstance(o, Add)] == ["b"]


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(Place(2, "s", looked=NOW, placed=1), id="read by another process only"),
        pytest.param(Place(2, "s", looked=NOW, listed=NOW, placed=2), id="a track of what was read is gone"),
    ],
)
def test_before_an_addition_a_place_is_read_that_no_tracks_need_tell_of(place: Place) -> None:
    sync = Sync("tapes", {SPOTIFY: Target("sp1"), YOUTUBE: Target("PL1")})
    known = Track("a", (YOUTUBE, "1"), TEARDROP, placements={YOUTUBE: here("1"), SPOTIFY: here("sp-tear")})
    new = Track("b", (YOUTUBE, "2"), GLORY, placements={YOUTUBE: here("2"), SPOTIFY: Placement(id="sp-glory")})
    made = plan(sync, {"a": known, "b": new}, {SPOTIFY: place}, [], NOW)
    assert [(type(o), o.full) for o in made.operations[SPOTIFY] if isinstance(o, Observe)] == [(Observe, True)]
    made = plan(sync, {"a": known, "b": new}, {SPOTIFY: replace(place, placed=1, listed=NOW)}, [], NOW)
    assert [type(o) for o in made.operations[SPOTIFY]] == [Add]


def posted_and_wanted() -> tuple[Sync, dict[str, Track]]:
    """One song as two tracks that share no entry: each was made where the other could not be seen."""
    targets = {TELEGRAM: Target("-100"), YOUTUBE: Target("PL1")}
    posted = Track("a", (TELEGRAM, "1"), GLORY, placements={TELEGRAM: here("1"), YOUTUBE: Placement()}, created=1.0)
    wanted = Track("b", (YOUTUBE, "2"), GLORY, placements={YOUTUBE: here("2"), TELEGRAM: Placement()}, created=2.0)
    return Sync("tapes", targets), {"a": posted, "b": wanted}


def test_a_song_about_to_be_posted_that_stands_in_the_channel_as_another_track_is_that_one() -> None:
    sync, tracks = posted_and_wanted()
    made = plan(sync, tracks, {}, [], NOW)
    assert dict(made.deleted) == {"b": "a"}
    (kept,) = made.records
    assert (kept.placements[TELEGRAM].id, kept.placements[YOUTUBE].id) == ("1", "2")
    assert not any(isinstance(o, Add) for o in made.operations.get(TELEGRAM, ()))


def test_two_posts_that_a_person_holds_apart_stay_two_songs() -> None:
    sync, tracks = posted_and_wanted()
    tracks["a"] = replace(tracks["a"], wishes=Wishes(rejects={YOUTUBE: frozenset({"2"})}))
    made = plan(sync, tracks, {YOUTUBE: Place(1, looked=NOW, listed=NOW, placed=1)}, [], NOW)
    assert not made.deleted
    assert [o.track for o in made.operations[TELEGRAM] if isinstance(o, Add)] == ["b"]
