"""A Track in memory as the API server would give it, for what is said of resources."""

from collections.abc import Sequence
from typing import Any

from navaar.api.convert import spec_of, status_of
from navaar.api.instant import written
from navaar.store.record import revision_of
from reconcilers.model import Phase, Track
from reconcilers.phase import message_of
from reconcilers.services.protocol import ServiceName


def resource_of(track: Track, services: Sequence[ServiceName]) -> dict[str, Any]:
    """The Track without its history; `services` are the places that its MusicSync declares, none if it is gone."""
    revision = revision_of(track)
    message = message_of(track, services or tuple(track.placements))
    status = status_of(track, phase=Phase.SYNCED, message=message, namespace=revision.namespace)
    # The phase that is told is the one in the status, as kubectl shows it.
    status["phase"] = revision.phase
    return {
        "kind": "Track",
        "metadata": {
            "namespace": revision.namespace,
            "name": track.name,
            "resourceVersion": str(revision.version),
            "creationTimestamp": written(track.created),
        },
        "spec": spec_of(track, revision.sync),
        "status": status,
    }
