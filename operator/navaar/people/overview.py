"""How a MusicSync stands, as people are told it: its condition in words, its numbers, and each place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from navaar.api.instant import read
from navaar.people.progress import Progress, progress
from reconcilers.services.protocol import ServiceName

CONDITIONS = {
    ServiceName.TELEGRAM: "TelegramReady",
    ServiceName.YOUTUBE: "YouTubeMusicReady",
    ServiceName.SPOTIFY: "SpotifyReady",
}

NOTICES = "NotificationsDelivered"
"""The condition that says whether the people of spec.notifications can be told."""

PHASES = ("synced", "partial", "syncing", "review", "failed", "removed", "excluded", "duplicate")
"""The counts of a status, in the order in which they are told."""

_NUMBERS = {"review": "in review"}


@dataclass(frozen=True, slots=True)
class Standing:
    """What a condition says. `status` is ``True``, ``False``, ``Unknown``, or empty where there is none yet."""

    status: str = ""
    reason: str = ""
    message: str = ""

    @property
    def word(self) -> str:
        """The reason, as it tells more than the status does."""
        return self.reason or "Waiting"


@dataclass(frozen=True, slots=True)
class Place:
    """One place. Numbers are None until it was read; `changed` is in Unix seconds."""

    service: ServiceName
    id: str
    standing: Standing
    items: int | None
    placed: int | None
    pending: int | None
    retained: int
    changed: float | None
    progress: Progress | None


@dataclass(frozen=True, slots=True)
class Overview:
    """One MusicSync. `plan` is the summary of what it would do, where that is told."""

    namespace: str
    name: str
    mode: str
    suspended: bool
    ready: Standing
    stalled: bool
    counts: Mapping[str, int]
    places: tuple[Place, ...]
    plan: str
    behind: bool
    """Whether its status is about an older spec."""
    notices: Standing = Standing()
    """Whether people are told of it, where it says whom."""

    @property
    def numbers(self) -> str:
        """The counts in a line, zeros left out."""
        songs = self.counts.get("songs")
        if songs is None:
            return "not counted yet"
        parts = [f"{self.counts[name]:,} {_NUMBERS.get(name, name)}" for name in PHASES if self.counts.get(name)]
        counted = f"{songs:,} song{'' if songs == 1 else 's'}"
        return f"{counted}: {', '.join(parts)}" if parts else counted

    @property
    def moving(self) -> bool:
        """Whether songs are on their way."""
        return any(place.progress is not None for place in self.places)


def overview(resource: Mapping[str, Any]) -> Overview:
    """The MusicSync, as its spec and status say."""
    metadata, spec, status = resource["metadata"], resource["spec"], resource.get("status") or {}
    conditions = {one["type"]: one for one in status.get("conditions") or ()}
    counts = status.get("counts") or {}
    places = tuple(
        _place(service, spec, status.get(service.value) or {}, conditions)
        for service in ServiceName
        if spec.get(service.value)
    )
    return Overview(
        namespace=metadata["namespace"],
        name=metadata["name"],
        mode=spec.get("mode") or "Apply",
        suspended=bool(spec.get("suspend")),
        ready=_standing(conditions, "Ready"),
        stalled=(conditions.get("Stalled") or {}).get("status") == "True",
        counts=counts,
        places=places,
        plan=(status.get("plan") or {}).get("summary") or "",
        behind=status.get("observedGeneration") != metadata.get("generation"),
        notices=_standing(conditions, NOTICES),
    )


def _place(
    service: ServiceName, spec: Mapping[str, Any], entry: Mapping[str, Any], conditions: Mapping[str, Any]
) -> Place:
    section, moves = spec[service.value], not spec.get("suspend") and spec.get("mode") != "Plan"
    standing = _standing(conditions, CONDITIONS[service])
    changed = entry.get("lastChanged")
    return Place(
        service,
        str(section.get("channel") or section.get("playlist") or ""),
        standing,
        entry.get("items"),
        entry.get("placed"),
        entry.get("pending"),
        entry.get("retained") or 0,
        read(changed) if changed else None,
        progress(service, entry) if moves and standing.status == "True" else None,
    )


def _standing(conditions: Mapping[str, Any], type: str) -> Standing:
    found = conditions.get(type)
    return Standing(found["status"], found["reason"], found.get("message") or "") if found else Standing()
