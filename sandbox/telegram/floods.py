"""How much a bot may send before Telegram asks it to wait."""

import math
from collections import deque
from dataclasses import dataclass, field


@dataclass(eq=False)
class Floods:
    """Sliding windows on the world's clock, set by attributes; a limit of 0 is none.

    `per_minute` counts messages to one group or channel, `private_burst` messages to one person within as
    many seconds (one a second on average), `per_second` all messages of a bot.
    """

    per_minute: int = 20
    private_burst: int = 20
    per_second: int = 30
    sent: dict[tuple[int, int], deque[float]] = field(default_factory=dict)

    def wait(self, bot_id: int, chat_id: int, now: float, count: int = 1) -> int:
        """Retry-After in seconds for `count` more messages to the chat, or 0, which counts them as sent."""
        limits = [((bot_id, 0), self.per_second, 1.0)]
        if chat_id < 0:
            limits.append(((bot_id, chat_id), self.per_minute, 60.0))
        else:
            limits.append(((bot_id, chat_id), self.private_burst, float(self.private_burst)))
        longest = 0.0
        for key, limit, window in limits:
            times = self.sent.setdefault(key, deque())
            while times and times[0] <= now - window:
                times.popleft()
            if limit and len(times) + count > limit and times:
                excess = min(len(times) + count - limit, len(times))
                longest = max(longest, times[excess - 1] + window - now)
        if longest > 0:
            return max(1, math.ceil(longest))
        for key, _, _ in limits:
            self.sent[key].extend([now] * count)
        return 0
