"""Looking for a song at a service: one formulation after another, until what was found is enough to decide by."""

from reconcilers.model import Track
from reconcilers.plan.digest import judged
from reconcilers.plan.operations import Search
from reconcilers.policy import Sync
from reconcilers.recording import Candidate
from reconcilers.services.protocol import Query, Service

FORMULATIONS = 3
"""Requests per song and place, at most."""

NEAR = 0.5
"""From this score on, what was found has to do with the song: where the next formulation finds nothing better, none will."""


async def found_by(service: Service, operation: Search, sync: Sync, track: Track | None) -> tuple[Candidate, ...]:
    """What all formulations that were tried have found. Raises what `Service.search` raises."""
    found: dict[str, Candidate] = {}
    best = 0.0
    for attempt in range(FORMULATIONS):
        answer = await service.search(Query(operation.recording, attempt))
        if answer is None:
            break
        for candidate in answer:
            found.setdefault(candidate.id, candidate)
        sure, score = judged(sync, track, tuple(found.values()), operation.rejects)
        if sure or (attempt > 0 and NEAR <= score <= best):
            break
        best = score
    return tuple(found.values())
