"""What a person rejects does not come back, and what was made of it is put right."""

from dataclasses import replace

from reconcilers.model import Origin, Phase, Placement, State
from reconcilers.phase import message_of
from tests.correctionworld import HELLO, LIVE, from_spotify, of, phase, run, wish, world
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE


def test_a_rejected_match_is_replaced_by_the_next_best_and_never_returns() -> None:
    async def body() -> None:
        w = from_spotify(world())
        await w.wait(3600)
        wrong = w.youtube.ids[0]
        other = {"yt-hello": "yt-again", "yt-again": "yt-hello"}[wrong]
        wish(w, rejects={YOUTUBE: frozenset({wrong})})
        await w.wait(3600)
        assert w.youtube.ids == [other]
        w.restart(forgetful=True)
        await w.wait(2 * 86400)
        assert w.youtube.ids == [other]
        # All that was known of it but the spec and the first sighting is lost.
        (track,) = w.tracks()
        here = Placement(State.PRESENT, Origin.FOUND, "sp-hello", seen=True)
        posted = replace(track.placements[TELEGRAM], match=None)
        w.write(replace(track, placements={SPOTIFY: here, TELEGRAM: posted}, audio=None))
        w.restart(forgetful=True)
        await w.wait(2 * 86400)
        assert w.youtube.ids == [other]
        assert len(w.telegram.posts) == 1

    run(body())


def test_rejecting_the_recording_corrects_our_post_in_place() -> None:
    async def body() -> None:
        w = from_spotify(world())
        await w.wait(3600)
        wrong = w.youtube.ids[0]
        post = of(w, TELEGRAM).id
        assert of(w, TELEGRAM).requested == wrong
        wish(w, rejects={YOUTUBE: frozenset({wrong})})
        await w.wait(3600)
        assert list(w.telegram.posts) == [post]
        assert w.telegram.posts[post or ""] is w.youtube.songs[w.youtube.ids[0]]
        assert w.telegram.calls == ["add", "edit"]
        assert (of(w, TELEGRAM).requested, phase(w)) == (w.youtube.ids[0], Phase.SYNCED)

    run(body())


def test_a_post_that_can_not_be_edited_is_deleted_and_made_anew() -> None:
    async def body() -> None:
        w = from_spotify(world())
        await w.wait(3600)
        post = of(w, TELEGRAM).id or ""
        w.telegram.uneditable.add(post)
        wish(w, pins={YOUTUBE: "yt-live"})
        await w.wait(3600)
        assert list(w.telegram.posts.values()) == [LIVE]
        assert post not in w.telegram.posts
        assert phase(w) is Phase.SYNCED

    run(body())


def test_a_post_that_can_be_neither_edited_nor_deleted_is_left_to_a_person() -> None:
    async def body() -> None:
        w = from_spotify(world())
        await w.wait(3600)
        post = of(w, TELEGRAM).id or ""
        w.telegram.uneditable.add(post)
        w.telegram.undeletable.add(post)
        wish(w, pins={YOUTUBE: "yt-live"})
        await w.wait(3600)
        assert list(w.telegram.posts) == [post]
        assert of(w, TELEGRAM).state is State.RETAINED
        assert "Delete it by hand" in message_of(w.tracks()[0], w.sync.targets)
        # They did, and say so.
        del w.telegram.posts[post]
        wish(w, rejects={TELEGRAM: frozenset({post})})
        await w.wait(3600)
        assert list(w.telegram.posts.values()) == [LIVE]

    run(body())


def test_a_post_that_a_person_deleted_meanwhile_stays_deleted() -> None:
    async def body() -> None:
        w = from_spotify(world())
        await w.wait(3600)
        w.telegram.posts.clear()
        wish(w, pins={YOUTUBE: "yt-live"})
        await w.wait(3600)
        assert w.telegram.posts == {}
        assert (of(w, TELEGRAM).state, of(w, TELEGRAM).reason) == (State.REMOVED, "RemovedByPerson")

    run(body())


def test_an_edit_whose_answer_is_lost_is_repeated_once_it_can_not_come_late() -> None:
    async def body() -> None:
        w = from_spotify(world())
        await w.wait(3600)
        post = of(w, TELEGRAM).id or ""
        lost = iter([True])
        w.telegram.lose = lambda request: next(lost, False)
        wish(w, pins={YOUTUBE: "yt-live"})
        await w.wait(120)
        assert w.telegram.calls.count("edit") == 1
        # The pin is taken back before it is known what became of the edit: the post is put right again.
        wish(w, pins={}, rejects={YOUTUBE: frozenset({"yt-live"})})
        await w.wait(3600)
        assert w.telegram.calls.count("edit") == 2
        assert w.telegram.posts[post] is w.youtube.songs[w.youtube.ids[0]]
        assert phase(w) is Phase.SYNCED

    run(body())


def test_a_wrong_post_waits_in_its_place_while_a_person_is_asked_and_goes_when_there_is_nothing_else() -> None:
    async def body() -> None:
        w = from_spotify(world())
        for id in ("yt-again", "yt-richie", "yt-live"):
            del w.youtube.songs[id]
        await w.wait(3600)
        w.youtube.songs["yt-odd"] = replace(HELLO, duration=315.0)
        wish(w, rejects={YOUTUBE: frozenset({"yt-hello"})})
        await w.wait(3600)
        assert of(w, YOUTUBE).state is State.REVIEW
        assert list(w.telegram.posts.values()) == [HELLO]
        assert (of(w, TELEGRAM).state, phase(w)) == (State.CORRECTING, Phase.REVIEW)
        wish(w, rejects={YOUTUBE: frozenset({"yt-hello", "yt-odd"})})
        await w.wait(3600)
        assert of(w, YOUTUBE).state is State.NOT_FOUND
        assert w.telegram.posts == {}

    run(body())


def test_a_rejected_post_of_ours_is_not_made_again_from_the_same_recording_unasked() -> None:
    async def body() -> None:
        w = from_spotify(world())
        await w.wait(3600)
        made_from = w.youtube.ids[0]
        wish(w, rejects={TELEGRAM: frozenset({of(w, TELEGRAM).id or ""})})
        await w.wait(8 * 3600)
        assert w.telegram.posts == {}
        assert (phase(w), of(w, TELEGRAM).reason) == (Phase.REVIEW, "RejectedPost")
        wish(w, pins={YOUTUBE: made_from})
        await w.wait(3600)
        assert len(w.telegram.posts) == 1

    run(body())


def test_rejecting_what_a_person_put_there_makes_a_song_of_its_own_of_it() -> None:
    async def body() -> None:
        w = from_spotify(world())
        w.youtube.put("yt-again")
        await w.wait(3600)
        assert len(w.tracks()) == 1
        wish(w, rejects={YOUTUBE: frozenset({"yt-again"})})
        await w.wait(8 * 3600)
        assert sorted(w.youtube.ids) == ["yt-again", "yt-hello"]
        assert w.youtube.calls.count("remove") == 0
        first, second = sorted(w.tracks(), key=lambda t: t.created)
        assert (first.placements[YOUTUBE].id, second.placements[YOUTUBE].id) == ("yt-hello", "yt-again")

    run(body())
