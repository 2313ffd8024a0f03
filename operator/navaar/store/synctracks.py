"""The Tracks of one MusicSync: read from memory, written to the API server.

Reads are of the cache, own writes included at once. Every write holds the resourceVersion of what it was worked out
from, so nothing that others wrote is undone by mistake: a result is merged into what it meets, an intent is given up.
"""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from navaar.api.common import MEMORY_ANNOTATION
from navaar.api.convert import manifest_of, memory_of, status_of
from navaar.api.sound import selector
from navaar.kube.client import TRACKS, Kube, Resource
from navaar.kube.errors import AlreadyExists, Conflict, NotFound, Unavailable
from navaar.kube.informer import Key
from navaar.store.index import TrackIndex
from navaar.store.record import Revision, SyncFacts, events_between, filled, revision_of
from navaar.store.writer import Priority, Writer
from reconcilers.logcontext import context
from reconcilers.model import Placement, Track
from reconcilers.phase import message_of, phase_of
from reconcilers.services.protocol import ServiceName
from reconcilers.store import merged, unforeseen

INTENT_ATTEMPTS = 4

log = logging.getLogger(__name__)


class NameTaken(AlreadyExists):
    """A Track of that name is there, and it is of another song."""


class Changed(Conflict):
    """The Track isn't any more what the operation was planned from."""


