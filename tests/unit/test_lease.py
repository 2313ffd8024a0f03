"""The Lease under bad networks and bad clocks: never two who may believe that they are the active one."""

import asyncio
import copy
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from navaar.kube.client import Kind, Kube, Resource
from navaar.kube.errors import AlreadyExists, Conflict, KubeError, NotFound, NotLeader, Unavailable
from navaar.kube.heartbeat import Heartbeat
from navaar.kube.lease import Elector
from tests.virtual_time import now, virtual


class Leases:
    """Leases with versions, and per client a network that may be slow, broken or lose answers."""

    def __init__(self) -> None:
        self.objects: dict[str, Resource] = {}
        self.version = 0
        self.writes = 0

    def client(self, network: Callable[[], tuple[float, bool, bool]] = lambda: (0.01, True, True)) -> Kube:
        """`network` says: seconds that a request takes, whether it arrives, whether its answer does."""
        made: Any = _Client(self, network)
        typed: Kube = made
        return typed

    def put(self, name: str, body: Resource) -> Resource:
        self.version += 1
        self.writes += 1
        self.objects[name] = copy.deepcopy(body)
        self.objects[name]["metadata"]["resourceVersion"] = str(self.version)
        return copy.deepcopy(self.objects[name])


class _Client:
    def __init__(self, leases: Leases, network: Callable[[], tuple[float, bool, bool]]) -> None:
        self._leases = leases
        self._network = network

    async def _through(self, act: Callable[[], Resource]) -> Resource:
        """What is under way arrives, even if nobody waits for it any more."""
        seconds, arrives, answered = self._network()
        if not arrives:
            await asyncio.sleep(seconds)
            raise Unavailable("no route")
        found: asyncio.Future[Resource] = asyncio.get_running_loop().create_future()

        def arrive() -> None:
            try:
                done, error = act(), None
            except KubeError as refused:
                done, error = {}, refused
            if found.done():
                return
            if error is None:
                found.set_result(done)
            else:
                found.set_exception(error)

        asyncio.get_running_loop().call_later(seconds / 2, arrive)
        answer = await found
        await asyncio.sleep(seconds / 2)
        if not answered:
            raise Unavailable("reset")
        return answer

    async def get(self, kind: Kind, namespace: str, name: str) -> Resource:
        def act() -> Resource:
            if name not in self._leases.objects:
                raise NotFound("none")
            return copy.deepcopy(self._leases.objects[name])

        return await self._through(act)

    async def create(self, kind: Kind, namespace: str, body: Resource) -> Resource:
        def act() -> Resource:
            if body["metadata"]["name"] in self._leases.objects:
                raise AlreadyExists("there")
            return self._leases.put(body["metadata"]["name"], body)

        return await self._through(act)

    async def replace(self, kind: Kind, namespace: str, name: str, body: Resource) -> Resource:
        def act() -> Resource:
            known = self._leases.objects.get(name)
            if known is None:
                raise NotFound("none")
            if known["metadata"]["resourceVersion"] != body["metadata"]["resourceVersion"]:
                raise Conflict("changed")
            return self._leases.put(name, body)

        return await self._through(act)


def elector(kube: Kube, holder: str, clock: Callable[[], float] = now) -> Elector:
    return Elector(kube, "navaar", "navaar", holder, clock=clock)


def test_there_are_never_two_however_the_network_behaves() -> None:
    async def scenario(seed: int) -> None:
        rng = random.Random(seed)

        def network() -> tuple[float, bool, bool]:
            bad = (now() // 60) % 2 == 1
            slow = rng.choice([0.01, 0.1, 3.0, 40.0]) if bad else 0.02
            return slow, not bad or rng.random() < 0.7, not bad or rng.random() < 0.7

        leases = Leases()
        epochs: dict[int, str] = {}
        changes = 0

        async def live(holder: str) -> None:
            nonlocal changes
            while True:
                one = elector(leases.client(network), f"{holder}-{rng.random()}")
                task = asyncio.create_task(one.run())
                electors[holder] = one
                await task
                await asyncio.sleep(rng.random() * 5)

        electors: dict[str, Elector] = {}
        tasks = [asyncio.create_task(live(holder)) for holder in "abc"]
        led = 0
        end = now() + 1200
        while now() < end:
            await asyncio.sleep(0.5)
            leading = [one for one in electors.values() if one.leading]
            assert len(leading) <= 1
            for one in leading:
                led += 1
                assert epochs.setdefault(one.epoch, one.holder) == one.holder
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert led > 1000
        assert len(epochs) > 1

    for seed in range(2):
        virtual(scenario(seed))


def test_who_hears_nothing_stops_before_the_others_may_begin() -> None:
    async def scenario() -> None:
        leases = Leases()
        cut = False
        first = elector(leases.client(lambda: (1000.0, False, False) if cut else (0.01, True, True)), "first")
        second = elector(leases.client(), "second")
        tasks = [asyncio.create_task(first.run())]
        await first.acquired.wait()
        tasks.append(asyncio.create_task(second.run()))
        await asyncio.sleep(30)
        cut, begin = True, now()
        await first.lost.wait()
        assert 8 <= now() - begin <= 10.5
        assert not first.still_leader()
        await second.acquired.wait()
        assert 13 <= now() - begin <= 18
        for task in tasks:
            task.cancel()

    virtual(scenario())


def test_a_process_that_was_asleep_knows_that_it_is_no_longer_the_one() -> None:
    async def scenario() -> None:
        asleep = 0.0
        one = elector(Leases().client(), "one", clock=lambda: now() + asleep)
        task = asyncio.create_task(one.run())
        await one.acquired.wait()
        one.guard(5)
        asleep = 20.0
        assert not one.leading
        with pytest.raises(NotLeader):
            one.guard(5)
        task.cancel()

    virtual(scenario())


def test_it_never_promises_more_than_the_lease_lasts() -> None:
    async def scenario() -> None:
        one = elector(Leases().client(), "one")
        assert not one.still_leader()
        task = asyncio.create_task(one.run())
        await one.acquired.wait()
        assert one.still_leader(10)
        assert not one.still_leader(15)
        task.cancel()

    virtual(scenario())


def test_who_leaves_is_succeeded_within_one_try() -> None:
    async def scenario() -> None:
        leases = Leases()
        first, second = elector(leases.client(), "first"), elector(leases.client(), "second")
        running = asyncio.create_task(first.run())
        await first.acquired.wait()
        waiting = asyncio.create_task(second.run())
        await asyncio.sleep(30)
        begin = now()
        await first.release()
        await second.acquired.wait()
        assert now() - begin < 3
        assert second.epoch == first.epoch + 1
        await asyncio.sleep(30)
        assert (first.leading, second.leading) == (False, True)
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await running

    virtual(scenario())


def test_two_processes_of_one_pod_have_different_names() -> None:
    kube = Leases().client()
    assert Elector(kube, "n", "n").holder != Elector(kube, "n", "n").holder


def test_a_renewal_deadline_beyond_the_lease_is_refused() -> None:
    with pytest.raises(ValueError, match="renew deadline"):
        Elector(Leases().client(), "n", "n", duration=10, renew_deadline=10)


def test_a_heartbeat_costs_one_write_in_ten_minutes() -> None:
    async def scenario() -> None:
        leases = Leases()
        beat = Heartbeat(leases.client(), "navaar", "bot")
        assert await beat.read() is None
        for minute in range(61):
            await beat.write(1_800_000_000.0 + 60 * minute)
        assert leases.writes == 7
        assert await Heartbeat(leases.client(), "navaar", "bot").read() == 1_800_003_600.0

    virtual(scenario())
