"""How many Tracks stand how: the same numbers as `kubectl get tracks` would give to who counts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from navaar.http.tracklist import in_turns
from navaar.store.index import SyncKey
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
    sources: Counter[str] = Counter()
    total = _Services()
    for sync in made["syncs"]:
        own = _Services()
        async for part in in_turns(groups.get((sync["namespace"], sync["name"]), {}).values()):
            sources.update([track.source._value_ for track in part])
            own.count(part)
        total.add(own)
        sync["services"] = own.told()
    return {
        **made,
        "sources": {source.value: sources[source.value] for source in Source},
        "services": total.told(),
    }


class _Services:
    """Counts placements. By the words of enumerations: their members are hashed slowly."""

    def __init__(self) -> None:
        self._states: Counter[tuple[str, str]] = Counter()
        self._placed: Counter[str] = Counter()

    def count(self, tracks: Iterable[Track]) -> None:
        there = [(service._value_, p) for track in tracks for service, p in track.placements.items()]
        self._states.update([(service, p.state._value_) for service, p in there])
        self._placed.update([s for s, p in there if p.origin is Origin.PLACED and p.state is State.PRESENT])

    def add(self, other: "_Services") -> None:
        self._states.update(other._states)
        self._placed.update(other._placed)

    def told(self) -> list[dict[str, Any]]:
        return [
            {
                "service": service.value,
                "states": {s.value: n for s in State if (n := self._states[service.value, s.value])},
                "placed": self._placed[service.value],
            }
            for service in ServiceName
        ]


def _phases(one: Mapping[str, int]) -> dict[str, Any]:
    return {
        "tracks": sum(one.values()),
        "phases": {phase.value: one.get(phase.value, 0) for phase in Phase},
        "withoutStatus": one.get("", 0),
    }
