"""Resources as they belong into Git, and what is missing as a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from navaar.api.common import ACCEPT_PAST_ANNOTATION, APPROVE_ANNOTATION, RECONCILE_ANNOTATION
from navaar.transfer.manifest import Document
from reconcilers.model import State

Resource = Mapping[str, Any]

# What is said once, to the cluster of this moment, and what kubectl and GitOps tools keep for themselves.
_PASSING = frozenset({
    RECONCILE_ANNOTATION, APPROVE_ANNOTATION, ACCEPT_PAST_ANNOTATION, "kubectl.kubernetes.io/last-applied-configuration",
    "argocd.argoproj.io/tracking-id",
})  # fmt: skip
_KEPT = ("name", "namespace", "labels", "annotations")
_MISSING = (State.NOT_FOUND, State.UNAVAILABLE, State.FAILED, State.REVIEW)

COLUMNS = ("artist", "title", "service", "state", "reason", "message", "duration_seconds", "isrc", "namespace", "track")


def kept(resource: Resource) -> Document:
    """The resource without status, and without what the API server and passing wishes left in its metadata."""
    metadata = {name: resource["metadata"][name] for name in _KEPT if resource["metadata"].get(name)}
    if "annotations" in metadata:
        metadata["annotations"] = {k: v for k, v in sorted(metadata["annotations"].items()) if k not in _PASSING}
        if not metadata["annotations"]:
            del metadata["annotations"]
    made = {
        "apiVersion": resource["apiVersion"],
        "kind": resource["kind"],
        "metadata": metadata,
        "spec": resource["spec"],
    }
    status = resource.get("status") or {}
    song = " – ".join(part for part in (status.get("artist"), status.get("title")) if part)
    return Document(made, song if resource["kind"] == "Track" else "")


def misses(tracks: Iterable[Resource]) -> str:
    """One line of CSV for each song and place where it is not to be had, failed, or waits for a decision."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for track in tracks:
        status, metadata = track.get("status") or {}, track["metadata"]
        identity = status.get("identity") or {}
        for service, placement in (status.get("placements") or {}).items():
            if placement.get("state") not in _MISSING:
                continue
            row = (
                status.get("artist"), status.get("title"), service, placement["state"], placement.get("reason"),
                placement.get("message"), identity.get("durationSeconds"), identity.get("isrc"), metadata.get("namespace"),
                metadata["name"],
            )  # fmt: skip
            table.writerow([_plain(cell) for cell in row])
    return text.getvalue()


def _plain(cell: object) -> object:
    """A text that a spreadsheet takes for a formula is kept from that, as the titles are strangers'."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
