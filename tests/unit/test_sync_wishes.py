"""What a person writes into a track is what one sync does, and no more than that."""

from dataclasses import replace

from reconcilers.model import Origin, Phase, State, Track, Wishes
from reconcilers.phase import phase_of
from tests.memory import SPOTIFY, YOUTUBE
from tests.syncworld import SONGS, fill, run, world


def test_state_absent_removes_once_and_leaves_what_people_add_later() -> None:
    async def body() -> None:
        w = world()
        fill(w)
        await w.wait(3600)
        w.write(replace(w.track("Sinnerman"), wishes=Wishes(absent=True)))
        await w.wait(1800)
        assert "yt4" not in w.youtube.ids and "sp4" not in w.spotify.ids
        assert phase_of(w.track("Sinnerman"), w.sync.targets) is Phase.REMOVED
        w.youtube.put("yt4")
        await w.wait(7200)
        assert "yt4" in w.youtube.ids and "sp4" not in w.spotify.ids

    run(body())


def test_a_pin_repairs_what_the_wrong_match_had_placed() -> None:
    async def body() -> None:
        w = world()
        fill(w)
        await w.wait(3600)
        w.spotify.songs["right"] = replace(SONGS[4], title="Sinnerman (Live)", version=("live",))
        w.write(replace(w.track("Sinnerman"), wishes=Wishes(pins={SPOTIFY: "right"})))
        await w.wait(3600)
        assert "right" in w.spotify.ids and "sp4" not in w.spotify.ids
        assert len(w.tracks()) == 6

    run(body())


def test_a_dead_pin_says_so_and_never_falls_back_to_search() -> None:
    async def body() -> None:
        w = world()
        w.write(
            Track(
                "wish",
                wishes=Wishes(title="Teardrop", artists=("Massive Attack",), pins={SPOTIFY: "gone"}),
                created=1.0,
            )
        )
        await w.wait(3600)
        placement = w.store.tracks()["wish"].placements[SPOTIFY]
        assert (placement.state, placement.reason) == (State.FAILED, "PinDead")
        assert w.spotify.ids == []

    run(body())


def test_a_reject_removes_what_we_placed_and_it_is_not_placed_again() -> None:
    async def body() -> None:
        w = world()
        fill(w)
        await w.wait(3600)
        w.write(replace(w.track("Sinnerman"), wishes=Wishes(rejects={SPOTIFY: frozenset({"sp4"})})))
        await w.wait(7200)
        assert "sp4" not in w.spotify.ids
        assert len(w.tracks()) == 6
        assert w.track("Sinnerman").placements[SPOTIFY].state is State.NOT_FOUND

    run(body())


def test_a_reject_of_what_was_found_makes_it_a_song_of_its_own() -> None:
    async def body() -> None:
        w = world()
        fill(w)
        await w.wait(3600)
        track = w.track("Hyperballad")
        found = track.placements[SPOTIFY]
        assert found.origin is Origin.FOUND
        w.write(replace(track, wishes=Wishes(rejects={SPOTIFY: frozenset({"sp0"})})))
        await w.wait(3600)
        assert "sp0" in w.spotify.ids
        owners = [t.name for t in w.tracks() if t.placements[SPOTIFY].id == "sp0"]
        assert len(owners) == 1 and owners != [track.name]

    run(body())


def test_exclusion_neither_adds_nor_removes() -> None:
    async def body() -> None:
        w = world()
        wishes = Wishes(title="Teardrop", artists=("Massive Attack",), exclude_from=frozenset({SPOTIFY}))
        w.write(Track("wish", wishes=wishes, created=1))
        await w.wait(3600)
        assert w.youtube.ids == ["yt2"] and w.spotify.ids == []
        track = w.store.tracks()["wish"]
        assert track.placements[SPOTIFY].state is State.EXCLUDED
        w.write(replace(track, wishes=replace(track.wishes, exclude_from=frozenset({YOUTUBE}))))
        await w.wait(3600)
        assert w.youtube.ids == ["yt2"] and w.spotify.ids == ["sp2"]

    run(body())


def test_a_bare_track_ends_in_all_three_places() -> None:
    async def body() -> None:
        w = world()
        w.write(Track("wish", wishes=Wishes(title="Glory Box", artists=("Portishead",)), created=1.0))
        await w.wait(1000)
        assert w.youtube.ids == ["yt1"] and w.spotify.ids == ["sp1"] and len(w.telegram.posts) == 1
        assert [t.name for t in w.tracks()] == ["wish"]

    run(body())


def test_a_track_from_git_adopts_the_song_that_is_already_there() -> None:
    async def body() -> None:
        w = world()
        fill(w)
        await w.wait(3600)
        before = (w.youtube.ids, w.spotify.ids, dict(w.telegram.posts))
        w.write(Track("from-git", wishes=Wishes(title="Glory Box", artists=("Portishead",)), created=w.clock()))
        await w.wait(3600)
        assert (w.youtube.ids, w.spotify.ids, dict(w.telegram.posts)) == before
        assert w.track("Glory Box").name == "from-git"
        assert len(w.tracks()) == 6

    run(body())
