"""Which of several operators is the active one: a Lease.

Two operators at once stay possible under any lease (a paused process doesn't know that it was). The Lease makes that
rare and short; that it does no harm is what intents are for.
"""

import asyncio
import logging
import os
import random
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from navaar.kube.client import Kube, Resource
from navaar.kube.errors import AlreadyExists, Conflict, KubeError, NotFound, NotLeader
from navaar.kube.kinds import LEASES

log = logging.getLogger(__name__)


def identity() -> str:
    """A name for this process that no other has, not even its successor in the same pod."""
    return f"{socket.gethostname()}_{os.getpid()}_{random.SystemRandom().randrange(1 << 32):08x}"


def awake_or_not() -> float:
    """Seconds that go on while the machine sleeps, where the system has such a clock: the others don't sleep."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


class Elector:
    """Holds a Lease while this process is the active one.

    All times are in seconds. Others take over `duration` after the last renewal that they saw; this process gives up
    after `renew_deadline` without one, which must be less; it tries every `retry`, and while it stands by twice as often,
    so that a holder who lets go is followed within two seconds. `clock` must never go back.
    """

    def __init__(
        self,
        kube: Kube,
        namespace: str,
        name: str,
        holder: str | None = None,
        *,
        duration: float = 15.0,
        renew_deadline: float = 10.0,
        retry: float = 2.0,
        clock: Callable[[], float] = awake_or_not,
        wall: Callable[[], float] = time.time,
    ) -> None:
        if not retry < renew_deadline < duration:
            raise ValueError("a lease needs retry < renew deadline < duration")
        self._kube = kube
        self._namespace = namespace
        self._name = name
        self.holder = holder or identity()
        self._duration = duration
        self._renew_deadline = renew_deadline
        self._retry = retry
        self._clock = clock
        self._wall = wall
        self._rng = random.SystemRandom()
        self._lease: Resource | None = None  # as last seen
        self._outdated = False  # and it isn't like that any more
        self._lock = asyncio.Lock()
        self._seen_at = 0.0  # when it was first seen like that
        self._renewed = 0.0  # when the last successful renewal was sent off
        self.epoch = 0
        """How often the Lease has changed hands: larger than under any holder before."""
        self.acquired = asyncio.Event()
        """Set from when this process is the active one, for good."""
        self.lost = asyncio.Event()
        """Set once it no longer is. Nothing may be written then: end the process."""

    @property
    def leading(self) -> bool:
        """Whether this process is the active one."""
        return self.still_leader()

    @property
    def known(self) -> bool:
        """Whether the Lease was seen, whoever holds it."""
        return self._lease is not None

    @property
    def active(self) -> str | None:
        """The name of the active operator, as the Lease was last seen; None where it names nobody."""
        return ((self._lease or {}).get("spec") or {}).get("holderIdentity") or None

    def still_leader(self, for_seconds: float = 0.0) -> bool:
        """Whether nobody can take over within that time. Of more than the Lease's duration, that is never certain."""
        if not self.acquired.is_set() or self.lost.is_set():
            return False
        return self._clock() + for_seconds < self._renewed + self._duration

    def guard(self, seconds: float = 0.0) -> None:
        """Raises NotLeader unless this process is the active one now: for `Kube.guard`.

        How long the write may take is left aside: the API server compares versions, so a late one does no harm.
        """
        if not self.leading:
            raise NotLeader("this process is not the active operator (any more)")

    async def run(self) -> None:
        """Tries to become the active one, then stays it; returns when that is lost, or released."""
        while True:
            if await self._try():
                break
            await asyncio.sleep(self._retry * (0.4 + 0.2 * self._rng.random()))
        if self.lost.is_set():
            return
        self.acquired.set()
        log.info("%s is active: it holds the lease %s/%s", self.holder, self._namespace, self._name)
        while not self.lost.is_set() and self._left() > 0:
            await asyncio.sleep(min(self._retry, self._left()))
            if not await self._try() and self._held_by_other():
                break
        if not self.lost.is_set():
            self.lost.set()
            log.error("the lease %s/%s is lost", self._namespace, self._name)

    async def release(self) -> None:
        """Gives the Lease back, so that another operator needn't wait. Nothing may be written from then on."""
        held = self.leading
        self.lost.set()
        if not held:
            return
        with suppress(KubeError, TimeoutError):
            async with asyncio.timeout(self._renew_deadline / 2), self._lock:
                assert self._lease is not None
                spec = {**self._lease["spec"], "holderIdentity": "", "renewTime": self._now()}
                spec["leaseDurationSeconds"] = 1
                await self._kube.replace(LEASES, self._namespace, self._name, {**self._lease, "spec": spec})

    def _left(self) -> float:
        """Seconds until this process gives up."""
        return self._renewed + self._renew_deadline - self._clock()

    async def _try(self) -> bool:
        """One attempt to get or keep the Lease, over before the renewal deadline."""
        limit = self._renew_deadline / 2
        if self.acquired.is_set():
            limit = max(0.1, min(limit, self._left()))
        try:
            async with asyncio.timeout(limit), self._lock:
                return not self.lost.is_set() and await self._attempt()
        except (AlreadyExists, Conflict, NotFound):
            self._outdated = True
        except KubeError as error:
            log.warning("lease %s/%s: %s", self._namespace, self._name, error)
        except TimeoutError:
            log.warning("lease %s/%s: no answer in time", self._namespace, self._name)
            self._outdated = True
        return False

    async def _attempt(self) -> bool:
        if self._lease is None or self._outdated or not self.acquired.is_set():
            try:
                self._see(await self._kube.get(LEASES, self._namespace, self._name))
            except NotFound:
                return await self._create()
        assert self._lease is not None
        spec = self._lease.get("spec") or {}
        ours = spec.get("holderIdentity") == self.holder
        if not ours and (self.acquired.is_set() or not self._free(spec)):
            return False
        sent = self._clock()
        changed = {
            "holderIdentity": self.holder,
            "renewTime": self._now(),
            "leaseDurationSeconds": round(self._duration),
        }
        if not ours:
            changed |= {
                "acquireTime": changed["renewTime"],
                "leaseTransitions": int(spec.get("leaseTransitions") or 0) + 1,
            }
        lease = {**self._lease, "spec": {**spec, **changed}}
        self._hold(await self._kube.replace(LEASES, self._namespace, self._name, lease), sent)
        return True

    async def _create(self) -> bool:
        if self.acquired.is_set():
            return False  # somebody deleted it: another may have made it, and lost it, since
        sent, now = self._clock(), self._now()
        spec = {
            "holderIdentity": self.holder,
            "leaseDurationSeconds": round(self._duration),
            "acquireTime": now,
            "renewTime": now,
            "leaseTransitions": 1,
        }
        self._hold(await self._kube.create(LEASES, self._namespace, new_lease(self._namespace, self._name, spec)), sent)
        return True

    def _see(self, lease: Resource) -> None:
        before = (self._lease or {}).get("metadata", {}).get("resourceVersion")
        if self._lease is None or before != lease["metadata"]["resourceVersion"]:
            self._seen_at = self._clock()
        self._lease, self._outdated = lease, False

    def _hold(self, lease: Resource, sent: float) -> None:
        self._lease, self._renewed = lease, sent
        self.epoch = int(lease["spec"].get("leaseTransitions") or 0)

    def _free(self, spec: dict[str, Any]) -> bool:
        """Whether the holder let it go, or hasn't renewed it for its duration, by our own clock since we saw it."""
        if not spec.get("holderIdentity"):
            return True
        return self._clock() >= self._seen_at + float(spec.get("leaseDurationSeconds") or self._duration)

    def _held_by_other(self) -> bool:
        spec = (self._lease or {}).get("spec") or {}
        return bool(self._lease) and spec.get("holderIdentity") != self.holder

    def _now(self) -> str:
        return micro(self._wall())


def new_lease(namespace: str, name: str, spec: dict[str, Any]) -> Resource:
    """A Lease of ours, to be created."""
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {"app.kubernetes.io/managed-by": "navaar"},
        },
        "spec": spec,
    }


def micro(seconds: float) -> str:
    """As the API server writes a MicroTime."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
