"""Between custom resources, as the API client gives them, and the planner's values: without loss.

`track_from` and `status_of` run tens of thousands of times at a start and are plain dictionary access. What
stands in ``spec`` is a person's (`Wishes`), what stands in ``status`` is the operator's, and ``metadata``
holds the memory of the channel (`navaar.api.memory`).
"""

from collections.abc import Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from pydantic_core import to_json

from navaar.api.common import (
    API_VERSION,
    APPROVE_ANNOTATION,
    MANAGED_BY_LABEL,
    MEMORY_ANNOTATION,
    MESSAGE_LIMIT,
    NAME_FIELD_LIMIT,
    RECONCILE_ANNOTATION,
    SONG_ANNOTATION,
    SYNC_LABEL,
)
from navaar.api.duration import seconds
from navaar.api.identity import identity_from, identity_status
from navaar.api.instant import read, written
from navaar.api.memory import is_complete, is_of, memory_from, memory_of, song_from, song_of
from navaar.api.musicsync import MusicSync
from navaar.api.placement import placement_from, placement_status
from navaar.api.places import SpotifySpec, YouTubeMusicSpec
from navaar.api.sound import label_of
from navaar.api.trackstatus import HISTORY_LIMIT
from reconcilers.model import NO_WISHES, NOTHING, Match, Origin, Phase, Placement, Source, State, Track, Wishes
from reconcilers.policy import Exclusion, Retry, Sync, Target, Timing
from reconcilers.services.protocol import ServiceName

__all__ = ["manifest_of", "memory_of", "spec_of", "status_of", "sync_from", "track_from"]

_SERVICES = {service.value: service for service in ServiceName}
_SOURCES = {source.value: source for source in Source}
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def sync_from(resource: Mapping[str, Any] | MusicSync, timing: Timing | None = None) -> Sync:
    """The MusicSync as the planner sees it; `timing` are the operator's own settings.

    Raises ValueError (pydantic's ValidationError is one) for a resource that today's schema would refuse.
    """
    sync = resource if isinstance(resource, MusicSync) else MusicSync.model_validate(resource)
    spec, metadata = sync.spec, sync.metadata
    targets: dict[ServiceName, Target] = {}
    settled = Sync(metadata["name"])
    if spec.telegram is not None:
        telegram = spec.telegram
        targets[ServiceName.TELEGRAM] = Target(telegram.channel, telegram.access, max_adds=telegram.max_adds)
    if spec.youtube_music is not None:
        targets[ServiceName.YOUTUBE] = _target(spec.youtube_music)
    if spec.spotify is not None:
        targets[ServiceName.SPOTIFY] = _target(spec.spotify)
    return Sync(
        name=metadata["name"],
        targets=MappingProxyType(targets),
        mode=spec.mode,
        removal=spec.removal_policy,
        max_deletes=spec.max_deletes,
        exclude=tuple(Exclusion(one.artist, one.title, one.id) for one in spec.exclude),
        retry=Retry(spec.retry.max, seconds(spec.retry.backoff)),
        fetch=spec.telegram.audio.fetch if spec.telegram else settled.fetch,
        past=spec.telegram.past if spec.telegram else settled.past,
        accept=spec.matching.accept if spec.matching else None,
        review=spec.matching.review if spec.matching else None,
        approved=(metadata.get("annotations") or {}).get(APPROVE_ANNOTATION) or None,
        timing=timing or settled.timing,
    )


def _target(spec: YouTubeMusicSpec | SpotifySpec) -> Target:
    return Target(spec.playlist, spec.access, seconds(spec.interval), spec.max_adds)


