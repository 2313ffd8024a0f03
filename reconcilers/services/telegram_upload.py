"""A file while it is sent: whoever reads it, it tells how far they are."""

import io
from pathlib import Path

from reconcilers.delivery import Paced, Report, Step


class Upload(io.FileIO):
    """A file to read. What was read is what the connection took: it is read as it is sent (`InputFile`).

    The network's buffers run ahead by what they hold.
    """

    def __init__(self, path: Path, report: Report) -> None:
        super().__init__(path)
        self._total = path.stat().st_size
        self._report = Paced(report)
        self._tell(0)

    def read(self, size: int | None = -1, /) -> bytes:
        """Up to `size` bytes."""
        data = super().read(-1 if size is None else size)
        self._tell(self.tell())
        return data or b""

    def _tell(self, done: int) -> None:
        self._report(Step.SENDING, done, self._total)
