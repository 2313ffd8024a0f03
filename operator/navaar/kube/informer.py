"""A cache of one kind of object: one paged list, then one watch, and a comparison whenever the watch was lost.

resourceVersions are compared as integers. Kubernetes promises that order for one kind since 1.35 (KEP-5504), and etcd,
whose revisions they are, kept it before. It is what lets the answer to our own write take effect at once: an event that
is older than what is known changes nothing.
"""

import asyncio
import json
import logging
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager
from sys import intern
from typing import Generic, TypeVar

from navaar.kube.client import Kind, Kube, Resource
from navaar.kube.errors import Gone, KubeError, Unavailable

R = TypeVar("R")

Key = tuple[str, str]
"""Namespace and name."""

log = logging.getLogger(__name__)


class Cache(Generic[R]):
    """Records by namespace and name; the newest wins, wherever it came from.

    `stamp` gives a record's uid and version. `on_change(old, new)` is told of every replacement (None: not there),
    `on_foreign(old, new)` of those among them that did not come from our own writes. Neither may raise or wait.
    """

    def __init__(
        self,
        stamp: Callable[[R], tuple[str, int]],
        *,
        on_change: Callable[[R | None, R | None], None] | None = None,
        on_foreign: Callable[[R | None, R | None], None] | None = None,
    ) -> None:
        self._stamp = stamp
        self._on_change = on_change
        self._on_foreign = on_foreign
        self._records: dict[Key, R] = {}
        self._held: dict[Key, tuple[R | None, int] | None] = {}
        self._deleted: dict[Key, str] = {}  # by ourselves, until the watch says so too

    def __len__(self) -> int:
        return len(self._records)

    def get(self, key: Key) -> R | None:
        """The record, None while there is none."""
        return self._records.get(key)

    def keys(self, namespace: str | None = None) -> list[Key]:
        """The keys of a namespace (None: all)."""
        return [key for key in self._records if namespace is None or key[0] == namespace]

    @contextmanager
    def held(self, key: Key) -> Iterator[None]:
        """Keeps the watch's news of this key waiting while a write of ours is under way: they may be of it."""
        assert key not in self._held, "one write at a time"
        self._held[key] = None
        try:
            yield
        finally:
            waiting = self._held.pop(key)
            if waiting is not None:
                record, version = waiting
                self.observe(key, record, version)

    def observe(self, key: Key, record: R | None, version: int) -> None:
        """Takes in what a list or watch shows: the record, or (None) that there is none at that version."""
        if key in self._held:
            waiting = self._held[key]
            if waiting is None or waiting[1] < version:
                self._held[key] = (record, version)
            return
        known = self._records.get(key)
        if known is not None and self._stamp(known)[1] >= version:
            return
        if record is None:
            self._deleted.pop(key, None)
        elif known is None and self._deleted.get(key) == self._stamp(record)[0]:
            return
        self._set(key, known, record, self._on_foreign)

    def store(self, key: Key, record: R) -> None:
        """Takes in the answer to our own write, or to a read, unless something newer is known."""
        known = self._records.get(key)
        if known is None or self._stamp(known)[1] < self._stamp(record)[1]:
            self._set(key, known, record, None)

    def amend(self, key: Key, record: R) -> None:
        """Puts another reading of the same version in the place of the record."""
        known = self._records.get(key)
        if known is not None:
            self._set(key, known, record, None)

    def remove(self, key: Key) -> None:
        """Takes in that our own write deleted the record."""
        known = self._records.get(key)
        if known is not None:
            self._deleted[key] = self._stamp(known)[0]
            self._set(key, known, None, None)

    def _set(self, key: Key, old: R | None, new: R | None, tell: Callable[[R | None, R | None], None] | None) -> None:
        if new is not None:
            self._records[key] = new
        elif old is not None:
            del self._records[key]
        else:
            return
        if self._on_change is not None:
            self._on_change(old, new)
        if tell is not None:
            tell(old, new)


PAGE = 200
"""Objects per page, where a list could not be read in one."""

TURN = 5
"""Objects of a list that are taken in before others have their turn."""


