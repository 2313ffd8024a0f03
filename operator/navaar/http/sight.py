"""What of the operator's memory a caller sees."""

import re
from collections.abc import Callable, Mapping, Sequence

from navaar.http.access import MUSICSYNCS, TRACKS, Caller, visible
from navaar.http.problem import forbidden, unavailable, unknown
from navaar.http.question import Scoped
from navaar.http.sources import Sources
from navaar.http.syncstate import declared
from navaar.kube.client import TRACKS as TRACK_KIND
from navaar.kube.client import Resource
from navaar.kube.errors import KubeError, NotFound
from navaar.store.index import SyncKey
from reconcilers.model import Track
from reconcilers.services.protocol import ServiceName

_NAME = re.compile(r"[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?")

EVERYTHING = Scoped()


class Sight:
    """Looks into the sources with a caller's eyes. Methods that take a caller raise Problem where they see nothing."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources

    async def groups(self, caller: Caller, question: Scoped = EVERYTHING) -> list[SyncKey]:
        """The MusicSyncs that are asked about and whose Tracks the caller may list, in order; some may be gone."""
        sees = await visible(caller, TRACKS, self.served(), question.namespace)
        return [
            key
            for key in sorted(self.sources.tracks.phases())
            if sees(key[0]) and (not question.sync or key[1] in question.sync)
        ]

    async def syncs(self, caller: Caller, question: Scoped = EVERYTHING) -> dict[SyncKey, Resource]:
        """The MusicSyncs that are asked about and that the caller may list, in order."""
        there = {(r["metadata"]["namespace"], r["metadata"]["name"]): r for r in self.sources.syncs.all()}
        sees = await visible(caller, MUSICSYNCS, self.served(), question.namespace)
        return {
            key: resource
            for key, resource in there.items()
            if sees(key[0]) and (not question.sync or key[1] in question.sync)
        }

    async def sees_syncs(self, caller: Caller, question: Scoped = EVERYTHING) -> Callable[[str], bool]:
        """Says of a namespace whether the caller may list the MusicSyncs in it."""
        return await visible(caller, MUSICSYNCS, self.served(), question.namespace)

    async def track(self, caller: Caller, namespace: str, name: str, others: str) -> Resource:
        """One Track, read from the API server now. `others` is where those stand that there are."""
        nowhere = unknown(
            f"There is no Track {name[:100]} in namespace {namespace[:100]}: {others} lists those there are."
        )
        if not _NAME.fullmatch(namespace) or not _NAME.fullmatch(name):
            raise nowhere
        if not await caller.may("get", TRACKS, namespace, name):
            raise forbidden(f"You may not get tracks.navaar.dev in {namespace}: have a Role there allow it.")
        if not self._serves(namespace):
            raise unknown(f"This operator doesn't serve namespace {namespace}, so it knows of no Track there.")
        try:
            return await self.sources.tracks.kube.get(TRACK_KIND, namespace, name)
        except NotFound:
            raise nowhere from None
        except KubeError as error:
            raise unavailable("The API server doesn't give this Track just now. Ask again in a moment.") from error

    def tracks_of(self, groups: Sequence[SyncKey]) -> dict[SyncKey, Mapping[str, Track]]:
        """Their Tracks by name, as of now."""
        return {key: self.sources.tracks.index.tracks(*key) for key in groups}

    def services(self, sync: SyncKey) -> tuple[ServiceName, ...]:
        """The places that a MusicSync declares; none when it is gone."""
        resource = self.sources.syncs.get(sync)
        return declared(resource) if resource is not None else ()

    def served(self) -> set[str]:
        """The namespaces that the operator knows of: it was told them, or something of its own is there."""
        told = self.sources.namespaces
        if told is not None:
            return set(told)
        found = {namespace for namespace, _ in self.sources.tracks.phases()}
        return found | {resource["metadata"]["namespace"] for resource in self.sources.syncs.all()}

    def _serves(self, namespace: str) -> bool:
        return self.sources.namespaces is None or namespace in self.sources.namespaces
