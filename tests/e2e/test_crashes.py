"""The operator is killed, and started again: on the wire, with a real API server, what `tests.explorer` does in memory.

`NAVAAR_CRASHES=whole` kills at more writes, and twenty times at random during a union of a hundred songs (half an hour).
"""

import os
import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from sandbox import quickstart, scenario
from sandbox.gates import Passing
from tests.e2e.conftest import Scene
from tests.e2e.crowd import MANY, assert_clean, crowd
from tests.e2e.scratchchat import RETRY, TELEGRAM, with_scratch

WHOLE = os.environ.get("NAVAAR_CRASHES") == "whole"

Make = Callable[..., Scene]


class Mortal:
    """A scene whose operator is killed at some of the writes to the services, and started again each time."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.kills: list[str] = []
        self._due: set[tuple[str, int | str]] = set()
        scene.box.call(lambda: scene.box.world.gate(self._gate))

    def at(self, *moments: tuple[str, int | str]) -> None:
        """Before or after which writes it is killed, by their numbers; or at which call, the first time."""
        self._due.update(moments)

    def _gate(self, passing: Passing) -> bool:
        moments: set[tuple[str, int | str]] = {(passing.stage, passing.number), (passing.stage, passing.call)}
        alive = self.scene.operators and self.scene.operator.process.poll() is None
        if not alive or self._due.isdisjoint(moments):
            return False
        self._due -= moments
        self.kill(f"{passing.stage} #{passing.number} {passing.service} {passing.call}")
        return True

    def kill(self, why: str) -> None:
        """SIGKILL, now."""
        self.scene.operator.kill()
        self.kills.append(why)

    def live(self, ended: Callable[[], bool], seconds: float) -> None:
        """Replaces what was killed, until `ended`."""
        end = time.monotonic() + seconds
        while not (self.scene.operator.process.poll() is None and ended()):
            assert time.monotonic() < end, f"not within {seconds:.0f} s; killed: {self.kills}\n{self.scene.summary()}"
            if self.scene.operator.process.poll() is not None:
                self.revive()
            time.sleep(0.2)

    def revive(self) -> None:
        """Another process, which need not wait until the Lease of the dead one runs out."""
        scene = self.scene
        for lease in scene.stage.list("Lease", scene.namespace):
            if lease["spec"].get("leaseDurationSeconds", 0) <= 15:
                free = {"spec": {"holderIdentity": ""}}
                scene.stage.patch("Lease", scene.namespace, lease["metadata"]["name"], free)
        try:
            scene.start()
        except RuntimeError:
            if scene.operator.process.poll() is None:
                raise  # it lives, and does not get ready


SAMPLE: list[tuple[str, tuple[int, ...]]] = [("before", (2, 5, 9)), ("after", (1, 4, 8))]
if WHOLE:
    SAMPLE += [(stage, tuple(range(first, 40, 4))) for stage in ("before", "after") for first in (1, 2, 3, 4)]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("when", "numbers"), SAMPLE)
def test_killed_before_and_after_writes_it_ends_as_if_it_had_not_been(
    scene_with: Make, when: str, numbers: tuple[int, ...]
) -> None:
    scene = scene_with(with_scratch(scenario.small))
    mortal = Mortal(scene)
    mortal.at(*((when, number) for number in numbers))
    scene.start()
    scene.begin(telegram={**TELEGRAM, "past": "Ignore"}, retry=RETRY)
    mortal.live(scene.converged, 500)
    assert len(mortal.kills) >= min(3, len(numbers))
    assert_clean(scene, quickstart.expected(scenario.SMALL))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.slow
def test_killed_while_a_token_is_rotated_it_goes_on_or_asks_for_another_consent(scene: Scene, when: str) -> None:
    world = scene.box.world

    def consent(token: str) -> dict[str, str]:
        scene.box.call(lambda: world.spotify.grant(token, scenario.SPOTIFY_USER, "public-client"))
        return {"client-id": "public-client", "refresh-token": token}

    scene.box.call(lambda: world.spotify.add_app("public-client", None, allowed=[scenario.SPOTIFY_USER]))
    mortal = Mortal(scene)
    mortal.at((when, "POST /api/token"))
    for secret in quickstart.secrets()[:2]:
        scene.apply(secret)
    scene.apply(quickstart.secret("friday-tapes-spotify", consent("first-consent")))
    scene.apply(quickstart.musicsync())
    scene.start()
    mortal.live(lambda: len(mortal.kills) == 1, 120)
    if when == "after":
        # The old token is dead, and the new one died with the process.
        mortal.live(lambda: scene.reason("SpotifyReady") == "AuthExpired", 120)
        assert "replace refresh-token" in scene.conditions()["SpotifyReady"][2]
        scene.apply(quickstart.secret("friday-tapes-spotify", consent("second-consent")))
    mortal.live(scene.converged, 400)
    assert_clean(scene, quickstart.expected(scenario.SMALL))


@pytest.mark.timeout(3600 if WHOLE else 600)
@pytest.mark.slow
def test_killed_at_random_during_a_union_it_ends_with_every_song_once(scene_with: Make) -> None:
    songs, kills = (100, 20) if WHOLE else (6, 3)
    chance = random.Random(int(os.environ.get("NAVAAR_SEED", "7")))
    scene = scene_with(with_scratch(crowd(songs)))
    there = {key for keys in scene.keys().values() for key in keys}
    mortal = Mortal(scene)
    scene.start()
    spec = quickstart.musicsync()["spec"]
    places: dict[str, Any] = {name: {**spec[name], **MANY} for name in ("youtubeMusic", "spotify")}
    scene.begin(telegram={**TELEGRAM, **MANY, "past": "Ignore"}, retry=RETRY, **places)
    # Half of them while it works, wherever it is; the others in the middle of a request.
    due = time.monotonic()
    for n in range(kills):
        if n % 2:
            ahead = scene.box.call(lambda: scene.box.world.gates.writes) + chance.randint(1, 4)
            mortal.at((chance.choice(["before", "after"]), ahead))
            before = len(mortal.kills)
            mortal.live(lambda before=before: len(mortal.kills) > before or scene.converged(), 600)  # type: ignore[misc]
        else:
            due = time.monotonic() + chance.uniform(0.2, 8.0)
            mortal.live(lambda due=due: time.monotonic() > due, 120)  # type: ignore[misc]
            mortal.kill("at random")
    mortal.live(scene.converged, 3000 if WHOLE else 400)
    world = scene.box.world
    found = scene.box.call(lambda: [s for s in world.catalogue.songs if s.key in there])
    assert_clean(
        scene,
        {
            "telegram": {s.key for s in found if s.video_id},
            "youtube": {s.key for s in found if s.video_id},
            "spotify": {s.key for s in found if s.spotify_id},
        },
    )
