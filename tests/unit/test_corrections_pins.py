"""What a person pins stands in place of what was there, and nothing goes for a pin that nothing stands behind."""

from dataclasses import replace

from reconcilers.model import Origin, Phase, State, Track, Wishes
from reconcilers.phase import message_of
from reconcilers.recording import Recording
from tests.correctionworld import HELLO, from_spotify, of, phase, run, wish, world
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE


def test_a_pin_on_another_id_than_the_one_we_placed_leaves_one_entry_the_pinned() -> None:
    async def body() -> None:
        w = from_spotify(world())
        await w.wait(3600)
        assert w.youtube.ids == ["yt-again"] or w.youtube.ids == ["yt-hello"]
        wish(w, pins={YOUTUBE: "yt-live"})
        await w.wait(3600)
        assert w.youtube.ids == ["yt-live"]
        assert (of(w, YOUTUBE).state, phase(w)) == (State.PRESENT, Phase.SYNCED)

    run(body())


def test_nothing_is_taken_out_for_a_pin_that_nothing_stands_behind() -> None:
    async def body() -> None:
        w = from_spotify(world())
        await w.wait(3600)
        before = w.youtube.ids
        wish(w, pins={YOUTUBE: "no-such-id"})
        await w.wait(8 * 3600)
        assert w.youtube.ids == before
        assert (phase(w), of(w, YOUTUBE).reason) == (Phase.FAILED, "PinDead")
        assert "no-such-id does not exist" in message_of(w.tracks()[0], w.sync.targets)
        asked = w.youtube.calls.count("resolve")
        await w.wait(8 * 3600)
        assert w.youtube.calls.count("resolve") == asked
        assert list(w.telegram.posts.values()) == [w.youtube.songs[before[0]]]
        wish(w, pins={YOUTUBE: "yt-live"})
        await w.wait(3600)
        assert (w.youtube.ids, phase(w)) == (["yt-live"], Phase.SYNCED)

    run(body())


def test_a_dead_pin_that_is_taken_back_leaves_no_trace() -> None:
    async def body() -> None:
        w = from_spotify(world())
        await w.wait(3600)
        before = w.youtube.ids
        wish(w, pins={YOUTUBE: "no-such-id"})
        await w.wait(3600)
        wish(w, pins={})
        await w.wait(3600)
        assert (w.youtube.ids, phase(w), of(w, YOUTUBE).reason) == (before, Phase.SYNCED, "")

    run(body())


def test_a_pin_that_is_put_back_to_what_it_was_is_placed_again() -> None:
    async def body() -> None:
        w = from_spotify(world())
        await w.wait(3600)
        first = w.youtube.ids[0]
        for pin in ("yt-live", first):
            wish(w, pins={YOUTUBE: pin})
            await w.wait(120)
            assert w.youtube.ids == [pin]
        assert of(w, YOUTUBE).state is State.PRESENT

    run(body())


def test_a_pin_on_what_a_person_put_beside_ours_takes_ours_out_and_adds_nothing() -> None:
    async def body() -> None:
        w = from_spotify(world())
        del w.youtube.songs["yt-again"]
        await w.wait(3600)
        w.youtube.songs["yt-twin"] = HELLO
        w.youtube.put("yt-twin")
        await w.wait(3600)
        assert len(w.youtube.ids) == 2
        adds = w.youtube.calls.count("add")
        wish(w, pins={YOUTUBE: "yt-twin"})
        await w.wait(3600)
        assert w.youtube.ids == ["yt-twin"]
        assert w.youtube.calls.count("add") == adds

    run(body())


def test_what_is_pinned_in_place_of_ours_waits_for_no_approval() -> None:
    async def body() -> None:
        w = from_spotify(world())
        await w.wait(3600)
        targets = {s: replace(t, max_adds=0) for s, t in w.sync.targets.items()}
        w.sync = replace(w.sync, targets=targets)
        wish(w, pins={YOUTUBE: "yt-live"})
        await w.wait(3600)
        assert w.youtube.ids == ["yt-live"]

    run(body())


def test_a_post_of_ours_goes_when_a_person_pins_one_of_their_own() -> None:
    async def body() -> None:
        w = from_spotify(world())
        await w.wait(3600)
        theirs = w.telegram.post(HELLO)
        await w.wait(60)
        assert of(w, TELEGRAM).others == (theirs,)
        wish(w, pins={TELEGRAM: theirs})
        await w.wait(60)
        assert list(w.telegram.posts) == [theirs]
        assert (of(w, TELEGRAM).id, of(w, TELEGRAM).origin) == (theirs, Origin.FOUND)

    run(body())


def test_what_a_pin_tells_of_the_song_answers_the_question_elsewhere_too() -> None:
    async def body() -> None:
        w = world()
        w.telegram.post(Recording("Hello", duration=295.0))
        await w.wait(60)
        assert [of(w, s).state for s in (YOUTUBE, SPOTIFY)] == [State.REVIEW, State.REVIEW]
        wish(w, pins={SPOTIFY: "sp-hello"})
        await w.wait(3600)
        assert w.spotify.ids == ["sp-hello"]
        assert w.youtube.ids in (["yt-hello"], ["yt-again"])
        assert phase(w) is Phase.SYNCED

    run(body())


def test_a_track_kept_in_git_with_its_pins_adopts_the_song_that_is_there() -> None:
    async def body() -> None:
        w = world()
        w.telegram.post(Recording("Hello", duration=295.0))
        await w.wait(60)
        wish(w, pins={SPOTIFY: "sp-hello"})
        await w.wait(3600)
        before = [w.youtube.ids, w.spotify.ids, list(w.telegram.posts)]
        wishes = Wishes(title="Hello", artists=("Adele",), duration=295.0, pins={SPOTIFY: "sp-hello"})
        (track,) = w.tracks()
        w.write(replace(track, wishes=Wishes()))
        w.write(Track("from-git", wishes=wishes, created=w.clock()))
        await w.wait(3600)
        assert [w.youtube.ids, w.spotify.ids, list(w.telegram.posts)] == before
        assert [t.name for t in w.tracks()] == ["from-git"]
        assert phase(w) is Phase.SYNCED

    run(body())
