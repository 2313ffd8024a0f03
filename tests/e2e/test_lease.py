"""The Lease on the real API server: one active operator, a quick successor, and a heartbeat that outlives both."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from navaar.kube.client import LEASES, Kube, NotLeader
from navaar.kube.heartbeat import HEARTBEAT, Heartbeat
from navaar.kube.lease import Elector
from sandbox.stage import OPERATOR_NAMESPACE, Stage

NOW = 1_800_000_000.0

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane

_numbers = iter(range(1, 10_000))


class Candidates:
    """Operators that want the same Lease, with seconds cut to a tenth."""

    def __init__(self, kube: Kube, lease: str) -> None:
        self.kube = kube
        self.lease = lease
        self._running: list[asyncio.Task[None]] = []

    def start(self, holder: str, kube: Kube | None = None) -> tuple[Elector, "asyncio.Task[None]"]:
        elector = Elector(
            kube or self.kube, OPERATOR_NAMESPACE, self.lease, holder, duration=2.0, renew_deadline=1.0, retry=0.2
        )
        task = asyncio.create_task(elector.run())
        self._running.append(task)
        return elector, task

    async def close(self) -> None:
        for task in self._running:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@pytest.fixture(scope="module")
def kubeconfig(stage: Stage) -> Path:
    """The operator's, with the permissions that the chart gives it."""
    return stage.install([])


@pytest.fixture
async def kube(kubeconfig: Path) -> AsyncIterator[Kube]:
    made = await Kube.connect(str(kubeconfig))
    yield made
    await made.close()


@pytest.fixture
async def candidates(kube: Kube) -> AsyncIterator[Candidates]:
    made = Candidates(kube, f"test-{next(_numbers)}")
    yield made
    await made.close()


async def within(seconds: float, event: asyncio.Event) -> None:
    async with asyncio.timeout(seconds):
        await event.wait()


async def test_of_two_operators_one_is_active(candidates: Candidates) -> None:
    first, _ = candidates.start("first")
    second, _ = candidates.start("second")
    await asyncio.wait(
        [asyncio.create_task(e.acquired.wait()) for e in (first, second)], return_when=asyncio.FIRST_COMPLETED
    )
    await asyncio.sleep(1.0)
    assert [first.leading, second.leading].count(True) == 1
    active = first if first.leading else second
    assert active.still_leader(0.5)
    assert not active.still_leader(2.0)
    with pytest.raises(NotLeader):
        (second if active is first else first).guard()


async def test_who_stops_hands_over_at_once_and_the_epoch_grows(candidates: Candidates) -> None:
    first, _ = candidates.start("first")
    await within(5, first.acquired)
    second, _ = candidates.start("second")
    await asyncio.sleep(0.3)
    await first.release()
    assert not first.leading
    await within(1.0, second.acquired)
    assert second.epoch > first.epoch
    await within(1.0, first.lost)


async def test_who_dies_is_succeeded_after_the_lease_ran_out_and_not_before(candidates: Candidates) -> None:
    first, task = candidates.start("first")
    await within(5, first.acquired)
    task.cancel()
    loop = asyncio.get_running_loop()
    second, _ = candidates.start("second")
    started = loop.time()
    await within(5, second.acquired)
    assert loop.time() - started >= 1.5
    assert not first.still_leader()


async def test_who_cannot_renew_gives_up_before_anybody_else_begins(candidates: Candidates, kubeconfig: Path) -> None:
    cut_off = await Kube.connect(str(kubeconfig))
    first, task = candidates.start("first", cut_off)
    await within(5, first.acquired)
    second, _ = candidates.start("second")
    await asyncio.sleep(0.5)

    async def silence(*args: object, **kwargs: object) -> object:
        await asyncio.sleep(60)
        raise AssertionError("the elector waits no longer than its deadline")

    cut_off.replace = silence  # type: ignore[method-assign, assignment]
    cut_off.get = silence  # type: ignore[method-assign, assignment]
    await within(2.0, first.lost)
    assert not second.acquired.is_set()
    await task
    await within(3.0, second.acquired)
    await cut_off.close()


async def test_a_lease_that_somebody_else_takes_is_lost_at_once(candidates: Candidates, kube: Kube) -> None:
    first, _ = candidates.start("first")
    await within(5, first.acquired)
    lease = await kube.get(LEASES, OPERATOR_NAMESPACE, candidates.lease)
    for _ in range(5):
        with suppress(Exception):
            lease["spec"]["holderIdentity"] = "an administrator"
            await kube.replace(LEASES, OPERATOR_NAMESPACE, candidates.lease, lease)
            break
        lease = await kube.get(LEASES, OPERATOR_NAMESPACE, candidates.lease)
    await within(0.8, first.lost)


async def test_a_heartbeat_is_read_by_the_next_process_and_seldom_written(kube: Kube) -> None:
    name = f"bot-{next(_numbers)}"
    beat = Heartbeat(kube, OPERATOR_NAMESPACE, name, "first")
    assert await beat.read() is None
    await beat.write(NOW)
    before = await kube.get(LEASES, OPERATOR_NAMESPACE, name)
    await beat.write(NOW + HEARTBEAT - 1)
    assert await kube.get(LEASES, OPERATOR_NAMESPACE, name) == before
    await beat.write(NOW + HEARTBEAT)
    successor = Heartbeat(kube, OPERATOR_NAMESPACE, name, "second")
    assert await successor.read() == NOW + HEARTBEAT
    stale = Heartbeat(kube, OPERATOR_NAMESPACE, name, "first")
    await stale.write(NOW)
    assert await successor.read() == NOW + HEARTBEAT


async def test_the_channels_that_nobody_read_are_noted_beside_the_heartbeat(kube: Kube) -> None:
    name, tapes = f"bot-{next(_numbers)}", frozenset({"-100123", "@tapes"})
    beat = Heartbeat(kube, OPERATOR_NAMESPACE, name, "first")
    assert await beat.unread() == {}
    await beat.note({tapes: NOW})
    assert await beat.read() is None
    await beat.write(NOW)
    successor = Heartbeat(kube, OPERATOR_NAMESPACE, name, "second")
    assert (await successor.read(), await successor.unread()) == (NOW, {tapes: NOW})
    await successor.note({})
    assert (await beat.read(), await beat.unread()) == (NOW, {})
