"""What a person wrote, rule by rule."""

from dataclasses import replace
from typing import Any

import pytest

from reconcilers.model import State, Track, Wishes
from reconcilers.policy import Exclusion, RemovalPolicy
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE
from tests.planworld import GLORY, SONGS, run, wish, world


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
