"""Who looks on, and what changed since they were last told."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from navaar.deliveries import Delivery
from navaar.http.problem import unavailable
from navaar.store.index import SyncKey

MOST = 32
"""Listeners; one more is told to come back."""

NAMES = 200
"""Tracks, and songs on their way, that are told by name; of more changes at once only the MusicSyncs are."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed: MusicSyncs, the Tracks among them, and how far songs on their way are (None: too many to tell)."""

    syncs: frozenset[SyncKey]
    tracks: frozenset[tuple[SyncKey, str]] | None = frozenset()
    deliveries: tuple[Delivery, ...] | None = ()


class Listener:
    """One who looks on. However many changes there are, no more is kept for them than what to look at anew.

    `deliveries_only`: of songs on their way they want to know, and of nothing else.
    """

    def __init__(self, *, deliveries_only: bool = False) -> None:
        self._deliveries_only = deliveries_only
        self._syncs: set[SyncKey] = set()
        self._tracks: set[tuple[SyncKey, str]] | None = set()
        self._deliveries: dict[tuple[SyncKey, str, str], Delivery] | None = {}
        self.due = asyncio.Event()
        """Set while there is something to tell."""
        self.over = asyncio.Event()
        """Set once nothing more will come."""

    def tell(self, sync: SyncKey, track: str | None) -> None:
        """Something changed: a Track of the MusicSync, or (None) itself."""
        if self._deliveries_only:
            return
        self._syncs.add(sync)
        if track is not None and self._tracks is not None:
            self._tracks.add((sync, track))
            if len(self._tracks) > NAMES:
                self._tracks = None
        self.due.set()

    def show(self, delivery: Delivery) -> None:
        """A song got on; only how far it is by now is kept."""
        if self._deliveries is not None:
            self._deliveries[delivery.sync, delivery.track, delivery.service] = delivery
            if len(self._deliveries) > NAMES:
                self._deliveries = None
        self.due.set()

    def take(self) -> Changes:
        """What changed since it was last asked."""
        tracks, deliveries = self._tracks, self._deliveries
        made = Changes(
            frozenset(self._syncs),
            None if tracks is None else frozenset(tracks),
            None if deliveries is None else tuple(deliveries.values()),
        )
        self._syncs.clear()
        self._tracks, self._deliveries = set(), {}
        self.due.clear()
        return made


class Live:
    """Tells listeners of changes. `changed` and `moved` are called for each; `most` is how many may listen."""

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

    def moved(self, delivery: Delivery) -> None:
        """A song on its way got on."""
        for listener in self._listeners:
            listener.show(delivery)

    def stamp(self, syncs: Iterable[SyncKey]) -> str:
        """Stands for all that is known of these MusicSyncs: another one once something of them changed."""
        return f"{self._start}.{sum(self._counts[sync] for sync in syncs)}"

    @contextmanager
    def listener(self, *, deliveries_only: bool = False) -> Iterator[Listener]:
        """Somebody who looks on meanwhile; see `Listener`. Raises Problem when there are enough of them."""
        if self._closed or len(self._listeners) >= self._most:
            raise unavailable("Too many look on at once. Ask again later, or look without being told.", 30)
        made = Listener(deliveries_only=deliveries_only)
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
