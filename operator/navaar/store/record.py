"""What the store keeps of a Track beside the Track itself. How two hands' changes come together: `reconcilers.store`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from sys import intern
from typing import Any

from navaar.api.common import API_VERSION, MEMORY_ANNOTATION
from navaar.api.convert import track_from
from navaar.api.memory import chat_of
from reconcilers import store
from reconcilers.model import Placement, Track
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

    `version` is the resourceVersion. `current` says that status is about this generation of the spec, and that the memory
    knows no more than it does (a crash can come between the two). `chat` is the
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
        current=status.get("observedGeneration") == metadata.get("generation") and _says(status, track),
        phase=intern(status.get("phase") or ""),
        chat=chat_of(annotation) if annotation else None,
        owner=next((intern(owner["uid"]) for owner in owners if owner.get("kind") == "MusicSync"), None),
        seen=track,
    )
    return replace(track, revision=revision)


def _says(status: Mapping[str, Any], track: Track) -> bool:
    """Whether a status says of the channel what the Track, with its memory, does."""
    known = track.placements.get(ServiceName.TELEGRAM)
    said = (status.get("placements") or _NOTHING).get(ServiceName.TELEGRAM.value) or _NOTHING
    return known is None or said.get("state") == known.state.value


def revision_of(track: Track) -> Revision:
    """The revision of a stored Track. Raises ValueError for one that wasn't read from the store."""
    if not isinstance(track.revision, Revision):
        raise ValueError(f"track {track.name} was never stored")
    return track.revision


def filled(new: Track, current: Track) -> Track:
    """`current`, with what it doesn't know yet from `new`.

    Without a status, where it was first seen is no more than assumed of a Track: that is for `new` to say.
    """
    known = store.filled(new, current)
    if new.origin is None or revision_of(current).phase:
        return known
    first = new.origin[0]
    if first is ServiceName.TELEGRAM or first not in new.placements:
        return known
    return known.with_placement(first, new.placements[first])


def events_between(before: Track, after: Track) -> list[str]:
    """One line for each place whose state changed, for the Track's history."""
    lines = []
    for service, placement in after.placements.items():
        if placement.state is not before.placements.get(service, _NOWHERE).state:
            state = placement.state.value
            reason = f" ({placement.reason})" if placement.reason not in (None, "", state) else ""
            lines.append(f"{service.value}: {state}{reason}")
    return lines


_NOWHERE = Placement()
_NOTHING: Mapping[str, Any] = {}
