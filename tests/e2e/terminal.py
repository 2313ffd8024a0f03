"""A person at a terminal: types a command, answers what is asked, agrees in the browser, and reads what is shown."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.browser import Browser

PAGE = re.compile(r"^(https://\S+)\r?\n", re.MULTILINE)
"""What a person opens: an address on a line of its own."""

_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True)
class Answer:
    """What the person says once `asked` is shown; `hidden`: not before what is typed is no longer shown."""

    asked: str
    said: str
    hidden: bool = False


@dataclass
class Terminal:
    """A shell in `folder`. `environment` leads into the local world, where the browser is, too."""

    folder: Path
    environment: Mapping[str, str]
    columns: int = 100
    patience: float = 120.0
    """Seconds for one command."""
    pages: list[str] = field(default_factory=list)
    """What was opened in the browser."""

    def type(self, command: str, answers: Sequence[Answer] = ()) -> tuple[int, str]:
        """Its exit code, and all that it shows, without colours. Raises TimeoutError with what it showed until then."""
        outer, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 50, self.columns, 0, 0))
        environment = {"TERM": "xterm-256color", "LANG": "C.UTF-8", **self.environment}
        process = subprocess.Popen(
            ["bash", "-c", command], cwd=self.folder, env=environment,
            stdin=inner, stdout=inner, stderr=inner, start_new_session=True,
        )  # fmt: skip
        os.close(inner)
        try:
            shown = self._attend(outer, process, list(answers))
            return process.wait(self.patience), _COLOURS.sub("", shown).replace("\r\n", "\n")
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            os.close(outer)

    def _attend(self, outer: int, process: subprocess.Popen[bytes], waiting: list[Answer]) -> str:
        end = time.monotonic() + self.patience
        raw, opened, threads = b"", len(self.pages), []
        while True:
            shown = raw.decode(errors="ignore")
            if time.monotonic() > end:
                raise TimeoutError(f"after {self.patience:.0f} s it has shown:\n{shown}")
            found = PAGE.findall(shown)
            for page in found[len(self.pages) - opened :]:
                self.pages.append(page)
                threads.append(threading.Thread(target=self._agree, args=(page,), daemon=True))
                threads[-1].start()
            if waiting and waiting[0].asked in shown and (not waiting[0].hidden or _unseen(outer)):
                os.write(outer, waiting.pop(0).said.encode())
            if not select.select([outer], [], [], 0.02)[0]:
                continue
            try:
                more = os.read(outer, 65536)
            except OSError:  # how a pseudo-terminal says that nobody is at its other end any more
                break
            if not more:
                break
            raw += more
        for thread in threads:
            thread.join(20)
        return raw.decode()

    def _agree(self, page: str) -> None:
        browser = Browser(self.environment)
        browser.open(browser.answer(page))


def _unseen(terminal: int) -> bool:
    """Whether what is typed is not shown."""
    return not termios.tcgetattr(terminal)[3] & termios.ECHO
