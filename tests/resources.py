"""A Track and a MusicSync as the API server gives them, small enough to write in a test what matters there."""

from typing import Any

from reconcilers.services.protocol import ServiceName

TELEGRAM, YOUTUBE, SPOTIFY = ServiceName.TELEGRAM, ServiceName.YOUTUBE, ServiceName.SPOTIFY
SONG, OTHER = "6rqhFgbbKwnb9MLmUQDhG6", "5jXY9qDRm2sXlbpmqgwGb7"
NOW = 1_772_800_000.0
Json = dict[str, Any]


def track(
    name: str = "tapes-3f9a1c77d2", spec: Json | None = None, created: str = "2026-03-01T00:00:00Z", **placements: Json
) -> Json:
    """A Track of the MusicSync `tapes`, posted in its channel."""
    return {
        "apiVersion": "navaar.dev/v1alpha1",
        "kind": "Track",
        "metadata": {"name": name, "namespace": "music", "resourceVersion": "7", "creationTimestamp": created},
        "spec": {"musicSyncRef": {"name": "tapes"}, "origin": {"service": "telegram", "id": "12"}, **(spec or {})},
        "status": {
            "phase": "Review", "artist": "Dariush", "title": "Cheshme Man", "source": "Backlog",
            "identity": {"title": "Cheshme Man", "artists": ["Dariush"], "durationSeconds": 294.0},
            "placements": placements,
        },
    }  # fmt: skip


def in_question(*scores: float) -> Json:
    """A placement that waits for a person to choose among candidates with these scores."""
    ids = (SONG, OTHER, "4uLU6hMCjMI75M1A2tKUQC")
    found = [
        {"id": id, "text": f"candidate {id}", "score": score, "reasons": ["title equal"]}
        for id, score in zip(ids, scores, strict=False)
    ]
    return {"state": "Review", "reason": "Ambiguous", "message": "which?", "candidates": found}


def sync(**spec: Json | str | bool) -> Json:
    """The MusicSync `tapes`, of a channel and a Spotify playlist."""
    return {
        "metadata": {"name": "tapes", "namespace": "music", "resourceVersion": "3", "generation": 1},
        "spec": {"telegram": {"channel": "@tapes"}, "spotify": {"playlist": "p"}, **spec},
        "status": {"observedGeneration": 1, "conditions": []},
    }
