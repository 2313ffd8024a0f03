"""Two replicas, as the chart runs them with `replicas: 2`: one active, the other ready to take over."""

import time
from collections.abc import Callable

import pytest

from sandbox import quickstart
from sandbox.operatorprocess import OperatorProcess
from tests.e2e.conftest import Scene
from tests.e2e.crowd import MANY, assert_clean, crowd
from tests.e2e.scratchchat import RETRY, TELEGRAM, with_scratch

Make = Callable[..., Scene]

LEASE_SECONDS = 15.0


def holder(scene: Scene) -> OperatorProcess | None:
    """The active replica, as the Lease says."""
    lease = scene.stage.get("Lease", scene.namespace, "navaar")
    held = str(lease["spec"].get("holderIdentity") or "").split("_")
    return next((o for o in scene.operators if held[1:2] == [str(o.process.pid)]), None)


def two(scene: Scene) -> tuple[OperatorProcess, OperatorProcess]:
    """Starts two, both ready: the active one and the one that stands by."""
    scene.launch()
    scene.launch()
    for operator in scene.operators:
        operator.wait_ready()
    scene.until("one of them is active", lambda: holder(scene) is not None)
    active = holder(scene)
    assert active is not None
    (other,) = (operator for operator in scene.operators if operator is not active)
    return active, other


def taken_over(scene: Scene, by: OperatorProcess, since: float) -> float:
    """Seconds until `by` is active."""
    scene.until("the other takes over", lambda: holder(scene) is by, 2 * LEASE_SECONDS)
    return time.monotonic() - since


def test_asked_to_stop_it_hands_over_within_two_seconds(scene: Scene, record_property: Callable[..., None]) -> None:
    active, other = two(scene)
    scene.begin()
    scene.wait_converged()
    before = len(scene.service_writes())
    started = time.monotonic()
    active.process.terminate()
    seconds = taken_over(scene, other, started)
    print(f"\nhand-over on SIGTERM: {seconds:.2f} s")
    record_property("hand-over on SIGTERM", f"{seconds:.2f} s")
    assert seconds < 2.0
    assert active.process.wait(20) == 0
    scene.post("viva-la-vida")
    scene.until("the other works", lambda: "viva-la-vida" in scene.keys()["spotify"])
    scene.wait_converged()
    assert len(scene.service_writes()) > before


def union(make: Make, songs: int, kill_after: int) -> float:
    """Kills the active one of two in the middle of a union; seconds until the other was active. All ends well."""
    scene = make(with_scratch(crowd(songs)))
    there = {key for keys in scene.keys().values() for key in keys}
    active, other = two(scene)
    spec = quickstart.musicsync()["spec"]
    places = {name: {**spec[name], **MANY} for name in ("youtubeMusic", "spotify")}
    scene.begin(telegram={**TELEGRAM, **MANY, "past": "Ignore"}, retry=RETRY, **places)
    scene.until("it is in the middle of it", lambda: len(scene.service_writes()) >= kill_after)
    active.kill()
    seconds = taken_over(scene, other, time.monotonic())
    scene.wait_converged(60 + 6 * songs)
    world = scene.box.world
    found = scene.box.call(lambda: [s for s in world.catalogue.songs if s.key in there])
    videos = {s.key for s in found if s.video_id}
    assert_clean(scene, {"telegram": videos, "youtube": videos, "spotify": {s.key for s in found if s.spotify_id}})
    return seconds


@pytest.mark.timeout(400)
def test_the_active_one_is_killed_and_the_other_finishes_with_every_song_once(scene_with: Make) -> None:
    assert union(scene_with, 6, 4) <= LEASE_SECONDS + 5


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_the_active_one_is_killed_during_a_union_of_a_hundred_songs(scene_with: Make) -> None:
    seconds = union(scene_with, 100, 60)
    print(f"\ntake-over after SIGKILL: {seconds:.1f} s")
    assert seconds <= LEASE_SECONDS + 5
