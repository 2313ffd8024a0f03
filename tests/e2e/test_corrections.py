"""Corrections on the wire: a question answered, a wrong match replaced for good, a post put right, an edited post read anew."""

import shlex
import shutil
from functools import partial
from typing import Any

import pytest

from sandbox import quickstart, scenario
from sandbox.telegram.chats import Message
from tests.e2e.conftest import Scene


def _of(scene: Scene, title: str) -> dict[str, Any]:
    """The status of the Track of this title; empty while there is none."""
    found = [t.get("status") or {} for t in scene.tracks()]
    return next((status for status in found if status.get("title") == title), {})


def _asked(scene: Scene, title: str) -> bool:
    """Whether a person is asked about both services."""
    placements = _of(scene, title).get("placements") or {}
    return all("candidates" in (placements.get(service) or {}) for service in ("spotify", "youtubeMusic"))


def _approval(candidates: list[dict[str, Any]], id: str | None) -> str:
    (found,) = [candidate["approve"] for candidate in candidates if candidate["id"] == id]
    return str(found)


def _posts(scene: Scene) -> dict[int, Message]:
    messages = scene.box.call(lambda: scene.box.world.telegram.messages(scenario.CHANNEL))
    return {message.message_id: message for message in messages}


def _videos(scene: Scene) -> list[str]:
    return [row["id"] for row in scene.places()["youtube"]]


def _reject(scene: Scene, name: str, service: str, id: str) -> None:
    patch = f'{{"spec":{{"rejects":{{"{service}":["{id}"]}}}}}}'
    scene.stage.kubectl(f"kubectl patch track {name} -n {scene.namespace} --type=merge -p '{patch}'")


def test_a_question_is_answered_by_the_command_that_its_status_shows(scene: Scene) -> None:
    scene.start()
    scene.begin()
    scene.wait_converged()
    song = scene.box.world.catalogue.by_key("hello-adele")
    scene.box.call(lambda: scenario.unsigned(scene.box.world, song))
    scene.until("it asks", lambda: _asked(scene, "Hello"))
    assert _of(scene, "Hello")["phase"] == "Review"
    track = scene.titled("Hello")
    name, spotify = track["metadata"]["name"], track["status"]["placements"]["spotify"]
    assert {"Adele – Hello", "Lionel Richie – Hello"} <= {c["text"].partition(" (")[0] for c in spotify["candidates"]}
    assert all("artist unknown" in candidate["reasons"] for candidate in spotify["candidates"][:2])
    assert "hello-adele" not in {*scene.keys()["spotify"], *scene.keys()["youtube"]}, "asking places nothing"

    command = _approval(spotify["candidates"], song.spotify_id)
    assert shlex.split(command)[:3] == ["kubectl", "patch", "track"]
    if shutil.which("kubectl") is not None:
        row = scene.stage.kubectl(f"kubectl get track {name} -n {scene.namespace}").splitlines()[1]
        assert "Review" in row and "candidates, best 0." in row and len(_of(scene, "Hello")["message"]) < 200, row
        assert command in scene.stage.kubectl(f"kubectl describe track {name} -n {scene.namespace}")

    scene.stage.kubectl(command)
    scene.until("it is everywhere", lambda: _of(scene, "Hello")["phase"] == "Synced")
    keys = scene.keys()
    assert [keys[place].count("hello-adele") for place in ("youtube", "spotify")] == [1, 1]
    assert not any("hello-lionel-richie" in there for there in keys.values())
    assert scene.titled("Hello")["spec"]["pins"] == {"spotify": song.spotify_id}


