"""The demonstration, as a stranger runs it: as a process of its own, that leaves nothing behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane


def begun(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Its temporary files, and where the running world is noted, are in a folder of their own."""
    command = [sys.executable, "-m", "sandbox.demo", *arguments]
    kept = {name: value for name, value in os.environ.items() if name != "XDG_RUNTIME_DIR"}
    environment = {**kept, "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_asked_for_once_it_ends_with_one_set_in_three_places(tmp_path: Path) -> None:
    demo = begun(tmp_path, "--once")
    told, _ = demo.communicate(timeout=600)
    assert demo.returncode == 0, told
    assert "35 songs, 32 of them in all three places" in told
    assert "3 of them are Partial: a service does not have them." in told
    assert list(tmp_path.iterdir()) == []


def test_asked_to_stop_it_takes_down_all_that_it_started(tmp_path: Path) -> None:
    demo = begun(tmp_path)
    assert demo.stdout is not None
    told = ""
    for line in demo.stdout:
        told += line
        if "The operator: " in line:
            demo.terminate()
    assert demo.wait(60) == 0, told
    assert told.endswith("Stopped.\n") and "Traceback" not in told
    assert list(tmp_path.iterdir()) == []
