"""Track objects as an API server keeps them: versions, a status apart from the rest, a history to watch, compaction."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from navaar.api.instant import written
from navaar.kube.client import Resource
from navaar.kube.errors import AlreadyExists, Conflict, Gone, NotFound

NAMESPACE = "music"


class Cluster:
    """Objects by name, in one namespace. Every method does its work at once; `Client` is how a process gets at it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._objects: dict[str, str] = {}
        self.version = 100
        self.compacted = 0
        self.era = 0
        self.history: list[tuple[int, float, bytes]] = []
        """(version, when, event as it stands in a watch)."""
        self.changed = asyncio.Event()
        self._uid = 0

    # ------------------------------------------------------------------ reading

    def get(self, name: str) -> Resource:
        """The object. Raises NotFound."""
        if name not in self._objects:
            raise NotFound(f"tracks {name!r} not found", status=404)
        found: Resource = json.loads(self._objects[name])
        return found

    def listed(self, version: int | None = None) -> tuple[list[Resource], int]:
        """All objects as they were at a version (None: now), and that version."""
        if version is None:
            return [json.loads(self._objects[name]) for name in sorted(self._objects)], self.version
        then: dict[str, Resource] = {}
        for at, _, line in self.history:
            if at > version:
                break
            event = json.loads(line)
            name = event["object"]["metadata"]["name"]
            if event["type"] == "DELETED":
                then.pop(name, None)
            else:
                then[name] = event["object"]
        return [then[name] for name in sorted(then)], version

    def events(self, since: int) -> list[tuple[int, float, bytes]]:
        """What happened after a version. Raises Gone when that is no longer kept."""
        if since < self.compacted:
            raise Gone("too old resource version", status=410)
        found = []
        for event in reversed(self.history):
            if event[0] <= since:
                break
            found.append(event)
        return found[::-1]

    # ------------------------------------------------------------------ writing

    def create(self, body: Mapping[str, Any]) -> Resource:
        """Creates an object; a status in it is dropped. Raises AlreadyExists."""
        name = body["metadata"]["name"]
        if name in self._objects:
            raise AlreadyExists(f"tracks {name!r} already exists", status=409)
        self._uid += 1
        made: Resource = json.loads(json.dumps(body))
        made.pop("status", None)
        stamps = {"uid": f"u{self._uid}", "generation": 1, "creationTimestamp": written(float(int(self._clock())))}
        made["metadata"].update(stamps, namespace=NAMESPACE)
        return self._store("ADDED", name, made)

    def replace_status(self, name: str, body: Mapping[str, Any]) -> Resource:
        """Puts another status in the place of the object's. Raises NotFound and Conflict."""
        there = self._expected(name, body["metadata"].get("resourceVersion"))
        if there.get("status") == body.get("status"):
            return there
        there["status"] = body.get("status")
        return self._store("MODIFIED", name, there)

    def patch(self, name: str, body: Mapping[str, Any]) -> Resource:
        """Merges a body into the object, as a merge patch. Raises NotFound and Conflict."""
        there = self._expected(name, (body.get("metadata") or {}).get("resourceVersion"))
        before = json.dumps(there)
        version = there["metadata"]["resourceVersion"]
        spec = json.dumps(there["spec"])
        _merge(there, body)
        there["metadata"]["resourceVersion"] = version
        if json.dumps(there["spec"]) != spec:
            there["metadata"]["generation"] += 1
        return there if json.dumps(there) == before else self._store("MODIFIED", name, there)

    def delete(self, name: str, uid: str | None = None, version: int | None = None) -> None:
        """Deletes the object. Raises NotFound and Conflict."""
        there = self._expected(name, str(version) if version is not None else None)
        if uid is not None and there["metadata"]["uid"] != uid:
            raise Conflict("another object of that name", status=409)
        del self._objects[name]
        self._happened("DELETED", there)

    def touch(self, name: str) -> None:
        """Somebody changes what says nothing: whoever read the object before has an old version."""
        if name in self._objects:
            self.patch(name, {"metadata": {"labels": {"touched": f"at-{self.version}"}}})

    def forget(self) -> None:
        """Forgets the history: all watches end with 410."""
        self.compacted = self.version
        self.era += 1
        self._announce()

    def trim(self, seconds: float) -> None:
        """Forgets what happened longer ago than that; nobody who watches is so far behind."""
        until = self._clock() - seconds
        while self.history and self.history[0][1] < until:
            self.compacted = self.history.pop(0)[0]

    def _expected(self, name: str, version: str | None) -> Resource:
        there = self.get(name)
        if version is not None and there["metadata"]["resourceVersion"] != version:
            raise Conflict("the object has been modified", status=409)
        return there

    def _store(self, type: str, name: str, resource: Resource) -> Resource:
        self._happened(type, resource)
        self._objects[name] = json.dumps(resource)
        return resource

    def _happened(self, type: str, resource: Resource) -> None:
        self.version += 1
        resource["metadata"]["resourceVersion"] = str(self.version)
        line = json.dumps({"type": type, "object": resource}).encode() + b"\n"
        self.history.append((self.version, self._clock(), line))
        self._announce()

    def _announce(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


def _merge(there: dict[str, Any], body: Mapping[str, Any]) -> None:
    for key, value in body.items():
        if value is None:
            there.pop(key, None)
        elif isinstance(value, Mapping):
            _merge(there.setdefault(key, {}), value)
        else:
            there[key] = value
