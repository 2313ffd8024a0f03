"""What was done of late, taken back: what we placed goes, what was taken out comes back; and what can't be undone, said.

Exclusion goes before absence: a song that is `Absent` and left alone in some places is taken out of the others only. So what
people put somewhere, and what we placed earlier, stays.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from navaar.api.instant import read
from navaar.people import acts
from navaar.people.act import Act
from navaar.people.song import placements_of, song_of
from navaar.people.span import HOUR, about
from reconcilers.services.protocol import ServiceName

TELEGRAM = ServiceName.TELEGRAM

DELETABLE = 48 * HOUR
"""Seconds in which Telegram lets a bot delete its post."""

_THERE = frozenset({"Present", "Adding", "Correcting", "Unavailable", "Retained", "Excluded"})

_TO_COME = frozenset({"Pending", "Review", "NotFound", "Failed"})


@dataclass(frozen=True, slots=True)
class Stays:
    """What can't be undone, and why, in a sentence without its end."""

    song: str
    name: str
    service: ServiceName
    why: str


def undo(
    track: Mapping[str, Any], declared: Collection[ServiceName], since: float, now: float
) -> tuple[list[Act], list[Stays]]:
    """What takes back all that was done with the Track since then, and what stays all the same.

    `declared` are the places of its MusicSync; `since` and `now` are in Unix seconds.
    """
    placements = {service: p for service in declared if (p := placements_of(track).get(service.value)) is not None}
    absent = track["spec"].get("state") == "Absent"
    stays = [one for service, p in placements.items() if (one := _lasting(track, service, p, since, now)) is not None]
    if absent:
        gone = any(_removed(p, "Absent", since) for p in placements.values())
        return (_locked(track, acts.present(track)) if gone else []), stays
    placed = {service for service, p in placements.items() if _placed(p, since)}
    placed -= {one.service for one in stays}
    if not placed:
        return [], stays
    kept = [service for service in placements if service not in placed and placements[service]["state"] in _THERE]
    # Absent is absent: what was still to be added isn't.
    still = [service for service, p in placements.items() if service not in placed and p["state"] in _TO_COME]
    back = acts.joined([*acts.exclude(track, kept), *acts.absent(track)])
    where = " and ".join(service.title for service in ServiceName if service in placed)
    says = f"takes {song_of(track)} out of {where} again"
    if kept:
        says += f", and leaves it alone in {' and '.join(service.title for service in kept)}"
    if still:
        says += f", and no longer adds it to {' and '.join(service.title for service in still)}"
    (act,) = back
    return _locked(track, [Act(act.kind, act.namespace, act.name, act.patch, says)]), stays


def _lasting(
    track: Mapping[str, Any], service: ServiceName, placement: Mapping[str, Any], since: float, now: float
) -> Stays | None:
    """What was done in one place, and can't be undone by what a person may write."""
    if _removed(placement, "Propagated", since):
        why = "it was taken out because a person removed it elsewhere: add it again there, and it comes back everywhere"
    elif service is TELEGRAM and _placed(placement, since) and _age(placement, now) >= DELETABLE:
        why = f"its post is {about(_age(placement, now))} old, and Telegram lets nobody's bot delete it: delete it by hand"
    elif placement["state"] == "Retained" and read(placement.get("changedAt") or "1970-01-01T00:00:00Z") >= since:
        why = placement.get("message") or "the service keeps it"
    else:
        return None
    return Stays(song_of(track), track["metadata"]["name"], service, why.removeprefix("about "))


def _placed(placement: Mapping[str, Any], since: float) -> bool:
    if placement["state"] == "Adding" and placement.get("intent"):
        return True
    ours = placement.get("origin") == "Placed" and placement["state"] in ("Present", "Correcting")
    return ours and placement.get("placedAt") is not None and read(placement["placedAt"]) >= since


def _removed(placement: Mapping[str, Any], reason: str, since: float) -> bool:
    going = placement["state"] in ("Removed", "Removing") and placement.get("reason") == reason
    return going and placement.get("changedAt") is not None and read(placement["changedAt"]) >= since


def _age(placement: Mapping[str, Any], now: float) -> float:
    return now - read(placement["placedAt"]) if placement.get("placedAt") else 0.0


def _locked(track: Mapping[str, Any], found: list[Act]) -> list[Act]:
    version = track["metadata"].get("resourceVersion")
    return [Act(one.kind, one.namespace, one.name, one.patch, one.says, version=version) for one in found]
