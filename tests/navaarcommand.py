"""The command line, as a process of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path


def navaar(*arguments: str, kubeconfig: Path | None = None, code: int = 0) -> tuple[str, str]:
    """What the command prints, and what it says beside that."""
    environment = {**os.environ, **({"KUBECONFIG": str(kubeconfig)} if kubeconfig else {})}
    answer = subprocess.run(
        [sys.executable, "-m", "navaar", *arguments], capture_output=True, text=True, env=environment, timeout=60
    )
    assert answer.returncode == code, answer.stderr
    return answer.stdout, answer.stderr


def accepted(told: str) -> str:
    """The acceptance of the channel's past that a verb proposes."""
    found = re.search(r"navaar\.dev/accept-past=([^']+)'", told)
    assert found, told
    return found[1]
