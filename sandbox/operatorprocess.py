"""The operator as a process of its own, as people run it: under a ServiceAccount, behind the sandbox's proxy."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

START_TIMEOUT = 60.0
STOP_TIMEOUT = 40.0


class Running(Protocol):
    """What is used of a `subprocess.Popen`."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int, /) -> None: ...
    def terminate(self) -> None: ...


Start = Callable[[Sequence[str], Mapping[str, str], Path], Running]
"""Starts Python with these arguments (``-m``, a module, the module's own), this environment, and all output in that file.

The process leads a group of its own."""


def start_python(arguments: Sequence[str], environment: Mapping[str, str], output: Path) -> Running:
    """As anybody would."""
    with output.open("wb") as log:
        return subprocess.Popen(
            [sys.executable, *arguments], env=environment, stdout=log, stderr=log, start_new_session=True
        )


class OperatorProcess:
    """`navaar run` against a kubeconfig. `log` is the file with all that it said."""

    def __init__(
        self,
        kubeconfig: Path,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        program: Sequence[str] = ("-m", "navaar"),
        start: Start = start_python,
    ) -> None:
        """`arguments` are those of `navaar`, `run` first; which cluster, port and format of log is said behind them.

        `program` is what Python is given to run `navaar`. Of this process's environment it gets no more than a container
        would.
        """
        self.log = folder / f"operator-{time.time_ns()}.log"
        self.port = _free_port()
        command = [*program, *arguments, "--kubeconfig", str(kubeconfig)]
        command += ["--listen", f"127.0.0.1:{self.port}", "--log-format", "console"]
        inherited = {name: value for name, value in os.environ.items() if name == "PATH" or name.startswith("PYTHON")}
        self.process = start(command, {**inherited, **environment}, self.log)

    def wait_ready(self, timeout: float = START_TIMEOUT) -> None:
        """Returns once /readyz says so. Raises RuntimeError, with the end of the log, if it doesn't come to that."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"the operator ended with {self.process.returncode}:\n{self.tail()}")
            try:
                self.get("/readyz")
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"the operator is not ready after {timeout:.0f} s:\n{self.tail()}")

    def get(self, path: str) -> str:
        """The answer of one of its endpoints. Raises OSError (HTTPError is one)."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            text: str = answer.read().decode()
            return text

    def rss(self) -> int:
        """Bytes of memory that the process holds."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("the operator is gone")

    def cpu(self) -> float:
        """Seconds of processor time that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self, timeout: float = STOP_TIMEOUT) -> int:
        """SIGTERM, and its exit code; killed if it takes longer than `timeout` seconds."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.returncode

    def kill(self) -> None:
        """SIGKILL, to it and to what it started."""
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError):
                kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def tail(self, lines: int = 40) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
