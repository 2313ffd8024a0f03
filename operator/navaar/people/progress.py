"""How far a place has got with what is to come to it, and how long that takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from navaar.people.span import DAY, MINUTE, about, short
from navaar.words import ENGLISH, say
from reconcilers.budget import SONGS_A_DAY
from reconcilers.services.protocol import ServiceName


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` songs are there, and in so many `seconds` all will be.

    `measured`: as it goes; else as the service's limits allow at best.
    """

    done: int
    total: int
    seconds: float
    measured: bool = False

    @property
    def percent(self) -> int:
        """Rounded down: 100 is all of them."""
        return 100 * self.done // self.total if self.total else 100

    @property
    def lasts(self) -> str:
        """How long yet, in words."""
        return self.lasting(ENGLISH)

    def lasting(self, language: str) -> str:
        """The same in a language."""
        span = about(self.seconds, language)
        return span if self.measured else say(language, "at_best", span=span)

    @property
    def lasts_briefly(self) -> str:
        """The same in a column."""
        left = short(self.seconds) if self.seconds >= MINUTE else "<1m"
        return left if self.measured else f"{left} at best"


def progress(service: ServiceName, entry: Mapping[str, Any], pace: float | None = None) -> Progress | None:
    """Of a place's part of a MusicSync's status; None while nothing is to come.

    `pace` is how many songs a second came of late, where that is known. Beyond what a day allows, the limit counts.
    """
    pending = entry.get("pending") or 0
    if not pending:
        return None
    placed = entry.get("placed") or 0
    daily = SONGS_A_DAY[service]
    best = (pending - daily) / daily * DAY if pending > daily else pending / daily * DAY * (_BURST[service])
    if pace:
        return Progress(placed, placed + pending, max(best, pending / pace), measured=True)
    return Progress(placed, placed + pending, best)


_BURST: Mapping[ServiceName, float] = {ServiceName.TELEGRAM: 1.0, ServiceName.YOUTUBE: 0.0, ServiceName.SPOTIFY: 0.0}
"""Telegram's limit is one of minutes; what the others allow in a day may be used at once."""
