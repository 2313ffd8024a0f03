"""A newcomer goes from an empty cluster to the first song, and docs/tour.md is what they saw.

`make tour` records it anew: with NAVAAR_TOUR=record the test writes what it would else compare.
"""

import difflib
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox import controlplane, quickstart, scenario
from sandbox.controlplane import ControlPlane
from sandbox.helm.pod import Pod
from sandbox.helm.programs import HELM
from sandbox.operatorprocess import OperatorProcess
from sandbox.stage import Stage
from sandbox.thread import SandboxThread
from sandbox.world import World
from tests.e2e import tourbook
from tests.e2e.conftest import QUICK, until
from tests.e2e.terminal import Answer, Terminal

ROOT = Path(__file__).parents[2]
BOOK = ROOT / "docs/tour.md"
SONGS = scenario.Lists(
    telegram=("bohemian-rhapsody", "wonderwall", "taghdir"),
    youtube=("bohemian-rhapsody", "wonderwall", "yoru-ni-kakeru"),
    spotify=("bohemian-rhapsody", "billie-jean"),
)
"""Wonderwall is placed in one place alone: what is done in two at once has no order that could be written down."""
COOKIES = f"""\
POST /youtubei/v1/browse?prettyPrint=false HTTP/2
Host: music.youtube.com
User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0
Accept: */*
Accept-Language: en-US,en;q=0.5
Content-Type: application/json
X-Goog-AuthUser: 0
Cookie: PREF=f6=40000000; SID=1; __Secure-3PAPISID={scenario.YOUTUBE_SAPISID}
"""
ANSWERS = {
    "navaar auth telegram": [Answer("The bot's token", f"{scenario.BOT_TOKEN}\n", hidden=True)],
    "navaar auth google": [
        Answer("Google client id: ", f"{scenario.GOOGLE_CLIENT_ID}\n"),
        Answer("Google client secret", f"{scenario.GOOGLE_CLIENT_SECRET}\n", hidden=True),
    ],
    "navaar auth spotify": [
        Answer("Spotify client id: ", f"{scenario.SPOTIFY_CLIENT_ID}\n"),
        Answer("Spotify client secret", f"{scenario.SPOTIFY_CLIENT_SECRET}\n", hidden=True),
    ],
    "navaar auth cookies": [Answer("press Ctrl-D", f"{COOKIES}\x04", hidden=True)],
}

pytestmark = [
    pytest.mark.timeout(1800),  # the first start on a machine builds the control plane, and Helm
    pytest.mark.skipif(shutil.which("kubectl") is None, reason="there is no kubectl on PATH"),
]


@pytest.fixture
def plane(tmp_path: Path) -> Iterator[ControlPlane]:
    """A cluster in which nothing is installed."""
    with controlplane.start(data=tmp_path / "plane") as made:
        yield made


