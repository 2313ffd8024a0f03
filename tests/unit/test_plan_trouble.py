"""What becomes of a place, and of a song, in trouble."""

from typing import Any

import pytest

from reconcilers.errors import (
    AuthError,
    ItemError,
    OutcomeUnknown,
    QuotaError,
    RateLimitError,
    ServiceError,
    TargetError,
    TransientError,
)
from reconcilers.model import State, Track, Wishes
from reconcilers.plan import plan
from reconcilers.plan.operations import Troubled
from reconcilers.policy import Retry, Sync, Target
from tests.memory import SPOTIFY, YOUTUBE
from tests.planworld import NOW, placed, run, world


@pytest.mark.parametrize(
    ("error", "until", "terminal"),
    [
        (AuthError("refused"), None, True),
        (TargetError("gone"), NOW + 900, True),
        (QuotaError("used up", retry_at=NOW + 5000), NOW + 5000, False),
        (RateLimitError("too fast", retry_at=NOW + 30), NOW + 30, False),
        (RateLimitError("too fast", retry_at=NOW - 30), NOW + 1, False),
        (TransientError("down"), NOW + 15, False),
        (OutcomeUnknown("cut off"), NOW + 15, False),
    ],
)
def test_a_place_in_trouble_is_parked_and_says_why(error: ServiceError, until: float | None, terminal: bool) -> None:
    sync = Sync("tapes", {SPOTIFY: Target("sp1"), YOUTUBE: Target("PL1")})
    made = plan(sync, {}, {}, [Troubled(SPOTIFY, error, NOW)], NOW)
    place = made.places[SPOTIFY]
    assert (place.parked, place.terminal, place.reason) == (until, terminal, error.reason)
    assert SPOTIFY not in made.operations
    assert YOUTUBE in made.operations
    assert made.wake == until
    if until is not None:
        assert SPOTIFY in plan(sync, {}, made.places, [], until).operations


def test_transient_trouble_is_waited_out_longer_each_time_and_costs_the_songs_no_attempt() -> None:
    async def body() -> None:
        w = world(retry=Retry(max=2))
        w.spotify.fail = lambda call: TransientError("down") if call == "add" else None
        w.youtube.put("yt-glory")
        await w.wait(3 * 3600)
        assert 5 < w.spotify.calls.count("add") < 25
        assert placed(w, "Glory Box", SPOTIFY).attempts == 0
        w.spotify.fail = lambda call: None
        await w.wait(1000)
        assert w.spotify.ids == ["sp-glory"]

    run(body())


def test_one_bad_song_sinks_neither_its_batch_nor_its_place() -> None:
    async def body() -> None:
        w = world()
        resolve, search = w.spotify.resolve, w.spotify.search

        async def picky(id: str) -> Any:
            if id == "garbage!":
                raise ItemError("no such kind of id", permanent=True)
            return await resolve(id)

        async def fussy(query: Any) -> Any:
            if query.recording.title == "Teardrop":
                raise ItemError("can't be searched for")
            return await search(query)

        w.spotify.resolve, w.spotify.search = picky, fussy  # type: ignore[method-assign]
        w.write(Track("wish", wishes=Wishes(title="Pin", artists=("Nobody",), pins={SPOTIFY: "garbage!"}), created=1.0))
        w.youtube.put("yt-tear")
        w.youtube.put("yt-glory")
        await w.settle()
        assert w.spotify.ids == ["sp-glory"]
        assert w.engine.places[SPOTIFY].reason == ""
        assert w.store.tracks()["wish"].placements[SPOTIFY].message == "no such kind of id"

    run(body())


def test_an_addition_that_is_refused_for_good_fails_and_one_that_is_refused_for_now_is_tried_again() -> None:
    async def body() -> None:
        w = world(retry=Retry(max=3, backoff=60.0))
        errors = {"sp-glory": ItemError("too large", permanent=True), "sp-tear": ItemError("not now")}

        async def add(requests: Any) -> Any:
            w.spotify.calls.append("add")
            return tuple(errors[r.id] for r in requests)

        w.spotify.add = add  # type: ignore[method-assign]
        w.youtube.put("yt-glory")
        w.youtube.put("yt-tear")
        await w.wait(3600)
        glory, tear = placed(w, "Glory Box", SPOTIFY), placed(w, "Teardrop", SPOTIFY)
        assert (glory.state, glory.attempts, glory.message) == (State.FAILED, 1, "too large")
        assert (tear.state, tear.attempts) == (State.FAILED, 3)
        assert "given up after 3 attempts" in tear.message

    run(body())
