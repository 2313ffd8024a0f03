"""Tracks in memory, by MusicSync."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from types import MappingProxyType

from navaar.kube.client import Resource
from navaar.kube.errors import NotFound
from navaar.kube.informer import Cache, Key
from navaar.store.record import Revision, SyncFacts, record_from, revision_of
from reconcilers.model import NOTHING, Track
from reconcilers.services.protocol import ServiceName

SyncKey = tuple[str, str]
"""Namespace and name of a MusicSync."""

OnForeign = Callable[[str, str, str], None]
"""Told of a change that wasn't ours: namespace, MusicSync, Track."""

OnChange = Callable[[SyncKey, str], None]
"""Told of any change: MusicSync and Track. Must neither raise nor wait."""


class TrackIndex:
    """What is known of all Tracks. `on_foreign` is told of changes that weren't ours, once `telling` is set."""

    def __init__(self, on_foreign: OnForeign | None = None) -> None:
        self.on_foreign = on_foreign
        self._facts: dict[SyncKey, SyncFacts] = {}
        self._tracks: dict[SyncKey, dict[str, Track]] = {}
        self._stale: dict[SyncKey, set[str]] = {}
        self._phases: dict[SyncKey, Counter[str]] = {}
        self._locks: dict[Key, tuple[asyncio.Lock, int]] = {}
        self.telling = False
        self.on_change: OnChange | None = None
        self.cache: Cache[Track] = Cache(_stamp, on_change=self._file, on_foreign=self._tell)

    def declare(self, facts: SyncFacts) -> None:
        """Takes in what is known of a MusicSync. Memories of other channels than its own are left out from then on."""
        key = (facts.namespace, facts.name)
        before = self._facts.get(key)
        self._facts[key] = facts
        if facts.chat_id is not None and (before is None or before.chat_id != facts.chat_id):
            self._forget_other_channels(key, facts.chat_id)

    def tracks(self, namespace: str, sync: str) -> dict[str, Track]:
        """The Tracks of a MusicSync by name, as of now: later changes don't show in it."""
        return dict(self._tracks.get((namespace, sync), {}))

    def stale(self, namespace: str, sync: str) -> list[Track]:
        """Tracks whose status is about an older spec, or that have none."""
        tracks = self._tracks.get((namespace, sync), {})
        return [tracks[name] for name in sorted(self._stale.get((namespace, sync), ()))]

    def phases(self) -> Mapping[SyncKey, Mapping[str, int]]:
        """How many Tracks stand in each phase, by MusicSync, as their statuses say."""
        return self._phases

    def get(self, key: Key) -> Track:
        """The Track of that namespace and name. Raises NotFound."""
        known = self.cache.get(key)
        if known is None:
            raise NotFound(f"there is no track {key[0]}/{key[1]} any more", status=404)
        return known

    def parse(self, resource: Resource) -> Track:
        """The Track that an object describes."""
        sync = (resource["metadata"]["namespace"], resource["spec"]["musicSyncRef"]["name"])
        facts = self._facts.get(sync)
        return record_from(resource, facts.chat_id if facts else None)

    def take(self, resource: Resource, *, ours: bool = False) -> Track:
        """Takes in what the API server answered to a read, or (`ours`) to our own write. The newest that is known."""
        metadata = resource["metadata"]
        key = (metadata["namespace"], metadata["name"])
        before = self.cache.get(key)
        self.cache.store(key, self.parse(resource))
        after = self.get(key)
        if after is not before and not ours:
            self._tell(before, after)
        return after

    @asynccontextmanager
    async def exclusive(self, key: Key) -> AsyncIterator[None]:
        """One write per Track at a time; the watch's news of it wait for the end."""
        lock, users = self._locks.get(key) or (asyncio.Lock(), 0)
        self._locks[key] = (lock, users + 1)
        try:
            async with lock:
                with self.cache.held(key):
                    yield
        finally:
            lock, users = self._locks.pop(key)
            if users > 1:
                self._locks[key] = (lock, users - 1)

    def _file(self, old: Track | None, new: Track | None) -> None:
        if old is not None:
            revision = revision_of(old)
            key = (revision.namespace, revision.sync)
            del self._tracks[key][old.name]
            self._phases[key][revision.phase] -= 1
            self._stale[key].discard(old.name)
            if self.on_change is not None:
                self.on_change(key, old.name)
        if new is not None:
            revision = revision_of(new)
            key = (revision.namespace, revision.sync)
            self._tracks.setdefault(key, {})[new.name] = new
            self._phases.setdefault(key, Counter())[revision.phase] += 1
            stale = self._stale.setdefault(key, set())
            if not revision.current:
                stale.add(new.name)
            if self.on_change is not None:
                self.on_change(key, new.name)

    def _tell(self, old: Track | None, new: Track | None) -> None:
        """Passes a foreign change on, unless it changed nothing that is read of a Track (labels, say)."""
        track = new or old
        if self.on_foreign is None or not self.telling or track is None:
            return
        if old is not None and new is not None and old == new and _essence(old) == _essence(new):
            return
        revision = revision_of(track)
        self.on_foreign(revision.namespace, revision.sync, track.name)

    def _forget_other_channels(self, sync: SyncKey, chat_id: int) -> None:
        for track in list(self._tracks.get(sync, {}).values()):
            revision = revision_of(track)
            if revision.chat in (None, chat_id):
                continue
            kept = dict(track.placements)
            kept.pop(ServiceName.TELEGRAM, None)
            placements = MappingProxyType(kept) if kept else NOTHING
            seen = replace(revision.seen, placements=placements)
            record = replace(seen, revision=replace(revision, seen=seen))
            self.cache.amend((revision.namespace, track.name), record)


def _stamp(track: Track) -> tuple[str, int]:
    revision = revision_of(track)
    return revision.uid, revision.version


def _essence(track: Track) -> tuple[str, bool, str | None]:
    revision: Revision = revision_of(track)
    return revision.uid, revision.current, revision.owner
