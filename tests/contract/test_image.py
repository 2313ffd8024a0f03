"""What the image leaves out is not needed, and what it is made of is what was tested."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

BLOCK = """
import sys
class Left:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("kubernetes.") and (".models." in name or name.endswith("_api")):
            raise ImportError(f"{name} is not in the image")
sys.meta_path.insert(0, Left())
import navaar.process
try:
    from kubernetes.aio.client import CoreV1Api
except ImportError:
    print("left out")
"""


def pinned(name: str) -> set[str]:
    return set(re.findall(r"^[A-Za-z0-9_.-]+==[^ ;\\]+", (ROOT / name).read_text(), re.MULTILINE))


def test_the_image_has_the_versions_that_the_tests_ran_with() -> None:
    assert pinned("requirements.run.lock") < pinned("requirements.lock"), "run make lock"


def test_the_operator_needs_nothing_of_what_the_image_leaves_out() -> None:
    said = subprocess.run([sys.executable, "-c", BLOCK], capture_output=True, text=True, check=False)
    assert said.stdout == "left out\n", said.stderr


def test_both_stages_of_the_image_stand_on_one_pinned_base() -> None:
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert re.fullmatch(r"python:3\.\d+-slim@sha256:[0-9a-f]{64}", bases[0])
    assert set(bases[1:]) == {"base"}
