"""The songs that are on their way just now, and how far each is: in memory only, for those who look on."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from reconcilers.delivery import Step
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName

MEMORY = 3.0
"""Seconds of which a speed tells."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One song on its way to one place.

    `sync` is the namespace and the name of its MusicSync. `began` and `moved` are in Unix seconds: when it was begun, and
    when something was last told of it (None: nothing yet). `done` of `total` bytes are through, of this step (None: nobody
    knows how many it will be); `speed` is in bytes a second, None where there is none to tell yet.
    """

    sync: tuple[str, str]
    track: str
    service: ServiceName
    recording: Recording
    began: float
    moved: float | None = None
    step: Step = Step.WAITING
    done: int = 0
    total: int | None = None
    speed: float | None = None

    @property
    def share(self) -> float | None:
        """How much of the step is done, from 0 to 1."""
        return self.done / self.total if self.total else None

    @property
    def left(self) -> float | None:
        """Seconds until the step is done, as it goes now."""
        return (self.total - self.done) / self.speed if self.total and self.speed else None


class Deliveries:
    """What is under way in all MusicSyncs of this process.

    No more is kept than what is under way: one entry for each song that a place is just being given. `on_change` is called
    at each step; `clock` gives Unix seconds.
    """

    def __init__(
        self, on_change: Callable[[Delivery], None] = lambda delivery: None, clock: Callable[[], float] = time.time
    ) -> None:
        self._on_change = on_change
        self._clock = clock
        self._begun: dict[str, Delivery] = {}

    def of(self, sync: tuple[str, str]) -> "OfSync":
        """What the engine of one MusicSync tells."""
        return OfSync(self, sync)

    def under_way(self) -> list[Delivery]:
        """What takes long enough to be told of, the first begun first."""
        return [delivery for delivery in self._begun.values() if delivery.moved is not None]

    def told(self, token: str, step: Step, done: int, total: int | None) -> None:
        """See `reconcilers.delivery.Told`."""
        known = self._begun.get(token)
        if known is None:
            return
        now = self._clock()
        speed = _speed(known, done, now) if step is known.step else None
        delivery = self._begun[token] = replace(known, moved=now, step=step, done=done, total=total, speed=speed)
        self._on_change(delivery)

    def begin(self, token: str, delivery: Delivery) -> None:
        """It is not told of until something takes time."""
        self._begun[token] = delivery

    def end(self, token: str, arrived: bool) -> None:
        """Forgets it, after a last word where it was told of."""
        delivery = self._begun.pop(token, None)
        if delivery is not None and delivery.moved is not None:
            self._on_change(replace(delivery, step=Step.ARRIVED if arrived else Step.STOPPED, speed=None))

    @property
    def now(self) -> float:
        """Unix seconds."""
        return self._clock()


class OfSync:
    """The onlooker of one MusicSync's engine."""

    def __init__(self, all: Deliveries, sync: tuple[str, str]) -> None:
        self._all = all
        self._sync = sync

    def begun(self, token: str, track: str, service: ServiceName, recording: Recording) -> None:
        """See `Onlooker.begun`."""
        self._all.begin(token, Delivery(self._sync, track, service, recording, self._all.now))

    def ended(self, token: str, arrived: bool) -> None:
        """See `Onlooker.ended`."""
        self._all.end(token, arrived)


def _speed(known: Delivery, done: int, now: float) -> float | None:
    """Bytes a second: what came last counts most, and what is longer ago than `MEMORY` little."""
    seconds = now - known.moved if known.moved is not None else 0.0
    if seconds <= 0 or done < known.done:
        return known.speed
    fresh = (done - known.done) / seconds
    if known.speed is None:
        return fresh or None
    return known.speed + (fresh - known.speed) * (1 - math.exp(-seconds / MEMORY))
