"""The time at the terminal."""

import time

from navaar.people.span import short


def now() -> float:
    """Unix seconds."""
    return time.time()


def since(moment: float | None) -> str:
    """How long ago, shortly; empty where that isn't known."""
    return short(now() - moment) if moment is not None else ""
