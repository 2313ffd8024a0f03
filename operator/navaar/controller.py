"""From changes in the cluster to passes: which MusicSync is due, who may write what, and what its status says."""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import count
from typing import Any

from navaar.announcements import announcements
from navaar.claims import claimed, rivals
from navaar.heap import give_back
from navaar.kube.client import Kube
from navaar.kube.errors import Conflict, Denied, KubeError, NotFound
from navaar.kube.events import Events
from navaar.kube.kinds import MUSICSYNCS
from navaar.queue import QueueClosed, WorkQueue
from navaar.session import Session, Shared, conditions
from navaar.status import Facts
from navaar.telemetry.metrics import Metrics
from navaar.work import Work
from reconcilers.errors import TargetError
from reconcilers.logcontext import context
from reconcilers.plan.bulk import Held
from reconcilers.recording import Candidate, Recording
from reconcilers.services.protocol import ServiceName

log = logging.getLogger(__name__)

Key = tuple[str, str]
Resource = Mapping[str, Any]

WORKERS = 4
REMEMBER_ATTEMPTS = 5
LONG = 0.25
"""Seconds after which a pass has taken in so much that what it left behind in memory is worth giving back."""

QUIET = 5.0
"""Seconds between two status writes of one MusicSync while only its numbers change."""


