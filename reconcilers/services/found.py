"""What searches found of late, and what they did not find: asked again within a day, a service isn't.

Where a service says the ISRC of what it finds, a later search for that ISRC has its answer too.
"""

import time
from collections import OrderedDict
from collections.abc import Callable

from reconcilers.recording import Candidate

KEPT = 86400.0
LIMIT = 500
"""Searches that are remembered: a few MB at most."""

Candidates = tuple[Candidate, ...]


class Found:
    """Candidates by the words that were searched for; those of the longest ago go first. `clock` gives Unix seconds."""

    def __init__(self, clock: Callable[[], float] = time.time, limit: int = LIMIT) -> None:
        self._clock = clock
        self._limit = limit
        self._known: OrderedDict[str, tuple[float, Candidates]] = OrderedDict()
        self._links: OrderedDict[str, tuple[float, Candidates]] = OrderedDict()

    def get(self, words: str) -> Candidates | None:
        """What was found within the last day, perhaps nothing; None: it was not searched for."""
        at, found = self._known.get(words, (float("-inf"), ()))
        return found if self._clock() - at < KEPT else None

    def linked(self, isrc: str) -> Candidates | None:
        """What carried that ISRC among all that was found within the last day; None: nothing did."""
        at, found = self._links.get(isrc, (float("-inf"), ()))
        return found if self._clock() - at < KEPT else None

    def put(self, words: str, found: Candidates) -> None:
        """Remembers what a search gave."""
        self._keep(self._known, words, found)
        for candidate in found:
            if candidate.recording.isrc:
                self._keep(self._links, candidate.recording.isrc, (candidate,))

    def _keep(self, where: OrderedDict[str, tuple[float, Candidates]], key: str, found: Candidates) -> None:
        where.pop(key, None)
        where[key] = (self._clock(), found)
        while len(where) > self._limit:
            where.popitem(last=False)
