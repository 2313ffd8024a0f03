"""What is removed in one place is removed elsewhere only where people want that, and never for a false listing."""

from dataclasses import replace
from typing import Any

import pytest

from reconcilers.model import State
from reconcilers.policy import RemovalPolicy
from tests.memory import SPOTIFY, TELEGRAM
from tests.syncworld import assert_union, fill, run, unhurried, world


def test_keep_remembers_a_removal_and_does_not_add_again() -> None:
    async def body() -> None:
        w = world()
        fill(w)
        await w.wait(3600)
        w.spotify.take("sp0")
        await w.wait(7200)
        assert w.track("Hyperballad").placements[SPOTIFY].state is State.REMOVED
        assert "sp0" not in w.spotify.ids and "yt0" in w.youtube.ids
        w.spotify.put("sp0")
        await w.wait(1800)
        assert w.track("Hyperballad").placements[SPOTIFY].state is State.PRESENT

    run(body())


def test_propagate_removes_what_was_found_elsewhere_and_our_posts_but_not_peoples() -> None:
    async def body() -> None:
        w = world()
        w.sync = replace(w.sync, removal=RemovalPolicy.PROPAGATE)
        fill(w)
        await w.wait(3600)
        w.spotify.take("sp0")  # posted by a person
        w.spotify.take("sp2")  # posted by us
        await w.wait(7200)
        assert "yt0" not in w.youtube.ids and "yt2" not in w.youtube.ids
        titles = {r.title for r in w.telegram.posts.values()}
        assert "Hyperballad" in titles and "Teardrop" not in titles
        assert w.track("Hyperballad").placements[TELEGRAM].state is State.RETAINED

    run(body())


def test_propagate_asks_first_when_a_recent_match_of_ours_is_removed() -> None:
    async def body() -> None:
        w = world()
        w.sync = replace(w.sync, removal=RemovalPolicy.PROPAGATE)
        fill(w)
        await w.wait(3600)
        w.spotify.take("sp4")
        await w.wait(7200)
        assert w.track("Sinnerman").placements[SPOTIFY].reason == "WrongMatch"
        assert "yt4" in w.youtube.ids

    run(body())


@pytest.mark.parametrize("lie", [lambda items: (), lambda items: items[:-2]], ids=["empty", "short"])
def test_a_false_listing_removes_nothing(lie: Any) -> None:
    async def body() -> None:
        w = world()
        w.sync = replace(w.sync, removal=RemovalPolicy.PROPAGATE)
        fill(w)
        await w.wait(3600)
        w.spotify.lie = w.youtube.lie = lie
        w.spotify.changes += 1
        unhurried(w)
        await w.wait(8 * 86400)
        assert not any(c == "remove" for p in w.places.values() for c in p.calls)
        assert_union(w, {0, 1, 2, 3, 4, 5})

    run(body())
