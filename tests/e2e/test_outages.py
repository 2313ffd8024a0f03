"""What happened while somebody was away: the operator, a service, an answer. Nothing is lost, and nothing comes twice."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from sandbox import catalogue, scenario
from tests.e2e.conftest import Scene

HOUR = 3600.0
INSERT, ITEMS = "playlistItems.insert", "POST /playlists/{id}/items"


@pytest.mark.time_travel
@pytest.mark.slow
def test_posts_of_23_hours_in_which_the_operator_was_down_all_arrive_and_none_twice(scene: Scene) -> None:
    scene.start()
    scene.begin()
    scene.wait_converged()
    scene.operator.stop()
    songs = ("blinding-lights", "bad-guy", "shape-of-you")
    for key in songs:
        scene.post(key)
        scene.advance(23 * HOUR / len(songs))
    scene.start()
    scene.until("all three are everywhere", lambda: all({*songs} <= {*keys} for keys in scene.keys().values()))
    scene.wait_converged()
    assert all(len(keys) == len({*keys}) for keys in scene.keys().values()), "something is there twice"
    assert scene.conditions()["TelegramReady"][0] == "True"
    posted = [e for e in scene.service_writes() if e.call == "sendAudio"]
    missing = len(scenario.SMALL.union) - len(scenario.SMALL.telegram)
    assert len(posted) == missing, "a song that was posted while it was down was posted again"


@pytest.mark.time_travel
def test_a_service_that_is_down_for_an_hour_holds_up_nobody_and_catches_up_by_itself(scene: Scene) -> None:
    scene.start()
    scene.begin()
    scene.wait_converged()
    scene.break_("error", "spotify", times=10**6, status=503)
    scene.post("bad-guy")
    scene.until("the other playlist has it", lambda: "bad-guy" in scene.keys()["youtube"])
    scene.until("it is said whose trouble it is", lambda: scene.reason("SpotifyReady") == "Unreachable")
    conditions = scene.conditions()
    assert conditions["YouTubeMusicReady"][0] == conditions["TelegramReady"][0] == "True"
    assert conditions["Ready"][0] == "False"
    scene.operator.get("/readyz")
    scene.advance(HOUR)
    scene.listed("youtube", "creep")
    scene.advance(HOUR / 4)
    scene.until("the two go on meanwhile", lambda: "creep" in scene.keys()["telegram"])
    assert "bad-guy" not in scene.keys()["spotify"]
    scene.mend("spotify")
    scene.advance(HOUR / 4)
    scene.until("Spotify catches up", lambda: {"bad-guy", "creep"} <= {*scene.keys()["spotify"]})
    scene.wait_converged()


@pytest.mark.time_travel
@pytest.mark.parametrize("late", [1.5, 60.0])
@pytest.mark.parametrize(("service", "call"), [("youtube", INSERT), ("spotify", ITEMS)], ids=["youtube", "spotify"])
def test_an_insert_that_is_acknowledged_late_is_one_entry_and_no_echo(
    empty_scene: Scene, service: str, call: str, late: float
) -> None:
    scene = empty_scene
    scene.start()
    scene.begin()
    scene.until("it is ready", lambda: scene.conditions().get("Ready", ("",))[0] == "True")
    scene.break_("late", service, call, seconds=late)
    scene.post("bad-guy")
    scene.until("it is put there", lambda: "bad-guy" in scene.keys()[service])
    scene.advance(late)
    scene.wait_converged()
    scene.sync_now()
    assert scene.keys() == {"telegram": ["bad-guy"], "youtube": ["bad-guy"], "spotify": ["bad-guy"]}
    assert len(scene.tracks()) == 1
    assert [e.call for e in scene.service_writes() if e.call == "sendAudio"] == []


@pytest.mark.time_travel
@pytest.mark.slow
@pytest.mark.parametrize(("service", "call"), [("youtube", INSERT), ("spotify", ITEMS)], ids=["youtube", "spotify"])
def test_an_insert_that_is_carried_out_a_minute_after_its_answer_was_lost_is_one_entry(
    empty_scene: Scene, service: str, call: str
) -> None:
    scene = empty_scene
    scene.start("--settle", "90")
    scene.begin()
    scene.until("it is ready", lambda: scene.conditions().get("Ready", ("",))[0] == "True")
    scene.break_("lost", service, call, applied=60.0)
    scene.post("bad-guy")
    scene.until("it is tried", lambda: [e for e in scene.service_writes() if e.call == call])
    scene.advance(30)
    scene.until("the others are done", lambda: sum(map(len, scene.keys().values())) == 2)
    assert "bad-guy" not in scene.keys()[service], "it was asked for twice"
    scene.advance(31)
    scene.until("it is there", lambda: scene.keys()[service] == ["bad-guy"])
    scene.advance(15 * 60)
    scene.wait_converged()
    assert scene.keys() == {"telegram": ["bad-guy"], "youtube": ["bad-guy"], "spotify": ["bad-guy"]}
    assert len([e for e in scene.service_writes() if e.call == call]) == 1


@pytest.mark.slow
def test_one_bad_id_in_a_batch_of_a_hundred_costs_the_other_99_nothing(scene_with: Callable[..., Scene]) -> None:
    scene = scene_with(lambda world: scenario.crowd(world, 0))
    world = scene.box.world
    songs = [song for song in catalogue.crowd(130) if song.video_id and song.spotify_id][:100]
    scene.box.call(lambda: world.catalogue.extend(songs))
    bad = songs[41].spotify_id
    for song in songs:
        assert song.video_id is not None
        scene.box.call(partial(world.youtube.add, scenario.YOUTUBE_PLAYLIST, song.video_id))
    refused = {"error": {"status": 400, "message": "Invalid track uri"}}
    scene.break_("error", "spotify", ITEMS, times=None, status=400, body=refused, about=bad)
    spotify = {"playlist": scenario.SPOTIFY_PLAYLIST, "maxAdds": 200}
    scene.start()
    scene.begin(telegram=None, spotify={**spotify, "credentialsSecretRef": {"name": "friday-tapes-spotify"}})
    scene.until("99 are there", lambda: len(scene.keys()["spotify"]) == 99, 180)
    scene.until("the one says why", lambda: [t for t in scene.tracks() if _failed(t)])
    assert len({*scene.keys()["spotify"]}) == 99
    (failed,) = [t for t in scene.tracks() if _failed(t)]
    assert "Invalid track uri" in failed["status"]["placements"]["spotify"]["message"]


def _failed(track: dict[str, Any]) -> bool:
    return (track.get("status") or {}).get("phase") == "Failed"


def test_a_service_that_hangs_keeps_nobody_else_waiting(scene: Scene) -> None:
    scene.start()
    scene.begin()
    scene.wait_converged()
    scene.break_("hang", "spotify", times=None, seconds=30)
    scene.break_("hang", "youtube", "search", times=1, seconds=30)
    scene.post("bad-guy")
    scene.annotate(reconcile_requested_at="now")
    answers = []
    end = time.monotonic() + 10
    while time.monotonic() < end:
        began = time.monotonic()
        assert scene.operator.get("/healthz")
        answers.append(time.monotonic() - began)
        time.sleep(0.1)
    print(
        f"/healthz while two services hang: median {sorted(answers)[len(answers) // 2] * 1000:.0f} ms, "
        f"longest {max(answers) * 1000:.0f} ms"
    )
    scene.mend()
    scene.box.call(lambda: scene.box.world.clock.advance(30))
    scene.wait_converged()


@pytest.mark.slow
def test_an_upload_under_way_ends_before_the_operator_does_and_is_not_made_again(scene: Scene) -> None:
    scene.start()
    scene.break_("late", "telegram", "sendAudio", seconds=3)
    scene.begin()
    uploads = partial(scene.box.world.journal.counts, "telegram")
    scene.until("an upload was carried out, and is not yet answered", lambda: uploads()["sendAudio"] == 1)
    began = time.monotonic()
    assert scene.operator.stop() == 0
    print(f"SIGTERM during an upload: ended after {time.monotonic() - began:.1f} s")
    scene.start()
    scene.wait_converged()
    posts = scene.keys()["telegram"]
    assert len(posts) == len({*posts})
