"""Which places are read and written, rule by rule."""

from dataclasses import replace

import pytest

from reconcilers.errors import (
    TransientError,
)
from reconcilers.model import State, Wishes
from reconcilers.policy import Access, Fetch, RemovalPolicy, Target
from reconcilers.recording import Recording
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE
from tests.planworld import GLORY, TEARDROP, placed, run, world


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