class Controller:
    """Runs passes. `changed` and `gone` tell of MusicSyncs, `secret_changed` and `track_changed` of what they rest on."""

    def __init__(
        self,
        kube: Kube,
        events: Events,
        metrics: Metrics,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.resources: dict[Key, Resource] = {}
        self.sessions: dict[Key, Session] = {}
        self.queue: WorkQueue[Key] = WorkQueue()
        self.primed = asyncio.Event()
        self._shared: Shared | None = None
        self._kube = kube
        self._events = events
        self._metrics = metrics
        self._clock = clock
        self._unprimed: set[Key] = set()
        self._cycles = count(1)
        self._workers: list[asyncio.Task[None]] = []
        self._written: dict[Key, float] = {}
        self._passes: dict[Key, tuple[float, float, bool]] = {}  # when it ended, seconds, whether it failed

    # ------------------------------------------------------------------ triggers

    def changed(self, resource: Resource) -> None:
        """A MusicSync is new, or not what it was."""
        key = _key(resource)
        known = self.resources.get(key)
        if known is not None and _version(known) >= _version(resource) and _uid(known) == _uid(resource):
            return
        self.resources[key] = resource
        if known is None or _asks(known) != _asks(resource):
            self.queue.add(key)
            for other in rivals(resource, self.resources.values()):
                self.queue.add(_key(other))

    def gone(self, resource: Resource) -> None:
        """A MusicSync was deleted."""
        key = _key(resource)
        known = self.resources.get(key)
        if known is not None and _uid(known) == _uid(resource):
            del self.resources[key]
            self.queue.add(key)
            for other in rivals(resource, self.resources.values()):
                self.queue.add(_key(other))

    def secret_changed(self, namespace: str, name: str) -> None:
        """A Secret was made, replaced or deleted."""
        if self._shared is not None:
            self._shared.notifier.secret_changed(namespace, name)
        for key, session in self.sessions.items():
            if key[0] == namespace and session.uses(name):
                session.secret_changed()
                self.queue.add(key)

    def track_changed(self, namespace: str, sync: str, name: str) -> None:
        """Somebody else changed a Track."""
        key = (namespace, sync)
        session = self.sessions.get(key)
        if session is not None:
            session.track_changed()
            self.queue.add(key)

    def wake(self, key: Key) -> None:
        """A session wants another pass."""
        self.queue.add(key)

    def wake_all(self) -> None:
        """Something changed that may concern every session."""
        for key in self.sessions:
            self.queue.add(key)

    def ask(self, key: Key, services: Collection[ServiceName]) -> bool:
        """A person wants these places read, and what failed tried again, now. False: nothing is done for the MusicSync."""
        session = self.sessions.get(key)
        if session is None:
            return False
        session.ask(services)
        self.queue.add(key)
        return True

    async def search(self, key: Key, service: ServiceName, recording: Recording) -> tuple[Candidate, ...]:
        """What a service finds for somebody who asks, with the MusicSync's account. Raises ServiceError."""
        session = self.sessions.get(key)
        if session is None:
            raise TargetError("nothing is done for the MusicSync, and its conditions say why")
        return await session.search(service, recording)

    def work(self, key: Key) -> Work | None:
        """What is known of a MusicSync beside its status; None while nothing is done for it."""
        session = self.sessions.get(key)
        ended, seconds, failed = self._passes.get(key, (None, 0.0, False))
        if session is None and ended is None:
            return None
        wait = self.queue.wait(key)
        return Work(
            places=session.places if session is not None else {},
            held=session.held if session is not None else Held(),
            ended=ended,
            seconds=seconds,
            failed=failed,
            next=None if wait is None else self._clock() + wait,
        )

    # ----------------------------------------------------------------- the loop

    def start(self, shared: Shared, known: Iterable[Resource]) -> None:
        """Begins to work on `known` and on what comes after it."""
        self._shared = shared
        for resource in known:
            self.changed(resource)
        shared.notifier.start()
        self._unprimed = set(self.resources)
        if not self._unprimed:
            self.primed.set()
        self._workers = [asyncio.create_task(self._work(), name=f"worker-{n}") for n in range(WORKERS)]

    async def close(self, grace: float = 30.0) -> None:
        """No further pass; what is under way comes to its end within `grace` seconds."""
        if self._shared is not None:
            await self._shared.notifier.close()
        self.queue.close()
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await asyncio.gather(*(session.close(grace) for session in self.sessions.values()), return_exceptions=True)

    async def _work(self) -> None:
        while True:
            try:
                key = await self.queue.get()
            except QueueClosed:
                return
            started = time.perf_counter()
            failed, after = True, None
            try:
                with context(sync="/".join(key), cycle=str(next(self._cycles))):
                    failed, after = await self._pass(key)
            finally:
                if key in self.resources:
                    seconds = time.perf_counter() - started
                    self._metrics.passed(key, seconds, failed)
                    self._passes[key] = (self._clock(), seconds, failed)
                else:
                    self._metrics.forgotten(key)
                    self._passes.pop(key, None)
                self.queue.done(key, after=after, failed=failed)
                self._prime(key)
                if time.perf_counter() - started > LONG:
                    give_back()

    async def _pass(self, key: Key) -> tuple[bool, float | None]:
        """One pass: whether it failed, and in how many seconds the next one is due (None: when something happens)."""
        try:
            moment = await self.reconcile(key)
        except Conflict as error:
            log.info("%s", error)
            return False, 0.05
        except KubeError as error:
            log.warning("%s", error)
        except Exception:
            log.exception("the pass failed")
        else:
            return False, None if moment is None else max(0.05, moment - self._clock())
        return True, None

    def _prime(self, key: Key) -> None:
        """Once every MusicSync that was there at the start had its pass, all readers of the channels are known."""
        self._unprimed.discard(key)
        if not self._unprimed:
            self.primed.set()

    # ----------------------------------------------------------------- one pass

    async def reconcile(self, key: Key) -> float | None:
        """One pass of one MusicSync; when to come back (Unix seconds)."""
        assert self._shared is not None
        resource = self.resources.get(key)
        session = self.sessions.get(key)
        if session is not None and (resource is None or _uid(resource) != session.uid):
            del self.sessions[key]
            await session.close()
            session = None
        if resource is None or resource["metadata"].get("deletionTimestamp"):
            self._shared.notifier.gone(key)
            return None
        stalled = claimed(resource, self.resources.values())
        if stalled is not None:
            if session is not None:
                del self.sessions[key]
                await session.close()
            return await self._told(key, resource, self._stalled(resource, stalled), None)
        if session is None:
            session = self.sessions[key] = Session(key, resource, self._shared)
        try:
            status, moment = await session.step(resource)
        except ValueError as error:
            return await self._told(key, resource, self._stalled(resource, ("InvalidSpec", str(error))), None)
        except Denied as error:
            if error.status == 403:
                # Trying again doesn't help until a person does something, so it is said where people look.
                said = f"The operator lacks a right. Give its service account the chart's Role here. {error}"
                await self._told(key, resource, self._stalled(resource, ("Forbidden", said)), None)
            raise
        return await self._told(key, resource, status, moment, session)

    async def _told(
        self, key: Key, resource: Resource, status: dict[str, Any], moment: float | None, session: Session | None = None
    ) -> float | None:
        """Writes the status, and leaves it to the notifier whom to tell of it."""
        assert self._shared is not None
        moment = await self._write(key, resource, status, moment, session)
        if (written := self.resources.get(key)) is not None:
            if session is not None:
                self._shared.notifier.saw(written, session.songs, session.tally)
            else:
                self._shared.notifier.saw(written, {})
        return moment

    async def remember(self, key: Key) -> None:
        """Stores what people were told of a MusicSync by now. Raises KubeError."""
        for _ in range(REMEMBER_ATTEMPTS):
            resource = self.resources.get(key)
            if resource is None or not (resource.get("status") or {}).get("conditions"):
                return
            # A pass may write at the same time: whichever of the two is later sees the other's.
            if await self._write(key, resource, resource["status"], None) is None:
                return

    def _stalled(self, resource: Resource, stalled: tuple[str, str]) -> dict[str, Any]:
        previous = resource.get("status") or {}
        generation = resource["metadata"].get("generation", 1)
        facts = Facts(sync=None, generation=generation, stalled=stalled)
        return {
            **{k: v for k, v in previous.items() if k != "conditions"},
            "observedGeneration": generation,
            "conditions": conditions(previous, facts, {}, self._clock()),
        }

    async def _write(
        self, key: Key, resource: Resource, status: dict[str, Any], moment: float | None, session: Session | None = None
    ) -> float | None:
        """Writes the status if it changed: at once where a condition turned, now and then where only numbers did."""
        if self._shared is not None:
            status = self._shared.notifier.stamped(resource, status)
        self._metrics.said(key, status["conditions"])
        previous = resource.get("status") or {}
        if status == previous:
            if session is not None:
                session.status_written()
            return moment
        now = self._clock()
        due = self._written.get(key, 0.0) + QUIET
        if now < due and _turned(previous) == _turned(status):
            return min(due, moment or due)
        metadata = resource["metadata"]
        body = {
            **resource,
            "metadata": {k: metadata[k] for k in ("name", "namespace", "uid", "resourceVersion")},
            "status": status,
        }
        try:
            written = await self._kube.replace(MUSICSYNCS, *key, body, subresource="status")
        except NotFound:
            return None
        except Conflict:
            fresh = await self._kube.get(MUSICSYNCS, *key)
            self.changed(fresh)
            return now
        self._written[key] = now
        for told in announcements(previous, status):
            self._events.emit(resource, told.reason, told.message, told.kind, told.about)
        known = self.resources.get(key)
        # What somebody changed right after our write can be known before the answer to it.
        if known is not None and _uid(known) == metadata["uid"] and _version(known) < _version(written):
            self.resources[key] = written
        if session is not None:
            session.status_written()
        return moment


def _asks(resource: Resource) -> tuple[Any, ...]:
    """What of a MusicSync a pass depends on: not its status."""
    metadata = resource["metadata"]
    return (
        metadata.get("generation"),
        metadata.get("annotations") or {},
        metadata.get("deletionTimestamp"),
        _uid(resource),
    )


def _turned(status: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    told = [(c["type"], c["status"], c["reason"]) for c in status.get("conditions") or []]
    telegram = status.get("telegram") or {}
    past = ("past", str(telegram.get("past")), str(telegram.get("acceptedPast")))
    handled = ("handled", str(status.get("lastHandledReconcileAt")), str(status.get("observedGeneration")))
    people = ("told", json.dumps(status.get("notifications")), "")
    return [*sorted(told), past, handled, people]


def _key(resource: Resource) -> Key:
    return (resource["metadata"]["namespace"], resource["metadata"]["name"])


def _uid(resource: Resource) -> str:
    return str((resource.get("metadata") or {}).get("uid", ""))


def _version(resource: Resource) -> int:
    return int(resource["metadata"].get("resourceVersion") or 0)
