"""Audio from the simulated YouTube, fetched by unmodified yt-dlp in the worker process."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import av
import pytest
from mutagen import mp4

from reconcilers.audio import Audio, AudioSource, Worker
from reconcilers.delivery import Step
from reconcilers.errors import AudioRefused, ItemError, RateLimitError, ServiceError, TransientError
from reconcilers.recording import Recording
from sandbox import media
from sandbox.catalogue import Song
from sandbox.faults import Fault
from sandbox.thread import SandboxThread
from sandbox.world import World
from tests.waiting import soon

MP4: Any = mp4.MP4
SONG = Song("one", ("Ann", "Bob"), "One", "First", 83, video_id="audioOne_01")
LONG = Song("long", ("Ann",), "Long", None, 1300, video_id="audioLong01")
SAID = Recording("One", ("Ann", "Bob"), "First", 83.0)


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxThread]:
    world = World()
    world.catalogue.extend([SONG, LONG])
    with SandboxThread(world) as running:
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        yield running
        assert running.refused == []


@pytest.fixture
async def source(box: SandboxThread, tmp_path: Path) -> AsyncIterator[AudioSource]:
    opened = AudioSource(tmp_path / "work", pause=0.0, clock=box.world.clock.now)
    yield opened
    await opened.close()
    assert files(tmp_path / "work") == []


def files(folder: Path) -> list[Path]:
    """What a fetch left behind; yt-dlp's own cache is not meant."""
    return list(folder.glob("audio-*"))


async def failing(awaitable: Any) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        await awaitable
    return caught.value


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"


async def test_a_song_comes_as_tagged_plain_m4a_with_a_cover(source: AudioSource, tmp_path: Path) -> None:
    told: list[tuple[Step, int, int | None]] = []
    audio = await source.fetch("audioOne_01", SAID, lambda *progress: told.append(progress))
    file = MP4(audio.path)
    assert file.info.length == pytest.approx(83, abs=2)
    assert audio.duration == pytest.approx(file.info.length)
    assert (file["\xa9nam"], file["\xa9ART"], file["\xa9alb"]) == (["One"], ["Ann, Bob"], ["First"])
    assert (audio.size, audio.mime) == (audio.path.stat().st_size, "audio/mp4")
    assert audio.thumbnail is not None
    assert bytes(file["covr"][0]) == audio.thumbnail
    assert len(audio.thumbnail) <= 200_000
    steps = [step for step, _, _ in told if step is not Step.DOWNLOADING]
    assert steps == [Step.WAITING, Step.STARTING, Step.CONVERTING, Step.TAGGING]
    downloaded = [(done, total) for step, done, total in told if step is Step.DOWNLOADING]
    assert downloaded == sorted(downloaded)
    done, total = downloaded[-1]
    assert done == total == len(media.dash_m4a("audioOne_01", 83))

    source.release(audio)
    assert files(tmp_path / "work") == []
    source.release(audio)


async def test_one_process_serves_many_songs_and_ends_with_its_owner(source: AudioSource) -> None:
    first = await source.fetch("audioOne_01", SAID)
    pid = source.pid
    started = time.monotonic()
    second = await source.fetch("audioOne_01", SAID)
    assert time.monotonic() - started < 5
    assert source.pid == pid
    assert first.path != second.path
    await source.close()
    assert pid is not None
    assert not alive(pid)


async def test_each_refusal_of_youtubes_is_named(source: AudioSource, box: SandboxThread, tmp_path: Path) -> None:
    for refusal, error, reason in (
        ("bot", AudioRefused, "BotCheck"),
        ("busy", AudioRefused, "RateLimited"),
        ("age", ItemError, "AgeRestricted"),
        ("geo", ItemError, "GeoBlocked"),
        ("private", ItemError, "Unavailable"),
        ("unavailable", ItemError, "Unavailable"),
    ):
        fault = Fault("playability", "youtube", "player", detail={"reason": refusal})
        box.call(partial(box.world.faults.arm, fault))
        caught = await failing(source.fetch("audioOne_01", SAID))
        assert (type(caught), caught.reason) == (error, reason)
        assert files(tmp_path / "work") == []


