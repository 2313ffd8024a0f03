"""What is told of each MusicSync in numbers, by its namespace and name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from prometheus_client.core import GaugeMetricFamily, Metric

from reconcilers.model import State
from reconcilers.plan.progress import Progress
from reconcilers.services.protocol import ServiceName

Key = tuple[str, str]
"""Namespace and name of a MusicSync."""

SYNC = ["namespace", "sync"]
OPERATIONS = ("add", "remove")


@dataclass(slots=True)
class SyncFigures:
    """One MusicSync as its last pass left it. Times are Unix seconds.

    `passed` is when the last complete pass ended; `conditions` are type, status and reason; `held` counts what waits for
    approval by place and operation; `states` songs by place and state; `review` is since when the song waits for a
    person's answer that has waited longest.
    """

    passed: float | None = None
    conditions: tuple[tuple[str, str, str], ...] = ()
    held: Mapping[tuple[ServiceName, str], int] = field(default_factory=dict)
    states: Mapping[ServiceName, Mapping[State, int]] = field(default_factory=dict)
    review: float | None = None
    progress: Progress | None = None


def told(syncs: Mapping[Key, SyncFigures], overdue: Mapping[Key, float], now: float) -> Iterable[Metric]:
    """The figures of all MusicSyncs; `overdue` says for how many seconds each one's pass has been due."""
    place = [*SYNC, "service"]
    conditions = _family(
        "condition", "1 for what each condition of a MusicSync says.", [*SYNC, "type", "status", "reason"]
    )
    held = _family(
        "held_operations", "Additions and removals that wait for a person's approval.", [*place, "operation"]
    )
    songs = _family("place_songs", "Songs by how they stand in a place.", [*place, "state"])
    age = _family("sync_pass_age_seconds", "Since a MusicSync's last complete pass.", SYNC)
    late = _family("sync_overdue_seconds", "For which a MusicSync's pass has been due without coming to its end.", SYNC)
    review = _family("review_oldest_seconds", "For which the oldest question has waited for a person.", SYNC)
    stalled = _family(
        "sync_stalled_seconds",
        "For which something could have been done in a place, and nothing was: neither waiting nor parked.",
        place,
    )
    for key, figures in syncs.items():
        late.add_metric(key, overdue.get(key, 0.0))
        if figures.passed is not None:
            age.add_metric(key, max(0.0, now - figures.passed))
        for condition in figures.conditions:
            conditions.add_metric([*key, *condition], 1)
        for service, states in figures.states.items():
            for state in State:
                songs.add_metric([*key, service.value, state.value], states.get(state, 0))
            for operation in OPERATIONS:
                held.add_metric([*key, service.value, operation], figures.held.get((service, operation), 0))
            if figures.progress is not None:
                stalled.add_metric([*key, service.value], figures.progress.stalled(service, now))
        if figures.states:
            review.add_metric(key, max(0.0, now - figures.review) if figures.review is not None else 0.0)
    return conditions, held, songs, age, late, review, stalled


def _family(name: str, help: str, labels: list[str]) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"navaar_{name}", help, labels=labels)
