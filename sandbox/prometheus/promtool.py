"""promtool: built once, as go.mod pins it. Which series a range holds differs between releases, so no other will do.

Without what discovers targets (`remove_all_sd`) it is built in some three minutes on two cores, and is cached from then on.
"""

import subprocess
from pathlib import Path

from sandbox.controlplane.goprogram import GoProgram

SOURCE = Path(__file__).parent
FLAGS = ("-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-tags=remove_all_sd")

PROMTOOL = GoProgram(
    "promtool", "promtool", SOURCE, "prometheus", FLAGS, "github.com/prometheus/prometheus/cmd/promtool"
)


def failures(*arguments: str | Path) -> str:
    """What `promtool` has to complain about; empty when it is content."""
    command = [str(PROMTOOL.ensure()), *map(str, arguments)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if answer.returncode == 0 else f"{answer.stdout}\n{answer.stderr}".strip()
