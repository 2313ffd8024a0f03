"""One bot in the channels of two MusicSyncs: Telegram forgets what the bot has read, whoever it was for."""

import time
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest

from sandbox import media, quickstart, scenario
from sandbox.shelf import Shelf
from sandbox.world import World
from tests.e2e.conftest import Scene

MONDAY_ID, MONDAY, MONDAY_LIST = -1001234500002, "@mondaytapes", "5NavaarMonday000000000"
NAME = "monday-tapes"
SONG, LATER = "viva-la-vida", "fix-you"
SECRET = "monday-tapes-telegram"


def seeded(world: World) -> None:
    """The small world; the bot is in a second channel, whose playlist holds a song."""
    scenario.small(world)
    world.telegram.create_channel(MONDAY_ID, "Monday Tapes", MONDAY)
    world.telegram.add_admin(MONDAY_ID, scenario.BOT_TOKEN)
    world.spotify.create_playlist(MONDAY_LIST, "Monday Tapes", scenario.SPOTIFY_USER)
    world.spotify.add(MONDAY_LIST, world.catalogue.by_key(SONG).spotify_id or "")


@pytest.fixture
def scene(scene_with: Callable[..., Scene]) -> Scene:
    made = scene_with(seeded)
    made.start()
    made.begin()
    made.wait_converged()
    return made


def sync_and_secret(scene: Scene) -> None:
    """The second MusicSync: another Secret, with the same bot."""
    secret(scene)
    manifest = quickstart.musicsync(youtubeMusic=None)
    manifest["metadata"]["name"] = NAME
    manifest["spec"]["telegram"] |= {"channel": MONDAY, "credentialsSecretRef": {"name": SECRET}}
    manifest["spec"]["spotify"] |= {"playlist": MONDAY_LIST}
    scene.apply(manifest)


def secret(scene: Scene) -> None:
    scene.apply(quickstart.secret(SECRET, {"token": scenario.BOT_TOKEN}))


def post(scene: Scene, key: str) -> None:
    """A person posts a song."""
    world = scene.box.world
    song = world.catalogue.by_key(key)
    name = f"{song.title}.m4a"
    scene.box.call(
        lambda: world.telegram.post_audio(MONDAY_ID, media.tagged(song), duration=song.duration, file_name=name)
    )


def posted(scene: Scene, key: str) -> None:
    """A person posts a song, and Telegram forgets of it: the bot has read on."""
    post(scene, key)
    world = scene.box.world
    queue = world.telegram.queues[world.telegram.bots[scenario.BOT_TOKEN].id]
    scene.until("the bot has read on", lambda: not scene.box.call(lambda: queue.pending(world.clock.now())))


def there(scene: Scene) -> tuple[list[str], list[str]]:
    """What is in the second channel and its playlist, in order."""
    shelf = Shelf(scene.box.world)
    places = scene.box.call(lambda: (shelf.channel(MONDAY), shelf.spotify(MONDAY_LIST)))
    return tuple([row["key"] or row["title"] for row in rows] for rows in places)  # type: ignore[return-value]


def ready(scene: Scene, type: str = "Ready") -> tuple[str, str, str]:
    return scene.conditions(NAME).get(type, ("", "", ""))


def test_what_was_posted_before_its_music_sync_came_is_heard(scene: Scene) -> None:
    posted(scene, SONG)
    sync_and_secret(scene)
    scene.until("all is settled", lambda: ready(scene)[1] == "Synced")
    assert there(scene) == ([SONG], [SONG])


def test_what_is_posted_while_its_secret_is_gone_is_heard_once_it_is_back(scene: Scene) -> None:
    sync_and_secret(scene)
    scene.until("all is settled", lambda: ready(scene)[1] == "Synced" and there(scene) == ([SONG], [SONG]))
    scene.stage.delete("Secret", scene.namespace, SECRET)
    scene.until("the Secret is missed", lambda: ready(scene, "TelegramReady")[1] == "SecretNotFound")
    posted(scene, LATER)
    secret(scene)
    scene.until("it is heard", lambda: there(scene) == ([SONG, LATER], [SONG, LATER]))


def test_what_an_operator_was_given_and_nobody_read_is_known_to_be_lost_by_the_next(scene: Scene) -> None:
    sync_and_secret(scene)
    scene.until("all is settled", lambda: ready(scene)[1] == "Synced" and there(scene) == ([SONG], [SONG]))
    scene.stage.delete("Secret", scene.namespace, SECRET)
    scene.until("the Secret is missed", lambda: ready(scene, "TelegramReady")[1] == "SecretNotFound")
    posted(scene, LATER)
    scene.operator.kill()
    world = scene.box.world
    added = world.catalogue.by_key(LATER).spotify_id or ""
    scene.box.call(lambda: world.spotify.add(MONDAY_LIST, added))
    scene.start()
    secret(scene)
    scene.until("it is known that posts are lost", lambda: ready(scene)[1] == "ChannelPastUnknown")
    scene.sync_now()
    assert there(scene) == ([SONG, LATER], [SONG, LATER]), "it is not posted a second time"
    assert scene.reason() == "Synced", "the other channel goes on"
    scene.stage.patch(
        "MusicSync", scene.namespace, NAME, {"metadata": {"annotations": {"navaar.dev/accept-past": "2026-11-22"}}}
    )
    scene.until("it goes on", lambda: ready(scene)[1] == "Synced")


def test_what_is_posted_while_the_operator_stops_waits_for_the_next_one(scene: Scene) -> None:
    """One MusicSync is done with at once, the other has something to bring to its end: the bot reads for neither."""
    sync_and_secret(scene)
    scene.until("all is settled", lambda: ready(scene)[1] == "Synced" and there(scene) == ([SONG], [SONG]))
    scene.break_("late", "spotify", "POST /playlists/{id}/items", seconds=6)
    scene.post("get-lucky")
    scene.until("one place is slow", lambda: "Adding" in [p["state"] for t in scene.tracks() for p in _placements(t)])
    stopping = Thread(target=scene.operator.stop)
    stopping.start()
    time.sleep(1)
    assert stopping.is_alive()
    post(scene, LATER)
    stopping.join()
    scene.mend()
    scene.start()
    scene.until("it is heard", lambda: there(scene) == ([SONG, LATER], [SONG, LATER]))
    scene.until("all is settled", lambda: ready(scene)[1] == "Synced" and scene.reason() == "Synced")


def _placements(track: dict[str, Any]) -> list[dict[str, Any]]:
    return list((track.get("status") or {}).get("placements", {}).values())
