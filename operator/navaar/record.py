"""What the store keeps of a Track beside the Track itself, and how two hands' changes of one Track come together."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from sys import intern
from types import MappingProxyType
from typing import Any

from navaar.api.common import API_VERSION, MEMORY_ANNOTATION
from navaar.api.convert import track_from
from navaar.api.memory import chat_of
from reconcilers.model import NOTHING, Placement, Track
from reconcilers.services.protocol import ServiceName


@dataclass(frozen=True, slots=True)
class SyncFacts:
    """What the store must know of a MusicSync.

    `services` are the declared places; `chat_id` is the channel's, once it is known; `owns` says that Tracks go when
    the MusicSync does (``deletionPolicy: Delete``).
    """

    namespace: str
    name: str
    uid: str
    services: tuple[ServiceName, ...]
    chat_id: int | None = None
    owns: bool = False

    @property
    def owner(self) -> dict[str, Any] | None:
        """The owner reference of its Tracks, if they have one."""
        if not self.owns:
            return None
        return {
            "apiVersion": API_VERSION,
            "kind": "MusicSync",
            "name": self.name,
            "uid": self.uid,
            "controller": True,
            # True would need a permission on finalizers where OwnerReferencesPermissionEnforcement is on.
            "blockOwnerDeletion": False,
        }


@dataclass(frozen=True, slots=True)
class Revision:
    """Which state of which object a `Track` was read from: what `Track.revision` holds.

    `version` is the resourceVersion. `current` says that status is about this generation of the spec. `chat` is the
    channel that the memory is of. `owner` is the uid of the MusicSync that owns it. `seen` is the Track as it was read:
    it tells what was changed in one that still has this revision.
    """

    namespace: str
    sync: str
    uid: str
    version: int
    current: bool
    phase: str
    chat: int | None
    owner: str | None
    seen: Track


def record_from(resource: Mapping[str, Any], chat_id: int | None = None) -> Track:
    """The Track with its `Revision`."""
    metadata, status = resource["metadata"], resource.get("status") or {}
    annotation = (metadata.get("annotations") or {}).get(MEMORY_ANNOTATION)
    owners = metadata.get("ownerReferences") or ()
    track = track_from(resource, chat_id)
    revision = Revision(
        namespace=intern(metadata["namespace"]),
        sync=intern(resource["spec"]["musicSyncRef"]["name"]),
        uid=metadata["uid"],
        version=int(metadata["resourceVersion"]),
        current=status.get("observedGeneration") == metadata.get("generation"),
        phase=intern(status.get("phase") or ""),
        chat=chat_of(annotation) if annotation else None,
        owner=next((intern(owner["uid"]) for owner in owners if owner.get("kind") == "MusicSync"), None),
        seen=track,
    )
    return replace(track, revision=revision)


def revision_of(track: Track) -> Revision:
    """The revision of a stored Track. Raises ValueError for one that wasn't read from the store."""
    if not isinstance(track.revision, Revision):
        raise ValueError(f"track {track.name} was never stored")
    return track.revision


def merged(before: Track, after: Track, current: Track) -> Track:
    """`current` with what was changed from `before` to `after`. Origin and wishes, which are people's, stay."""
    services = (*current.placements, *(s for s in after.placements if s not in current.placements))
    placements = {
        service: placement
        for service in services
        if (placement := _merged(service, before, after, current)) is not None
    }
    changes: dict[str, Any] = {
        field: getattr(after, field)
        for field in ("identity", "source", "audio", "absent", "duplicate_of")
        if getattr(after, field) != getattr(before, field)
    }
    if placements != current.placements:
        changes["placements"] = MappingProxyType(placements) if placements else NOTHING
    return replace(current, **changes) if changes else current


def filled(new: Track, current: Track) -> Track:
    """`current`, with what it doesn't know yet from `new`.

    Without a status, where it was first seen is no more than assumed of a Track: that is for `new` to say.
    """
    placements = {**new.placements, **current.placements}
    if new.origin is not None and not revision_of(current).phase:
        placements |= {s: p for s, p in new.placements.items() if s is new.origin[0] and s is not ServiceName.TELEGRAM}
    return replace(
        current,
        identity=current.identity or new.identity,
        audio=current.audio or new.audio,
        placements=MappingProxyType(placements) if placements else NOTHING,
    )


def events_between(before: Track, after: Track) -> list[str]:
    """One line for each place whose state changed, for the Track's history."""
    lines = []
    for service, placement in after.placements.items():
        if placement.state is not before.placements.get(service, _NOWHERE).state:
            reason = f" ({placement.reason})" if placement.reason else ""
            lines.append(f"{service.value}: {placement.state.value}{reason}")
    return lines


_NOWHERE = Placement()


def _merged(service: ServiceName, before: Track, after: Track, current: Track) -> Placement | None:
    base, mine, theirs = (track.placements.get(service) for track in (before, after, current))
    if mine in (base, theirs):
        return theirs
    if theirs == base or theirs is None:
        return mine
    if mine is None:
        return theirs
    # The same place was changed by two hands. What either put there, or may have, is not forgotten: a surplus entry
    # that is known can be taken out again, and where something may be arriving, it is looked for before an addition.
    known = base or _NOWHERE
    begun_by_them = theirs.intent is not None and theirs.intent not in (known.intent, mine.intent)
    found_by_them = theirs.id is not None and theirs.id != known.id
    if mine.id is None and (found_by_them or begun_by_them):
        return theirs
    if not found_by_them:
        return mine
    ids = (*mine.others, theirs.id, *theirs.others)
    others = tuple(dict.fromkeys(other for other in ids if other is not None and other != mine.id))
    return mine if others == mine.others else replace(mine, others=others)
