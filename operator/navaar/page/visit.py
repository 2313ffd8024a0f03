"""One request of somebody who may look: what they see, and what they ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from navaar.deliveries import Delivery
from navaar.http.access import Caller
from navaar.http.question import Scoped
from navaar.http.sight import Sight
from navaar.kube.client import Resource
from navaar.store.index import SyncKey

ABOUT_ALL = Scoped()


@dataclass(frozen=True, slots=True)
class Visit:
    """`groups` are the MusicSyncs whose Tracks they may list, gone ones among them, `syncs` those that they may list themselves.

    `query` is what stands in the address, without what is empty; `path` what its parts are. `now` is in Unix seconds.
    """

    sight: Sight
    caller: Caller
    groups: tuple[SyncKey, ...]
    syncs: Mapping[SyncKey, Resource]
    query: tuple[tuple[str, str], ...]
    path: Mapping[str, str]
    now: float

    @property
    def keys(self) -> list[SyncKey]:
        """All MusicSyncs that they know of, in order."""
        return sorted({*self.groups, *self.syncs})

    def count(self, phase: str) -> int:
        """How many songs are in this phase."""
        phases = self.sight.sources.tracks.phases()
        return sum(phases[key].get(phase, 0) for key in self.groups)

    def under_way(self, key: SyncKey, track: str | None = None) -> tuple[Delivery, ...]:
        """The songs of this MusicSync that are on their way, or this one of them."""
        there = self.sight.sources.deliveries() if key in self.groups else ()
        return tuple(one for one in there if one.sync == key and track in (None, one.track))

    def declaring(self, key: SyncKey) -> Resource | None:
        """The MusicSync for what is told of its songs: without its status for who may not list it; None if it is gone."""
        if key in self.syncs:
            return self.syncs[key]
        resource = self.sight.sources.syncs.get(key)
        if resource is None:
            return None
        # Which places it declares is told by the songs; what they are called, and how they do, isn't.
        return {"metadata": resource["metadata"], "spec": {s.value: {"hidden": True} for s in self.sight.services(key)}}


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown. `about` is the MusicSync, or the song, that it is about alone, for those that look on."""

    template: str
    title: str
    context: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""
    here: str = ""
    """Which of the pages at the top it is, or belongs to."""