async def test_media_that_is_refused_is_this_songs_own_trouble(source: AudioSource, box: SandboxThread) -> None:
    box.call(lambda: box.world.faults.arm(Fault("error", "youtube", "media", status=403, times=9)))
    caught = await failing(source.fetch("audioOne_01", SAID))
    assert isinstance(caught, ItemError)
    assert (caught.reason, caught.permanent) == ("MediaRefused", False)


async def test_media_that_breaks_off_is_trouble_of_the_moment(source: AudioSource, box: SandboxThread) -> None:
    box.call(lambda: box.world.faults.arm(Fault("error", "youtube", "media", status=503, times=9)))
    assert type(await failing(source.fetch("audioOne_01", SAID))) is TransientError


async def test_a_robot_check_is_looked_at_ever_more_rarely_until_youtube_speaks_again(
    source: AudioSource, box: SandboxThread
) -> None:
    def arm(reason: str) -> None:
        detail = {"reason": reason}
        box.call(lambda: box.world.faults.arm(Fault("playability", "youtube", "player", detail=detail)))

    waits = []
    for _ in range(3):
        arm("bot")
        caught = await failing(source.fetch("audioOne_01", SAID))
        assert isinstance(caught, RateLimitError)
        waits.append(round(caught.retry_at - box.world.clock.now(), -1))
    assert waits == [900, 1800, 3600]
    arm("age")
    await failing(source.fetch("audioOne_01", SAID))
    arm("bot")
    caught = await failing(source.fetch("audioOne_01", SAID))
    assert isinstance(caught, RateLimitError)
    assert caught.retry_at - box.world.clock.now() == pytest.approx(900, abs=30)


async def test_without_a_network_it_is_trouble_of_the_moment(
    box: SandboxThread, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    source = AudioSource(tmp_path / "work", pause=0.0)
    assert type(await failing(source.fetch("audioOne_01", SAID))) is TransientError
    await source.close()


async def test_what_is_too_long_is_not_downloaded(source: AudioSource, box: SandboxThread) -> None:
    caught = await failing(source.fetch("audioLong01", Recording("Long", ("Ann",))))
    assert isinstance(caught, ItemError)
    assert (caught.reason, caught.permanent) == ("TooLong", True)
    assert "21:40" in caught.message and "20:00" in caught.message
    assert box.world.journal.counts("youtube")["media"] == 0


async def test_what_is_no_id_asks_nobody(source: AudioSource, box: SandboxThread) -> None:
    assert (await failing(source.fetch("--exec=reboot", SAID))).reason == "Unavailable"
    assert source.pid is None
    assert list(box.world.journal) == []


async def test_where_there_is_no_aac_opus_is_encoded(
    source: AudioSource, monkeypatch: pytest.MonkeyPatch, box: SandboxThread
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).with_name("opus_only")))
    audio = await source.fetch("audioOne_01", SAID)
    with av.open(str(audio.path)) as container:
        assert container.streams.audio[0].codec_context.name == "aac"
    assert [entry.detail["itag"] for entry in box.world.journal if entry.call == "media"] == ["251"]


