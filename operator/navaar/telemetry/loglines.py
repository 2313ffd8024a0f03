"""The last lines of the log in memory, redacted: for those who ask this process, without a collector."""

import logging
import traceback
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from navaar.telemetry import logs

LINES = 2000
LENGTH = 2000
"""Characters of a message that are kept, and of a traceback."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `number` counts up from 1; `at` is Unix seconds; `about` is what it is about (sync, track, …)."""

    number: int
    at: float
    level: str
    logger: str
    message: str
    about: tuple[tuple[str, str], ...] = ()
    trace: str = ""


class LogLines(logging.Handler):
    """Keeps the last `limit` lines that are logged. Add it to the root logger, after `logs.configure`."""

    def __init__(self, limit: int = LINES) -> None:
        super().__init__()
        self._lines: deque[Line] = deque(maxlen=limit)
        self._count = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps the line. Never raises: a line that can't be made is left out."""
        try:
            error = record.exc_info[1] if record.exc_info else None
            trace = "".join(traceback.format_exception(error)) if error is not None else ""
            self._count += 1
            self._lines.append(
                Line(
                    self._count,
                    record.created,
                    record.levelname.lower(),
                    record.name,
                    logs.message_of(record)[:LENGTH],
                    logs.fields(),
                    logs.redacted(trace)[-LENGTH:],
                )
            )
        except Exception:
            self.handleError(record)

    def latest(self) -> Iterator[Line]:
        """The lines, the last one first."""
        return reversed(list(self._lines))
