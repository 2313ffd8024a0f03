"""Which MusicSync may write to a place that several name: the oldest."""

from collections.abc import Iterable, Mapping
from typing import Any

Resource = Mapping[str, Any]

_PLACES = (("telegram", "channel"), ("youtubeMusic", "playlist"), ("spotify", "playlist"))


def claimed(resource: Resource, all: Iterable[Resource]) -> tuple[str, str] | None:
    """Why a MusicSync has to stand back, as reason and message: an older one writes one of its places."""
    for other in rivals(resource, all):
        if _age(other) < _age(resource):
            metadata = other["metadata"]
            places = ", ".join(sorted(_writes(resource) & _writes(other)))
            said = f"{metadata['namespace']}/{metadata['name']} already writes {places}; two MusicSyncs on one place would "
            said += "fight over it. Delete one of the two, or let it only read (access: ReadOnly)."
            return "TargetClaimed", said
    return None


def rivals(resource: Resource, all: Iterable[Resource]) -> list[Resource]:
    """The others that write one of its places."""
    mine, uid = _writes(resource), _age(resource)[1]
    return [other for other in all if _age(other)[1] != uid and mine & _writes(other)]


def _writes(resource: Resource) -> set[str]:
    """The places that a MusicSync writes, by names that are the same for everybody."""
    spec = resource.get("spec") or {}
    places = set()
    for service, field in _PLACES:
        section = spec.get(service)
        if section and section.get("access") != "ReadOnly":
            id = str(section[field])
            places.add(f"{service} {id.lower() if service == 'telegram' else id}")
    chat = ((resource.get("status") or {}).get("telegram") or {}).get("chatId")
    if chat is not None and any(place.startswith("telegram ") for place in places):
        places.add(f"telegram {chat}")
    return places


def _age(resource: Resource) -> tuple[str, str]:
    metadata = resource.get("metadata") or {}
    return (metadata.get("creationTimestamp") or "", str(metadata.get("uid", "")))
