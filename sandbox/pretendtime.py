"""Another time of day for a process of its own: the operator in a world whose clock was pushed forward.

`python -m sandbox.pretendtime FILE run …` is `navaar run …`, ahead of the real time by as many seconds as the file says.
Only the time of day is another: timers, which count elapsed time, go on as they are, so a process that is to notice has
to be woken.
"""

import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

NOTICED = 0.01
"""Seconds between two looks at the file."""


class PretendTime:
    """The clock of processes that are started as `program`; `file` says how far it is ahead."""

    def __init__(self, file: Path, ahead: float = 0.0) -> None:
        """It begins `ahead` seconds from now."""
        self._file = file
        self.module = "sandbox.pretendtime"
        """What Python runs, with the file as its first argument; it begins with `follow`."""
        self._offset, self._began = ahead, ahead
        self._write()

    @property
    def program(self) -> tuple[str, ...]:
        """What Python is to run in the place of ``-m navaar``."""
        return "-m", self.module, str(self._file)

    @property
    def advanced(self) -> bool:
        """Whether it was pushed forward since it began."""
        return self._offset > self._began

    def advance(self, seconds: float) -> None:
        """Lets `seconds` pass at once; returns when the processes have noticed."""
        self._offset += seconds
        self._write()
        time.sleep(5 * NOTICED)

    def _write(self) -> None:
        # In place of the old file at once: a reader sees the one or the other.
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{self._offset:.3f}\n")
        fresh.replace(self._file)


def follow(file: Path) -> None:
    """Has this process go by the file's time from here on."""
    import time_machine

    ahead = float(file.read_text())
    clock = time_machine.travel(datetime.now(UTC) + timedelta(seconds=ahead), tick=True).start()

    def look() -> None:
        nonlocal ahead
        while True:
            time.sleep(NOTICED)
            now = float(file.read_text())
            if now != ahead:
                clock.shift(now - ahead)
                ahead = now

    threading.Thread(target=look, daemon=True, name="pretend-time").start()


def main() -> int:
    """`navaar`, at another time."""
    follow(Path(sys.argv.pop(1)))
    from navaar.cli import main as navaar

    return navaar()


if __name__ == "__main__":
    sys.exit(main())
