"""What the people of a MusicSync want to be told, and when: as its ``spec.notifications`` says."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, tzinfo
from typing import Any

from navaar.api.notifications import SEVERITIES, Digest, Severity
from navaar.notices.hours import QuietHours, zone_of
from navaar.notices.news import News

ALWAYS = frozenset({News.HELLO, News.DIGEST})
"""Nobody has to name these: the one says that the rest arrives, the other has a field of its own."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """Which `news` are told, when people are left alone, and where the week begins (`weekly`; None: there is no digest).

    `problem` says why it isn't known when they want to be left alone: so they are, until somebody mends it.
    """

    news: frozenset[News] = frozenset(News)
    quiet: QuietHours | None = None
    weekly: tzinfo | None = None
    problem: str = ""

    def silent_until(self, now: float) -> float | None:
        """Until when people are left alone (Unix seconds; infinity where nobody knows); None: they aren't."""
        if self.problem:
            return math.inf
        return self.quiet.until(now) if self.quiet is not None else None


def wishes_of(spec: Mapping[str, Any]) -> Wishes:
    """From ``spec.notifications``."""
    ranks = list(Severity)
    least = ranks.index(Severity(spec.get("severity") or Severity.INFO))
    events = spec.get("events") or list(SEVERITIES)
    news = ALWAYS | {News(event) for event, one in SEVERITIES.items() if event in events and ranks.index(one) >= least}
    hours = spec.get("quietHours") or {}
    try:
        zone = zone_of(hours.get("timeZone") or "UTC")
    except ValueError as error:
        return Wishes(news, problem=f"{error} Until then nothing but a refused sign-in is told.")
    quiet = QuietHours(time.fromisoformat(hours["from"]), time.fromisoformat(hours["to"]), zone) if hours else None
    return Wishes(news, quiet, zone if spec.get("digest") == Digest.WEEKLY else None)
