"""What happened while somebody was away: the operator, a service, an answer. Nothing is lost, and nothing comes twice."""

from sandbox import scenario
from tests.e2e.conftest import Scene

HOUR = 3600.0


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
