"""What is remembered outlives what was lost: objects deleted, restored without their status, operators killed."""

from functools import partial
from typing import Any

import pytest

from sandbox import quickstart, scenario
from tests.e2e.conftest import Scene


def _writes(scene: Scene, since: int) -> list[Any]:
    return [e for e in scene.service_writes(since) if e.call != "POST /api/token"]


def _restored(manifest: dict[str, Any]) -> dict[str, Any]:
    """The object as a backup brings it back: metadata and spec, no status."""
    metadata = {k: manifest["metadata"][k] for k in ("name", "labels", "annotations") if k in manifest["metadata"]}
    annotations = metadata.get("annotations", {})
    annotations.pop("kubectl.kubernetes.io/last-applied-configuration", None)
    return {
        "apiVersion": manifest["apiVersion"],
        "kind": manifest["kind"],
        "metadata": metadata,
        "spec": manifest["spec"],
    }


def test_a_music_sync_that_is_deleted_and_made_again_adopts_its_tracks(scene: Scene) -> None:
    scene.start()
    scene.begin()
    scene.wait_converged()
    before, names = scene.keys(), {t["metadata"]["name"] for t in scene.tracks()}
    mark = scene.box.world.journal.mark()
    scene.stage.delete("MusicSync", scene.namespace, quickstart.NAME)
    scene.until("it is gone", lambda: not scene.stage.list("MusicSync", scene.namespace))
    assert {t["metadata"]["name"] for t in scene.tracks()} == names
    scene.begin()
    scene.wait_converged()
    assert scene.keys() == before
    assert _writes(scene, mark) == []
    assert {t["metadata"]["name"] for t in scene.tracks()} == names


def test_after_all_tracks_are_deleted_the_channel_waits_until_a_person_accepts(scene: Scene) -> None:
    scene.start()
    scene.begin()
    scene.wait_converged()
    before = scene.keys()
    mark = scene.box.world.journal.mark()
    scene.operator.stop()
    for track in scene.tracks():
        scene.stage.delete("Track", scene.namespace, track["metadata"]["name"])
    scene.start()
    scene.until("it says so", lambda: scene.reason("TelegramReady") == "ChannelPastUnknown")
    scene.sync_now()
    scene.until("the playlists' songs are Tracks again", lambda: len(scene.tracks()) >= len(scenario.SMALL.union) - 1)
    scene.until("it says how to go on", lambda: "accept-past" in scene.conditions()["TelegramReady"][2])
    assert _writes(scene, mark) == []
    assert scene.keys() == before
    scene.annotate(accept_past="2026-11-21")
    scene.until("it goes on", lambda: scene.conditions()["TelegramReady"][0] == "True")


def test_tracks_that_come_back_while_it_runs_are_no_new_posts(scene: Scene) -> None:
    scene.start()
    scene.begin()
    scene.wait_converged()
    before, kept, posts = (
        scene.keys(),
        [_restored(t) for t in scene.tracks()],
        scene.sync()["status"]["telegram"]["placed"],
    )
    mark = scene.box.world.journal.mark()
    for track in scene.tracks():
        scene.stage.delete("Track", scene.namespace, track["metadata"]["name"])
    scene.until("it says so", lambda: scene.reason("TelegramReady") == "ChannelPastUnknown")
    assert scene.conditions()["TelegramReady"][2].startswith(f"{posts} posts were known and ")
    scene.sync_now()
    scene.until("the playlists' songs are Tracks again", lambda: len(scene.tracks()) >= len(scenario.SMALL.union) - 1)
    for track in kept:
        scene.apply(track)
    said = f"Tracks were missing, and {posts} posts are remembered by now; "
    scene.until("it says that they are back", lambda: scene.conditions()["TelegramReady"][2].startswith(said))
    assert scene.sync()["status"]["telegram"]["placed"] == posts
    scene.annotate(accept_past="2026-11-22")
    scene.wait_converged()
    assert _writes(scene, mark) == []
    assert scene.keys() == before


