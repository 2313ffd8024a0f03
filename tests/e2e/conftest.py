"""A control plane for the whole session, and for every test a world, a namespace and an operator of its own."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import pytest

from sandbox import controlplane, quickstart, scenario
from sandbox.controlplane import ApiError, ControlPlane
from sandbox.faults import Fault
from sandbox.helm import release
from sandbox.helm.pod import Pod
from sandbox.helm.release import Release
from sandbox.operatorprocess import OperatorProcess
from sandbox.pretendtime import PretendTime
from sandbox.shelf import Row, Shelf
from sandbox.stage import Stage
from sandbox.thread import SandboxThread
from sandbox.warmstart import start_forked
from sandbox.world import World

QUICK = ("--settle", "4", "--confirm", "1", "--deadline", "12")
"""Seconds instead of minutes, so that what needs time needs little."""

REST = 5.0
"""Seconds: more than what `QUICK` waits for."""

API_TOKEN = "0123456789abcdef-token-for-scripts"
"""Sees all that the API of any operator here tells."""

DAY = 86400.0
NOON = DAY / 2
"""Seconds after midnight, UTC: four or five in the morning in California, by which Google counts its days."""

PATIENCE = 120.0
"""Seconds that a test waits for what takes one or two on a quiet machine."""


@pytest.fixture(scope="session")
def control_plane() -> Iterator[ControlPlane]:
    """The real API server, started once."""
    with controlplane.start(audit=True) as plane:
        yield plane


@pytest.fixture(scope="session")
def stage(control_plane: ControlPlane) -> Stage:
    """The cluster, with Navaar's resources in it."""
    made = Stage(control_plane)
    made.install([])
    return made


def until(
    what: str, holds: Callable[[], Any], seconds: float = PATIENCE, otherwise: Callable[[], str] = lambda: ""
) -> Any:
    """Waits until `holds` is true, and returns what it said. Fails in a sentence."""
    end = time.monotonic() + seconds
    last: Any = None
    while time.monotonic() < end:
        try:
            last = holds()
        except (ApiError, AssertionError) as error:
            # An assertion inside what is waited for (one Track of a title, while two still stand) does not hold *yet*.
            last = error
        else:
            if last:
                return last
        time.sleep(0.1)
    pytest.fail(f"{what}: not within {seconds:.0f} s; last seen: {last}\n{otherwise()}")