async def test_a_fetch_that_takes_too_long_is_ended_and_the_next_one_works(
    box: SandboxThread, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = AudioSource(tmp_path / "work", pause=0.0)
    audio = await source.fetch("audioOne_01", SAID)
    pid = source.pid
    monkeypatch.setattr(source, "_timeout", 0.6)
    box.call(lambda: box.world.faults.arm(Fault("late", "youtube", "media", seconds=20)))
    caught = await failing(source.fetch("audioOne_01", SAID))
    assert (type(caught), caught.reason) == (ItemError, "FetchTimeout")
    assert pid is not None
    assert not alive(pid)
    assert files(tmp_path / "work") == [audio.path.parent]
    monkeypatch.setattr(source, "_timeout", 60.0)
    assert (await source.fetch("audioOne_01", SAID)).size > 0
    await source.close()


async def test_a_cancelled_fetch_ends_its_process_and_leaves_no_file(
    source: AudioSource, box: SandboxThread, tmp_path: Path
) -> None:
    box.call(lambda: box.world.faults.arm(Fault("late", "youtube", "watch", seconds=20)))
    fetching = asyncio.create_task(source.fetch("audioOne_01", SAID))
    await soon(lambda: source.pid is not None)
    pid = source.pid
    await asyncio.sleep(0.2)
    fetching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await fetching
    assert pid is not None
    assert not alive(pid)
    assert files(tmp_path / "work") == []


async def test_an_idle_process_ends_and_the_next_fetch_starts_another(box: SandboxThread, tmp_path: Path) -> None:
    source = AudioSource(tmp_path / "work", pause=0.0, idle=0.2)
    await source.fetch("audioOne_01", SAID)
    await soon(lambda: source.pid is None)
    assert (await source.fetch("audioOne_01", SAID)).size > 0
    await source.close()


async def test_a_process_that_was_killed_costs_one_song(source: AudioSource, box: SandboxThread) -> None:
    box.call(lambda: box.world.faults.arm(Fault("late", "youtube", "watch", seconds=20)))
    told: list[Step] = []
    fetching = asyncio.create_task(source.fetch("audioOne_01", SAID, lambda step, *_: told.append(step)))
    await soon(lambda: Step.STARTING in told)
    assert source.pid is not None
    os.kill(source.pid, signal.SIGKILL)
    assert (await failing(fetching)).reason == "FetchFailed"
    box.call(lambda: box.world.faults.clear())
    assert (await source.fetch("audioOne_01", SAID)).size > 0


async def test_the_process_ends_when_its_parent_is_killed(box: SandboxThread, tmp_path: Path) -> None:
    program = (
        "import asyncio, sys; from pathlib import Path; from reconcilers.audio import AudioSource; "
        "from reconcilers.recording import Recording\n"
        "async def main():\n"
        f"    source = AudioSource(Path({str(tmp_path)!r}), pause=0.0)\n"
        "    say = lambda *_: source.pid and print(source.pid, flush=True)\n"
        "    await source.fetch('audioOne_01', Recording('One'), say)\n"
        "asyncio.run(main())"
    )
    box.call(lambda: box.world.faults.arm(Fault("late", "youtube", "watch", seconds=20)))
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    worker = int(await parent.stdout.readline())
    parent.kill()
    await parent.wait()
    await soon(lambda: not alive(worker))


async def test_two_sources_share_a_process_and_a_folder(box: SandboxThread, tmp_path: Path) -> None:
    worker = Worker()
    one = AudioSource(tmp_path, worker=worker, pause=0.0)
    first = await one.fetch("audioOne_01", SAID)
    other = AudioSource(tmp_path, worker=worker, pause=0.0, longest=30.0)
    told: list[tuple[str, Step]] = []
    both = asyncio.gather(
        one.fetch("audioOne_01", SAID, lambda step, *_: told.append(("one", step))),
        failing(other.fetch("audioOne_01", SAID, lambda step, *_: told.append(("other", step)))),
    )
    second, caught = await both
    assert told[:2] == [("one", Step.WAITING), ("other", Step.WAITING)]
    assert told.index(("other", Step.STARTING)) > told.index(("one", Step.TAGGING))
    assert caught.reason == "TooLong"
    assert one.pid == other.pid == worker.pid
    await other.close()
    assert worker.pid is not None
    assert sorted(files(tmp_path)) == sorted([first.path.parent, second.path.parent])
    await one.close()
    await worker.close()
    assert files(tmp_path) == []


async def test_cookies_are_used_and_gone_with_the_download(box: SandboxThread, tmp_path: Path) -> None:
    line = ".youtube.com\tTRUE\t/\tTRUE\t4102444800\tVISITOR_INFO1_LIVE\tx"
    source = AudioSource(tmp_path / "work", f"# Netscape HTTP Cookie File\n{line}\n", pause=0.0)
    audio = await source.fetch("audioOne_01", SAID)
    assert sorted(path.name for path in audio.path.parent.iterdir()) == ["audio.m4a", "cover.jpg"]
    await source.close()


def test_the_file_is_not_shown_with_its_picture() -> None:
    assert "thumbnail" not in repr(Audio(Path("a"), 1.0, 1, thumbnail=b"x" * 1000))
