"""What people take out, and what only seems to be gone: the policy's word, and never more than was proved."""

from functools import partial
from typing import Any

import pytest

from sandbox import scenario
from tests.e2e.conftest import Scene


def _taken_out(scene: Scene, service: str, key: str) -> None:
    """Somebody removes a song of the catalogue from a playlist."""
    world = scene.box.world
    song = world.catalogue.by_key(key)
    if service == "youtube":
        assert song.video_id is not None
        scene.box.call(partial(world.youtube.remove, scenario.YOUTUBE_PLAYLIST, song.video_id))
    else:
        assert song.spotify_id is not None
        scene.box.call(partial(world.spotify.remove, scenario.SPOTIFY_PLAYLIST, song.spotify_id))


def _state(scene: Scene, title: str, service: str) -> dict[str, Any]:
    placement: dict[str, Any] = scene.titled(title)["status"]["placements"][service]
    return placement


def _looked_twice(scene: Scene) -> None:
    """Two passes that a person asks for, far enough apart to prove an absence."""
    for _ in range(2):
        scene.sync_now()
        scene.advance(15 * 60)
        scene.sync_now()


@pytest.mark.time_travel
def test_kept_a_song_that_somebody_takes_out_stays_out_there_and_in_elsewhere_until_it_is_added_again(
    scene: Scene,
) -> None:
    scene.start()
    scene.begin(removalPolicy="Keep")
    scene.wait_converged()
    before = scene.keys()
    _taken_out(scene, "spotify", "fix-you")
    _looked_twice(scene)
    scene.until("it is said", lambda: _state(scene, "Fix You", "spotify")["state"] == "Removed")
    assert scene.keys() == {**before, "spotify": [key for key in before["spotify"] if key != "fix-you"]}
    assert "add it here again" in _state(scene, "Fix You", "spotify")["message"]
    scene.listed("spotify", "fix-you")
    scene.sync_now()
    scene.until("it is wanted again", lambda: _state(scene, "Fix You", "spotify")["state"] == "Present")
    assert scene.keys() == before


@pytest.mark.time_travel
def test_propagated_a_song_that_somebody_takes_out_goes_everywhere_but_from_what_people_posted(scene: Scene) -> None:
    scene.start()
    scene.begin(removalPolicy="Propagate")
    scene.wait_converged()
    # Fix You came from Spotify: its post in the channel is ours. Take On Me was posted by people.
    for key in ("fix-you", "take-on-me"):
        _taken_out(scene, "spotify", key)
    _looked_twice(scene)
    scene.until("ours is gone everywhere", lambda: not any("fix-you" in keys for keys in scene.keys().values()))
    scene.until("the playlists are rid of both", lambda: "take-on-me" not in scene.keys()["youtube"])
    assert "take-on-me" in scene.keys()["telegram"]
    assert _state(scene, "Take On Me", "telegram")["state"] == "Retained"
    scene.sync_now()
    assert not any("fix-you" in keys for keys in scene.keys().values()), "it came back"


@pytest.mark.time_travel
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["empty", "short", "truncated"])
@pytest.mark.parametrize(("service", "call"), [("spotify", "GET /playlists/{id}*"), ("youtube", "playlist*.list")])
def test_a_listing_that_lacks_songs_takes_nothing_out_anywhere(
    scene: Scene, service: str, call: str, kind: str
) -> None:
    scene.start()
    scene.begin(removalPolicy="Propagate")
    scene.wait_converged()
    before, mark = scene.keys(), scene.box.world.journal.mark()
    # A listing that lies about its length as well can be told from the truth only by the next one.
    scene.break_(kind, service, call, times=None, detail={"honest": kind == "short"})
    for _ in range(3):
        scene.sync_now()
        scene.advance(15 * 60)
    scene.mend(service)
    scene.advance(15 * 60)
    scene.sync_now()
    scene.wait_converged()
    assert scene.keys() == before
    assert scene.service_writes(mark) == []


@pytest.mark.time_travel
def test_a_song_that_its_service_no_longer_has_is_unavailable_there_and_stays_elsewhere(scene: Scene) -> None:
    scene.start()
    scene.begin(removalPolicy="Propagate")
    scene.wait_converged()
    before, world = scene.keys(), scene.box.world
    song = world.catalogue.by_key("billie-jean")
    assert song.spotify_id is not None
    scene.box.call(partial(world.spotify.withdraw, song.spotify_id))
    _taken_out(scene, "spotify", "billie-jean")
    _looked_twice(scene)
    scene.until("it is said", lambda: _state(scene, "Billie Jean", "spotify")["state"] == "Unavailable")
    assert "billie-jean" in scene.keys()["youtube"] and "billie-jean" in scene.keys()["telegram"]
    assert scene.keys()["youtube"] == before["youtube"]