def track_from(resource: Mapping[str, Any], chat_id: int | None = None) -> Track:
    """The Track as the planner sees it; `revision` is left to the store.

    `chat_id` is the channel's numeric id, once it is known: what is remembered of another channel is then
    left out, the state of the telegram placement included.
    """
    metadata, spec = resource["metadata"], resource["spec"]
    status: Mapping[str, Any] = resource.get("status") or _NOTHING
    placements = {
        _SERVICES[name]: placement_from(placement)
        for name, placement in (status.get("placements") or _NOTHING).items()
        if name in _SERVICES
    }
    identity, origin, audio = status.get("identity"), spec.get("origin"), status.get("audio")
    recording = identity_from(identity) if identity else None
    source = _SOURCES.get(status.get("source", ""))
    annotations = metadata.get("annotations") or _NOTHING
    annotation = annotations.get(MEMORY_ANNOTATION)
    if recording is None and SONG_ANNOTATION in annotations:
        recording, source = song_from(annotations[SONG_ANNOTATION], source)
    if not status and origin and origin["service"] != ServiceName.TELEGRAM.value:
        # Its status is lost, or was never written: it stands where it was first seen, until a listing says otherwise.
        placements[_SERVICES[origin["service"]]] = Placement(
            State.PRESENT, Origin.FOUND, origin["id"], seen=True, match=Match("Origin")
        )
    if annotation:
        ours, known = is_of(annotation, chat_id), placements.get(ServiceName.TELEGRAM)
        if not ours:
            placements.pop(ServiceName.TELEGRAM, None)
        if recording is None or source is None or (ours and not is_complete(known)):
            memory = memory_from(annotation)
            if ours:
                placements[ServiceName.TELEGRAM] = memory.recalled(known)
            recording = recording or memory.identity
            source = source or memory.source
    created = metadata.get("creationTimestamp")
    return Track(
        name=metadata["name"],
        origin=(_SERVICES[origin["service"]], origin["id"]) if origin else None,
        identity=recording,
        wishes=_wishes_from(spec),
        placements=MappingProxyType(placements) if placements else NOTHING,
        source=source or (Source.NEW if origin else Source.REQUESTED),
        audio=audio["youtubeId"] if audio else None,
        absent=status.get("absent", False),
        duplicate_of=status.get("duplicateOf"),
        asked=annotations[RECONCILE_ANNOTATION][:NAME_FIELD_LIMIT] if RECONCILE_ANNOTATION in annotations else "",
        handled=status.get("lastHandledReconcileAt", ""),
        created=read(created) if created else 0.0,
    )


def _wishes_from(spec: Mapping[str, Any]) -> Wishes:
    """What people wrote into a Track's spec. The one shared value where they wrote nothing."""
    if len(spec) <= 3 and spec.keys() <= _UNWRITTEN and spec.get("state") != "Absent":
        return NO_WISHES
    duration, isrc = spec.get("durationSeconds"), spec.get("isrc")
    pins = {_SERVICES[name]: pin for name, pin in (spec.get("pins") or _NOTHING).items() if name in _SERVICES}
    rejects = {
        _SERVICES[name]: frozenset(ids)
        for name, ids in (spec.get("rejects") or _NOTHING).items()
        if ids and name in _SERVICES
    }
    wishes = Wishes(
        title=spec.get("title"),
        artists=tuple(spec.get("artists") or ()),
        duration=float(duration) if duration is not None else None,
        isrc=isrc.replace("-", "").upper() if isrc else None,
        pins=MappingProxyType(pins) if pins else NOTHING,
        rejects=MappingProxyType(rejects) if rejects else NOTHING,
        exclude_from=frozenset(_SERVICES[name] for name in spec.get("excludeFrom") or ()),
        absent=spec.get("state") == "Absent",
    )
    return wishes or NO_WISHES


_UNWRITTEN = {"musicSyncRef", "origin", "state"}


def approval_of(track: str, namespace: str, service: ServiceName, id: str) -> str:
    """The command by which a person says that the song is this one: one line for a shell."""
    patch = to_json({"spec": {"pins": {service.value: id}}}).decode()
    return f"kubectl patch track {track} -n {namespace} --type=merge -p '{patch}'"


