"""A plan in parts: passes stay short, and tell how far they are, however long a list is."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from reconcilers.model import Place, Track
from reconcilers.plan import Plan
from reconcilers.plan.operations import Observe
from reconcilers.plan.song import first_seen
from reconcilers.services.protocol import ServiceName

TELEGRAM = ServiceName.TELEGRAM

MOST_NEW = 200
"""New tracks that one pass stores."""


def too_long(made: Plan, tracks: Mapping[str, Track]) -> bool:
    """Whether the plan makes too many tracks for one pass."""
    return sum(track.name not in tracks for track in made.records) > MOST_NEW


def first_of(
    made: Plan, tracks: Mapping[str, Track], places: Mapping[ServiceName, Place], listed: Collection[ServiceName]
) -> Plan:
    """The part to carry out first, if what was `listed` is then planned with again.

    Nothing is done but looking at other places, nothing is deleted, and a listed playlist counts as what it was before
    (`places`), and old posts of the channel as unread: whatever stops the process now, they are read again.
    """
    new = [track for track in made.records if track.name not in tracks]
    later = {track.name for track in sorted(new, key=_found)[MOST_NEW:]}
    unread = {service for service in listed if service is not TELEGRAM}
    kept = {s: places.get(s, Place()) if s in unread else place for s, place in made.places.items()}
    if TELEGRAM in kept:
        kept[TELEGRAM] = replace(kept[TELEGRAM], reading=places.get(TELEGRAM, Place()).reading)
    looks = {
        service: operations
        for service, operations in made.operations.items()
        if service not in unread and all(isinstance(operation, Observe) for operation in operations)
    }
    return replace(
        made,
        records=tuple(track for track in made.records if track.name not in later),
        deleted={},
        places=kept,
        operations=looks,
    )


def _found(track: Track) -> tuple[int, float, str]:
    """In the order in which the planner discovers them: what was found like another comes after that one."""
    service, id = track.origin or (TELEGRAM, "")
    return (_ORDER[service], first_seen(track), id)


_ORDER = {service: n for n, service in enumerate(ServiceName)}
