"""Many operators, one after another: each is forked from a process that has imported all of it already.

An operator's imports take a second of a processor, which is most of what a short-lived one takes. Everything else is as in
`start_python`: a process of its own, with its own environment, output and signals.
"""

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

PRELOADED = ("navaar.process",)

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(list(PRELOADED))


class Forked:
    """A forked process, used as `subprocess.Popen` is."""

    def __init__(self, process: ForkServerProcess) -> None:
        assert process.pid is not None, "it was started"
        self._process, self.pid = process, process.pid

    @property
    def returncode(self) -> int:
        """Its exit code, below zero for the signal that ended it. Only after its end."""
        code = self._process.exitcode
        assert code is not None, "it has ended"
        return code

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Raises `subprocess.TimeoutExpired`."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return self._process.exitcode

    def send_signal(self, sig: int, /) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def start_forked(arguments: Sequence[str], environment: Mapping[str, str], output: Path) -> Forked:
    """`arguments` are ``-m``, a module and the module's own."""
    process = _context.Process(target=_run, args=(tuple(arguments), dict(environment), output))
    process.start()
    return Forked(process)


def _run(arguments: tuple[str, ...], environment: dict[str, str], output: Path) -> None:
    os.setsid()
    with output.open("wb") as log:
        os.dup2(log.fileno(), sys.stdout.fileno())
        os.dup2(log.fileno(), sys.stderr.fileno())
    os.environ.clear()
    os.environ.update(environment)
    _, module, *sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)
