"""The audit log: who wrote what through the API server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

POLICY: dict[str, Any] = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        # The API server's own bootstrap would be the better part of the log.
        {"level": "None", "users": ["system:apiserver"]},
        {"level": "Metadata", "verbs": ["create", "update", "patch", "delete", "deletecollection"]},
        {"level": "None"},
    ],
}
"""Every write at level Metadata: who, when and which object, without bodies. Not the API server's own."""


@dataclass(frozen=True)
class Write:
    """One write request, successful or not."""

    user: str
    agent: str
    """The User-Agent header."""
    verb: str
    """create, update, patch, delete or deletecollection."""
    resource: str
    """Plural, with any group and subresource: `configmaps`, `tracks.navaar.dev/status`."""
    namespace: str
    """Empty for objects of the whole cluster."""
    name: str
    """Empty where the server chose the name, and for collections."""
    status: int
    """The HTTP status of the answer; 0 if there was none."""


def writes(log: Path) -> Iterator[Write]:
    """The writes in an audit log so far, oldest first.

    The server adds a line just after it answered, so a write can show up some milliseconds after its answer.
    """
    if not log.exists():
        return
    with log.open() as lines:
        for line in lines:
            # A line without its end is still being written.
            if line.endswith("\n"):
                yield _write(json.loads(line))


def _write(event: dict[str, Any]) -> Write:
    target = event.get("objectRef", {})
    group, subresource = target.get("apiGroup"), target.get("subresource")
    return Write(
        user=event["user"].get("username", ""),
        agent=event.get("userAgent", ""),
        verb=event["verb"],
        resource=target.get("resource", "")
        + (f".{group}" if group else "")
        + (f"/{subresource}" if subresource else ""),
        namespace=target.get("namespace", ""),
        name=target.get("name", ""),
        status=event.get("responseStatus", {}).get("code", 0),
    )
