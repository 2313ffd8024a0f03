"""The numbers of a digest: counted in the songs themselves, so that there is nothing to keep beside them."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from reconcilers.model import Origin, Phase, State, Track
from reconcilers.phase import phase_of
from reconcilers.services.protocol import ServiceName


@dataclass(frozen=True, slots=True)
class Tally:
    """Songs that came, and songs that were added per place, within some time.

    And how many wait for an answer, have failed and are missing somewhere now: the phases Review, Failed and Partial.
    """

    came: int = 0
    added: Mapping[ServiceName, int] = field(default_factory=dict)
    review: int = 0
    failed: int = 0
    missing: int = 0


NO_TALLY = Tally()


def tally_of(tracks: Iterable[Track], services: Collection[ServiceName], since: float, until: float) -> Tally:
    """Of the Tracks of one MusicSync with these places, after `since` up to `until` (Unix seconds)."""
    came = 0
    added = dict.fromkeys(services, 0)
    phases: Counter[Phase] = Counter()
    for track in tracks:
        if track.duplicate_of is not None:
            continue
        came += since < track.created <= until
        phases[phase_of(track, services)] += 1
        for service in services:
            placement = track.placements.get(service)
            if placement is None or placement.state is not State.PRESENT or placement.origin is not Origin.PLACED:
                continue
            added[service] += placement.placed is not None and since < placement.placed <= until
    return Tally(came, added, phases[Phase.REVIEW], phases[Phase.FAILED], phases[Phase.PARTIAL])
