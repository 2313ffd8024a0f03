"""How many Tracks stand how: the same numbers as `kubectl get tracks` would give to who counts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from navaar.http.tracklist import in_turns
from navaar.index import SyncKey
from reconcilers.model import Origin, Phase, Source, State, Track
from reconcilers.services.protocol import ServiceName


def counts(phases: Mapping[SyncKey, Mapping[str, int]]) -> dict[str, Any]:
    """`TrackCounts` of these MusicSyncs. One of which there is no Track isn't named."""
    there = {key: phases[key] for key in sorted(phases) if any(phases[key].values())}
    total: Counter[str] = Counter()
    for one in there.values():
        total.update(one)
    syncs = [{"namespace": namespace, "name": name, **_phases(one)} for (namespace, name), one in there.items()]
    return {**_phases(total), "syncs": syncs}


async def stats(
    phases: Mapping[SyncKey, Mapping[str, int]], groups: Mapping[SyncKey, Mapping[str, Track]]
) -> dict[str, Any]:
    """`Stats` of these MusicSyncs, but for the operator."""
    made = counts(phases)
    sources: Counter[Source] = Counter()
    total = _Services()
    for sync in made["syncs"]:
        own = _Services()
        async for track in in_turns(groups.get((sync["namespace"], sync["name"]), {}).values()):
            sources[track.source] += 1
            own.count(track)
        total.add(own)
        sync["services"] = own.told()
    return {
        **made,
        "sources": {source.value: sources[source] for source in Source},
        "services": total.told(),
    }


class _Services:
    def __init__(self) -> None:
        self._states: Counter[tuple[ServiceName, State]] = Counter()
        self._placed: Counter[ServiceName] = Counter()

    def count(self, track: Track) -> None:
        for service, placement in track.placements.items():
            self._states[service, placement.state] += 1
            if placement.origin is Origin.PLACED and placement.state is State.PRESENT:
                self._placed[service] += 1

    def add(self, other: "_Services") -> None:
        self._states.update(other._states)
        self._placed.update(other._placed)

    def told(self) -> list[dict[str, Any]]:
        return [
            {
                "service": service.value,
                "states": {state.value: self._states[service, state] for state in _known(service, self._states)},
                "placed": self._placed[service],
            }
            for service in ServiceName
        ]


def _known(service: ServiceName, states: Iterable[tuple[ServiceName, State]]) -> list[State]:
    there = set(states)
    return [state for state in State if (service, state) in there]


def _phases(one: Mapping[str, int]) -> dict[str, Any]:
    return {
        "tracks": sum(one.values()),
        "phases": {phase.value: one.get(phase.value, 0) for phase in Phase},
        "withoutStatus": one.get("", 0),
    }
