"""The work queue: what is asked for is done, once, in time, and never twice at once."""

import asyncio
import random

import pytest

from navaar.queue import Backoff, QueueClosed, WorkQueue
from tests.virtual_time import now, virtual


def queue(**options: object) -> WorkQueue[str]:
    return WorkQueue(jitter=0.0, **options)  # type: ignore[arg-type]


async def nothing_for(made: WorkQueue[str], seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await made.get()
    except TimeoutError:
        return True
    return False


def test_a_key_that_is_added_often_is_handed_out_once() -> None:
    async def scenario() -> None:
        made = queue()
        for _ in range(3):
            made.add("tapes")
        assert await made.get() == "tapes"
        made.done("tapes")
        assert await nothing_for(made, 3600)

    virtual(scenario())


def test_what_is_added_while_it_is_worked_on_is_worked_on_again_afterwards() -> None:
    async def scenario() -> None:
        made = queue()
        made.add("tapes")
        await made.get()
        made.add("tapes")
        assert await nothing_for(made, 60)
        made.done("tapes")
        assert await made.get() == "tapes"
        made.done("tapes")
        assert await nothing_for(made, 3600)

    virtual(scenario())


def test_an_event_pulls_a_wait_forward_and_nothing_pushes_it_back() -> None:
    async def scenario() -> None:
        made = queue()
        begin = now()
        made.add("tapes", after=900)
        made.add("tapes", after=5)
        made.add("tapes", after=900)
        assert await made.get() == "tapes"
        assert now() - begin == pytest.approx(5)
        made.done("tapes", after=900)
        assert await made.get() == "tapes"
        assert now() - begin == pytest.approx(905)

    virtual(scenario())


def test_a_wait_asked_for_during_the_work_is_not_lost_at_its_end() -> None:
    async def scenario() -> None:
        made = queue()
        made.add("tapes")
        await made.get()
        begin = now()
        made.add("tapes", after=30)
        made.done("tapes", after=900)
        await made.get()
        assert now() - begin == pytest.approx(30)

    virtual(scenario())


def test_failures_wait_longer_and_longer_up_to_a_limit_and_success_forgets_them() -> None:
    async def scenario() -> None:
        made = queue(backoff=Backoff(first=1, cap=10))
        made.add("tapes")
        waits = []
        for _ in range(6):
            await made.get()
            begin = now()
            made.done("tapes", failed=True)
            await made.get()
            waits.append(round(now() - begin))
            made.done("tapes", failed=True)
            made.add("tapes")
        assert waits == [1, 4, 10, 10, 10, 10]
        await made.get()
        made.done("tapes")
        assert made.failures("tapes") == 0

    virtual(scenario())


def test_an_event_goes_before_a_backoff() -> None:
    async def scenario() -> None:
        made = queue(backoff=Backoff(first=300))
        made.add("tapes")
        await made.get()
        made.done("tapes", failed=True)
        begin = now()
        made.add("tapes")
        await made.get()
        assert now() == begin

    virtual(scenario())


def test_one_key_is_never_worked_on_twice_at_once_whatever_happens() -> None:
    async def scenario(seed: int) -> None:
        rng = random.Random(seed)
        made: WorkQueue[str] = WorkQueue(rng=rng)
        busy: set[str] = set()
        passes: dict[str, float] = {}

        async def work() -> None:
            while True:
                try:
                    key = await made.get()
                except QueueClosed:
                    return
                assert key not in busy
                busy.add(key)
                passes[key] = now()
                await asyncio.sleep(rng.random() * 3)
                busy.remove(key)
                made.done(key, after=rng.choice([None, 1.0, 60.0]), failed=rng.random() < 0.3)

        workers = [asyncio.create_task(work()) for _ in range(3)]
        last: dict[str, float] = {}
        for _ in range(200):
            key = rng.choice("abcd")
            made.add(key, after=rng.choice([0.0, 0.0, 2.0]))
            last[key] = now()
            await asyncio.sleep(rng.random())
        await asyncio.sleep(600)
        made.close()
        await asyncio.gather(*workers)
        assert all(passes[key] >= at for key, at in last.items())

    for seed in range(5):
        virtual(scenario(seed))


def test_a_wait_is_stretched_at_random_but_never_cut_short() -> None:
    async def scenario() -> None:
        made: WorkQueue[int] = WorkQueue(jitter=0.1, rng=random.Random(1))
        for key in range(50):
            made.add(key)
            await made.get()
            made.done(key, after=100)
        begin, waits = now(), set()
        for _ in range(50):
            await made.get()
            waits.add(now() - begin)
        assert 100 <= min(waits) < max(waits) <= 110
        assert len(waits) > 40

    virtual(scenario())


def test_a_closed_queue_sends_everybody_home() -> None:
    async def scenario() -> None:
        made = queue()
        waiting = [asyncio.create_task(made.get()) for _ in range(2)]
        await asyncio.sleep(1)
        made.close()
        for outcome in await asyncio.gather(*waiting, return_exceptions=True):
            assert isinstance(outcome, QueueClosed)

    virtual(scenario())


def test_depth_counts_what_is_due_and_not_under_way() -> None:
    async def scenario() -> None:
        made = queue()
        made.add("one")
        made.add("two")
        made.add("later", after=60)
        assert (made.depth, made.running) == (2, 0)
        await made.get()
        assert (made.depth, made.running) == (1, 1)
        made.forget("two")
        assert made.depth == 0

    virtual(scenario())


def test_what_is_not_begun_what_hangs_and_what_fails_is_overdue_until_it_succeeds() -> None:
    async def scenario() -> None:
        made = queue()
        made.add("tapes", after=10)
        assert made.overdue("tapes") == 0
        await asyncio.sleep(70)
        assert made.overdue("tapes") == pytest.approx(60)
        await made.get()
        await asyncio.sleep(30)
        assert made.overdue("tapes") == pytest.approx(90)
        made.done("tapes", failed=True)
        await asyncio.sleep(10)
        await made.get()
        assert made.overdue("tapes") == pytest.approx(100)
        made.done("tapes", after=900)
        assert made.overdue("tapes") == 0

    virtual(scenario())