class SyncTracks:
    """The Tracks of one MusicSync.

    Writes are repeated while the API server can't be reached or asks to wait: an operator that can't reach it loses
    its Lease, which ends that. They raise NotFound when the Track is gone, Invalid and Denied when the API server
    refuses.
    """

    def __init__(
        self, kube: Kube, index: TrackIndex, writer: Writer, clock: Callable[[], float], facts: SyncFacts
    ) -> None:
        self._kube = kube
        self._index = index
        self._writer = writer
        self._clock = clock
        self.facts = facts

    def tracks(self) -> dict[str, Track]:
        """The Tracks by name, as of now: later changes don't show in it."""
        return self._index.tracks(self.facts.namespace, self.facts.name)

    def stale(self) -> list[Track]:
        """Tracks whose status is about an older spec, or that have none: `update` them, changed or not.

        What people changed may change nothing but the generation, the title or the phase.
        """
        return self._index.stale(self.facts.namespace, self.facts.name)

    async def create(self, track: Track) -> Track:
        """Stores a new Track. If it is there already (same origin), what that one lacks is added to it.

        Raises NameTaken if what is there is another song.
        """
        facts, key = self.facts, self._key(track)
        body = manifest_of(track, facts.name, facts.namespace, chat_id=facts.chat_id, owner=facts.owner)
        async with self._index.exclusive(key):
            try:
                resource = await self._writer.persistently(lambda: self._kube.create(TRACKS, facts.namespace, body))
                there, wanted = self._index.take(resource, ours=True), track
            except AlreadyExists:
                resource = await self._writer.persistently(lambda: self._kube.get(TRACKS, *key))
                there = self._index.take(resource)
                if there.origin not in (track.origin, None) or revision_of(there).sync != facts.name:
                    raise NameTaken(f"the name {track.name} is taken by another song") from None
                wanted = filled(track, there)
            return await self._write(key, revision_of(there).seen, wanted, Priority.VITAL, resource=resource)

    async def update(self, track: Track, *, cosmetic: bool = False) -> Track:
        """Stores what was changed in the Track since it was read, merged into whatever it is by now.

        Nothing is written if that is the same. `cosmetic` writes come after those that tell of an addition.
        """
        base, key = revision_of(track).seen, self._key(track)
        async with self._index.exclusive(key):
            known = self._index.get(key)
            if revision_of(known).current and merged(base, track, known) == known:
                return known
            return await self._write(key, base, track, Priority.COSMETIC if cosmetic else _priority(base, track))

    async def intend(self, track: Track, alike: Mapping[str, Placement] | None = None) -> Track:
        """Stores the intent of a write that can't be repeated, before it is made.

        Raises Conflict, and nothing is stored, if anything that the decision rests on has changed since the Track was
        read: the place, what people wrote, the song itself; with `alike`, which is what other Tracks that may be of the
        song said of the place, also if that has. (Playlists are read before each addition; of the channel only Tracks
        tell.) Raises Unavailable if the API server doesn't answer for long: the intent may then be stored. In both cases
        the write must not be made.
        """
        base, key = revision_of(track), self._key(track)
        async with self._index.exclusive(key):
            _still_asked(base, track, self._index.get(key))
            attempt = 0
            while True:
                try:
                    async with self._writer.turn(Priority.VITAL):
                        if alike is not None:
                            await self._look_around(base, track, alike)
                        resource = await self._kube.get(TRACKS, *key)
                        there = self._index.take(resource)
                        if attempt == 0 or not _stands(base, track, there):
                            _still_asked(base, track, there)
                            want = merged(base.seen, track, there)
                            noted = await self._remember(want, there, resource)
                            resource = noted or await self._report(want, there, resource)
                    break
                except NotFound:
                    self._index.cache.remove(key)
                    raise
                except Changed:
                    raise
                except (Conflict, Unavailable) as error:
                    attempt += 1
                    if attempt == INTENT_ATTEMPTS:
                        raise
                    await self._writer.settle(error, attempt)
            # Where there was an annotation to write, that is the intent; the status that people see may fail to follow.
            return await self._write(key, base.seen, track, Priority.VITAL, resource=resource, attempts=2)

    async def _look_around(self, base: Revision, track: Track, alike: Mapping[str, Placement]) -> None:
        """Raises Changed where a consistent read shows Tracks that may be of the song, and not as they are in `alike`."""
        asked = selector(self.facts.name, track.recording)
        if asked is None:
            return
        there = []
        for resource in await self._kube.list(TRACKS, self.facts.namespace, labels=asked):
            try:
                found = self._index.take(resource)
            except (ValueError, KeyError, TypeError):
                continue  # the informer tells of what can't be read
            if revision_of(found).sync == self.facts.name:
                there.append(found)
        if any(unforeseen(track, service, alike, there) for service in _touched(base, track)):
            raise Changed(f"another track of the song of {track.name} was made or changed meanwhile")

    async def delete(self, track: Track) -> None:
        """Deletes the Track, unless somebody changed it since it was read: Conflict. Gone already is fine."""
        base, key = revision_of(track), self._key(track)
        async with self._index.exclusive(key):
            attempt = 0
            while (known := self._index.cache.get(key)) is not None:
                _still_asked(base, track, known)
                try:
                    async with self._writer.turn(Priority.COSMETIC):
                        version = revision_of(known).version
                        await self._kube.delete(TRACKS, *key, uid=base.uid, version=version)
                    self._index.cache.remove(key)
                except NotFound:
                    self._index.cache.remove(key)
                except (Conflict, Unavailable) as error:
                    attempt += 1
                    await self._writer.settle(error, attempt)
                    with suppress(Unavailable):
                        await self._reread(key)

    async def _reread(self, key: Key) -> None:
        try:
            self._index.take(await self._kube.get(TRACKS, *key))
        except NotFound:
            self._index.cache.remove(key)

    async def settle_owners(self) -> int:
        """Gives the operator's Tracks the owner that the deletionPolicy asks for, or takes it away; how many were otherwise.

        What a person applied is that person's to delete: Argo CD, too, prunes nothing that has an owner.
        """
        changed = 0
        for name, track in self.tracks().items():
            owner = self.facts.owner if track.origin is not None else None
            if revision_of(track).owner == (owner["uid"] if owner is not None else None):
                continue
            key = (self.facts.namespace, name)
            async with self._index.exclusive(key):
                with suppress(NotFound):
                    await self._writer.persistently(lambda key=key, owner=owner: self._own(key, owner))  # type: ignore[misc]
            changed += 1
        return changed

    async def _own(self, key: Key, owner: dict[str, Any] | None) -> Resource:
        resource = await self._kube.get(TRACKS, *key)
        metadata = resource["metadata"]
        owners = [owner for owner in metadata.get("ownerReferences") or () if owner["kind"] != "MusicSync"]
        owners += [owner] if owner is not None else []
        change = {"resourceVersion": metadata["resourceVersion"], "ownerReferences": owners or None}
        written = await self._kube.patch(TRACKS, *key, {"metadata": change})
        self._index.take(written, ours=True)
        return written

    async def _write(
        self,
        key: Key,
        before: Track,
        after: Track,
        priority: Priority,
        *,
        resource: Resource | None = None,
        attempts: int | None = None,
    ) -> Track:
        """Merges a change into the Track: the memory first, then the status. Raises NotFound when it is gone.

        `resource` is the Track as it stands, where that is known. After `attempts` (None: never) it is let be.
        """
        attempt = 0
        while True:
            try:
                async with self._writer.turn(priority):
                    resource = resource or await self._kube.get(TRACKS, *key)
                    there = self._index.take(resource)
                    want = merged(before, after, there)
                    resource = await self._remember(want, there, resource) or resource
                    await self._report(want, there, resource)
                    return self._index.get(key)
            except NotFound:
                self._index.cache.remove(key)
                raise
            except (Conflict, Unavailable) as error:
                attempt += 1
                if attempt == attempts:
                    log.warning("the status of track %s/%s has to wait: %s", *key, error)
                    return self._index.get(key)
                await self._writer.settle(error, attempt)
                resource = None

    async def _remember(self, want: Track, there: Track, resource: Resource) -> Resource | None:
        """Writes the memory of the channel where it has changed; None where it hasn't."""
        chat, metadata = self.facts.chat_id, resource["metadata"]
        memory = memory_of(want, chat)
        known = (metadata.get("annotations") or {}).get(MEMORY_ANNOTATION)
        if chat is None or memory == known or (memory is None and revision_of(there).chat != chat):
            return None
        change = {
            "resourceVersion": metadata["resourceVersion"],
            "annotations": {MEMORY_ANNOTATION: memory},
        }
        written = await self._kube.patch(TRACKS, self.facts.namespace, want.name, {"metadata": change})
        self._index.take(written, ours=True)
        return written

    async def _report(self, want: Track, there: Track, resource: Resource) -> Resource:
        """Writes the status where it has changed."""
        metadata, previous = resource["metadata"], resource.get("status")
        now = self._clock()
        steps = events_between(there, want)
        status = status_of(
            want,
            previous,
            phase=phase_of(want, self.facts.services),
            message=message_of(want, self.facts.services),
            generation=metadata.get("generation"),
            namespace=self.facts.namespace,
            events=[(now, step) for step in steps],
        )
        if status == previous:
            return resource
        body = {
            "apiVersion": resource["apiVersion"],
            "kind": resource["kind"],
            "metadata": {name: metadata[name] for name in ("name", "namespace", "uid", "resourceVersion")},
            "spec": resource["spec"],
            "status": status,
        }
        written = await self._kube.replace(TRACKS, self.facts.namespace, want.name, body, subresource="status")
        with context(sync=f"{self.facts.namespace}/{self.facts.name}", track=want.name):
            for step in steps:
                log.info("%s", step)
        self._index.take(written, ours=True)
        return written

    def _key(self, track: Track) -> Key:
        return self.facts.namespace, track.name


