"""An operator that is forked is as good as one that was started."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from sandbox.operatorprocess import Running, Start, start_python
from sandbox.warmstart import start_forked
from tests.waiting import until

CHILD = ("-m", "tests.contract.forked")


@pytest.fixture(params=[start_python, start_forked])
def start(request: pytest.FixtureRequest) -> Start:
    made: Start = request.param
    return made


def told(output: Path) -> Any:
    """What it said, once it has."""
    until(lambda: output.exists() and output.read_text().endswith("\n"), seconds=60)
    return json.loads(output.read_text())


def environment() -> Mapping[str, str]:
    return {"PYTHONPATH": ":".join(path for path in sys.path if path), "NAVAAR_LIKES": "Hyperballad"}


def begin(start: Start, output: Path, *arguments: str) -> Running:
    asked: Sequence[str] = (*CHILD, *arguments)
    return start(asked, environment(), output)


def test_it_has_its_own_arguments_environment_and_group_and_ends_with_its_own_code(
    start: Start, tmp_path: Path
) -> None:
    process = begin(start, tmp_path / "out", "--port", "0")
    assert process.wait(20) == process.poll() == process.returncode == 3
    said = told(tmp_path / "out")
    assert (said["arguments"], said["group"]) == (["--port", "0"], True)
    assert said["environment"].items() >= environment().items()
    assert not {"HOME", "PYTEST_CURRENT_TEST"} & said["environment"].keys()


def test_it_ends_by_the_signal_that_it_is_sent(start: Start, tmp_path: Path) -> None:
    process = begin(start, tmp_path / "out", "wait")
    told(tmp_path / "out")
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.01)
    assert process.poll() is None
    process.terminate()
    assert process.wait(20) == -15
    process.terminate()  # To one that is gone it is no error.


def test_a_forked_one_has_the_operator_imported_already(tmp_path: Path) -> None:
    assert begin(start_forked, tmp_path / "out").wait(20) == 3
    assert told(tmp_path / "out")["imported"]
