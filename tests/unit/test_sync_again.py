"""What was given up or not found is tried again when its time comes or a person asks, and only that."""

from dataclasses import replace

from reconcilers.errors import ItemError
from reconcilers.model import State
from tests.memory import SPOTIFY, YOUTUBE
from tests.syncworld import SONGS, fill, run, unhurried, world


def test_a_song_not_found_is_looked_for_again_after_a_month() -> None:
    async def body() -> None:
        w = world(spotify={3})
        unhurried(w)
        fill(w)
        await w.settle()
        w.spotify.songs["sp3"] = SONGS[3]
        await w.wait(34 * 86400)
        assert "sp3" in w.spotify.ids

    run(body())


def test_what_was_given_up_is_tried_again_when_a_person_asks() -> None:
    async def body() -> None:
        w = world()
        w.spotify.fail = lambda call: ItemError("refused") if call == "add" else None
        w.telegram.post(SONGS[0])
        await w.wait(2 * 86400)
        assert w.track("Hyperballad").placements[SPOTIFY].state is State.FAILED
        w.spotify.fail = lambda call: None
        w.sync = replace(w.sync, again=frozenset({YOUTUBE}))
        await w.step()
        assert w.track("Hyperballad").placements[SPOTIFY].state is State.FAILED, "that place was not meant"
        w.sync = replace(w.sync, again=frozenset({SPOTIFY}))
        await w.step()
        w.sync = replace(w.sync, again=frozenset())
        await w.settle()
        assert w.spotify.ids == ["sp0"]

    run(body())


def test_one_song_is_tried_again_once_and_the_others_stay_given_up() -> None:
    async def body() -> None:
        w = world()
        w.spotify.fail = lambda call: ItemError("refused") if call == "add" else None
        w.telegram.post(SONGS[0])
        w.telegram.post(SONGS[1])
        await w.wait(2 * 86400)
        w.spotify.fail = lambda call: None
        w.write(replace(w.track("Hyperballad"), asked="now"))
        await w.settle()
        assert w.spotify.ids == ["sp0"]
        assert w.track("Glory Box").placements[SPOTIFY].state is State.FAILED
        assert w.track("Hyperballad").handled == "now"
        assert (await w.step()).empty

        # What was carried out is not done again, whatever happens to the song.
        w.spotify.fail = lambda call: ItemError("refused") if call == "add" else None
        w.write(replace(w.track("Glory Box"), asked="now"))
        await w.wait(2 * 86400)
        assert w.track("Glory Box").placements[SPOTIFY].state is State.FAILED
        assert w.track("Glory Box").handled == "now"

    run(body())


def test_a_song_that_is_asked_for_by_itself_is_looked_for_again_at_once() -> None:
    async def body() -> None:
        w = world(spotify={0})
        w.telegram.post(SONGS[0])
        await w.settle()
        assert w.track("Hyperballad").placements[SPOTIFY].state is State.NOT_FOUND
        w.spotify.songs["sp0"] = SONGS[0]
        w.sync = replace(w.sync, again=frozenset({SPOTIFY}))
        await w.step()
        w.sync = replace(w.sync, again=frozenset())
        await w.settle()
        assert w.spotify.ids == [], "thousands are not searched for because one failed"
        w.write(replace(w.track("Hyperballad"), asked="now"))
        await w.settle()
        assert w.spotify.ids == ["sp0"]
        assert (await w.step()).empty

    run(body())