def test_restored_without_status_into_an_empty_cluster_nothing_is_posted_or_added(scene: Scene) -> None:
    scene.start()
    scene.begin()
    scene.wait_converged()
    wonderwall = scene.titled("Wonderwall")["metadata"]["name"]
    pin = scene.titled("Wonderwall")["status"]["placements"]["spotify"]["id"]
    scene.stage.patch("Track", scene.namespace, wonderwall, {"spec": {"pins": {"spotify": pin}}})
    scene.wait_converged()
    before = scene.keys()
    scene.operator.stop()
    tracks = [_restored(t) for t in scene.tracks()]
    sync = _restored(scene.sync())
    for track in scene.tracks():
        scene.stage.delete("Track", scene.namespace, track["metadata"]["name"])
    scene.stage.delete("MusicSync", scene.namespace, quickstart.NAME)
    for lease in scene.stage.list("Lease", scene.namespace):
        scene.stage.delete("Lease", scene.namespace, lease["metadata"]["name"])
    for track in tracks:
        scene.apply(track)
    mark = scene.box.world.journal.mark()
    scene.apply(sync)
    scene.start()
    scene.until("the channel waits", lambda: scene.reason("TelegramReady") == "ChannelPastUnknown")
    scene.until(
        "every song is known again",
        lambda: (
            all((t.get("status") or {}).get("phase") in ("Synced", "Partial", "Syncing") for t in scene.tracks())
            and scene.conditions()["SpotifyReady"][0] == scene.conditions()["YouTubeMusicReady"][0] == "True"
        ),
    )
    scene.sync_now()
    assert _writes(scene, mark) == []
    assert scene.keys() == before
    assert len(scene.tracks()) == len(tracks)
    assert scene.stage.get("Track", scene.namespace, wonderwall)["spec"]["pins"] == {"spotify": pin}


def _grown(scene: Scene, size: int) -> bool:
    return sum(map(len, scene.keys().values())) >= size


@pytest.mark.timeout(240)
@pytest.mark.slow
def test_a_killed_operator_comes_back_and_doubles_nothing(scene: Scene) -> None:
    scene.start()
    scene.begin(retry={"backoff": "10s"})
    begun = sum(map(len, scenario.SMALL))
    for count in (1, 4):
        scene.until("it is at work", partial(_grown, scene, begun + count))
        scene.operator.kill()
        scene.start()
    scene.until(
        "all is settled",
        lambda: (
            scene.tracks()
            and all((t.get("status") or {}).get("phase") in ("Synced", "Partial", "Review") for t in scene.tracks())
        ),
        150,
    )
    for place, keys in scene.keys().items():
        assert len(keys) == len(set(keys)), f"{place} has something twice: {keys}"
    unknown = [
        t
        for t in scene.tracks()
        if (t["status"]["placements"].get("telegram") or {}).get("reason") == "DeliveryUnknown"
    ]
    assert len(unknown) <= 3, "a kill can leave one post in doubt, no more"
    expected = quickstart.expected(scenario.SMALL)
    assert {p: set(scene.keys()[p]) for p in ("youtube", "spotify")} == {p: expected[p] for p in ("youtube", "spotify")}


def test_tracks_go_with_their_music_sync_where_that_is_asked_for(scene: Scene) -> None:
    scene.start()
    scene.begin(deletionPolicy="Delete")
    scene.track("mine", title="Blinding Lights", artists=["The Weeknd"])
    scene.wait_converged()
    before = scene.keys()
    owners = {
        t["metadata"]["name"]: [o["kind"] for o in t["metadata"].get("ownerReferences", [])] for t in scene.tracks()
    }
    assert owners.pop("mine") == []
    assert owners and all(kinds == ["MusicSync"] for kinds in owners.values())
    scene.stage.delete("MusicSync", scene.namespace, quickstart.NAME)
    scene.until(
        "only what a person applied is left", lambda: [t["metadata"]["name"] for t in scene.tracks()] == ["mine"], 90
    )
    assert scene.keys() == before


def test_posts_that_were_made_while_the_operator_was_away_are_not_lost(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.start()
    scene.begin()
    scene.until("it is ready", lambda: scene.conditions().get("TelegramReady", ("",))[0] == "True")
    scene.operator.stop()
    world = scene.box.world
    for key in ("billie-jean", "fix-you", "wonderwall"):
        scene.box.call(partial(scenario.post, world, world.catalogue.by_key(key)))
    scene.start()
    scene.until("they are in the playlists", lambda: all(len(scene.keys()[p]) == 3 for p in ("youtube", "spotify")))
    assert len(scene.keys()["telegram"]) == 3
