"""What Telegram takes and what it doesn't, and that nothing stays behind on the disk."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from reconcilers.audio import Audio, AudioSource
from reconcilers.audio.job import LARGEST
from reconcilers.audio.media import COVER_BYTES
from reconcilers.errors import ItemError, LocalError, OutcomeUnknown, ServiceError
from reconcilers.recording import Recording
from reconcilers.services import Added, AddRequest
from reconcilers.services.telegram import TelegramService
from sandbox.catalogue import Song
from sandbox.faults import Fault
from sandbox.thread import SandboxThread
from sandbox.world import World

TOKEN, CHANNEL = "7100000001:the-secret-of-the-bot", -1001000000001
SONGS = [Song(f"s{n}", ("Ann",), f"Song {n}", None, 5, video_id=f"limits_{n:04}") for n in range(50)]
LONG = Song("long", ("Ann",), "Long", None, 3600, video_id="limits_long")


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxThread]:
    world = World()
    world.catalogue.extend([*SONGS, LONG])
    world.telegram.create_bot(TOKEN, "tapes_bot")
    world.telegram.create_channel(CHANNEL, "Tapes", "@tapes")
    world.telegram.add_admin(CHANNEL, TOKEN)
    with SandboxThread(world) as running:
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        yield running


class OneFile:
    """Audio of any size, without a song in it."""

    def __init__(self, path: Path, size: int) -> None:
        self.path, self.size = path, size

    async def fetch(self, video_id: str, recording: Recording, report: Any = None) -> Audio:
        with self.path.open("wb") as file:
            file.truncate(self.size)
        return Audio(self.path, 5.0, self.size, thumbnail=b"\xff\xd8" + bytes(COVER_BYTES - 2))

    def release(self, audio: Audio) -> None:
        audio.path.unlink()


def files(folder: Path, pattern: str = "audio-*") -> list[Path]:
    return list(folder.glob(pattern))


async def sent(box: SandboxThread, path: Path, size: int) -> Added | Exception:
    service = TelegramService(TOKEN, CHANNEL, OneFile(path, size), clock=box.world.clock.now)
    name = Recording("چ" * 256, ("ش" * 256,) * 16)
    (outcome,) = await service.add((AddRequest("limits_0000", name, "ab12cd34"),))
    await service.close()
    assert files(path.parent, path.name) == []
    return outcome


async def test_the_largest_upload_stays_below_50_mb_with_all_that_goes_with_it(
    box: SandboxThread, tmp_path: Path
) -> None:
    assert isinstance(await sent(box, tmp_path / "audio.m4a", LARGEST), Added)
    (upload,) = box.world.journal.writes("telegram")
    assert LARGEST + COVER_BYTES < upload.detail["body_size"] < 50_000_000
    (post,) = box.call(lambda: box.world.telegram.messages(CHANNEL))
    assert post.audio is not None
    assert max(len(post.audio.title or ""), len(post.audio.performer or "")) <= 64


async def test_what_telegram_refuses_for_its_size_is_refused_for_good_and_not_posted(
    box: SandboxThread, tmp_path: Path
) -> None:
    outcome = await sent(box, tmp_path / "audio.m4a", (50 << 20) + 1)
    assert isinstance(outcome, ItemError)
    assert (outcome.reason, outcome.permanent) == ("TooLarge", True)
    assert box.call(lambda: box.world.telegram.messages(CHANNEL)) == []


async def test_what_fits_at_no_rate_is_refused_before_it_is_downloaded(box: SandboxThread, tmp_path: Path) -> None:
    source = AudioSource(tmp_path, pause=0.0, longest=7200.0, largest=20_000_000)
    with pytest.raises(ItemError) as caught:
        await source.fetch("limits_long", Recording("Long", ("Ann",)))
    assert (caught.value.reason, caught.value.permanent) == ("TooLarge", True)
    for said in ("60 minutes", "MB even at 64 kbit/s", "20.0 MB", "spec.pins.youtubeMusic", "spec.excludeFrom"):
        assert said in caught.value.message
    assert box.world.journal.counts("youtube")["media"] == 0
    await source.close()


@pytest.fixture
async def channel(box: SandboxThread, tmp_path: Path) -> AsyncIterator[TelegramService]:
    source = AudioSource(tmp_path / "work", pause=0.0, clock=box.world.clock.now, longest=1200.0)
    service = TelegramService(TOKEN, CHANNEL, source, upload_timeout=20.0, clock=box.world.clock.now)
    yield service
    await service.close()
    await source.close()


@pytest.mark.timeout(400)
async def test_fifty_songs_of_which_ten_fail_leave_no_file(
    box: SandboxThread, channel: TelegramService, tmp_path: Path
) -> None:
    world = box.world
    failures: dict[int, Fault] = {
        3: Fault("playability", "youtube", "player", detail={"reason": "age"}),
        8: Fault("playability", "youtube", "player", detail={"reason": "geo"}),
        13: Fault("playability", "youtube", "player", detail={"reason": "bot"}),
        18: Fault("error", "youtube", "media", status=403, times=9),
        23: Fault("error", "youtube", "media", status=503, times=9),
        28: Fault("error", "telegram", "sendAudio", status=500),
        33: Fault("reset", "telegram", "sendAudio"),
        38: Fault("lost", "telegram", "sendAudio"),
        43: Fault("rate-limit", "telegram", "sendAudio", seconds=5),
    }
    outcomes: list[object] = []
    for n, song in enumerate(SONGS):
        video = "limits_none" if n == 48 else str(song.video_id)
        fault = failures.get(n)
        box.call(lambda: world.clock.advance(4))
        if fault is not None:
            box.call(partial(world.faults.arm, fault))
        request = AddRequest(video, Recording(song.title, song.artists), f"token{n:04}")
        try:
            await channel.prepare(request)
            outcomes += await channel.add((request,))
        except ServiceError as error:
            outcomes.append(error)
        box.call(lambda: world.faults.clear())
        assert files(tmp_path / "work") == []
    failed = [n for n, outcome in enumerate(outcomes) if not isinstance(outcome, Added)]
    assert failed == [*failures, 48]
    assert [type(outcomes[n]) for n in (28, 33, 38)] == [OutcomeUnknown] * 3
    assert len(box.call(lambda: world.telegram.messages(CHANNEL))) == 41


async def test_a_folder_that_cannot_be_written_is_this_programs_own_trouble(box: SandboxThread, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    source = AudioSource(tmp_path / "file" / "work", pause=0.0)
    with pytest.raises(LocalError) as caught:
        await source.fetch("limits_0000", Recording("Song 0"))
    assert caught.value.reason == "WorkdirUnusable"
    assert str(tmp_path) not in caught.value.message
    await source.close()


async def test_two_services_that_fetch_the_same_song_do_not_share_a_file(box: SandboxThread, tmp_path: Path) -> None:
    source = AudioSource(tmp_path, pause=0.0)
    said = Recording("Song 0", ("Ann",))
    one, other = await asyncio.gather(source.fetch("limits_0000", said), source.fetch("limits_0000", said))
    source.release(one)
    assert other.path.exists()
    source.release(other)
    assert files(tmp_path) == []
    await source.close()
