"""Somebody at a shell, with the command line and kubectl, beside a running operator."""

import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from navaar.cli import main
from sandbox import scenario
from tests.e2e.conftest import Make, Scene

BIN = Path(sys.executable).parent
KUBECTL = pytest.mark.skipif(shutil.which("kubectl") is None, reason="there is no kubectl on PATH")


@dataclass
class Answer:
    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """What it says went wrong, in one sentence."""
        assert self.code != 0, self.out
        assert self.err.startswith("navaar: "), self.err
        assert "Traceback" not in self.err
        return self.err


@dataclass(frozen=True)
class Person:
    """Somebody with a terminal that is no terminal: what a script sees."""

    scene: Scene
    kubeconfig: Path
    namespace: str

    def __call__(self, *words: str) -> str:
        """What it prints, as a process of its own."""
        answer = self._run([str(BIN / "navaar"), *words, "--kubeconfig", str(self.kubeconfig), "-n", self.namespace])
        assert answer.code == 0, f"{words}: {answer.err}\n{self.scene.tail()}"
        return answer.out

    def ask(self, *words: str) -> Answer:
        """The same in this process, which starts nothing anew."""
        with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
            code = main([*words, "--kubeconfig", str(self.kubeconfig), "-n", self.namespace])
        return Answer(code, out.getvalue(), err.getvalue())

    def does(self, *words: str) -> None:
        """Has it carried out."""
        answer = self.ask(*words)
        assert answer.code == 0, f"{words}: {answer.err}\n{self.scene.tail()}"

    def kubectl(self, *words: str) -> str:
        answer = self._run(["kubectl", *words, "--kubeconfig", str(self.kubeconfig), "-n", self.namespace])
        assert answer.code == 0, answer.err
        return answer.out

    def _run(self, command: list[str]) -> Answer:
        kept = {name: value for name, value in os.environ.items() if name == "HOME" or name.startswith("PYTHON")}
        environment = {**kept, "PATH": f"{BIN}:{os.environ['PATH']}"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
        return Answer(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def scene(shared_scene_with: Make) -> Scene:
    """One operator for all that is asked here: its places in step, but for one song that it asks about."""
    made = shared_scene_with()
    box = made.box
    box.call(lambda: scenario.unsigned(box.world, box.world.catalogue.by_key("hello-adele")))
    made.begin()
    made.start()
    made.until("all but one song are in step", lambda: phases(made) == {"Synced", "Partial", "Review"})
    made.wait_at_rest()
    return made


@pytest.fixture(scope="module")
def person(scene: Scene) -> Person:
    return Person(scene, scene.stage.plane.kubeconfig, scene.namespace)


def phases(scene: Scene) -> set[str]:
    return {(track.get("status") or {}).get("phase", "") for track in scene.tracks()}


def spec(scene: Scene, name: str) -> dict[str, Any]:
    spec: dict[str, Any] = scene.stage.get("Track", scene.namespace, name)["spec"]
    return spec


def columns(text: str) -> list[list[str]]:
    return [re.split(r" {2,}", line) for line in text.splitlines()]


def counts(scene: Scene) -> dict[str, int]:
    counts: dict[str, int] = scene.sync()["status"]["counts"]
    return counts


@pytest.fixture
def given_up(scene: Scene) -> Iterator[list[str]]:
    """Two songs that failed: each is pinned to what isn't there."""
    names = ["dead-pin", "deader-pin"]
    for number, name in enumerate(names):
        pins = {"spotify": str(number) * 22}
        scene.track(name, title=name, artists=["Nobody"], pins=pins, excludeFrom=["telegram", "youtubeMusic"])
    scene.until("both are given up", lambda: counts(scene).get("failed") == 2)
    yield names
    for name in names:
        scene.stage.delete("Track", scene.namespace, name)
    scene.until("they are forgotten", lambda: not counts(scene).get("failed"))
