"""How a MusicSync stands: its status, and what this process knows beside it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from navaar.api.instant import written
from navaar.kube.client import Resource
from navaar.outlook import approval
from navaar.work import Work
from reconcilers.model import Place
from reconcilers.policy import Mode
from reconcilers.services.protocol import ServiceName

_AS_IN_STATUS = ("counts", "lastChanged", "plan")


def declared(resource: Resource) -> tuple[ServiceName, ...]:
    """The places that a MusicSync declares."""
    return tuple(service for service in ServiceName if resource["spec"].get(service.value))


def state(resource: Resource, work: Work | None) -> dict[str, Any]:
    """One `SyncState`. `work` is what the active operator knows; None in another."""
    metadata, spec, status = resource["metadata"], resource["spec"], resource.get("status") or {}
    made: dict[str, Any] = {
        "namespace": metadata["namespace"],
        "name": metadata["name"],
        "mode": spec.get("mode") or Mode.APPLY.value,
        "suspended": bool(spec.get("suspend")),
        "conditions": status.get("conditions") or [],
    }
    made.update((name, status[name]) for name in _AS_IN_STATUS if name in status)
    known = work.places if work is not None else {}
    made["places"] = [_place(service, spec, status, known) for service in declared(resource)]
    if work is not None:
        made.update(_going_on(work, metadata))
    return made


def _place(
    service: ServiceName, spec: Mapping[str, Any], status: Mapping[str, Any], known: Mapping[ServiceName, Place]
) -> dict[str, Any]:
    section = spec[service.value]
    entry = status.get(service.value) or {}
    made = {"service": service.value, "id": str(section.get("channel") or section.get("playlist"))}
    made.update((name, entry[name]) for name in ("items", "snapshot", "placed", "pending", "retained") if name in entry)
    if "lastChanged" in entry:
        made["lastChanged"] = entry["lastChanged"]
    place = known.get(service, Place())
    for name, moment in (("lastLook", place.looked), ("lastListing", place.listed), ("parkedUntil", place.parked)):
        if moment is not None:
            made[name] = written(round(moment, 3))
    return made


def _going_on(work: Work, metadata: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if work.held.keys:
        operations = Counter(operation for _, _, operation in work.held.keys)
        yield (
            "held",
            {
                "adds": operations["add"],
                "removes": operations["remove"],
                "hash": work.held.hash,
                "approveWith": approval(work.held, metadata["namespace"], metadata["name"]),
            },
        )
    if work.ended is not None:
        yield (
            "lastPass",
            {
                "ended": written(round(work.ended, 3)),
                "seconds": round(work.seconds, 3),
                "failed": work.failed,
            },
        )
    if work.next is not None:
        yield "nextPass", written(round(work.next, 3))