class Informer(Generic[R]):
    """Keeps a `Cache` the same as the API server, for one namespace or (None) all of them.

    `parse` makes a record of an object; what it raises ValueError, KeyError or TypeError for is left out and logged.
    With `metadata_only` the API server sends nothing but metadata: values of Secrets then never come here.
    """

    def __init__(
        self,
        kube: Kube,
        kind: Kind,
        namespace: str | None,
        cache: Cache[R],
        parse: Callable[[Resource], R],
        *,
        metadata_only: bool = False,
        quiet: float = 70.0,
        clock: Callable[[], float] = time.monotonic,
        rng: random.Random | None = None,
    ) -> None:
        self._kube = kube
        self._kind = kind
        self._namespace = namespace
        self._cache = cache
        self._parse = parse
        self._metadata_only = metadata_only
        self._quiet = quiet
        self._clock = clock
        self._rng = rng or random.SystemRandom()
        self._heard: float | None = None
        self._version = 0
        self._failures = 0
        self.synced = asyncio.Event()
        """Set once the first list is taken in."""

    @property
    def age(self) -> float | None:
        """Seconds since the API server last said something, if only that it will; None before it did."""
        return None if self._heard is None else self._clock() - self._heard

    async def run(self) -> None:
        """Follows the API server until cancelled. Trouble is logged and tried again, after 0.5 to 30 seconds."""
        while True:
            try:
                if not self._version:
                    await self._list()
                started = self._clock()
                await self._watch()
                if self._clock() - started < 1.0:
                    raise Unavailable("the watch ended at once")
            except Gone:
                self._version = 0
                log.info("%s: the watch is too far behind, listing again", self._kind.plural)
            except KubeError as error:
                log.warning("%s: %s", self._kind.plural, error)
                await asyncio.sleep(min(30.0, 0.5 * 2.0**self._failures) * (0.5 + self._rng.random()))
                self._failures = min(self._failures + 1, 10)

    async def _list(self) -> None:
        """Takes in everything there is, and drops what isn't there any more. What failed is read in pages."""
        missing = set(self._cache.keys(self._namespace))
        version = 0
        limit = PAGE if self._failures else None
        listing = self._kube.pages(self._kind, self._namespace, metadata_only=self._metadata_only, limit=limit)
        async with aclosing(listing) as pages:
            async for items, at in pages:
                version = at
                for number, item in enumerate(items):
                    missing.discard(self._take(item))
                    if number % TURN == 0:
                        # More is on its way, and the Lease is to be renewed.
                        await asyncio.sleep(0)
                self._heard = self._clock()
        for key in missing:
            self._cache.observe(key, None, version)
        self._version, self._failures = version, 0
        self.synced.set()

    async def _watch(self) -> None:
        """Takes in changes until the stream ends. Raises Gone when they can't be continued."""
        seconds = self._rng.randint(300, 600)
        async with self._kube.watch(
            self._kind,
            self._namespace,
            self._version,
            metadata_only=self._metadata_only,
            seconds=seconds,
            quiet=self._quiet,
        ) as chunks:
            self._heard = self._clock()
            async for line in lines(chunks):
                self._heard = self._clock()
                self._event(json.loads(line))

    def _event(self, event: Resource) -> None:
        kind, resource = event["type"], event["object"]
        if kind == "ERROR":
            raise (Gone if resource.get("code") == 410 else KubeError)(
                resource.get("message") or "the watch failed", status=resource.get("code") or 0
            )
        version = int(resource["metadata"]["resourceVersion"])
        if kind == "DELETED":
            metadata = resource["metadata"]
            self._cache.observe((metadata["namespace"], metadata["name"]), None, version)
        elif kind != "BOOKMARK":
            self._take(resource)
        self._version, self._failures = version, 0

    def _take(self, resource: Resource) -> Key:
        metadata = resource["metadata"]
        key = (intern(metadata["namespace"]), metadata["name"])
        try:
            record = self._parse(resource)
        except (ValueError, KeyError, TypeError) as error:
            log.warning("%s %s/%s can't be read: %r", self._kind.plural, *key, error)
        else:
            self._cache.observe(key, record, int(metadata["resourceVersion"]))
        return key


async def lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Whole lines, of any length; what follows the last line end is dropped, as it was cut off."""
    rest: list[bytes] = []
    async for chunk in chunks:
        first, *more = chunk.split(b"\n")
        rest.append(first)
        if more:
            line = b"".join(rest)
            if line:
                yield line
            for line in more[:-1]:
                if line:
                    yield line
            rest = [more[-1]]
