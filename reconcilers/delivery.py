"""How a song gets on that is on its way to a place: for people who look on, and for nothing that is decided."""

import time
from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName

EVERY = 0.25
"""Seconds between two reports of one piece of work, at least."""


class Step(StrEnum):
    """What is being done for a song; the last two end its way."""

    WAITING = "waiting"
    STARTING = "starting"
    DOWNLOADING = "downloading"
    CONVERTING = "converting"
    TAGGING = "tagging"
    SENDING = "sending"
    ARRIVED = "arrived"
    STOPPED = "stopped"

    @property
    def over(self) -> bool:
        """Whether nothing comes after it."""
        return self in (Step.ARRIVED, Step.STOPPED)


Report = Callable[[Step, int, int | None], None]
"""Told of a step: the bytes done, and of how many (None: not known; 0 of None where no bytes are counted)."""

Told = Callable[[str, Step, int, int | None], None]
"""The same, of one of many: first the token of the request."""


class Onlooker(Protocol):
    """Who wants to know. Its methods return at once and raise nothing; what it makes of it changes nothing."""

    def begun(self, token: str, track: str, service: ServiceName, recording: Recording) -> None:
        """Work on an addition begins. Steps are told only of those that take long (`Told`)."""
        ...

    def ended(self, token: str, arrived: bool) -> None:
        """It is over; `arrived`: the place said that it has it. Repeatable: the first counts."""
        ...


class Nobody:
    """Who doesn't."""

    def begun(self, token: str, track: str, service: ServiceName, recording: Recording) -> None:
        """Nothing."""

    def ended(self, token: str, arrived: bool) -> None:
        """Nothing."""


def unheard(token: str, step: Step, done: int, total: int | None) -> None:
    """Tells nobody."""


class Paced:
    """A `Report` that passes on what there is to say no more often than every `EVERY` seconds.

    That a step begins, or is complete, is passed on at once. `clock` gives seconds.
    """

    def __init__(self, report: Report, clock: Callable[[], float] = time.monotonic) -> None:
        self._report = report
        self._clock = clock
        self._last: tuple[Step, int, int | None] | None = None
        self._at = 0.0

    def __call__(self, step: Step, done: int = 0, total: int | None = None) -> None:
        """Something got on."""
        said, now = (step, done, total), self._clock()
        if said == self._last:
            return
        begins = self._last is None or self._last[0] is not step
        if begins or done == total or now - self._at >= EVERY:
            self._last, self._at = said, now
            self._report(*said)
