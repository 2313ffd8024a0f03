"""One component of the control plane as a child process that can't outlive its parent."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from pathlib import Path

# The component becomes the shell's process; beside it stays a watcher that reads our end of the pipe on
# stdin. However we end, SIGKILL included, the kernel closes that pipe and the watcher ends the component.
# PR_SET_PDEATHSIG would do it on Linux only, and fires already when the *thread* that started the child
# ends. As the watcher stays in the component's process group, the component's number can't be given to
# another process while the watcher may signal it.
_LIFELINE = """
exec 3<&0 </dev/null
(trap '' TERM; read -r _ <&3; kill -TERM $$; sleep 5; kill -KILL $$) 2>/dev/null &
exec "$@" 3<&-
"""


class Process:
    """A component, started at once. Its output is in `log`, begun anew at each start."""

    def __init__(self, name: str, command: list[str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        with self.log.open("wb") as output:
            self._child = subprocess.Popen(
                ["/bin/sh", "-c", _LIFELINE, name, *command],
                cwd=folder,
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                # A Ctrl-C in the terminal must reach the parent only, which stops the components in order.
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The component's process id."""
        return self._child.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; minus the signal's number where one ended it."""
        return self._child.poll()

    def tail(self, lines: int = 15) -> str:
        """The last lines of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self, bound: float = 10.0) -> None:
        """Ask it to end, and kill it after `bound` seconds. Does nothing once it has ended."""
        if self._child.poll() is None:
            self._child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(bound)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
        if self._child.stdin:
            self._child.stdin.close()


def _environment() -> dict[str, str]:
    # Nothing of this may go through a proxy, and with NOTIFY_SOCKET etcd would report to our service manager.
    unwanted = {"http_proxy", "https_proxy", "all_proxy", "no_proxy", "notify_socket"}
    return {name: value for name, value in os.environ.items() if name.lower() not in unwanted}
