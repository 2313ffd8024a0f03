"""The kinds of objects that the operator has to do with, as they stand in paths."""

from dataclasses import dataclass
from urllib.parse import quote

from navaar.api.common import GROUP, VERSION


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of object, as it stands in paths. `group` is empty for the core kinds."""

    group: str
    version: str
    plural: str

    def path(self, namespace: str | None, name: str | None = None, subresource: str | None = None) -> str:
        """The path of an object, or of the list in a namespace or (None) in all of them."""
        parts = ["apis", self.group] if self.group else ["api"]
        parts.append(self.version)
        if namespace is not None:
            parts += ["namespaces", namespace]
        parts.append(self.plural)
        if name is not None:
            parts.append(name)
        if subresource is not None:
            parts.append(subresource)
        return "/" + "/".join(quote(part, safe="") for part in parts)


MUSICSYNCS = Kind(GROUP, VERSION, "musicsyncs")
TRACKS = Kind(GROUP, VERSION, "tracks")
SECRETS = Kind("", "v1", "secrets")
EVENTS = Kind("", "v1", "events")
LEASES = Kind("coordination.k8s.io", "v1", "leases")
