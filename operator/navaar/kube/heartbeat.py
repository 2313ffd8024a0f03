"""Since when nobody listened to a bot, and which of its channels nobody read: a Lease that nobody holds."""

import json
import logging
from collections.abc import Mapping

from navaar.api.instant import read, written
from navaar.kube.client import Kube
from navaar.kube.errors import NotFound
from navaar.kube.kinds import LEASES
from navaar.kube.lease import micro, new_lease

log = logging.getLogger(__name__)

HEARTBEAT = 600.0
"""Seconds between two writes of one bot's heartbeat."""

UNREAD = "navaar.dev/unread"
"""The annotation of a bot's Lease with the channels that nobody reads: JSON, ``{"-100123 @tapes": "2026-11-22T10:00:00Z"}``."""


class Heartbeat:
    """When a bot was last listened to successfully, in a Lease of its own: it outlives the process.

    `name` is the Lease's, one per bot. A write that comes less than ten minutes after the last one is left out.
    """

    def __init__(self, kube: Kube, namespace: str, name: str, holder: str = "navaar") -> None:
        self._kube = kube
        self._namespace = namespace
        self._name = name
        self._holder = holder
        self._known: float | None = None

    async def read(self) -> float | None:
        """Unix seconds of the last successful poll; None when there never was one. Raises KubeError."""
        try:
            lease = await self._kube.get(LEASES, self._namespace, self._name)
        except NotFound:
            self._known = None
            return None
        renewed = (lease.get("spec") or {}).get("renewTime")
        self._known = read(renewed) if renewed else None
        return self._known

    async def write(self, at: float) -> None:
        """Remembers a successful poll at Unix time `at`; never goes back. Raises KubeError."""
        if self._known is not None and at < self._known + HEARTBEAT:
            return
        spec = {"holderIdentity": self._holder, "renewTime": micro(at)}
        try:
            lease = await self._kube.get(LEASES, self._namespace, self._name)
        except NotFound:
            await self._kube.create(LEASES, self._namespace, new_lease(self._namespace, self._name, spec))
        else:
            renewed = (lease.get("spec") or {}).get("renewTime")
            if renewed and read(renewed) >= at:
                self._known = read(renewed)
                return
            await self._kube.replace(LEASES, self._namespace, self._name, {**lease, "spec": spec})
        self._known = at

    async def unread(self) -> dict[frozenset[str], float]:
        """The channels, by all their names, with posts that were confirmed and read by nobody; since when (Unix seconds).

        Raises KubeError. What can't be understood was not written by us, and says nothing.
        """
        try:
            lease = await self._kube.get(LEASES, self._namespace, self._name)
        except NotFound:
            return {}
        said = (lease["metadata"].get("annotations") or {}).get(UNREAD)
        try:
            return {frozenset(names.split()): read(since) for names, since in json.loads(said or "{}").items()}
        except (ValueError, TypeError, AttributeError):
            log.warning("the annotation %s of the Lease %s can't be understood", UNREAD, self._name)
            return {}

    async def note(self, unread: Mapping[frozenset[str], float]) -> None:
        """Remembers these instead. Raises KubeError."""
        said = json.dumps({" ".join(sorted(names)): written(since) for names, since in unread.items()}, sort_keys=True)
        try:
            lease = await self._kube.get(LEASES, self._namespace, self._name)
        except NotFound:
            lease = new_lease(self._namespace, self._name, {"holderIdentity": self._holder})
        metadata = lease["metadata"]
        metadata["annotations"] = {**(metadata.get("annotations") or {}), UNREAD: said}
        if "resourceVersion" in metadata:
            await self._kube.replace(LEASES, self._namespace, self._name, lease)
        else:
            await self._kube.create(LEASES, self._namespace, lease)
