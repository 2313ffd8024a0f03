"""What has to be known of accounts after a restart, kept where little writes are at home: in Leases."""

from navaar.kube.client import Kube
from navaar.kube.errors import NotFound
from navaar.kube.kinds import LEASES
from navaar.kube.lease import new_lease


class Ledger:
    """What has to be known of accounts beyond this process: a text each, in an annotation of a Lease of its own.

    Leases are what a cluster is made for to have written every few minutes.
    """

    ANNOTATION = "navaar.dev/account"

    def __init__(self, kube: Kube, namespace: str) -> None:
        self._kube = kube
        self._namespace = namespace

    async def read(self, name: str) -> str | None:
        """What was kept under this name of a Lease; None: nothing. Raises KubeError."""
        try:
            lease = await self._kube.get(LEASES, self._namespace, name)
        except NotFound:
            return None
        text = (lease["metadata"].get("annotations") or {}).get(self.ANNOTATION)
        return str(text) if text else None

    async def write(self, name: str, text: str) -> None:
        """Keeps a text. Raises KubeError, Conflict among them: somebody else wrote at the same time."""
        try:
            lease = await self._kube.get(LEASES, self._namespace, name)
        except NotFound:
            lease = new_lease(self._namespace, name, {})
            lease["metadata"]["annotations"] = {self.ANNOTATION: text}
            await self._kube.create(LEASES, self._namespace, lease)
            return
        metadata = lease["metadata"]
        annotations = {**(metadata.get("annotations") or {}), self.ANNOTATION: text}
        changed = {**lease, "metadata": {**metadata, "annotations": annotations}}
        await self._kube.replace(LEASES, self._namespace, name, changed)
