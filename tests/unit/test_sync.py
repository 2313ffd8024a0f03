"""What one sync makes of three lists, and that it rests once they agree."""

from reconcilers.model import Phase, State
from reconcilers.phase import phase_of
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE
from tests.syncworld import SONGS, assert_union, fill, run, world


def test_overlapping_lists_become_their_union_with_one_track_per_song() -> None:
    async def body() -> None:
        w = world()
        fill(w)
        await w.settle()
        assert len(w.tracks()) == 6
        assert_union(w, {0, 1, 2, 3, 4, 5})
        assert {phase_of(t, w.sync.targets) for t in w.tracks()} == {Phase.SYNCED}

    run(body())


def test_a_converged_sync_costs_one_look_per_playlist_and_no_write() -> None:
    async def body() -> None:
        w = world()
        fill(w)
        await w.wait(2000)
        for place in w.places.values():
            place.calls.clear()
        writes = w.store.writes
        w.clock.now += 901
        await w.settle()
        assert w.spotify.calls == ["head"]
        assert w.youtube.calls == ["head"]
        assert w.telegram.calls == []
        assert w.store.writes == writes

    run(body())


def test_a_song_that_a_service_lacks_is_not_found_there_and_partial() -> None:
    async def body() -> None:
        w = world(spotify={3}, youtube={5})
        fill(w)
        await w.settle()
        lacking = w.track("Karma Police")
        assert lacking.placements[SPOTIFY].state is State.NOT_FOUND
        assert phase_of(lacking, w.sync.targets) is Phase.PARTIAL
        unheard = w.track("Gruppa krovi")
        assert unheard.placements[YOUTUBE].state is State.NOT_FOUND
        assert unheard.placements[TELEGRAM].state is State.NOT_FOUND  # its audio would come from there
        assert "Gruppa krovi" not in {r.title for r in w.telegram.posts.values()}

    run(body())


def test_a_new_post_reaches_both_playlists_without_waiting_for_an_interval() -> None:
    async def body() -> None:
        w = world()
        fill(w)
        await w.settle()
        w.telegram.post(SONGS[6])
        await w.settle()
        assert "yt6" in w.youtube.ids and "sp6" in w.spotify.ids

    run(body())


def test_deleting_a_track_object_only_forgets_it() -> None:
    async def body() -> None:
        w = world()
        fill(w)
        await w.wait(3600)
        before = (list(w.youtube.ids), list(w.spotify.ids))
        w.posting = False  # the channel's memory is gone with the track
        w.store.lose(w.track("Hyperballad").name)
        await w.wait(7200)
        assert (w.youtube.ids, w.spotify.ids) == before
        assert len(w.tracks()) == 6

    run(body())


def test_a_restart_at_rest_changes_nothing() -> None:
    async def body() -> None:
        w = world()
        fill(w)
        await w.wait(3600)
        writes = w.store.writes
        w.restart()
        await w.wait(3600)
        assert w.store.writes == writes
        assert_union(w, {0, 1, 2, 3, 4, 5})

    run(body())
