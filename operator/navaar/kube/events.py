"""Kubernetes Events, sparsely: what people see at the end of ``kubectl describe``.

One Event object per object, part of it and reason, counted up; at most one write a minute for each. An Event is an
announcement: it is dropped rather than waited for.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from navaar.api.instant import written
from navaar.kube.client import Kube, Resource
from navaar.kube.errors import AlreadyExists, KubeError, NotFound
from navaar.kube.kinds import EVENTS

log = logging.getLogger(__name__)

INTERVAL = 60.0
"""Seconds between two writes of the same Event."""

LIMIT = 500
"""Events that are remembered; beyond that the oldest are forgotten, and would be begun again."""

MESSAGE_LIMIT = 1024

_Key = tuple[str, str, str]


@dataclass(slots=True)
class _Event:
    name: str
    namespace: str
    involved: dict[str, Any]
    kind: str
    reason: str
    message: str
    first: float
    count: int = 0
    last: float = 0.0
    written: float | None = None  # by the monotonic clock
    stored: bool = False


class Events:
    """Emits Events about MusicSyncs. `run` writes them; until then, and while that fails, `emit` just remembers.

    `clock` gives Unix seconds, `monotonic` seconds that advance with the event loop's time.
    """

    def __init__(
        self,
        kube: Kube,
        instance: str = "navaar",
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        self._kube = kube
        self._instance = instance
        self._clock = clock
        self._monotonic = monotonic or (lambda: asyncio.get_running_loop().time())
        self._events: dict[_Key, _Event] = {}
        self._waiting: dict[_Key, None] = {}
        self._news = asyncio.Event()

    def emit(
        self, resource: Mapping[str, Any], reason: str, message: str, kind: str = "Normal", about: str = ""
    ) -> None:
        """Announces something about an object; `kind` is ``Normal`` or ``Warning``. Never raises, never waits.

        What is said `about` one part of the object is not overwritten by what is said of another for the same reason.
        """
        metadata, now = resource["metadata"], self._clock()
        key = (metadata["uid"], about, reason)
        event = self._events.pop(key, None)
        if event is None:
            digest = hashlib.sha256(f"{metadata['uid']} {about} {reason} {now}".encode()).hexdigest()[:16]
            involved = {
                "apiVersion": resource["apiVersion"],
                "kind": resource["kind"],
                **{name: metadata[name] for name in ("name", "namespace", "uid")},
            }
            event = _Event(
                f"{metadata['name'][:200]}.{digest}", metadata["namespace"], involved, kind, reason, message, now
            )
        event.message, event.kind, event.last = message[:MESSAGE_LIMIT], kind, now
        event.count += 1
        self._events[key] = event
        self._waiting[key] = None
        while len(self._events) > LIMIT:
            oldest = next(iter(self._events))
            del self._events[oldest]
            self._waiting.pop(oldest, None)
        self._news.set()

    async def run(self) -> None:
        """Writes what was emitted, until cancelled."""
        while True:
            self._news.clear()
            wait = await self._write_due()
            try:
                async with asyncio.timeout(wait):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def _write_due(self) -> float | None:
        """Writes what is due; seconds until the next is, None if nothing waits."""
        soonest: float | None = None
        for key in list(self._waiting):
            event = self._events[key]
            due = 0.0 if event.written is None else event.written + INTERVAL - self._monotonic()
            if due > 0:
                soonest = due if soonest is None else min(soonest, due)
                continue
            del self._waiting[key]
            event.written = self._monotonic()
            try:
                await self._write(event)
            except KubeError as error:
                log.info("event %s about %s was dropped: %s", event.reason, event.involved["name"], error)
        return soonest

    async def _write(self, event: _Event) -> None:
        if event.stored:
            change = {"count": event.count, "lastTimestamp": _time(event.last), "message": event.message}
            try:
                await self._kube.patch(EVENTS, event.namespace, event.name, change)
                return
            except NotFound:  # they are kept for an hour
                event.count, event.first = 1, event.last
        with suppress(AlreadyExists):  # an answer was lost
            await self._kube.create(EVENTS, event.namespace, self._body(event))
        event.stored = True

    def _body(self, event: _Event) -> Resource:
        return {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": event.name, "namespace": event.namespace},
            "involvedObject": event.involved,
            "type": event.kind,
            "reason": event.reason,
            "message": event.message,
            "count": event.count,
            "firstTimestamp": _time(event.first),
            "lastTimestamp": _time(event.last),
            "source": {"component": "navaar"},
            "reportingComponent": "navaar.dev/navaar",
            "reportingInstance": self._instance[:128],
        }


def _time(seconds: float) -> str:
    return written(float(int(seconds)))
