"""What listings show and don't show, rule by rule."""

from dataclasses import replace
from typing import Any

from reconcilers.model import State, Track
from reconcilers.plan import plan
from reconcilers.plan.operations import Listed
from reconcilers.policy import RemovalPolicy, Sync, Target
from reconcilers.recording import Recording
from reconcilers.services.protocol import Added, Head, Item
from tests.memory import SPOTIFY, YOUTUBE
from tests.planworld import GLORY, NOW, TEARDROP, here, placed, run, wish, world


def test_an_acknowledged_song_that_is_never_shown_is_not_stored_and_not_added_again_unasked() -> None:
    async def body() -> None:
        w = world()

        async def add(requests: Any) -> Any:
            w.spotify.calls.append("add")
            return tuple(Added(r.id) for r in requests)

        w.spotify.add = add  # type: ignore[method-assign]
        w.spotify.put("sp-tear")
        w.youtube.put("yt-glory")
        await w.wait(8 * 3600)
        assert placed(w, "Glory Box", SPOTIFY).reason == "NotStored"
        assert w.spotify.calls.count("add") == 1
        del w.spotify.add
        wish(w, "Glory Box", pins={SPOTIFY: "sp-glory"})
        await w.wait(3600)
        assert sorted(w.spotify.ids) == ["sp-glory", "sp-tear"]

    run(body())


def test_a_song_that_vanished_with_its_id_is_unavailable_and_looked_for_again_after_a_month() -> None:
    async def body() -> None:
        slow = {s: replace(t, interval=12 * 3600.0) for s, t in world().sync.targets.items()}
        w = world(targets=slow, removal=RemovalPolicy.PROPAGATE)
        w.spotify.put("sp-glory")
        w.spotify.put("sp-tear")
        await w.wait(86400)
        w.spotify.take("sp-glory")
        del w.spotify.songs["sp-glory"]
        await w.wait(86400)
        assert placed(w, "Glory Box", SPOTIFY).state is State.UNAVAILABLE
        assert "yt-glory" in w.youtube.ids
        w.spotify.songs["sp-new"] = GLORY
        await w.wait(34 * 86400)
        assert "sp-new" in w.spotify.ids

    run(body())


def test_a_dead_row_proves_presence_and_says_unavailable() -> None:
    sync = Sync("tapes", {SPOTIFY: Target("sp1"), YOUTUBE: Target("PL1")})
    track = Track("t", (SPOTIFY, "sp1"), GLORY, placements={SPOTIFY: here("sp1"), YOUTUBE: here("yt1")})
    listed = Listed(SPOTIFY, (Item("sp1", Recording(""), available=False),), NOW, complete=True, head=Head(1, "s"))
    (changed,) = plan(sync, {"t": track}, {}, [listed], NOW).records
    assert changed.placements[SPOTIFY].state is State.UNAVAILABLE
    assert changed.identity == GLORY


def test_beside_a_dead_row_nothing_is_put_though_a_person_asks_for_another_try() -> None:
    sync = Sync("tapes", {SPOTIFY: Target("sp1"), YOUTUBE: Target("PL1")})
    dead = replace(here("sp1"), state=State.UNAVAILABLE)
    track = Track("t", (SPOTIFY, "sp1"), GLORY, placements={SPOTIFY: dead, YOUTUBE: here("yt1")}, asked="now")
    (changed,) = plan(sync, {"t": track}, {}, [], NOW).records
    assert (changed.placements[SPOTIFY], changed.handled) == (dead, "now")


def test_after_an_incomplete_reading_nothing_is_added_until_the_place_is_read_whole() -> None:
    async def body() -> None:
        w = world()
        w.spotify.put("sp-tear")
        w.spotify.put("sp-glory")
        w.spotify.lie = lambda items: items[:1]
        w.youtube.put("yt-glory")
        await w.wait(4000)
        assert w.spotify.writes == 0
        assert w.engine.places[SPOTIFY].reason == "IncompleteListing"
        assert w.spotify.calls.count("list") < 14
        w.spotify.lie = lambda items: items
        await w.wait(4000)
        assert sorted(w.spotify.ids) == ["sp-glory", "sp-tear"]
        assert w.engine.places[SPOTIFY].reason == ""

    run(body())


def test_an_emptied_playlist_shows_no_absence_until_something_stands_there_again() -> None:
    async def body() -> None:
        w = world(removal=RemovalPolicy.PROPAGATE)
        w.spotify.put("sp-glory")
        await w.wait(3600)
        w.spotify.take("sp-glory")
        w.telegram.post(TEARDROP)
        await w.wait(8 * 3600)
        # The growth by our own addition must not be mistaken for the whole story.
        assert w.spotify.ids == ["sp-tear"]
        assert placed(w, "Glory Box", SPOTIFY).state is State.REMOVED
        assert w.youtube.ids == ["yt-tear"]

    run(body())