class Newcomer:
    """Somebody with a shell in a copy of the project, whose accounts are those of the sandbox."""

    def __init__(self, folder: Path, plane: ControlPlane, box: SandboxThread) -> None:
        project = folder / "project"
        for part in ("charts", "examples"):
            shutil.copytree(ROOT / part, project / part)
        path = f"{Path(sys.executable).parent}:{HELM.ensure().parent}:{os.environ['PATH']}"
        self.environment = {
            "PATH": path,
            "HOME": str(folder),
            "KUBECONFIG": str(plane.kubeconfig),
            **box.environment(),
        }
        self.terminal = Terminal(project, self.environment)
        self.folder, self.plane, self.box, self.stage = folder, plane, box, Stage(plane)
        self.operator: OperatorProcess | None = None

    def types(self, command: str) -> str:
        """What a command shows, and what becomes of it before a person types the next one."""
        if command.startswith("navaar review"):
            self.box.call(lambda: scenario.unsigned(self.box.world, self.box.world.catalogue.by_key("hello-adele")))
            until("it is asked about", self.asked)
        answers = next((said for verb, said in ANSWERS.items() if command.startswith(verb)), ())
        code, shown = self.terminal.type(command, answers)
        assert code == 0 or self.operator is None, f"{command}\n{shown}\n{self.operator and self.operator.tail()}"
        if command.startswith("helm install"):
            self.kubelet()
        elif command.startswith(("navaar auth telegram", "navaar auth google")):
            # In which order the places are read decides where a song was first seen.
            count = len(SONGS.telegram) if "telegram" in command else len({*SONGS.telegram, *SONGS.youtube})
            until("its songs are Tracks", lambda: len(self.stage.list("Track", quickstart.NAMESPACE)) == count)
        elif command.startswith("kubectl apply"):
            until("the operator has looked at it", lambda: self.sync().get("conditions"))
        elif command.startswith("kubectl wait") and "Synced" in command:
            until("all is settled", self.settled)
        return re.sub(r"(https://accounts\.\S+?)\?\S+", r"\1?…", shown)

    def sync(self) -> dict[str, Any]:
        """The status of the MusicSync."""
        found = self.stage.get("MusicSync", quickstart.NAMESPACE, quickstart.NAME)
        status: dict[str, Any] = found.get("status") or {}
        return status

    def asked(self) -> bool:
        """Whether both playlists wait for the answer to a question."""
        tracks = self.stage.list("Track", quickstart.NAMESPACE, "?fieldSelector=status.phase%3DReview")
        states = [t["status"]["placements"][place]["state"] for t in tracks for place in ("youtubeMusic", "spotify")]
        return states == ["Review", "Review"]

    def settled(self) -> bool:
        """Whether every playlist was read again after the last song came, and the status tells of it."""
        status, tracks = self.sync(), self.stage.list("Track", quickstart.NAMESPACE)
        seen = (t["status"]["placements"][place].get("seen") for t in tracks for place in ("youtubeMusic", "spotify"))
        counted = {status[place].get("items") for place in ("youtubeMusic", "spotify")}
        ready = next(c["reason"] for c in status["conditions"] if c["type"] == "Ready")
        return all(seen) and counted == {len(tracks)} == {status["counts"]["synced"]} and ready == "Synced"

    def kubelet(self) -> None:
        """There are no nodes here, and so no kubelet: what it would do with the Deployment is done by hand."""
        address = f"/apis/apps/v1/namespaces/{quickstart.NAMESPACE}/deployments/navaar"
        deployment: dict[str, Any] = self.stage.api.get(address)
        pod = Pod.of(deployment, self.folder / "pod", {})
        kubeconfig = self.plane.kubeconfig_for(pod.namespace, pod.account)
        environment = {**pod.environment, **self.box.environment()}
        self.operator = OperatorProcess(kubeconfig, [*pod.arguments, *QUICK], environment, self.folder)
        self.operator.wait_ready()
        status = dict.fromkeys(("replicas", "readyReplicas", "updatedReplicas", "availableReplicas"), 1)
        status["observedGeneration"] = deployment["metadata"]["generation"]
        self.stage.api.request("PATCH", f"{address}/status", {"status": status}, "application/merge-patch+json")


def test_the_tour_shows_what_a_newcomer_sees(plane: ControlPlane, tmp_path: Path) -> None:
    before = BOOK.read_text()
    with SandboxThread(World(), tmp_path) as box:
        box.call(lambda: scenario.fill(box.world, SONGS))
        newcomer = Newcomer(tmp_path, plane, box)
        try:
            seen = tourbook.recorded(before, newcomer.types)
            assert list((tmp_path / "pod/tmp").glob("navaar-audio-*")), "audio goes where the pod may write"
            elsewhere(newcomer.terminal)
        finally:
            if newcomer.operator is not None:
                newcomer.operator.stop()
        assert not box.refused
    code, left = newcomer.terminal.type("helm uninstall navaar -n music && kubectl get crd -o name")
    assert code == 0 and "tracks.navaar.dev" in left, "songs outlive the operator"
    if os.environ.get("NAVAAR_TOUR") == "record":
        BOOK.write_text(seen)
    elif seen != before:
        differ = "\n".join(
            difflib.unified_diff(before.splitlines(), seen.splitlines(), "recorded", "seen", lineterm="")
        )
        pytest.fail(f"docs/tour.md is stale; `make tour` records it anew:\n{differ}", pytrace=False)


def elsewhere(terminal: Terminal) -> None:
    """Doctor's line for one more namespace does what it says; and an operator without a Deployment is seen."""
    code, told = terminal.type("kubectl create namespace more && navaar doctor -n more --offline")
    line = re.search(r"✗ No operator serves namespace more\.\n  → (helm upgrade .*)\n", told)
    assert code == 1 and line is not None, told
    code, told = terminal.type(f"{line[1]} && navaar doctor -n more --offline")
    assert code == 0 and "may do what it must (in more)" in told, told
    code, told = terminal.type("kubectl delete deployment -n music navaar && navaar doctor -n music --offline")
    assert code == 0 and " is active;" in told and "! It runs without a Deployment" in told, told
