"""Who looks on, and what changed since they were last told."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from navaar.http.problem import unavailable
from navaar.store.index import SyncKey

MOST = 32
"""Listeners; one more is told to come back."""

NAMES = 200
"""Tracks that are told by name; of more changes at once only the MusicSyncs are."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed: MusicSyncs, and the Tracks among them (None: too many to tell)."""

    syncs: frozenset[SyncKey]
    tracks: frozenset[tuple[SyncKey, str]] | None


class Listener:
    """One who looks on. However many changes there are, no more is kept for them than what to look at anew."""

    def __init__(self) -> None:
        self._syncs: set[SyncKey] = set()
        self._tracks: set[tuple[SyncKey, str]] = set()
        self._many = False
        self.due = asyncio.Event()
        """Set while there is something to tell."""
        self.over = asyncio.Event()
        """Set once nothing more will come."""

    def tell(self, sync: SyncKey, track: str | None) -> None:
        """Something changed: a Track of the MusicSync, or (None) itself."""
        self._syncs.add(sync)
        if track is not None and not self._many:
            self._tracks.add((sync, track))
            if len(self._tracks) > NAMES:
                self._many = True
                self._tracks.clear()
        self.due.set()

    def take(self) -> Changes:
        """What changed since it was last asked."""
        made = Changes(frozenset(self._syncs), None if self._many else frozenset(self._tracks))
        self._syncs.clear()
        self._tracks.clear()
        self._many = False
        self.due.clear()
        return made


class Live:
    """Tells listeners of changes. `changed` is called for each; `most` is how many may listen."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._listeners: set[Listener] = set()
        self._counts: Counter[SyncKey] = Counter()
        self._start = secrets.token_hex(4)
        self._closed = False

    def changed(self, sync: SyncKey, track: str | None = None) -> None:
        """A Track of this MusicSync changed, or (None) the MusicSync itself."""
        self._counts[sync] += 1
        for listener in self._listeners:
            listener.tell(sync, track)

    def stamp(self, syncs: Iterable[SyncKey]) -> str:
        """Stands for all that is known of these MusicSyncs: another one once something of them changed."""
        return f"{self._start}.{sum(self._counts[sync] for sync in syncs)}"

    @contextmanager
    def listener(self) -> Iterator[Listener]:
        """Somebody who looks on meanwhile. Raises Problem when there are enough of them."""
        if self._closed or len(self._listeners) >= self._most:
            raise unavailable("Too many look on at once. Reload the page to see what changed.", 30)
        made = Listener()
        self._listeners.add(made)
        try:
            yield made
        finally:
            self._listeners.discard(made)

    def close(self) -> None:
        """Nothing more will be told."""
        self._closed = True
        for listener in self._listeners:
            listener.over.set()