@dataclass
class Scene:
    """One world, one or more namespaces and one operator."""

    stage: Stage
    box: SandboxThread
    folder: Path
    namespace: str
    namespaces: list[str]
    release: Release
    time: PretendTime | None
    operators: list[OperatorProcess] = field(default_factory=list)

    # ------------------------------------------------------------------ the operator

    def start(self, *arguments: str) -> OperatorProcess:
        """Starts the operator as the chart's Deployment says, and waits until it is ready."""
        operator = self.launch(*arguments)
        operator.wait_ready()
        return operator

    def launch(self, *arguments: str) -> OperatorProcess:
        """Starts the operator; the Lease and so the bots' heartbeats are this scene's own."""
        authorities = {release.AUTHORITIES: {"ca.crt": self.box.sandbox.ca_file.read_text()}}
        secrets = {release.API_TOKEN: {"token": API_TOKEN}}
        pod = Pod.of(self.release.deployment, self.folder / f"pod-{len(self.operators)}", authorities, secrets)
        operator = OperatorProcess(
            self.stage.plane.kubeconfig_for(pod.namespace, pod.account),
            [*pod.arguments, *QUICK, *arguments],
            pod.environment,
            self.folder,
            program=self.time.program if self.time is not None else ("-m", "navaar"),
            start=start_forked,
        )
        self.operators.append(operator)
        return operator

    @property
    def operator(self) -> OperatorProcess:
        return self.operators[-1]

    def tail(self) -> str:
        return self.operator.tail(60) if self.operators else "(no operator)"

    # ------------------------------------------------------------------ what people do

    def apply(self, manifest: dict[str, Any], namespace: str | None = None) -> dict[str, Any]:
        manifest["metadata"]["namespace"] = namespace or self.namespace
        return self.stage.apply(manifest)

    def begin(self, **spec: Any) -> None:
        """Secrets and MusicSync of the quickstart."""
        for manifest in quickstart.secrets():
            self.apply(manifest)
        self.apply(quickstart.musicsync(**spec))

    def track(self, name: str, **spec: Any) -> None:
        """A person applies a Track."""
        self.apply(
            {
                "apiVersion": "navaar.dev/v1alpha1",
                "kind": "Track",
                "metadata": {"name": name},
                "spec": {"musicSyncRef": {"name": quickstart.NAME}, **spec},
            }
        )

    def advance(self, seconds: float) -> None:
        """Lets time pass at once, for the services and for the operator, which is woken to see it."""
        assert self.time is not None, "only in tests that are marked `time_travel`"
        self.box.call(lambda: self.box.world.clock.advance(seconds))
        self.time.advance(seconds)
        self.nudge()

    def nudge(self) -> None:
        """Wakes the operator without asking it for anything."""
        for namespace in self.namespaces:
            for found in self.stage.list("MusicSync", namespace):
                body = {"metadata": {"annotations": {"tests/nudge": str(time.time_ns())}}}
                self.stage.patch("MusicSync", namespace, found["metadata"]["name"], body)

    def post(self, *keys: str) -> None:
        """Somebody posts these songs of the catalogue to the channel."""
        world = self.box.world
        for key in keys:
            self.box.call(partial(scenario.post, world, world.catalogue.by_key(key)))

    def listed(self, service: str, *keys: str) -> None:
        """Somebody adds these songs of the catalogue to a playlist, "youtube" or "spotify"."""
        world = self.box.world
        for key in keys:
            song = world.catalogue.by_key(key)
            if service == "youtube":
                assert song.video_id is not None
                self.box.call(partial(world.youtube.add, scenario.YOUTUBE_PLAYLIST, song.video_id))
            else:
                assert song.spotify_id is not None
                self.box.call(partial(world.spotify.add, scenario.SPOTIFY_PLAYLIST, song.spotify_id))

    def break_(self, kind: str, service: str, call: str = "*", **how: Any) -> None:
        """Arms a fault of `sandbox.faults`."""
        self.box.call(partial(self.box.world.faults.arm, Fault(kind, service, call, **how)))

    def mend(self, service: str | None = None) -> None:
        """Ends the faults of a service, or all."""
        self.box.call(partial(self.box.world.faults.clear, service))

    def patch_sync(self, body: dict[str, Any]) -> None:
        self.stage.patch("MusicSync", self.namespace, quickstart.NAME, body)

    def annotate(self, **annotations: str) -> None:
        named = {f"navaar.dev/{key.replace('_', '-')}": value for key, value in annotations.items()}
        self.patch_sync({"metadata": {"annotations": named}})

    def sync_now(self) -> None:
        """Asks for a pass and waits until it was made."""
        token = str(time.time_ns())
        self.annotate(reconcile_requested_at=token)
        self.until("the pass was made", lambda: self.sync().get("status", {}).get("lastHandledReconcileAt") == token)

    # ------------------------------------------------------------------ what there is

    def until(self, what: str, holds: Callable[[], Any], seconds: float = PATIENCE) -> Any:
        asked = iter(count(1))

        def awake() -> Any:
            # Timers go on as they are: a pass that was under way while time was advanced ends long before the next is due.
            if self.time is not None and self.time.advanced and next(asked) % 50 == 0:
                self.nudge()
            return holds()

        return until(what, awake, seconds, lambda: f"{self.summary()}\n{self.tail()}")

    def summary(self) -> str:
        try:
            lines = [json.dumps(self.conditions())]
            lines += [
                f"{t['metadata']['name']} {json.dumps(t.get('status', {}))[:600]}"
                for t in self.tracks()
                if not settled(t)
            ]
        except ApiError as error:
            return str(error)
        return "\n".join(lines)

    def sync(self, name: str = quickstart.NAME, namespace: str | None = None) -> dict[str, Any]:
        return self.stage.get("MusicSync", namespace or self.namespace, name)

    def conditions(self, name: str = quickstart.NAME, namespace: str | None = None) -> dict[str, tuple[str, str, str]]:
        status = self.sync(name, namespace).get("status") or {}
        return {c["type"]: (c["status"], c["reason"], c.get("message", "")) for c in status.get("conditions") or []}

    def reason(self, type: str = "Ready") -> str:
        return self.conditions().get(type, ("", "", ""))[1]

    def tracks(self, namespace: str | None = None) -> list[dict[str, Any]]:
        return self.stage.list("Track", namespace or self.namespace)

    def titled(self, title: str) -> dict[str, Any]:
        """The Track of this title."""
        found = [t for t in self.tracks() if (t.get("status") or {}).get("title", "").lower() == title.lower()]
        assert len(found) == 1, f"{len(found)} Tracks are called {title}"
        return found[0]

    def places(self) -> dict[str, list[Row]]:
        shelf = Shelf(self.box.world)
        return self.box.call(
            lambda: {
                "telegram": shelf.channel(scenario.CHANNEL),
                "youtube": shelf.youtube(scenario.YOUTUBE_PLAYLIST),
                "spotify": shelf.spotify(scenario.SPOTIFY_PLAYLIST),
            }
        )

    def keys(self) -> dict[str, list[str]]:
        """The songs in each place by their key in the catalogue, sorted."""
        return {place: sorted(row["key"] or row["title"] for row in rows) for place, rows in self.places().items()}

    def converged(self) -> bool:
        """Whether all is settled and said to be."""
        tracks = self.tracks()
        return bool(tracks) and all(settled(t) for t in tracks) and self.reason() == "Synced"

    def wait_converged(self, seconds: float = 2 * PATIENCE) -> None:
        self.until("the three places converged", self.converged, seconds)

    def wait_at_rest(self) -> None:
        """Waits until nothing changes any more: what is compared with the objects is asked for at another moment."""
        known, since = "", time.monotonic()

        def unchanged() -> bool:
            nonlocal known, since
            there = [
                self.stage.list(kind, namespace) for kind in ("MusicSync", "Track") for namespace in self.namespaces
            ]
            now = json.dumps(there)
            if now != known:
                known, since = now, time.monotonic()
            return time.monotonic() - since > REST

        self.until("nothing changes any more", unchanged)

    def service_writes(self, since: int = 0) -> list[Any]:
        return self.box.world.journal.writes(since=since)

    def kubernetes_writes(self) -> list[Any]:
        """The operator's writes in this scene's namespaces, Leases aside."""
        return [
            w
            for w in self.stage.plane.writes()
            if w.namespace in self.namespaces and w.agent.startswith("navaar/") and not w.resource.startswith("leases")
        ]


