"""Files as they come and go: hostile posts, large ones, a full disk, a killed operator, posts that Telegram keeps."""

import io
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from unicodedata import category

import pytest
from mutagen import id3

from sandbox import media, scenario
from sandbox.faults import Fault
from sandbox.scenario import CHANNEL_ID, Lists
from sandbox.world import World
from tests.e2e.conftest import Scene

ID3: Any = id3
GOOD = "take-on-me"
PATIENT = ("--deadline", "60")
"""What is to be seen here has nothing to do with a busy machine's uploads that come too late."""


def with_cover(data: bytes, size: int) -> bytes:
    tags, file = ID3.ID3(io.BytesIO(data)), io.BytesIO(data)
    tags.add(ID3.APIC(encoding=3, mime="image/png", type=3, desc="", data=bytes(size)))
    tags.save(file)
    return file.getvalue()


def hostile(world: World) -> int:
    """Posts what strangers post; how many."""
    telegram, before = world.telegram, len(world.telegram.messages(CHANNEL_ID))
    song = media.tagged_mp3(world.catalogue.by_key("wonderwall"))
    audio, document = partial(telegram.post_audio, CHANNEL_ID), partial(telegram.post_document, CHANNEL_ID)
    plain = media.m4a("hostile", 5)
    audio(plain, title="T" * 4096, performer="P" * 4096, file_name="F" * 4096 + ".m4a", caption="C" * 4096)
    audio(plain, title="Null\x00 and\x07 bell\r\nand\u2028line", performer="\x1b[31mRed\x7f")
    audio(plain, title="\u202egpj.exe\u202c\u2066\u200f", performer="\u202bDarius\u202c")
    audio(plain, title="<b>Bold</b> & <a href='tg://user?id=1'>link</a> *_`[", performer="<script>")
    audio(plain, title="../../etc/passwd", performer="C:\\..\\..")
    audio(plain, title=" - " * 1000, performer="(" * 4096)
    audio(plain, title="Z" + "\u0335" * 3000, performer="👨\u200d👩\u200d👧 🎵")
    audio(plain, title="\u200b\u2063", performer="\u200e", duration=2**31 - 1)
    document(b"", file_name="track01.mp3")
    document(media.cover("a picture"), file_name="track02.mp3")
    document(song[: len(song) // 3], file_name="track03.m4a")
    document(with_cover(song, 19_000_000), file_name="track04.mp3")
    document(b"ID3\x03\x00\x00\x7f\x7f\x7f\x7fTIT2", file_name="track05.mp3")
    return len(telegram.messages(CHANNEL_ID)) - before


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_no_post_keeps_the_ones_after_it_from_being_taken_down(empty_scene: Scene) -> None:
    scene = empty_scene
    world = scene.box.world
    count = scene.box.call(lambda: hostile(world), timeout=60)
    killers = world.catalogue.by_key("mr-brightside")

    def large() -> None:
        telegram = world.telegram
        said: dict[str, Any] = {"title": killers.title, "performer": killers.artists[0], "duration": killers.duration}
        telegram.post_audio_of_size(CHANNEL_ID, 30_000_000, file_name="track06.mp3", **said)
        telegram.post_audio_of_size(CHANNEL_ID, 30_000_000, file_name="track07.mp3", duration=60)
        scenario.post(world, world.catalogue.by_key(GOOD))

    scene.box.call(large)
    posts = count + 3
    scene.start(*PATIENT)
    scene.begin()
    scene.until("every post is a Track", lambda: len(scene.tracks()) >= posts - 2, 120)
    for key in (GOOD, "mr-brightside", "wonderwall"):
        scene.until(
            f"{key} is in both playlists",
            partial(lambda key: all(key in scene.keys()[p] for p in ("youtube", "spotify")), key),
            120,
        )
    operator = scene.operator
    assert operator.process.poll() is None
    assert "can't be understood" not in operator.log.read_text()
    posted = {str(m.message_id) for m in world.telegram.messages(CHANNEL_ID)}
    scene.until("every post is of a Track", lambda: {id for t in scene.tracks() for id in _messages(t)} == posted)
    for track in scene.tracks():
        for name in ("title", "artist"):
            shown = track["status"].get(name, "")
            assert len(shown) <= 600
            assert not [c for c in shown if category(c) in ("Cc", "Zl", "Zp")]
            assert not [c for c in shown if category(c) == "Cf" and c not in "\u200c\u200d"]
    unnamed = [t for t in scene.tracks() if not t["status"].get("title")]
    assert len(unnamed) >= 4
    scene.until(
        "what names no song asks a person",
        lambda: all(
            (t["status"]["placements"].get("spotify") or {}).get("reason") == "Unidentified"
            for t in scene.tracks()
            if not t["status"].get("title")
        ),
    )
    asked = [e.detail.get("file_size", 0) for e in world.journal if e.call == "getFile"]
    assert asked
    assert max(asked) <= 20_000_000
    assert operator.rss() < 400_000_000


def _messages(track: dict[str, Any]) -> list[str]:
    there = track["status"]["placements"].get("telegram") or {}
    return [id for id in (there.get("id"), *there.get("ids", ())) if id]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[tuple[Path, Callable[[str], None]]]:
    """A file system of its own, of 64 kB, and how to give it another size."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if mount is None or umount is None:
        pytest.skip("there is no mount here")
    options = [mount, "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if subprocess.run(options, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a file system")

    def resize(size: str) -> None:
        subprocess.run([mount, "-o", f"remount,size={size}", str(folder)], check=True)

    yield folder, resize
    subprocess.run([umount, "-l", str(folder)], check=True)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_full_disk_is_named_costs_no_attempt_and_mends_itself(
    scene: Scene, small_disk: tuple[Path, Callable[[str], None]]
) -> None:
    folder, resize = small_disk
    scene.start("--workdir", str(folder), *PATIENT)
    scene.begin()
    scene.until("it says so", lambda: scene.reason("TelegramReady") == "DiskFull", 90)
    assert "room" in scene.conditions()["TelegramReady"][2]
    scene.until("the others go on", lambda: len(scene.keys()["youtube"]) >= 5)
    assert _audio(folder) == []
    attempts = [(t["status"]["placements"].get("telegram") or {}).get("attempts", 0) for t in scene.tracks()]
    assert max(attempts) == 0
    resize("32m")
    scene.sync_now()
    scene.wait_converged(180)
    assert _audio(folder) == []
    scene.operator.stop()
    assert list(folder.iterdir()) == []


def _audio(folder: Path) -> list[Path]:
    """Folders of single songs below the operator's own."""
    return list(folder.glob("navaar-audio-*/audio-*"))


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_what_a_killed_operator_was_fetching_is_gone_with_the_next_start(scene: Scene, tmp_path: Path) -> None:
    folder, world = tmp_path / "work", scene.box.world
    scene.box.call(lambda: world.faults.arm(Fault("late", "youtube", "media", seconds=60)))
    scene.start("--workdir", str(folder), *PATIENT)
    scene.begin()
    scene.until("a song is being fetched", lambda: _audio(folder), 90)
    scene.operator.kill()
    left = _audio(folder)
    assert left
    scene.box.call(lambda: world.faults.clear())
    scene.start("--workdir", str(folder), *PATIENT)
    scene.until("it is gone", lambda: not any(path.exists() for path in left))
    scene.until(
        "another song was fetched and sent", lambda: len(scene.keys()["telegram"]) > len(scenario.SMALL.telegram)
    )
    scene.until("nothing is left of that", lambda: _audio(folder) == [] and scene.reason() == "Synced", 90)
    assert len(list(folder.iterdir())) == 1


BEFORE = Lists(
    telegram=("wonderwall", "yellow", "creep"),
    youtube=("hello-adele", "bad-guy"),
    spotify=("billie-jean", "viva-la-vida"),
)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_what_was_there_stays_as_it_is_and_a_post_that_is_too_old_is_kept_counted_and_told(
    scene_with: Callable[..., Scene],
) -> None:
    scene = scene_with(partial(scenario.fill, lists=BEFORE))
    world = scene.box.world
    there = scene.places()
    names = scene.box.call(lambda: _names(world))
    scene.start(*PATIENT)
    scene.begin()
    scene.wait_converged(180)
    after = scene.places()
    for place, rows in there.items():
        assert after[place][: len(rows)] == rows, f"{place}: what was there was touched"
        added = [row["key"] for row in after[place][len(rows) :]]
        for other in BEFORE:
            backlog = [key for key in added if key in other]
            assert backlog == [key for key in other if key in backlog], f"{place}: not appended oldest first"
    assert scene.box.call(lambda: _names(world)) == names
    writes = {(e.service, e.call) for e in world.journal.writes()}
    assert not [
        call for _, call in writes if "edit" in call.lower() or "reorder" in call.lower() or "delete" in call.lower()
    ]

    # 49 hours later: the channel keeps a post of ours, and one of a person's is never touched at all.
    scene.box.call(lambda: world.clock.advance(49 * 3600))
    for title in ("Billie Jean", "Yellow"):
        name = scene.titled(title)["metadata"]["name"]
        scene.stage.patch("Track", scene.namespace, name, {"spec": {"state": "Absent"}})

    def said(title: str) -> dict[str, Any]:
        status: dict[str, Any] = scene.titled(title)["status"]
        return status

    scene.until("it is kept", lambda: said("Billie Jean")["placements"]["telegram"]["state"] == "Retained", 90)
    scene.until(
        "both are out of the playlists",
        lambda: not {"billie-jean", "yellow"} & {*scene.keys()["youtube"], *scene.keys()["spotify"]},
        90,
    )
    assert said("Billie Jean")["placements"]["telegram"]["reason"] == "Retained"
    assert said("Yellow")["placements"]["telegram"]["reason"] == "NotOurs"
    for title, words in (("Billie Jean", "48 hours"), ("Yellow", "by hand")):
        scene.until(f"{title} says why", partial(lambda t, w: w in said(t).get("message", ""), title, words))
    scene.until("it is counted", lambda: scene.sync()["status"]["telegram"].get("retained") == 2)
    assert scene.places()["telegram"] == after["telegram"]
    asked = [e for e in world.journal.writes("telegram") if e.call == "deleteMessage"]
    assert len(asked) == 1, "it is asked once, and of our own post only"


def _names(world: World) -> list[Any]:
    spotify = world.spotify.playlists[scenario.SPOTIFY_PLAYLIST]
    youtube = world.youtube.playlists[scenario.YOUTUBE_PLAYLIST]
    channel = world.telegram.chat(CHANNEL_ID)
    return [spotify.name, youtube.title, channel.title]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_robot_check_rests_the_channel_and_is_not_asked_for_one_song_after_the_other(scene: Scene) -> None:
    world = scene.box.world
    check = Fault("playability", "youtube", "player", times=None, detail={"reason": "bot"})
    scene.box.call(lambda: world.faults.arm(check))
    scene.start(*PATIENT)
    scene.begin()
    scene.until("it says so", lambda: scene.reason("TelegramReady") == "BotCheck", 90)
    said = scene.conditions()["TelegramReady"][2]
    assert "robot" in said and "cookies" in said
    scene.until("the others go on", lambda: len(scene.keys()["youtube"]) >= 5, 90)
    fetched = {e.detail["videoId"] for e in world.journal if e.service == "youtube" and e.call == "watch"}
    assert len(fetched) == 1
    assert not [t for t in scene.tracks() if (t["status"]["placements"].get("telegram") or {}).get("attempts")]
    scene.box.call(lambda: world.faults.clear())
    scene.sync_now()
    scene.until("the channel goes on", lambda: len(scene.keys()["telegram"]) > len(scenario.SMALL.telegram), 90)
