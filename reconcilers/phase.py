"""One word, and one sentence, for a track."""

from collections.abc import Collection

from reconcilers.model import Phase, State, Track
from reconcilers.services.protocol import ServiceName

_BY_STATE = (
    (Phase.REVIEW, frozenset({State.REVIEW})),
    (Phase.FAILED, frozenset({State.FAILED})),
    (Phase.SYNCING, frozenset({State.PENDING, State.ADDING, State.REMOVING, State.CORRECTING})),
    (Phase.PARTIAL, frozenset({State.NOT_FOUND, State.UNAVAILABLE})),
)
_TOLD = (*(among for _, among in _BY_STATE), frozenset({State.RETAINED}))


TAKE_ONE = "to take one, see kubectl describe"
"""Each candidate has the command there, which would be too long for a column."""


def phase_of(track: Track, services: Collection[ServiceName]) -> Phase:
    """The first that applies: Removed and Excluded need every declared placement, the others any."""
    if track.duplicate_of is not None:
        return Phase.DUPLICATE
    states = [p.told for s, p in track.placements.items() if s in services]
    if len(states) < len(services):
        states.append(State.PENDING)
    if states and all(s is State.REMOVED for s in states):
        return Phase.REMOVED
    if states and all(s is State.EXCLUDED for s in states):
        return Phase.EXCLUDED
    for phase, among in _BY_STATE:
        if any(s in among for s in states):
            return phase
    return Phase.SYNCED


def message_of(track: Track, services: Collection[ServiceName]) -> str:
    """The sentence beside the phase: of the placement that decides it, the service named first. Empty when all is well.

    What should have gone and stays is told where nothing else is to be told.
    """
    if track.duplicate_of is not None:
        return f"the same song as {track.duplicate_of}, which stands for it"
    for among in _TOLD:
        those = [
            (service, placement)
            for service in services
            if (placement := track.placements.get(service)) is not None
            and placement.told in among
            and placement.message
        ]
        if those:
            told = [f"{service.value}: {placement.message}" for service, placement in those]
            if any(placement.candidates for _, placement in those):
                told.append(TAKE_ONE)
            return "; ".join(told)
    return ""
