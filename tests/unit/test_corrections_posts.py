"""A post that a person edits or repeats is followed, and whose it is and what people have elsewhere is left alone."""

from reconcilers.model import Origin, Phase, State
from reconcilers.recording import Recording
from tests.correctionworld import AGAIN, HELLO, RICHIE, ROADS, from_spotify, of, phase, run, wish, world
from tests.memory import TELEGRAM, YOUTUBE


def test_an_edited_post_that_nothing_was_known_of_is_identified_and_goes_everywhere() -> None:
    async def body() -> None:
        w = world()
        id = w.telegram.post(Recording("", duration=295.0))
        await w.wait(60)
        assert phase(w) is Phase.REVIEW
        w.telegram.edit(id, HELLO)
        await w.wait(3600)
        assert phase(w) is Phase.SYNCED
        assert w.spotify.ids in (["sp-hello"], ["sp-again"])

    run(body())


def test_an_edited_post_that_is_another_song_now_is_followed_by_what_we_placed_for_it() -> None:
    async def body() -> None:
        w = world()
        id = w.telegram.post(HELLO)
        await w.wait(3 * 86400)
        w.telegram.edit(id, ROADS)
        await w.wait(8 * 3600)
        assert (w.youtube.ids, w.spotify.ids) == (["yt-roads"], ["sp-roads"])
        assert list(w.telegram.posts) == [id]
        assert len(w.tracks()) == 1

    run(body())


def test_what_was_stored_under_another_id_than_the_one_that_was_asked_for_follows_an_edited_post_too() -> None:
    async def body() -> None:
        w = world()
        w.youtube.stores["yt-roads"] = "yt-drifted"
        w.youtube.before_add = lambda: w.youtube.songs.update({"yt-drifted": ROADS})
        id = w.telegram.post(ROADS)
        await w.wait(3 * 86400)
        assert w.youtube.ids == ["yt-drifted"]
        w.telegram.edit(id, RICHIE)
        await w.wait(8 * 3600)
        assert (w.youtube.ids, w.spotify.ids) == (["yt-richie"], ["sp-richie"])

    run(body())


def test_an_edited_post_lets_go_of_a_song_that_people_have_elsewhere() -> None:
    async def body() -> None:
        w = world()
        w.spotify.put("sp-hello")
        id = w.telegram.post(HELLO)
        await w.wait(3600)
        assert len(w.tracks()) == 1
        w.telegram.edit(id, ROADS)
        await w.wait(8 * 3600)
        assert sorted(w.spotify.ids) == ["sp-hello", "sp-roads"]
        assert list(w.telegram.posts) == [id]
        hello, roads = (w.track(title) for title in ("Hello", "Roads"))
        assert hello.placements[TELEGRAM].state is State.REMOVED
        assert roads.placements[TELEGRAM].id == id

    run(body())


def test_our_post_that_a_person_replaced_is_theirs_from_then_on() -> None:
    async def body() -> None:
        w = from_spotify(world())
        await w.wait(3600)
        post = of(w, TELEGRAM).id or ""
        w.telegram.edit(post, AGAIN)
        await w.wait(60)
        assert of(w, TELEGRAM).origin is Origin.FOUND
        wish(w, pins={YOUTUBE: "yt-live"})
        await w.wait(3600)
        assert w.telegram.posts[post] is AGAIN
        assert "edit" not in w.telegram.calls

    run(body())


def test_an_edit_that_says_nothing_else_of_the_song_changes_nothing() -> None:
    async def body() -> None:
        w = world()
        id = w.telegram.post(HELLO)
        await w.wait(3600)
        writes, calls = w.store.writes, [list(p.calls) for p in w.places.values()]
        w.telegram.edit(id, HELLO)
        await w.settle()
        assert w.store.writes == writes
        assert [list(p.calls) for p in w.places.values()] == calls

    run(body())


def test_a_post_that_turns_out_to_be_a_known_song_is_a_further_id_of_it() -> None:
    async def body() -> None:
        w = world()
        w.telegram.post(HELLO)
        other = w.telegram.post(Recording("", duration=295.0))
        await w.wait(3600)
        assert len(w.tracks()) == 2
        w.telegram.edit(other, HELLO)
        await w.wait(3600)
        assert {of(w, TELEGRAM).id, *of(w, TELEGRAM).others} == {"1", other}
        assert phase(w) is Phase.SYNCED

    run(body())


def test_a_song_that_is_posted_again_is_a_further_id_of_one_placement() -> None:
    async def body() -> None:
        w = world()
        first = w.telegram.post(HELLO)
        await w.wait(3600)
        again = w.telegram.post(HELLO)
        await w.wait(3600)
        assert (of(w, TELEGRAM).id, of(w, TELEGRAM).others) == (first, (again,))
        assert (len(w.youtube.ids), len(w.spotify.ids)) == (1, 1)

    run(body())
