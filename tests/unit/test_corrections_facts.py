"""A song whose facts are corrected is judged again, and what no longer fits it is replaced."""

from typing import Any

import pytest

from reconcilers.model import Phase
from reconcilers.phase import message_of
from reconcilers.policy import Target
from reconcilers.recording import Recording
from tests.correctionworld import LIVE, RICHIE, from_spotify, of, phase, run, wish, world
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE, World


def only_channel_and_spotify() -> World:
    return world(targets={TELEGRAM: Target("-100"), SPOTIFY: Target("sp1")})


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
