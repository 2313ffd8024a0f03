"""A recording as it stands in a Track's status, and back."""

from collections.abc import Mapping
from sys import intern
from typing import Any

from navaar.api.common import MESSAGE_LIMIT, NAME_FIELD_LIMIT, WORD_LIMIT
from navaar.api.trackstatus import ARTIST_LIMIT, REASON_LIMIT
from reconcilers.recording import Recording


def identity_status(recording: Recording) -> dict[str, Any]:
    """The recording as a part of a status; what is unknown is left out."""
    status: dict[str, Any] = {"title": recording.title[:NAME_FIELD_LIMIT]}
    if recording.artists:
        status["artist"] = recording.artist[:MESSAGE_LIMIT]
        status["artists"] = [artist[:NAME_FIELD_LIMIT] for artist in recording.artists[:ARTIST_LIMIT]]
    if recording.album is not None:
        status["album"] = recording.album[:NAME_FIELD_LIMIT]
    if recording.duration is not None:
        status["durationSeconds"] = recording.duration
    if recording.isrc is not None:
        status["isrc"] = recording.isrc[:WORD_LIMIT]
    if recording.version:
        status["version"] = [word[:WORD_LIMIT] for word in recording.version[:REASON_LIMIT]]
    if recording.method:
        status["method"] = recording.method[:WORD_LIMIT]
    return status


def identity_from(status: Mapping[str, Any]) -> Recording:
    """The recording that a part of a status describes."""
    get = status.get
    duration = get("durationSeconds")
    return Recording(
        status["title"],
        tuple(map(intern, get("artists", ()))),
        get("album"),
        float(duration) if duration is not None else None,
        get("isrc"),
        tuple(map(intern, get("version", ()))),
        intern(get("method", "")),
    )
