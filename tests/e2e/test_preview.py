"""What a person is told before anything is done: in mode Plan, and before more is done at once than the limits allow.

`make bench-preview` does the first of these with 1,500 posts, 900 videos and 1,200 Spotify songs.
"""

import json
from collections.abc import Callable
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from sandbox import quickstart, scenario
from sandbox.libraries import Libraries, fill, libraries
from sandbox.world import World
from tests.bench_preview import searches
from tests.e2e.conftest import Scene

LIBRARIES = libraries(150, 90, 120)


def plan_of(scene: Scene) -> dict[str, Any]:
    found: dict[str, Any] = (scene.sync().get("status") or {}).get("plan") or {}
    return found


def expected(made: Libraries) -> dict[str, int]:
    """Songs that a place lacks; of two doubtful ones it depends on which came first where it is wanted."""
    union = {song.key for song in made.songs} - made.doubtful
    return {
        "telegram": len(union - set(made.telegram)),
        "youtubeMusic": len(union - set(made.youtube)) + len(made.doubtful),
        "spotify": len(union - set(made.spotify)),
    }


def test_mode_plan_reads_everything_changes_nothing_and_says_what_it_would_do(
    scene_with: Callable[..., Scene],
) -> None:
    scene = scene_with(lambda world: fill(scenario.empty(world), LIBRARIES))
    scene.start()
    scene.begin(mode="Plan")
    scene.until("the plan stands", lambda: scene.reason() == "Planned", 120)
    journal = scene.box.world.journal

    assert scene.service_writes() == []
    assert searches(journal) == 0
    assert sum(journal.counts("spotify").values()) <= 60
    tracks = scene.tracks()
    assert len(tracks) == len(LIBRARIES.songs) + len(LIBRARIES.doubtful)

    plan = plan_of(scene)
    assert plan["doubtful"] == len(LIBRARIES.doubtful)
    surely = expected(LIBRARIES)
    for place, adds in surely.items():
        assert adds <= plan[place]["adds"] <= adds + len(LIBRARIES.doubtful), place
        assert plan[place]["days"] >= 1 and plan[place]["removes"] == 0
    assert plan["adds"] == sum(surely.values()) + len(LIBRARIES.doubtful)
    assert plan["searches"] == plan["youtubeMusic"]["adds"] + plan["spotify"]["adds"]
    kinds = {(sample["op"], sample["service"]) for sample in plan["samples"]}
    assert kinds >= {("Add", place) for place in surely}
    doubts = [sample for sample in plan["samples"] if sample["op"] == "Review"]
    assert doubts and all(doubt["perhaps"] and doubt["why"].startswith("duration differs by ") for doubt in doubts), (
        doubts
    )
    assert len(json.dumps(scene.sync()["status"])) < 20_000

    ready = scene.conditions()["Ready"]
    assert (
        ready[0] == "True" and f"{plan['telegram']['adds']:,} posts" in ready[2] and "Set spec.mode: Apply" in ready[2]
    )

    # A pass that is asked for finds nothing new, and says nothing new.
    scene.sync_now()
    assert plan_of(scene) == plan
    assert scene.service_writes() == [] and searches(journal) == 0


def test_additions_beyond_the_limit_wait_until_exactly_they_are_approved(scene_with: Callable[..., Scene]) -> None:
    scene = scene_with(few)
    scene.start()
    section = quickstart.musicsync()["spec"]
    scene.begin(
        telegram={**section["telegram"], "audio": {"fetch": "Never"}},
        youtubeMusic={**section["youtubeMusic"], "maxAdds": 3},
    )
    scene.until("six additions wait", lambda: plan_of(scene).get("held") == 6)
    first = plan_of(scene)
    status, reason, message = scene.conditions()["YouTubeMusicReady"]
    assert (status, reason) == ("False", "AwaitingApproval")
    assert message.startswith("6 songs of the backlog would be added, more than maxAdds (3)")
    assert message.endswith(first["approveWith"])
    assert held(scene) == 6
    assert first["youtubeMusic"]["adds"] == 6 and {sample["op"] for sample in first["samples"]} == {"Add"}

    # A person takes one of them out: what was shown before is not what would be done now, and its hash says nothing.
    left_out = first["samples"][0]["track"]
    scene.stage.patch("Track", scene.namespace, left_out, {"spec": {"excludeFrom": ["youtubeMusic"]}})
    scene.until("five additions wait", lambda: plan_of(scene).get("held") == 5)
    second = plan_of(scene)
    assert second["hash"] != first["hash"]
    scene.annotate(approve=first["hash"])
    scene.sync_now()
    assert plan_of(scene)["held"] == 5 and scene.service_writes() == []

    command = second["approveWith"].split()
    assert command == [
        *("kubectl", "annotate", "musicsync", quickstart.NAME, "-n", scene.namespace, "--overwrite"),
        f"navaar.dev/approve={second['hash']}",
    ]
    scene.annotate(approve=second["hash"])
    scene.until("the five are in the playlist", lambda: len(scene.keys()["youtube"]) == 5, 120)
    scene.until("nothing waits any more", lambda: not plan_of(scene) and scene.reason("YouTubeMusicReady") == "Ready")
    assert held(scene) == 0
    approved = {
        track["metadata"]["name"]
        for track in scene.tracks()
        if track["status"]["placements"]["youtubeMusic"].get("approved")
    }
    assert len(approved) == 5 and left_out not in approved


def few(world: World) -> None:
    """Six songs on Spotify, which YouTube has as well."""
    scenario.empty(world)
    both = [song for song in world.catalogue.songs if song.spotify_id and song.video_id and not song.version]
    for song in both[:6]:
        world.spotify.add(scenario.SPOTIFY_PLAYLIST, song.spotify_id or "")


def held(scene: Scene) -> float:
    """The metric: additions to YouTube Music that wait."""
    wanted = {"service": "youtubeMusic", "operation": "add", "namespace": scene.namespace}
    for family in text_string_to_metric_families(scene.operator.get("/metrics")):
        for sample in family.samples:
            if sample.name == "navaar_held_operations" and wanted.items() <= sample.labels.items():
                return sample.value
    raise AssertionError("no such metric")
