"""The world's clock: real time plus an offset that tests and people can push forward."""

import time


class Clock:
    """Unix seconds. ``advance`` moves every expiry, retention and quota window at once."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        """Unix time in the world, in seconds."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Lets `seconds` pass at once; never backwards."""
        if seconds < 0:
            raise ValueError("the world's clock only moves forward")
        self.offset += seconds
