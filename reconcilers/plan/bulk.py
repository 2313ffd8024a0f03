"""What is too much at once: it waits, whole, until a person approves exactly that.

Additions are counted per place and rolling day, a place's backlog apart from what is new; removals per rolling day over
all places. What a person approved is outside later counts.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from reconcilers.model import Place, Source, State, Track
from reconcilers.plan.absence import CORRECTED, OURS
from reconcilers.plan.board import BLANK, DAY, Board
from reconcilers.plan.song import first_seen
from reconcilers.policy import Sync
from reconcilers.services.protocol import ServiceName

Key = tuple[str, ServiceName, str]
"""(track, service, "add" or "remove")."""


@dataclass(frozen=True, slots=True)
class Held:
    """Operations that wait for approval. `hash` names exactly this set."""

    keys: frozenset[Key] = frozenset()
    reasons: Mapping[ServiceName, str] = field(default_factory=dict)

    @property
    def hash(self) -> str:
        """Twelve hex digits; empty when nothing is held."""
        if not self.keys:
            return ""
        lines = sorted(f"{track} {service.value} {op}" for track, service, op in self.keys)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def held_back(sync: Sync, board: Board, places: Mapping[ServiceName, Place], now: float) -> Held:
    """The additions and removals that exceed the limits."""
    keys: set[Key] = set()
    reasons: dict[ServiceName, list[str]] = defaultdict(list)
    removals: list[Key] = []
    removed = 0
    awake = board.awake()
    for service, target in sync.targets.items():
        waiting: dict[bool, list[Key]] = defaultdict(list)
        done: dict[bool, int] = defaultdict(int)
        for track in awake:
            placement = track.placements.get(service)
            if placement is None or placement.approved:
                continue
            state = placement.state
            if state is State.PENDING:
                waiting[track.source is Source.BACKLOG].append((track.name, service, "add"))
            elif state is State.ADDING or (placement.placed is not None and placement.placed > now - DAY):
                done[track.source is Source.BACKLOG] += 1
            if state is State.REMOVING and placement.reason not in CORRECTED:
                removals.append((track.name, service, "remove"))
            elif state is State.REMOVED and placement.reason in OURS:
                removed += (placement.changed or 0.0) > now - DAY and placement.id is not None
        if service is not ServiceName.TELEGRAM and places.get(service, Place()).count is None:
            continue  # what is missing there is not known yet
        for backlog, group in waiting.items():
            if len(group) + done[backlog] > target.max_adds:
                keys.update(group)
                kind = "songs of the backlog" if backlog else "new songs"
                reasons[service].append(
                    f"{len(group)} {kind} would be added, more than maxAdds ({target.max_adds}) in 24 hours"
                )
    limit = sync.max_deletes if sync.max_deletes is not None else max(5, len(board.tracks) // 50)
    if len(removals) + removed > limit:
        keys.update(removals)
        message = f"{len(removals)} songs would be removed, more than maxDeletes ({limit}) in 24 hours"
        for service in {service for _, service, _ in removals}:
            reasons[service].append(message)
    return Held(frozenset(keys), {service: "; ".join(said) for service, said in reasons.items()})


def approve(board: Board, keys: Iterable[Key]) -> None:
    """Marks operations as let through by a person."""
    for name, service, _ in keys:
        track = board.tracks[name]
        board.place(track, service, replace(track.placements.get(service, BLANK), approved=True))


def queue_order(track: Track) -> tuple[bool, float, str]:
    """New songs and requests before the backlog, each in the order in which they were first seen."""
    return (track.source is Source.BACKLOG, first_seen(track), track.name)
