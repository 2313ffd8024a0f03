"""A newcomer follows the README, from `helm install` to the first song, by copy and paste."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox import controlplane, scenario
from sandbox.controlplane import ControlPlane
from sandbox.helm.pod import Pod
from sandbox.helm.programs import HELM
from sandbox.operatorprocess import OperatorProcess
from sandbox.stage import Stage
from sandbox.thread import SandboxThread
from sandbox.world import World
from tests.e2e.conftest import QUICK
from tests.e2e.person import sign_in

ROOT = Path(__file__).parents[2]
ANSWERS = {
    "telegram": scenario.BOT_TOKEN,
    "google": f"{scenario.GOOGLE_CLIENT_ID}\n{scenario.GOOGLE_CLIENT_SECRET}\n",
    "spotify": f"{scenario.SPOTIFY_CLIENT_ID}\n{scenario.SPOTIFY_CLIENT_SECRET}\n",
}

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane, and Helm


@pytest.fixture
def plane(tmp_path: Path) -> Iterator[ControlPlane]:
    """A cluster in which nothing is installed."""
    with controlplane.start(data=tmp_path / "plane") as made:
        yield made


class Newcomer:
    """Somebody with a shell in a copy of the project, whose accounts are those of the sandbox."""

    def __init__(self, folder: Path, plane: ControlPlane) -> None:
        self.folder = folder / "project"
        for part in ("charts", "examples"):
            shutil.copytree(ROOT / part, self.folder / part)
        path = f"{HELM.ensure().parent}:{os.environ['PATH']}"
        self.environment = {"PATH": path, "HOME": str(folder), "KUBECONFIG": str(plane.kubeconfig)}

    def run(self, command: str) -> str:
        answer = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert answer.returncode == 0, f"{command}\n{answer.stdout}\n{answer.stderr}"
        return answer.stdout

    def looks_around(self) -> tuple[int, str]:
        """`navaar doctor`, of the cluster alone: exit code, and what it says."""
        command = [sys.executable, "-m", "navaar", "doctor", "--offline", "-n", "music"]
        answer = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert answer.stderr == ""
        return answer.returncode, answer.stdout

    def sign_in(self, command: str, world: dict[str, str]) -> None:
        words = shlex.split(command, comments=True)[2:]
        code, _, told = sign_in(words, ANSWERS[words[0]], {**self.environment, **world})
        assert code == 0, told


def commands() -> Iterator[str]:
    """What the README tells to type, from `helm install` to the first wait for a song."""
    used = (ROOT / "README.md").read_text().partition("## Use it")[2].partition("### ")[0]
    for found in re.finditer(r"^\$ (.*)$", used, re.MULTILINE):
        yield found[1]
        if "track/" in found[1]:
            return


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="there is no kubectl on PATH")
def test_the_readme_leads_from_helm_install_to_the_first_song(plane: ControlPlane, tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path, plane)
    code, found = newcomer.looks_around()
    assert code == 1
    for said in (
        "✗ MusicSync is not installed",
        "✗ No operator is installed",
        "! 1. Install the operator: helm install navaar",
    ):
        assert said in found
    assert (
        found.index("2. Sign in: navaar auth telegram") < found.index("3. Apply a MusicSync") < found.index("4. Watch")
    )
    install, *rest = commands()
    assert install.startswith("helm install")
    assert "kubectl rollout status -n music deployment/navaar" in newcomer.run(install)
    # There are no nodes here, and so no kubelet: what it would do with the Deployment is done by hand.
    deployment: dict[str, Any] = Stage(plane).api.get("/apis/apps/v1/namespaces/music/deployments/navaar")
    pod = Pod.of(deployment, tmp_path / "pod", {})
    with SandboxThread(World(), tmp_path) as box:
        box.call(lambda: scenario.small(box.world))
        kubeconfig = plane.kubeconfig_for(pod.namespace, pod.account)
        environment = {**pod.environment, **box.environment()}
        operator = OperatorProcess(kubeconfig, [*pod.arguments, *QUICK], environment, tmp_path)
        try:
            operator.wait_ready()
            for command in rest:
                if command.startswith("navaar auth "):
                    newcomer.sign_in(command, box.environment())
                else:
                    newcomer.run(command)
            assert list((tmp_path / "pod/tmp").glob("navaar-audio-*")), "audio goes where the pod may write"
        finally:
            operator.stop()
        assert not box.refused
    here = newcomer.run("kubectl get tracks -n music --field-selector status.phase=Synced -o name")
    assert f"track.navaar.dev/{rest[-1].partition('track/')[2].partition(' ')[0]}\n" in here
    assert "FIELDS:" in newcomer.run("kubectl explain track.spec.pins")
    assert "tracks.navaar.dev" in newcomer.run("helm uninstall navaar -n music && kubectl get crd -o name")
