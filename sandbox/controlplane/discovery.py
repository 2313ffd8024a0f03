"""Which kinds of objects an API server serves, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .api import Api


@dataclass(frozen=True)
class Served:
    """One resource, as discovery tells of it. `group` is empty for the core kinds."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool
    verbs: tuple[str, ...]

    def path(self, namespace: str | None = None) -> str:
        """Of the collection, in a namespace where it has one."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        return (
            f"{root}/namespaces/{namespace}/{self.plural}" if self.namespaced and namespace else f"{root}/{self.plural}"
        )


def served(api: Api) -> list[Served]:
    """Everything in every group's preferred version, subresources too (`deployments/scale`). Raises ApiError."""
    versions = ["v1", *(group["preferredVersion"]["groupVersion"] for group in api.get("/apis")["groups"])]
    return [resource for version in versions for resource in of_version(api, version)]


def of_version(api: Api, version: str) -> list[Served]:
    """What one group and version serves, such as `apps/v1`. Raises ApiError."""
    group, _, number = version.rpartition("/")
    listed: dict[str, Any] = api.get(f"/apis/{version}" if group else f"/api/{version}")
    return [
        Served(group, number, one["kind"], one["name"], one["namespaced"], tuple(one["verbs"]))
        for one in listed["resources"]
    ]


class Places:
    """Where objects go, by their `apiVersion` and `kind`; each version is asked for once."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: dict[str, dict[str, Served]] = {}

    def path(self, manifest: dict[str, Any], namespace: str = "default") -> str:
        """The path of this very object; `namespace` where it names none. Raises ApiError; KeyError for no such kind."""
        version, metadata = manifest["apiVersion"], manifest["metadata"]
        if version not in self._known:
            self._known[version] = {s.kind: s for s in of_version(self._api, version) if "/" not in s.plural}
        collection = self._known[version][manifest["kind"]].path(metadata.get("namespace", namespace))
        return f"{collection}/{metadata['name']}"