@pytest.mark.timeout(240)
def test_a_rejected_match_is_replaced_and_never_returns_and_its_post_is_put_right_in_place(scene: Scene) -> None:
    scene.start()
    scene.begin()
    scene.wait_converged()
    song = scene.box.world.catalogue.by_key("billie-jean")
    wrong, right = song.video_id, song.music_video_id
    assert wrong is not None and wrong in _videos(scene) and right is not None
    track = scene.titled("Billie Jean")
    name, post = track["metadata"]["name"], track["status"]["placements"]["telegram"]
    assert (post["origin"], post["requestedId"]) == ("Placed", wrong)
    before, mark = _posts(scene), scene.box.world.journal.mark()

    _reject(scene, name, "youtubeMusic", wrong)

    def replaced() -> bool:
        placements = scene.titled("Billie Jean")["status"]["placements"]
        return (
            wrong not in _videos(scene)
            and right in _videos(scene)
            and placements["telegram"].get("requestedId") == right
        )

    scene.until("it is replaced", replaced)
    scene.wait_converged()
    after = _posts(scene)
    assert list(after) == list(before), "the post stands where it stood"
    changed = [id for id, message in after.items() if message.edit_date is not None]
    assert changed == [int(post["id"])]
    calls = scene.box.world.journal.counts("telegram", mark)
    assert (calls["editMessageMedia"], calls["sendAudio"], calls["deleteMessage"]) == (1, 0, 0)
    keys = scene.keys()

    def stays(what: str) -> None:
        scene.wait_converged()
        scene.sync_now()
        scene.wait_converged()
        assert (wrong in _videos(scene), scene.keys()) == (False, keys), what

    stays("a further pass")
    mark = scene.box.world.journal.mark()
    scene.operator.stop()
    for one in scene.tracks():
        scene.stage.patch("Track", scene.namespace, one["metadata"]["name"], {"status": None}, "/status")
    scene.start()
    stays("an operator that finds no status at all")
    scene.stage.delete("MusicSync", scene.namespace, quickstart.NAME)
    scene.until("it is gone", lambda: not scene.stage.list("MusicSync", scene.namespace))
    scene.begin()
    stays("a MusicSync that was deleted and made again")
    writes = [w for w in scene.service_writes(mark) if w.call != "POST /api/token"]
    assert writes == []
    assert scene.titled("Billie Jean")["spec"]["rejects"] == {"youtubeMusic": [wrong]}


def test_a_song_kept_in_git_with_its_pins_adopts_what_is_there(scene: Scene) -> None:
    scene.start()
    scene.begin()
    scene.wait_converged()
    song = scene.box.world.catalogue.by_key("wonderwall")
    before, mark = scene.keys(), scene.box.world.journal.mark()
    scene.track(
        "from-git",
        title=song.title,
        artists=["Oasis"],
        pins={"spotify": song.spotify_id, "youtubeMusic": song.video_id},
    )
    scene.until("it stands for the song", lambda: (scene.titled("Wonderwall")["metadata"]["name"]) == "from-git")
    scene.wait_converged()
    assert scene.keys() == before
    assert [w for w in scene.service_writes(mark) if w.call != "POST /api/token"] == []
    assert len(scene.tracks()) == len(scenario.SMALL.union)
    journal = scene.box.world.journal
    assert journal.counts("spotify", mark)["GET /search"] == journal.counts("youtube-music", mark)["search"] == 0


def test_an_edited_post_is_identified_again_and_a_re_upload_is_the_same_song(scene: Scene) -> None:
    scene.start()
    scene.begin()
    scene.wait_converged()
    world = scene.box.world
    song = world.catalogue.by_key("karma-police")
    data = scene.box.call(lambda: b"\0" * 64)
    post = scene.box.call(
        lambda: world.telegram.post_audio(
            scenario.CHANNEL_ID, data, duration=song.duration, file_name="Track 01.mp3", title="Track 01"
        )
    )
    scene.until(
        "nobody knows what it is",
        lambda: any(t["status"].get("phase") == "Review" for t in scene.tracks() if "status" in t),
    )
    count = len(scene.tracks())
    rename = partial(
        world.telegram.edit_audio, scenario.CHANNEL_ID, post.message_id, title="Karma Police", performer="Radiohead"
    )
    scene.box.call(rename)
    scene.until("it is everywhere", lambda: all("karma-police" in scene.keys()[p] for p in ("youtube", "spotify")))
    scene.wait_converged()
    assert len(scene.tracks()) == count

    mark = world.journal.mark()
    again = scene.box.call(lambda: scenario.post(world, song))
    scene.until(
        "it is a further id of the same song",
        lambda: str(again) in scene.titled("Karma Police")["status"]["placements"]["telegram"].get("ids", []),
    )
    assert len(scene.tracks()) == count
    assert [w for w in scene.service_writes(mark) if w.call != "POST /api/token"] == []

    # A typing error that is mended makes no difference; another song in its place does.
    other = world.catalogue.by_key("yellow")
    scene.box.call(
        partial(
            world.telegram.edit_audio,
            scenario.CHANNEL_ID,
            again,
            title="Yellow",
            performer="Coldplay",
            duration=other.duration,
        )
    )
    scene.until(
        "the other song is everywhere", lambda: all("yellow" in scene.keys()[p] for p in ("youtube", "spotify"))
    )
    scene.wait_converged()
    assert scene.titled("Karma Police")["status"]["phase"] == "Synced"
    assert len(scene.tracks()) == count + 1
