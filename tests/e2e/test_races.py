"""People and the operator at the same song at the same time."""

from collections.abc import Callable

import pytest

from sandbox import scenario
from sandbox.gates import Passing
from sandbox.world import World
from tests.e2e.conftest import Scene

SEARCHES = {"youtube": ("youtube-music", "search"), "spotify": ("spotify", "GET /search")}
ADDITIONS = {"youtube": "playlistItems.insert", "spotify": "POST /playlists/{id}/items"}


def add(world: World, place: str, key: str) -> str:
    """A person puts a song of the catalogue at the end of a playlist; its id there."""
    song = world.catalogue.by_key(key)
    id = song.video_id if place == "youtube" else song.spotify_id
    assert id is not None
    if place == "youtube":
        world.youtube.add(scenario.YOUTUBE_PLAYLIST, id)
    else:
        world.spotify.add(scenario.SPOTIFY_PLAYLIST, id)
    return id


@pytest.mark.parametrize("place", ["youtube", "spotify"])
def test_a_song_that_a_person_adds_between_our_search_and_our_addition_is_there_once(scene: Scene, place: str) -> None:
    scene.start()
    scene.begin()
    scene.wait_converged()
    world, key = scene.box.world, "viva-la-vida"
    added: list[str] = []

    def beat_it(passing: Passing) -> None:
        if passing.stage == "after" and (passing.service, passing.call) == SEARCHES[place] and not added:
            added.append(add(world, place, key))

    open_again: Callable[[], None] = scene.box.call(lambda: world.gate(beat_it, reads=True))
    mark = world.journal.mark()
    scene.post(key)
    scene.until("the song was looked for", lambda: added)
    scene.until("the song has its Track, settled in all three places", lambda: key_is_everywhere(scene, key))
    scene.sync_now()
    scene.wait_converged()
    scene.box.call(open_again)
    assert all(keys.count(key) == 1 for keys in scene.keys().values()), scene.keys()
    # It was seen in time: nothing was added that had to be taken out again.
    asked = [e for e in world.journal.writes(since=mark) if e.call == ADDITIONS[place]]
    assert asked == [], "an addition was sent although the song stood there"
    track = scene.titled(world.catalogue.by_key(key).title)
    placement = track["status"]["placements"]["youtubeMusic" if place == "youtube" else place]
    assert (placement["state"], placement["origin"], placement["id"]) == ("Present", "Found", added[0])
    told = [event["event"] for event in track["status"]["history"]]
    assert not [event for event in told if "Failed" in event or "Review" in event], told


def key_is_everywhere(scene: Scene, key: str) -> bool:
    """Whether the song is in all three places, and every Track is settled."""
    return all(key in keys for keys in scene.keys().values()) and scene.converged()
