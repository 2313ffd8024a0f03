"""The writer: vital writes first, no faster than allowed, and quiet when the API server asks for it."""

import asyncio

import pytest

from navaar.kube.errors import Conflict, Throttled, Unavailable
from navaar.store.writer import Priority, Writer
from tests.virtual_time import now, virtual


def test_vital_writes_go_before_cosmetic_ones_that_came_earlier() -> None:
    async def scenario() -> None:
        writer = Writer(rate=1, burst=1)
        order: list[str] = []

        async def write(name: str, priority: Priority) -> None:
            async with writer.turn(priority):
                order.append(name)

        async with asyncio.TaskGroup() as group:
            for name in ("first", "second", "third"):
                group.create_task(write(name, Priority.COSMETIC))
            await asyncio.sleep(0)
            group.create_task(write("intent", Priority.VITAL))
        assert order == ["first", "intent", "second", "third"]

    virtual(scenario())


def test_writes_are_no_faster_than_the_rate_after_the_burst() -> None:
    async def scenario() -> None:
        writer = Writer(rate=50, burst=100)
        begin = now()

        async def write() -> None:
            async with writer.turn(Priority.COSMETIC):
                pass

        await asyncio.gather(*(write() for _ in range(600)))
        assert now() - begin == pytest.approx(10.0, abs=0.1)

    virtual(scenario())


def test_no_more_are_under_way_than_allowed_and_a_cancelled_one_gives_its_turn_back() -> None:
    async def scenario() -> None:
        writer = Writer(rate=1000, burst=1000, in_flight=3)
        most = 0

        async def write() -> None:
            nonlocal most
            async with writer.turn(Priority.COSMETIC):
                most = max(most, writer.busy)
                await asyncio.sleep(1)

        tasks = [asyncio.create_task(write()) for _ in range(12)]
        await asyncio.sleep(0.5)
        for task in tasks[:6]:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert most == 3
        assert sum(outcome is None for outcome in outcomes) == 6
        assert (writer.busy, writer.waiting) == (0, 0)

    virtual(scenario())


def test_everybody_waits_when_the_api_server_asks_for_it() -> None:
    async def scenario() -> None:
        writer = Writer()
        answers = iter([Throttled("slow down", retry_after=30.0)])
        begin = now()

        async def act() -> dict[str, object]:
            for error in answers:
                raise error
            return {}

        async def other() -> float:
            await asyncio.sleep(1)
            async with writer.turn(Priority.VITAL):
                return now() - begin

        _, waited = await asyncio.gather(writer.persistently(act), other())
        assert waited >= 30

    virtual(scenario())


def test_a_write_is_repeated_until_it_is_answered() -> None:
    async def scenario() -> None:
        errors = iter([Unavailable("down")] * 20 + [Conflict("changed")])
        tries = 0

        async def act() -> dict[str, object]:
            nonlocal tries
            tries += 1
            for error in errors:
                raise error
            return {"done": True}

        begin = now()
        assert await Writer().persistently(act) == {"done": True}
        assert tries == 22
        assert 100 < now() - begin < 300

    virtual(scenario())
