"""Another time of day for a process of its own: the operator in a world whose clock was pushed forward.

By libfaketime, whose library stands before the C library's `time` and `clock_gettime`. Only the time of day is
another: timers, which count elapsed time, go on as they are, so a process that is to notice has to be woken.
"""

import platform
import sys
from importlib.util import find_spec
from pathlib import Path


def library() -> Path | None:
    """The shared library; None where there is none for this machine."""
    spec = find_spec("libfaketime")
    if spec is None or spec.origin is None or sys.platform != "linux" or platform.machine() != "x86_64":
        return None
    found = Path(spec.origin).parent / "vendor/libfaketime/src/libfaketime.so.1"
    return found if found.exists() else None


class PretendTime:
    """The clock of processes that are started with `environment`; `file` says how far it is ahead."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._offset = 0.0
        self._write()

    def environment(self) -> dict[str, str]:
        """The variables of a process that goes by this clock; none where that can't be done."""
        found = library()
        if found is None:
            return {}
        return {
            "LD_PRELOAD": str(found),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    @property
    def advanced(self) -> bool:
        """Whether it is ahead at all."""
        return self._offset > 0

    def advance(self, seconds: float) -> None:
        """Lets `seconds` pass at once. Raises RuntimeError where that can't be done."""
        if library() is None:
            raise RuntimeError("a process can be given another time only on x86-64 Linux, with libfaketime installed")
        self._offset += seconds
        self._write()

    def _write(self) -> None:
        # In place of the old file at once: a reader sees the one or the other.
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"+{self._offset:.3f}\n")
        fresh.replace(self._file)
