"""Memory that was needed for a moment: given back to the system."""

import ctypes
from collections.abc import Callable
from functools import lru_cache
from typing import Any


def give_back() -> None:
    """Returns what the C library holds of freed memory; some milliseconds. Does nothing where that can't be asked for.

    A long listing, taken in, leaves tens of MiB in holes that would otherwise stay the process's.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@lru_cache(maxsize=1)
def _trim() -> Callable[[int], Any] | None:
    """What the C library calls malloc_trim (man 3 malloc_trim); glibc has it, musl has not."""
    try:
        found: Callable[[int], Any] = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError, TypeError):
        return None
    return found