def settled(track: dict[str, Any]) -> bool:
    return (track.get("status") or {}).get("phase") in ("Synced", "Partial")


_numbers = iter(range(1, 10_000))


class Make(Protocol):
    """Makes a scene: its world as `seed` leaves it, its namespaces fresh."""

    def __call__(self, seed: Callable[[World], Any] = ..., extra_namespaces: int = ...) -> Scene: ...


@contextmanager
def scenes(stage: Stage, folder: Path, travels: bool = False) -> Iterator[Make]:
    """Scenes in one world; in the end their operators are stopped, and nothing may have tried to leave this machine.

    Only where one `travels` can the operator's time be advanced, and begins at the next noon (UTC): every look at the time
    costs more then.
    """
    with SandboxThread(World(), folder) as box:
        made: list[Scene] = []

        def make(seed: Callable[[World], Any] = scenario.small, extra_namespaces: int = 0) -> Scene:
            # What depends on the time of day (quotas, quiet hours) is the same whenever the tests are run.
            ahead = (NOON - time.time()) % DAY if travels else 0.0
            box.world.clock.advance(ahead)
            box.call(lambda: seed(box.world), timeout=60)
            namespaces = [f"music-{next(_numbers)}" for _ in range(1 + extra_namespaces)]
            stage.create_namespaces(namespaces)
            world = box.environment()
            made_for = Release(namespaces, world["HTTPS_PROXY"], world["NO_PROXY"])
            stage.apply_everywhere(made_for.manifests)
            clock = PretendTime(folder / "clock", ahead) if travels else None
            scene = Scene(stage, box, folder, namespaces[0], namespaces, made_for, clock)
            made.append(scene)
            return scene

        try:
            yield make
        finally:
            for scene in made:
                for operator in scene.operators:
                    operator.stop(20)
        assert not box.refused, f"would have left this machine: {box.refused}"


@pytest.fixture
def scene_with(stage: Stage, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Make]:
    """For one test, which can let time pass if it is marked `time_travel`."""
    with scenes(stage, tmp_path, request.node.get_closest_marker("time_travel") is not None) as make:
        yield make


@pytest.fixture(scope="module")
def shared_scene_with(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """For all tests of a module; made more than once where a worker leaves the module and comes back to it."""
    with scenes(stage, tmp_path_factory.mktemp("shared")) as make:
        yield make


@pytest.fixture
def scene(scene_with: Make) -> Scene:
    """A small world: `scenario.SMALL`."""
    return scene_with()


@pytest.fixture
def empty_scene(scene_with: Make) -> Scene:
    """The quickstart's accounts and places, without a song."""
    return scene_with(scenario.empty)
