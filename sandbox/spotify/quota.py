"""How much one developer may ask of the simulated Spotify."""

from collections import deque
from dataclasses import dataclass, field

WINDOW = 30.0
DAY = 86400.0


@dataclass(slots=True)
class Quota:
    """Two rolling windows over all applications of one developer; None means no limit.

    `per_window` requests in 30 seconds (Spotify publishes no number), `per_day` in 24 hours.
    """

    per_window: int | None = None
    per_day: int | None = None
    times: deque[float] = field(default_factory=deque)

    def used(self, now: float, seconds: float) -> int:
        """How many requests the last `seconds` saw."""
        return sum(at > now - seconds for at in self.times)

    def spend(self, now: float) -> tuple[float, str | None] | None:
        """Counts a request; one too many is not counted: (seconds to wait, the vendor's reason)."""
        while self.times and self.times[0] <= now - DAY:
            self.times.popleft()
        if self.per_day is not None and len(self.times) >= self.per_day:
            return self.times[-self.per_day] + DAY - now, "QUOTA_EXCEEDED"
        if self.per_window is not None and len(self.times) >= self.per_window:
            first = self.times[-self.per_window]
            if first > now - WINDOW:
                return first + WINDOW - now, None
        self.times.append(now)
        return None
