"""What the planner makes of people, limits and trouble, one rule at a time."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest

from reconcilers.errors import (
    AuthError,
    ItemError,
    OutcomeUnknown,
    QuotaError,
    RateLimitError,
    ServiceError,
    TargetError,
    TransientError,
)
from reconcilers.matching import keys
from reconcilers.model import Intent, Origin, Place, Placement, Scored, Source, State, Track, Wishes
from reconcilers.plan import plan
from reconcilers.plan.board import DAY, Board
from reconcilers.plan.bulk import held_back, queue_order
from reconcilers.plan.merge import merge
from reconcilers.plan.operations import Add, Listed, Observe, Search, Searched, Troubled
from reconcilers.policy import Access, Exclusion, Fetch, Past, RemovalPolicy, Retry, Sync, Target
from reconcilers.recording import Candidate, Recording
from reconcilers.services.protocol import Added, Head, Item, ServiceName
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE, World

NOW = 1_800_000_000.0
PLACES = (TELEGRAM, YOUTUBE, SPOTIFY)
GLORY = Recording("Glory Box", ("Portishead",), duration=308.0)
TEARDROP = Recording("Teardrop", ("Massive Attack",), duration=330.0)
LIVE = Recording("Glory Box (Live)", ("Portishead",), duration=340.0, version=("live",))
SONGS = {"glory": GLORY, "tear": TEARDROP, "live": LIVE}


def run(body: Coroutine[Any, Any, None]) -> None:
    asyncio.run(body)


def world(**changes: Any) -> World:
    targets = changes.pop("targets", {TELEGRAM: Target("-100"), YOUTUBE: Target("PL1"), SPOTIFY: Target("sp1")})
    w = World(Sync("tapes", targets, past=Past.IGNORE, **changes))
    w.youtube.songs.update({f"yt-{n}": r for n, r in SONGS.items()})
    w.spotify.songs.update({f"sp-{n}": r for n, r in SONGS.items()})
    return w


def placed(w: World, title: str, service: ServiceName) -> Placement:
    return w.track(title).placements[service]


def wish(w: World, title: str, **wishes: Any) -> None:
    """A person writes into the track of a song."""
    track = w.track(title)
    w.write(replace(track, wishes=replace(track.wishes, **wishes)))


# ------------------------------------------------------------------------------------------------------ limits


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


# ------------------------------------------------------------------------------------- two tracks, one song


def here(id: str, **changes: Any) -> Placement:
    return Placement(State.PRESENT, Origin.FOUND, id, seen=True, **changes)


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


# ----------------------------------------------------------------------------------------------- what people say


def test_one_id_pinned_twice_is_a_conflict_until_one_lets_go() -> None:
    async def body() -> None:
        w = world()
        for n, name in enumerate(("first", "second")):
            pins = {SPOTIFY: "sp-live"}
            w.write(Track(name, wishes=Wishes(title=f"Song {n}", artists=("Nobody",), pins=pins), created=float(n)))
        await w.wait(3600)
        tracks = w.store.tracks()
        assert tracks["first"].placements[SPOTIFY].state is State.PRESENT
        assert tracks["second"].placements[SPOTIFY].reason == "PinConflict"
        w.write(replace(tracks["second"], wishes=replace(tracks["second"].wishes, pins={})))
        await w.wait(3600)
        assert w.store.tracks()["second"].placements[SPOTIFY].state is State.NOT_FOUND
        assert w.spotify.ids == ["sp-live"]

    run(body())


def test_an_id_that_is_both_pinned_and_rejected_is_left_to_the_person() -> None:
    async def body() -> None:
        w = world()
        w.youtube.put("yt-glory")
        await w.wait(3600)
        wish(w, "Glory Box", pins={SPOTIFY: "sp-glory"}, rejects={SPOTIFY: frozenset({"sp-glory"})})
        await w.wait(8 * 3600)
        assert w.spotify.calls.count("remove") == 0
        assert w.spotify.ids == ["sp-glory"]

    run(body())


@pytest.mark.parametrize("after", [{}, {SPOTIFY: "sp-tear"}])
def test_a_dead_pin_is_mended_by_taking_it_back_or_writing_another(after: Any) -> None:
    async def body() -> None:
        w = world()
        w.youtube.put("yt-glory")
        w.write(
            Track(
                "wish",
                wishes=Wishes(title="Teardrop", artists=("Massive Attack",), pins={SPOTIFY: "gone"}),
                created=1.0,
            )
        )
        await w.wait(3600)
        track = w.store.tracks()["wish"]
        assert track.placements[SPOTIFY].reason == "PinDead"
        w.write(replace(track, wishes=replace(track.wishes, pins=after)))
        await w.wait(3600)
        assert "sp-tear" in w.spotify.ids

    run(body())


def test_a_dead_pin_of_the_audio_is_not_searched_around() -> None:
    async def body() -> None:
        w = world()
        w.write(
            Track(
                "wish",
                wishes=Wishes(title="Teardrop", artists=("Massive Attack",), pins={YOUTUBE: "gone"}),
                created=1.0,
            )
        )
        await w.wait(3600)
        track = w.store.tracks()["wish"]
        assert track.placements[TELEGRAM].state is State.FAILED
        assert track.placements[TELEGRAM].reason == "Inherited"
        assert w.telegram.posts == {}
        w.write(replace(track, wishes=replace(track.wishes, pins={YOUTUBE: "yt-tear"})))
        await w.wait(3600)
        assert len(w.telegram.posts) == 1

    run(body())


def test_an_absence_asked_for_while_an_addition_is_under_way_takes_that_out_too() -> None:
    async def body() -> None:
        w = world()
        w.spotify.put("sp-glory")
        original, once = w.youtube.add, iter([True])

        async def add(requests: Any) -> Any:
            if next(once, False):
                wish(w, "Glory Box", absent=True)
            return await original(requests)

        w.youtube.add = add  # type: ignore[method-assign]
        await w.wait(3600)
        assert w.youtube.ids == []
        assert w.spotify.ids == []
        assert w.telegram.posts == {}

    run(body())


def test_an_exclusion_written_with_an_absence_neither_adds_nor_removes() -> None:
    async def body() -> None:
        w = world()
        w.spotify.put("sp-glory")
        w.spotify.put("sp-tear")
        await w.wait(3600)
        wish(w, "Glory Box", absent=True, exclude_from=frozenset({SPOTIFY}))
        await w.wait(3600)
        assert "sp-glory" in w.spotify.ids
        assert "yt-glory" not in w.youtube.ids

    run(body())


def test_taking_an_absence_back_while_excluding_a_place_does_not_add_there() -> None:
    async def body() -> None:
        w = world()
        w.spotify.put("sp-glory")
        w.spotify.put("sp-tear")
        await w.wait(3600)
        wish(w, "Glory Box", absent=True)
        await w.wait(3600)
        wish(w, "Glory Box", absent=False, exclude_from=frozenset({YOUTUBE, TELEGRAM}))
        await w.wait(3600)
        assert sorted(w.spotify.ids) == ["sp-glory", "sp-tear"]
        assert w.youtube.ids == ["yt-tear"]
        assert len(w.telegram.posts) == 1

    run(body())


def test_a_track_that_became_a_duplicate_takes_no_further_entries() -> None:
    async def body() -> None:
        w = world()
        for song in SONGS:
            w.youtube.put(f"yt-{song}")
        await w.wait(3600)
        wish(w, "Teardrop", exclude_from=frozenset({SPOTIFY}))
        wish(w, "Glory Box", pins={YOUTUBE: "yt-tear"}, absent=True, exclude_from=frozenset({YOUTUBE, TELEGRAM}))
        await w.wait(8 * 3600)
        for track in w.tracks():
            assert track.duplicate_of is None or not track.placements
        assert sorted(w.youtube.ids) == ["yt-glory", "yt-live", "yt-tear"]

    run(body())


def test_a_removal_is_remembered_through_an_exclusion() -> None:
    async def body() -> None:
        w = world()
        w.youtube.put("yt-glory")
        w.youtube.put("yt-tear")
        await w.wait(3600)
        w.spotify.take("sp-glory")
        await w.wait(3600)
        wish(w, "Glory Box", exclude_from=frozenset({SPOTIFY}))
        await w.wait(3600)
        wish(w, "Glory Box", exclude_from=frozenset())
        await w.wait(3600)
        assert w.spotify.ids == ["sp-tear"]

    run(body())


def test_a_post_of_a_person_that_is_rejected_becomes_a_song_of_its_own_at_once() -> None:
    async def body() -> None:
        w = world()
        w.telegram.post(GLORY)
        await w.wait(1000)
        wish(w, "Glory Box", rejects={TELEGRAM: frozenset({"1"})})
        await w.wait(1000)
        owners = [t for t in w.tracks() if t.placements[TELEGRAM].id == "1"]
        assert [t.recording for t in owners] == [None]
        assert owners[0].placements[SPOTIFY].reason == "Unidentified"
        assert len(w.telegram.posts) == 2

    run(body())


@pytest.mark.parametrize(
    "rule",
    [
        Exclusion(artist="portishead"),
        Exclusion(title="GLORY BOX"),
        Exclusion(id="sp-glory"),
        Exclusion(artist="Portishead", title="Glory Box"),
    ],
)
def test_what_the_sync_excludes_is_left_alone_and_everything_else_goes_on(rule: Exclusion) -> None:
    async def body() -> None:
        w = world(exclude=(rule,))
        w.spotify.put("sp-glory")
        w.spotify.put("sp-tear")
        await w.wait(3600)
        assert w.youtube.ids == ["yt-tear"]
        assert w.spotify.ids == ["sp-glory", "sp-tear"]
        w.sync = replace(w.sync, exclude=())
        await w.wait(3600)
        assert "yt-glory" in w.youtube.ids

    run(body())


def test_under_propagate_a_song_that_is_added_again_is_wanted_everywhere_again() -> None:
    async def body() -> None:
        w = world(removal=RemovalPolicy.PROPAGATE)
        w.spotify.put("sp-glory")
        w.spotify.put("sp-tear")
        await w.wait(3600)
        w.spotify.take("sp-glory")
        await w.wait(3600)
        assert w.youtube.ids == ["yt-tear"]
        w.youtube.put("yt-glory")
        await w.wait(8 * 3600)
        assert sorted(w.spotify.ids) == ["sp-glory", "sp-tear"]
        assert len(w.telegram.posts) == 2

    run(body())


# --------------------------------------------------------------------------------------- which places take part


def test_a_place_that_is_only_read_is_never_written_and_its_removals_count() -> None:
    async def body() -> None:
        targets = {YOUTUBE: Target("PL1", Access.READ_ONLY), SPOTIFY: Target("sp1")}
        w = world(targets=targets, removal=RemovalPolicy.PROPAGATE)
        w.youtube.put("yt-glory")
        w.youtube.put("yt-live")
        w.spotify.put("sp-tear")
        await w.wait(3600)
        assert sorted(w.spotify.ids) == ["sp-glory", "sp-live", "sp-tear"]
        assert placed(w, "Teardrop", YOUTUBE).reason == "ReadOnly"
        w.youtube.take("yt-glory")
        await w.wait(8 * 3600)
        assert w.youtube.writes == 0
        assert sorted(w.spotify.ids) == ["sp-live", "sp-tear"]

    run(body())


def test_a_place_that_becomes_read_only_is_not_written_any_more() -> None:
    async def body() -> None:
        w = world()
        w.spotify.fail = lambda call: TransientError("down")
        w.youtube.put("yt-glory")
        await w.settle()
        w.sync = replace(w.sync, targets={**w.sync.targets, SPOTIFY: Target("sp1", Access.READ_ONLY)})
        w.spotify.fail = lambda call: None
        await w.wait(3600)
        assert w.spotify.ids == []
        assert placed(w, "Glory Box", SPOTIFY).state is State.EXCLUDED

    run(body())


def test_a_place_that_is_only_written_discovers_nothing_but_knows_what_is_there() -> None:
    async def body() -> None:
        w = world(targets={YOUTUBE: Target("PL1"), SPOTIFY: Target("sp1", Access.WRITE_ONLY)})
        w.spotify.put("sp-tear")
        w.spotify.put("sp-glory")
        w.youtube.put("yt-glory")
        await w.wait(3600)
        assert [t.recording for t in w.tracks()] == [GLORY]
        assert sorted(w.spotify.ids) == ["sp-glory", "sp-tear"]

    run(body())


def test_two_places_suffice_and_a_third_declared_later_is_filled() -> None:
    async def body() -> None:
        two = {YOUTUBE: Target("PL1"), SPOTIFY: Target("sp1")}
        w = world(targets=two)
        w.youtube.put("yt-glory")
        w.spotify.put("sp-tear")
        await w.wait(3600)
        assert sorted(w.youtube.ids) == ["yt-glory", "yt-tear"]
        assert w.telegram.calls == []
        w.sync = replace(w.sync, targets={**two, TELEGRAM: Target("-100")})
        await w.settle()
        assert len(w.telegram.posts) == 2

    run(body())


def test_with_fetch_never_the_channel_gives_and_does_not_take() -> None:
    async def body() -> None:
        w = world(fetch=Fetch.NEVER)
        w.telegram.post(GLORY)
        w.spotify.put("sp-tear")
        await w.wait(1000)
        assert placed(w, "Teardrop", TELEGRAM).reason == "FetchNever"
        assert len(w.telegram.posts) == 1
        assert "sp-glory" in w.spotify.ids
        w.telegram.post(TEARDROP)
        await w.settle()
        assert placed(w, "Teardrop", TELEGRAM).state is State.PRESENT
        w.sync = replace(w.sync, fetch=Fetch.YOUTUBE)
        w.spotify.put("sp-live")
        await w.wait(1000)
        assert len(w.telegram.posts) == 3

    run(body())


@pytest.mark.parametrize(("song", "state"), [("nowhere", State.NOT_FOUND), ("unsure", State.REVIEW)])
def test_the_channel_inherits_what_youtube_says_of_the_audio(song: str, state: State) -> None:
    async def body() -> None:
        w = world()
        unsure = replace(GLORY, duration=320.0)
        w.spotify.songs.update(nowhere=Recording("Roads", ("Portishead",), duration=305.0), unsure=unsure)
        w.spotify.put(song)
        await w.wait(1000)
        (track,) = w.tracks()
        assert track.placements[YOUTUBE].state is state
        assert (track.placements[TELEGRAM].state, track.placements[TELEGRAM].reason) == (state, "Inherited")
        w.write(replace(track, wishes=Wishes(pins={YOUTUBE: "yt-glory"})))
        await w.wait(1000)
        assert len(w.telegram.posts) == 1

    run(body())


def test_the_audio_is_searched_though_youtube_is_no_place_of_the_sync() -> None:
    async def body() -> None:
        w = world(targets={TELEGRAM: Target("-100"), SPOTIFY: Target("sp1")})
        w.spotify.put("sp-glory")
        await w.wait(1000)
        assert w.track("Glory Box").audio == "yt-glory"
        assert set(w.track("Glory Box").placements) == {TELEGRAM, SPOTIFY}
        assert len(w.telegram.posts) == 1
        assert w.youtube.calls == ["search"]

    run(body())


def test_a_pin_tells_the_audio_though_youtube_is_no_place_of_the_sync() -> None:
    async def body() -> None:
        w = world(targets={TELEGRAM: Target("-100"), SPOTIFY: Target("sp1")})
        w.spotify.songs["unsure"] = replace(GLORY, duration=320.0)
        w.spotify.put("unsure")
        await w.wait(1000)
        (track,) = w.tracks()
        assert track.placements[TELEGRAM].state is State.REVIEW
        w.write(replace(track, wishes=Wishes(pins={YOUTUBE: "yt-glory"})))
        await w.wait(1000)
        assert len(w.telegram.posts) == 1

    run(body())


def test_a_pin_tells_the_audio_though_youtube_is_excluded_and_holds_another() -> None:
    async def body() -> None:
        w = world()
        w.youtube.put("yt-glory")
        await w.wait(1000)
        wishes = Wishes(
            exclude_from=frozenset({YOUTUBE}), pins={YOUTUBE: "yt-tear"}, rejects={TELEGRAM: frozenset({"1"})}
        )
        w.write(replace(w.track("Glory Box"), wishes=wishes))
        await w.wait(1000)
        assert list(w.telegram.posts.values()) == [TEARDROP]
        assert w.youtube.ids == ["yt-glory"]

    run(body())


# ---------------------------------------------------------------------------------------------------- presence


def test_an_acknowledged_song_that_is_never_shown_is_not_stored_and_not_added_again_unasked() -> None:
    async def body() -> None:
        w = world()

        async def add(requests: Any) -> Any:
            w.spotify.calls.append("add")
            return tuple(Added(r.id) for r in requests)

        w.spotify.add = add  # type: ignore[method-assign]
        w.spotify.put("sp-tear")
        w.youtube.put("yt-glory")
        await w.wait(8 * 3600)
        assert placed(w, "Glory Box", SPOTIFY).reason == "NotStored"
        assert w.spotify.calls.count("add") == 1
        del w.spotify.add
        wish(w, "Glory Box", pins={SPOTIFY: "sp-glory"})
        await w.wait(3600)
        assert sorted(w.spotify.ids) == ["sp-glory", "sp-tear"]

    run(body())


def test_a_song_that_vanished_with_its_id_is_unavailable_and_looked_for_again_after_a_month() -> None:
    async def body() -> None:
        slow = {s: replace(t, interval=12 * 3600.0) for s, t in world().sync.targets.items()}
        w = world(targets=slow, removal=RemovalPolicy.PROPAGATE)
        w.spotify.put("sp-glory")
        w.spotify.put("sp-tear")
        await w.wait(86400)
        w.spotify.take("sp-glory")
        del w.spotify.songs["sp-glory"]
        await w.wait(86400)
        assert placed(w, "Glory Box", SPOTIFY).state is State.UNAVAILABLE
        assert "yt-glory" in w.youtube.ids
        w.spotify.songs["sp-new"] = GLORY
        await w.wait(34 * 86400)
        assert "sp-new" in w.spotify.ids

    run(body())


def test_a_dead_row_proves_presence_and_says_unavailable() -> None:
    sync = Sync("tapes", {SPOTIFY: Target("sp1"), YOUTUBE: Target("PL1")})
    track = Track("t", (SPOTIFY, "sp1"), GLORY, placements={SPOTIFY: here("sp1"), YOUTUBE: here("yt1")})
    listed = Listed(SPOTIFY, (Item("sp1", Recording(""), available=False),), NOW, complete=True, head=Head(1, "s"))
    (changed,) = plan(sync, {"t": track}, {}, [listed], NOW).records
    assert changed.placements[SPOTIFY].state is State.UNAVAILABLE
    assert changed.identity == GLORY


def test_after_an_incomplete_reading_nothing_is_added_until_the_place_is_read_whole() -> None:
    async def body() -> None:
        w = world()
        w.spotify.put("sp-tear")
        w.spotify.put("sp-glory")
        w.spotify.lie = lambda items: items[:1]
        w.youtube.put("yt-glory")
        await w.wait(4000)
        assert w.spotify.writes == 0
        assert w.engine.places[SPOTIFY].reason == "IncompleteListing"
        assert w.spotify.calls.count("list") < 14
        w.spotify.lie = lambda items: items
        await w.wait(4000)
        assert sorted(w.spotify.ids) == ["sp-glory", "sp-tear"]
        assert w.engine.places[SPOTIFY].reason == ""

    run(body())


def test_an_emptied_playlist_shows_no_absence_until_something_stands_there_again() -> None:
    async def body() -> None:
        w = world(removal=RemovalPolicy.PROPAGATE)
        w.spotify.put("sp-glory")
        await w.wait(3600)
        w.spotify.take("sp-glory")
        w.telegram.post(TEARDROP)
        await w.wait(8 * 3600)
        # The growth by our own addition must not be mistaken for the whole story.
        assert w.spotify.ids == ["sp-tear"]
        assert placed(w, "Glory Box", SPOTIFY).state is State.REMOVED
        assert w.youtube.ids == ["yt-tear"]

    run(body())


# ----------------------------------------------------------------------------------------------------- trouble


@pytest.mark.parametrize(
    ("error", "until", "terminal"),
    [
        (AuthError("refused"), None, True),
        (TargetError("gone"), NOW + 900, True),
        (QuotaError("used up", retry_at=NOW + 5000), NOW + 5000, False),
        (RateLimitError("too fast", retry_at=NOW + 30), NOW + 30, False),
        (RateLimitError("too fast", retry_at=NOW - 30), NOW + 1, False),
        (TransientError("down"), NOW + 15, False),
        (OutcomeUnknown("cut off"), NOW + 15, False),
    ],
)
def test_a_place_in_trouble_is_parked_and_says_why(error: ServiceError, until: float | None, terminal: bool) -> None:
    sync = Sync("tapes", {SPOTIFY: Target("sp1"), YOUTUBE: Target("PL1")})
    made = plan(sync, {}, {}, [Troubled(SPOTIFY, error, NOW)], NOW)
    place = made.places[SPOTIFY]
    assert (place.parked, place.terminal, place.reason) == (until, terminal, error.reason)
    assert SPOTIFY not in made.operations
    assert YOUTUBE in made.operations
    assert made.wake == until
    if until is not None:
        assert SPOTIFY in plan(sync, {}, made.places, [], until).operations


def test_transient_trouble_is_waited_out_longer_each_time_and_costs_the_songs_no_attempt() -> None:
    async def body() -> None:
        w = world(retry=Retry(max=2))
        w.spotify.fail = lambda call: TransientError("down") if call == "add" else None
        w.youtube.put("yt-glory")
        await w.wait(3 * 3600)
        assert 5 < w.spotify.calls.count("add") < 25
        assert placed(w, "Glory Box", SPOTIFY).attempts == 0
        w.spotify.fail = lambda call: None
        await w.wait(1000)
        assert w.spotify.ids == ["sp-glory"]

    run(body())


def test_one_bad_song_sinks_neither_its_batch_nor_its_place() -> None:
    async def body() -> None:
        w = world()
        resolve, search = w.spotify.resolve, w.spotify.search

        async def picky(id: str) -> Any:
            if id == "garbage!":
                raise ItemError("no such kind of id", permanent=True)
            return await resolve(id)

        async def fussy(query: Any) -> Any:
            if query.recording.title == "Teardrop":
                raise ItemError("can't be searched for")
            return await search(query)

        w.spotify.resolve, w.spotify.search = picky, fussy  # type: ignore[method-assign]
        w.write(Track("wish", wishes=Wishes(title="Pin", artists=("Nobody",), pins={SPOTIFY: "garbage!"}), created=1.0))
        w.youtube.put("yt-tear")
        w.youtube.put("yt-glory")
        await w.settle()
        assert w.spotify.ids == ["sp-glory"]
        assert w.engine.places[SPOTIFY].reason == ""
        assert w.store.tracks()["wish"].placements[SPOTIFY].message == "no such kind of id"

    run(body())


def test_an_addition_that_is_refused_for_good_fails_and_one_that_is_refused_for_now_is_tried_again() -> None:
    async def body() -> None:
        w = world(retry=Retry(max=3, backoff=60.0))
        errors = {"sp-glory": ItemError("too large", permanent=True), "sp-tear": ItemError("not now")}

        async def add(requests: Any) -> Any:
            w.spotify.calls.append("add")
            return tuple(errors[r.id] for r in requests)

        w.spotify.add = add  # type: ignore[method-assign]
        w.youtube.put("yt-glory")
        w.youtube.put("yt-tear")
        await w.wait(3600)
        glory, tear = placed(w, "Glory Box", SPOTIFY), placed(w, "Teardrop", SPOTIFY)
        assert (glory.state, glory.attempts, glory.message) == (State.FAILED, 1, "too large")
        assert (tear.state, tear.attempts) == (State.FAILED, 3)
        assert "given up after 3 attempts" in tear.message

    run(body())


# --------------------------------------------------------------------------------------------------- the plan


def test_new_songs_go_before_the_backlog_and_the_backlog_oldest_first() -> None:
    tracks = {}
    for name, source, created in (
        ("old", Source.BACKLOG, 1.0),
        ("older", Source.BACKLOG, 0.0),
        ("new", Source.NEW, 9.0),
    ):
        placements = {YOUTUBE: here(name), SPOTIFY: Placement()}
        identity = Recording(name, ("x",))
        tracks[name] = Track(name, (YOUTUBE, name), identity, placements=placements, source=source, created=created)
    sync = Sync("tapes", {SPOTIFY: Target("sp1"), YOUTUBE: Target("PL1")})
    made = plan(sync, tracks, {SPOTIFY: Place(0, "s", looked=NOW)}, [], NOW)
    assert [o.track for o in made.operations[SPOTIFY] if isinstance(o, Search)] == ["new", "older", "old"]


def test_a_place_that_only_counts_is_read_whole_before_an_addition_unless_it_just_was() -> None:
    track = Track("t", (SPOTIFY, "1"), GLORY, placements={SPOTIFY: here("1"), YOUTUBE: Placement(id="yt-glory")})
    sync = Sync("tapes", {SPOTIFY: Target("sp1"), YOUTUBE: Target("PL1")})
    fresh = Place(0, looked=NOW, listed=NOW - 30)
    assert [type(o) for o in plan(sync, {"t": track}, {YOUTUBE: fresh}, [], NOW).operations[YOUTUBE]] == [Add]
    stale = replace(fresh, listed=NOW - 90)
    (look,) = plan(sync, {"t": track}, {YOUTUBE: stale}, [], NOW).operations[YOUTUBE]
    assert isinstance(look, Observe)
    assert look.full


def test_a_busy_place_is_asked_nothing_more() -> None:
    sync = Sync("tapes", {SPOTIFY: Target("sp1"), YOUTUBE: Target("PL1")})
    assert list(plan(sync, {}, {}, [], NOW, busy={SPOTIFY}).operations) == [YOUTUBE]


def test_identity_keys_that_are_remembered_are_not_those_of_another_recording() -> None:
    assert keys(GLORY) is keys(GLORY)
    other = replace(GLORY, title="Roads", isrc="GBAAA0000001")
    assert keys(other) == keys(Recording("Roads", GLORY.artists, isrc="GBAAA0000001"))
    assert set(keys(other)).isdisjoint(keys(GLORY))


def test_places_is_what_every_test_here_means_by_all() -> None:
    assert tuple(world().sync.targets) == PLACES


def test_what_one_listing_shows_first_is_added_elsewhere_first() -> None:
    """The API server knows to the second when a Track was made; names are hashes. Neither is the order of a playlist."""
    sync = Sync("tapes", {SPOTIFY: Target("sp1"), YOUTUBE: Target("PL1")})
    titles = [f"Song {word}" for word in ("zulu", "alpha", "mike", "bravo", "yankee")]
    items = tuple(
        Item(f"id{9 - n}", Recording(title, (f"Singer {title}",), duration=200.0 + n)) for n, title in enumerate(titles)
    )
    made = plan(sync, {}, {}, [Listed(SPOTIFY, items, NOW, complete=True, head=Head(5, "s"))], NOW)
    stored = [replace(track, created=float(int(NOW))) for track in made.records]
    assert [track.identity.title for track in sorted(stored, key=queue_order) if track.identity] == titles