def status_of(
    track: Track,
    previous: Mapping[str, Any] | None = None,
    *,
    phase: Phase,
    message: str = "",
    generation: int | None = None,
    namespace: str = "default",
    events: Iterable[tuple[float, str]] = (),
) -> dict[str, Any]:
    """The whole ``status`` of the Track, to take the place of `previous`.

    What the planner doesn't know is carried over: history, conditions, and the observed generation where none
    is given. `phase` and `message` are those of `reconcilers.phase`; `namespace` is the Track's. `events` (Unix
    seconds, sentence) go to the end of the history. Equal to `previous` when nothing changed.
    """
    previous = previous or _NOTHING
    status: dict[str, Any] = {"phase": phase.value}
    if message:
        status["message"] = message[:MESSAGE_LIMIT]
    recording = track.recording
    if recording is not None:
        if recording.artists:
            status["artist"] = recording.artist[:MESSAGE_LIMIT]
        status["title"] = recording.title[:MESSAGE_LIMIT]
    status["source"] = track.source.value
    if track.identity is not None:
        status["identity"] = identity_status(track.identity)
    if track.audio is not None:
        status["audio"] = {"youtubeId": track.audio}
    if track.placements:
        status["placements"] = {
            service.value: placement_status(placement, partial(approval_of, track.name, namespace, service))
            for service, placement in track.placements.items()
        }
    if track.absent:
        status["absent"] = True
    if track.duplicate_of is not None:
        status["duplicateOf"] = track.duplicate_of
    history = list(previous.get("history") or ())
    history += ({"at": written(at), "event": event[:MESSAGE_LIMIT]} for at, event in events)
    if history:
        status["history"] = history[-HISTORY_LIMIT:]
    observed = generation if generation is not None else previous.get("observedGeneration")
    if observed is not None:
        status["observedGeneration"] = observed
    if track.handled:
        status["lastHandledReconcileAt"] = track.handled
    if previous.get("conditions"):
        status["conditions"] = previous["conditions"]
    return status


def spec_of(track: Track, sync_name: str) -> dict[str, Any]:
    """The ``spec`` of a Track: its MusicSync, its origin, and what people wished."""
    wishes = track.wishes
    spec: dict[str, Any] = {"musicSyncRef": {"name": sync_name}}
    if track.origin is not None:
        service, first = track.origin
        spec["origin"] = {"service": service.value, "id": first}
    if wishes.title is not None:
        spec["title"] = wishes.title
    if wishes.artists:
        spec["artists"] = list(wishes.artists)
    if wishes.duration is not None:
        spec["durationSeconds"] = wishes.duration
    if wishes.isrc is not None:
        spec["isrc"] = wishes.isrc
    if wishes.pins:
        spec["pins"] = {service.value: pin for service, pin in wishes.pins.items()}
    if wishes.rejects:
        spec["rejects"] = {service.value: sorted(ids) for service, ids in wishes.rejects.items() if ids}
    if wishes.exclude_from:
        spec["excludeFrom"] = sorted(service.value for service in wishes.exclude_from)
    if wishes.absent:
        spec["state"] = "Absent"
    return spec


def manifest_of(
    track: Track,
    sync_name: str,
    namespace: str,
    *,
    chat_id: int | None = None,
    owner: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The Track as it is created.

    The API server drops a status at creation, so there is none; the memory of the channel (given the `chat_id`)
    travels in an annotation. `owner` is an owner reference, for ``deletionPolicy: Delete``.
    """
    metadata: dict[str, Any] = {
        "name": track.name,
        "namespace": namespace,
        "labels": {MANAGED_BY_LABEL: "navaar", SYNC_LABEL: sync_name, **label_of(track.identity)},
    }
    annotations: dict[str, str] = {}
    memory = memory_of(track, chat_id)
    if memory is not None:
        annotations[MEMORY_ANNOTATION] = memory
    elif track.identity is not None:
        annotations[SONG_ANNOTATION] = song_of(track)
    if annotations:
        metadata["annotations"] = annotations
    if owner is not None:
        metadata["ownerReferences"] = [dict(owner)]
    return {
        "apiVersion": API_VERSION,
        "kind": "Track",
        "metadata": metadata,
        "spec": spec_of(track, sync_name),
    }
