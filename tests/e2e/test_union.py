"""The main job, seen from outside: three real clients, a real API server, the operator as a process under its own Role."""

import io
import time
from collections.abc import Callable

import mutagen
from mutagen.mp4 import MP4

from sandbox import quickstart, scenario
from tests.e2e.conftest import Scene


def test_three_overlapping_lists_become_one_set_with_one_track_per_song(scene_with: Callable[..., Scene]) -> None:
    scene = scene_with(scenario.quickstart)
    operator = scene.start()
    scene.begin()
    scene.wait_converged()
    expected = quickstart.expected()
    assert {place: set(keys) for place, keys in scene.keys().items()} == expected
    assert all(len(keys) == len(set(keys)) for keys in scene.keys().values()), "a song is twice in a place"
    tracks = scene.tracks()
    assert len(tracks) == len(scenario.UNION)
    for track in tracks:
        states = {name: p["state"] for name, p in track["status"]["placements"].items()}
        partial = "NotFound" in states.values()
        assert track["status"]["phase"] == ("Partial" if partial else "Synced"), states
        assert set(states.values()) <= {"Present", "NotFound"}, states

    # What arrived in the channel is playable audio that says what it is.
    telegram = scene.box.world.telegram
    posts = scene.box.call(
        lambda: [(m, telegram.file_bytes(m)) for m in telegram.messages(scenario.CHANNEL) if m.by_bot]
    )
    assert len(posts) == len(expected["telegram"]) - len(scenario.ON_TELEGRAM)
    for message, content in posts:
        audio = mutagen.File(io.BytesIO(content))
        assert isinstance(audio, MP4)
        assert audio["\xa9nam"] and audio["\xa9ART"] and audio["covr"]
        assert message.media is not None and message.media.title and message.media.performer
        assert audio.info is not None
        assert abs(audio.info.length - message.media.duration) <= 2

    # Idle afterwards: a further pass costs one look per playlist, and writes nothing.
    time.sleep(6)  # what was added last is confirmed by a look after `settle`
    scene.sync_now()
    mark, writes = scene.box.world.journal.mark(), len(scene.kubernetes_writes())
    scene.patch_sync({"metadata": {"labels": {"touched": "yes"}}})
    scene.sync_now()
    calls = scene.box.world.journal.counts("spotify", mark)
    assert scene.service_writes(mark) == []
    new = scene.kubernetes_writes()[writes:]
    assert {w.resource for w in new} <= {"musicsyncs.navaar.dev/status"}, new  # the echo of the annotation
    assert calls["GET /search"] == 0
    assert operator.stop() == 0
    assert "WARNING" not in operator.log.read_text()


def test_a_post_is_in_both_playlists_without_waiting_for_an_interval(scene: Scene) -> None:
    scene.start()
    scene.begin()
    scene.wait_converged()
    song = scene.box.world.catalogue.by_key("viva-la-vida")
    started = time.monotonic()
    scene.box.call(lambda: scenario.post(scene.box.world, song))
    scene.until(
        "the song is in both playlists", lambda: all(song.key in scene.keys()[p] for p in ("youtube", "spotify")), 20
    )
    elapsed = time.monotonic() - started
    print(f"from the post to both playlists: {elapsed:.2f} s")
    assert elapsed < 2, "the simulated services answer at once: a post waited for something"


def test_a_bare_track_ends_in_all_three_places_and_one_from_git_adopts_what_is_there(scene: Scene) -> None:
    scene.start()
    scene.begin()
    scene.wait_converged()
    before = scene.keys()
    scene.track("from-git", title="Billie Jean", artists=["Michael Jackson"])
    scene.track("wanted", title="Blinding Lights", artists=["The Weeknd"])
    scene.until("the request is in all three", lambda: all("blinding-lights" in keys for keys in scene.keys().values()))
    scene.wait_converged()
    after = scene.keys()
    assert {p: [k for k in keys if k != "blinding-lights"] for p, keys in after.items()} == before
    assert all(keys.count("blinding-lights") == 1 for keys in after.values())
    adopted = scene.stage.get("Track", scene.namespace, "from-git")
    assert adopted["status"]["phase"] == "Synced"
    assert len(scene.tracks()) == len(scenario.SMALL.union) + 1
