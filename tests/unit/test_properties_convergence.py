"""Whatever stands where at first, all places soon hold the same songs, in whatever order they are heard of."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconcilers.errors import TransientError
from reconcilers.services.protocol import ServiceName
from tests.memory import TELEGRAM
from tests.planworld import run
from tests.randomworlds import PLACES, Songs, partition, placings, unlimited, worlds

# ---------------------------------------------------------------------------------------------------------- convergence


async def passes(w: Songs) -> int:
    """Rounds over all lanes, each from a fresh look to rest, until one writes nothing; how many it took."""
    for count in range(10):
        writes = w.store.writes + sum(p.writes for p in w.places.values())
        await w.settle()
        if w.store.writes + sum(p.writes for p in w.places.values()) == writes:
            return count
        w.clock.now += 3601
    raise AssertionError("does not converge")


@given(placed=placings)
@worlds(25)
def test_passes_reach_the_empty_plan_within_five_and_stay_there(placed: list[tuple[ServiceName, str]]) -> None:
    async def body() -> None:
        w = Songs()
        w.fill(placed)
        assert await passes(w) <= 5
        songs = sorted({song for _, song in placed})
        assert w.contents() == dict.fromkeys(PLACES, songs)
        for _ in range(3):
            w.clock.now += 8 * 86400
            writes = w.store.writes
            await w.settle()
            assert (await w.step()).empty
            assert w.store.writes == writes

    run(body())


# ---------------------------------------------------------------------------------------------------------------- order


@given(placed=placings, data=st.data())
@worlds(20)
def test_the_order_of_services_entries_and_answers_changes_nothing(
    placed: list[tuple[ServiceName, str]], data: Any
) -> None:
    async def outcome(order: Sequence[tuple[ServiceName, str]], services: Sequence[ServiceName], late: int) -> Any:
        sync = unlimited()
        w = Songs(replace(sync, targets={s: sync.targets[s] for s in services}))
        w.fill(order)
        # Some answer only when the others are at rest.
        for service in services[:late]:
            w.places[service].fail = lambda call: TransientError("later")
        posts, w.telegram.unread = w.telegram.unread, [] if TELEGRAM in services[:late] else w.telegram.unread
        await w.settle()
        for service in services:
            w.places[service].fail = lambda call: None
        w.telegram.unread = posts
        await w.wait(3600)
        return partition(w), w.contents()

    order = data.draw(st.permutations(placed))
    services = data.draw(st.permutations(PLACES))
    late = data.draw(st.integers(0, 2))

    async def body() -> None:
        assert await outcome(order, services, late) == await outcome(placed, PLACES, 0)

    run(body())
