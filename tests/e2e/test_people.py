"""What people write wins: pins, rejects, exclusions, absence, suspension, plan mode, approval."""

from sandbox import quickstart, scenario
from tests.e2e.conftest import Scene


def test_a_pin_a_reject_an_exclusion_and_an_absence_do_what_they_say(scene: Scene) -> None:
    scene.start()
    scene.begin()
    scene.wait_converged()
    world = scene.box.world
    name = scene.titled("Wonderwall")["metadata"]["name"]
    placed = scene.titled("Wonderwall")["status"]["placements"]["spotify"]
    assert placed["origin"] == "Placed"

    # A reject removes what we placed, and it is not placed again.
    scene.stage.patch("Track", scene.namespace, name, {"spec": {"rejects": {"spotify": [placed["id"]]}}})
    scene.until("the rejected entry is gone", lambda: "wonderwall" not in scene.keys()["spotify"])

    # A pin puts in what a person says, whatever it is.
    other = world.catalogue.by_key("bad-guy")
    scene.stage.patch("Track", scene.namespace, name, {"spec": {"pins": {"spotify": other.spotify_id}}})
    scene.until("the pinned entry is there", lambda: "bad-guy" in scene.keys()["spotify"])
    assert scene.keys()["spotify"].count("bad-guy") == 1

    # Absent removes everywhere; in the channel only what was ours.
    gone = scene.titled("Fix You")["metadata"]["name"]
    scene.stage.patch("Track", scene.namespace, gone, {"spec": {"state": "Absent"}})
    scene.until("the song is nowhere", lambda: not any("fix-you" in keys for keys in scene.keys().values()))
    scene.until("its phase says so", lambda: scene.titled("Fix You")["status"]["phase"] == "Removed")

    # Excluded from one place from the start.
    scene.track("half", title="Blinding Lights", artists=["The Weeknd"], excludeFrom=["telegram"])
    scene.until(
        "it is in the playlists", lambda: all("blinding-lights" in scene.keys()[p] for p in ("youtube", "spotify"))
    )
    assert "blinding-lights" not in scene.keys()["telegram"]


def test_suspended_it_changes_nothing_and_stores_posts_all_the_same(scene: Scene) -> None:
    scene.start()
    scene.begin(suspend=True)
    scene.until("it says so", lambda: scene.reason() == "Suspended")
    assert scene.service_writes() == []
    scene.patch_sync({"spec": {"suspend": False}})
    scene.wait_converged()
    assert {p: set(k) for p, k in scene.keys().items()} == quickstart.expected(scenario.SMALL)


def test_mode_plan_says_what_it_would_do_and_does_nothing(scene: Scene) -> None:
    scene.start()
    scene.begin(mode="Plan")
    scene.until("the plan is there", lambda: (scene.sync().get("status") or {}).get("plan", {}).get("adds", 0) >= 9)
    plan = scene.sync()["status"]["plan"]
    assert plan["removes"] == 0 and 0 < len(plan["samples"]) <= 50
    assert all(sample["title"] for sample in plan["samples"])
    assert scene.service_writes() == []
    scene.until("it says so", lambda: scene.reason() == "Planned")
    assert not scene.box.world.journal.counts("spotify")["GET /search"]
    scene.patch_sync({"spec": {"mode": "Apply"}})
    scene.wait_converged()


def test_a_large_batch_waits_whole_until_its_hash_is_approved(scene: Scene) -> None:
    scene.start()
    scene.begin(
        spotify={
            "playlist": scenario.SPOTIFY_PLAYLIST,
            "credentialsSecretRef": {"name": "friday-tapes-spotify"},
            "maxAdds": 0,
        }
    )
    scene.until("it asks", lambda: scene.reason("SpotifyReady") == "AwaitingApproval")
    scene.until(
        "the others are done", lambda: set(scene.keys()["youtube"]) == quickstart.expected(scenario.SMALL)["youtube"]
    )
    assert len(scene.keys()["spotify"]) == len(scenario.SMALL.spotify)
    hash = scene.until(
        "the hash is there",
        lambda: (scene.sync().get("status") or {}).get("plan", {}).get("hash", "none").replace("none", ""),
    )
    assert hash in scene.conditions()["SpotifyReady"][2]
    scene.annotate(approve=hash)
    scene.wait_converged()
    assert {p: set(k) for p, k in scene.keys().items()} == quickstart.expected(scenario.SMALL)
