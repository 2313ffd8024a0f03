"""All MusicSyncs in memory, in an operator that stands by, too: for those who only look."""

import asyncio
from collections.abc import Callable, Sequence

from navaar.kube.client import Kube, Resource
from navaar.kube.informer import Cache, Informer, Key
from navaar.kube.kinds import MUSICSYNCS


class Syncs:
    """The MusicSyncs of the watched namespaces (None: of the cluster). `run` keeps them the same as the API server.

    `on_change` is told of each that changed, came or went; it must neither raise nor wait.
    """

    def __init__(
        self,
        kube: Kube,
        namespaces: Sequence[str] | None = None,
        on_change: Callable[[Key], None] | None = None,
    ) -> None:
        self._cache: Cache[Resource] = Cache(_stamp, on_change=self._changed)
        self._on_change = on_change
        self._informers = [
            Informer(kube, MUSICSYNCS, namespace, self._cache, _slim) for namespace in (namespaces or (None,))
        ]

    async def run(self) -> None:
        """Follows the API server until cancelled."""
        async with asyncio.TaskGroup() as group:
            for informer in self._informers:
                group.create_task(informer.run())

    @property
    def synced(self) -> bool:
        """True once every MusicSync that was there at the start is known."""
        return all(informer.synced.is_set() for informer in self._informers)

    def take(self, resource: Resource) -> None:
        """Takes in what the API server answered to a read, unless something newer is known."""
        metadata = resource["metadata"]
        self._cache.store((metadata["namespace"], metadata["name"]), _slim(resource))

    def get(self, key: Key) -> Resource | None:
        """The MusicSync of that namespace and name, None while there is none."""
        return self._cache.get(key)

    def all(self) -> list[Resource]:
        """Every MusicSync, by namespace and name."""
        found = ((key, self._cache.get(key)) for key in sorted(self._cache.keys()))
        return [resource for _, resource in found if resource is not None]

    def _changed(self, old: Resource | None, new: Resource | None) -> None:
        resource = new or old
        if self._on_change is not None and resource is not None:
            self._on_change((resource["metadata"]["namespace"], resource["metadata"]["name"]))


def _slim(resource: Resource) -> Resource:
    resource["metadata"].pop("managedFields", None)
    return resource


def _stamp(resource: Resource) -> tuple[str, int]:
    metadata = resource["metadata"]
    return metadata["uid"], int(metadata["resourceVersion"])