def _priority(before: Track, after: Track) -> Priority:
    """Vital is what tells of an addition, begun or done: it can't be worked out again."""
    for service, placement in after.placements.items():
        known = before.placements.get(service, Placement())
        if placement.intent != known.intent or placement.id != known.id:
            return Priority.VITAL
    return Priority.COSMETIC


def _touched(base: Revision, track: Track) -> list[ServiceName]:
    before = base.seen.placements
    return [service for service, placement in track.placements.items() if placement != before.get(service)]


def _stands(base: Revision, track: Track, there: Track) -> bool:
    """Whether the intents are stored: an answer was lost, not the write."""
    for service in _touched(base, track):
        wanted, stored = track.placements[service].intent, there.placements.get(service, Placement()).intent
        if wanted is not None and (stored is None or stored.token != wanted.token):
            return False
    return True


def _still_asked(base: Revision, track: Track, there: Track) -> None:
    """Raises Changed unless everything that a decision about these places rests on is as it was."""
    seen = base.seen
    same = (
        base.uid == revision_of(there).uid
        and all(seen.placements.get(service) == there.placements.get(service) for service in _touched(base, track))
        and seen.wishes == there.wishes
        and seen.recording == there.recording
        and (seen.audio, seen.absent, seen.duplicate_of) == (there.audio, there.absent, there.duplicate_of)
    )
    if not same:
        raise Changed(f"track {track.name} was changed meanwhile")
