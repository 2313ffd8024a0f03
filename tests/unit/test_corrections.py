"""Corrections stay, and repair what the wrong match had placed."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest

from reconcilers.model import Origin, Phase, Placement, State, Track, Wishes
from reconcilers.phase import message_of, phase_of
from reconcilers.policy import Past, Sync, Target
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE, World

HELLO = Recording("Hello", ("Adele",), duration=295.0)
AGAIN = Recording("Hello", ("Adele",), duration=296.0)
RICHIE = Recording("Hello", ("Lionel Richie",), duration=251.0)
LIVE = Recording("Hello (Live)", ("Adele",), duration=310.0, version=("live",))
ROADS = Recording("Roads", ("Portishead",), duration=305.0)


def run(body: Coroutine[Any, Any, None]) -> None:
    asyncio.run(body)


def world(**changes: Any) -> World:
    targets = changes.pop("targets", {TELEGRAM: Target("-100"), YOUTUBE: Target("PL1"), SPOTIFY: Target("sp1")})
    w = World(Sync("tapes", targets, past=Past.IGNORE, **changes))
    songs = {"hello": HELLO, "again": AGAIN, "richie": RICHIE, "live": LIVE, "roads": ROADS}
    w.youtube.songs.update({f"yt-{n}": r for n, r in songs.items()})
    w.spotify.songs.update({f"sp-{n}": r for n, r in songs.items()})
    return w


def wish(w: World, **wishes: Any) -> None:
    """A person writes into the one track."""
    (track,) = w.tracks()
    w.write(replace(track, wishes=replace(track.wishes, **wishes)))


def of(w: World, service: ServiceName) -> Placement:
    (track,) = w.tracks()
    return track.placements[service]


def phase(w: World) -> Phase:
    (track,) = w.tracks()
    return phase_of(track, w.sync.targets)


def from_spotify(w: World) -> World:
    """A song that a person put into the Spotify playlist, and that we brought to the other places."""
    w.spotify.put("sp-hello")
    return w


# ------------------------------------------------------------------------------------------------------- pins


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


# ---------------------------------------------------------------------------------------------------- rejects


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


# ---------------------------------------------------------------------------------------- corrected facts


@pytest.mark.parametrize(
    "facts",
    [
        {"artists": ("Lionel Richie",), "duration": 251.0},
        {"title": "Roads", "artists": ("Portishead",), "duration": 305.0},
    ],
)
def test_when_the_song_is_corrected_what_a_search_had_found_is_judged_again(facts: dict[str, Any]) -> None:
    async def body() -> None:
        w = world()
        w.telegram.post(Recording("Hello", ("Adele",), duration=295.0))
        await w.wait(3600)
        assert w.spotify.ids in (["sp-hello"], ["sp-again"])
        wish(w, **facts)
        await w.wait(3600)
        wanted = "richie" if "title" not in facts else "roads"
        assert (w.youtube.ids, w.spotify.ids) == ([f"yt-{wanted}"], [f"sp-{wanted}"])
        assert phase(w) is Phase.SYNCED

    run(body())


def test_a_correction_under_which_the_match_still_holds_changes_nothing_and_searches_nothing() -> None:
    async def body() -> None:
        w = from_spotify(world())
        await w.wait(3600)
        before, searched = w.youtube.ids, w.youtube.calls.count("search")
        wish(w, duration=296.0)
        await w.wait(8 * 3600)
        assert w.youtube.ids == before
        assert (w.youtube.calls.count("search"), w.youtube.calls.count("resolve")) == (searched, 1)
        assert phase(w) is Phase.SYNCED

    run(body())


def test_a_correction_that_leaves_it_open_asks_and_takes_nothing_out() -> None:
    async def body() -> None:
        w = from_spotify(world())
        await w.wait(3600)
        before = w.youtube.ids
        wish(w, duration=283.0)
        await w.wait(8 * 3600)
        assert w.youtube.ids == before
        assert phase(w) is Phase.REVIEW
        assert "duration differs" in message_of(w.tracks()[0], w.sync.targets)
        wish(w, pins={YOUTUBE: before[0]})
        await w.wait(3600)
        assert (w.youtube.ids, phase(w)) == (before, Phase.SYNCED)

    run(body())


def test_the_post_of_a_song_that_was_corrected_is_corrected_too() -> None:
    async def body() -> None:
        w = from_spotify(world())
        await w.wait(3600)
        wish(w, artists=("Lionel Richie",), duration=251.0)
        await w.wait(3600)
        assert w.youtube.ids == ["yt-richie"]
        assert list(w.telegram.posts.values()) == [RICHIE]
        assert w.telegram.calls == ["add", "edit"]

    run(body())


def only_channel_and_spotify() -> World:
    return world(targets={TELEGRAM: Target("-100"), SPOTIFY: Target("sp1")})


def test_audio_that_no_playlist_decides_on_is_searched_anew_for_a_corrected_song() -> None:
    async def body() -> None:
        w = from_spotify(only_channel_and_spotify())
        await w.wait(3600)
        wish(w, artists=("Lionel Richie",), duration=251.0)
        await w.wait(3600)
        assert list(w.telegram.posts.values()) == [RICHIE]
        assert w.telegram.calls == ["add", "edit"]
        assert phase(w) is Phase.SYNCED

    run(body())


def test_audio_that_may_still_be_the_corrected_song_stays_and_a_person_is_asked() -> None:
    async def body() -> None:
        w = from_spotify(only_channel_and_spotify())
        await w.wait(3600)
        before = list(w.telegram.posts.values())
        wish(w, duration=283.0)
        await w.wait(8 * 3600)
        assert list(w.telegram.posts.values()) == before
        assert (phase(w), w.telegram.calls) == (Phase.REVIEW, ["add"])
        wish(w, pins={YOUTUBE: "yt-live"})
        await w.wait(3600)
        assert list(w.telegram.posts.values()) == [LIVE]

    run(body())


def test_audio_that_is_rejected_is_searched_anew_and_its_post_put_right() -> None:
    async def body() -> None:
        w = from_spotify(only_channel_and_spotify())
        await w.wait(3600)
        (track,) = w.tracks()
        wish(w, rejects={YOUTUBE: frozenset({track.audio or ""})})
        await w.wait(3600)
        (track,) = w.tracks()
        assert w.telegram.calls == ["add", "edit"]
        assert (of(w, TELEGRAM).requested, phase(w)) == (track.audio, Phase.SYNCED)

    run(body())


# ------------------------------------------------------------------------------------------------ edited posts


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


# -------------------------------------------------------------------------------------------- kept in Git


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
