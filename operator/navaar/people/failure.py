"""Songs that were given up somewhere: why, and what tries them again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from navaar.people import acts
from navaar.people.act import Act
from navaar.people.song import placements_of
from reconcilers.services.protocol import ServiceName

_STANDING = frozenset({"PinDead", "PinConflict"})


@dataclass(frozen=True, slots=True)
class Failure:
    """One song in one place. `mend` is what a person can do about it; None: have it tried again."""

    service: ServiceName
    reason: str
    message: str
    attempts: int
    mend: Act | None = None


def failures(track: Mapping[str, Any]) -> list[Failure]:
    """Where the Track failed, and why."""
    found = []
    for service in ServiceName:
        placement = placements_of(track).get(service.value)
        if placement is None:
            continue
        reason = placement.get("reason") or ""
        pinned = reason in _STANDING
        if placement["state"] != "Failed" and not (pinned and placement["state"] == "Present"):
            continue
        mend = acts.unpin(track, [service]) if pinned else []
        found.append(
            Failure(
                service, reason or "Failed", placement.get("message") or "", placement.get("attempts") or 0,
                mend[0] if mend else None,
            )
        )  # fmt: skip
    return found
