"""The channel's adapter in a world of its own, with songs for it to post."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reconcilers.audio import Audio
from reconcilers.delivery import Report
from reconcilers.errors import ServiceError
from reconcilers.recording import Recording
from reconcilers.services import AddRequest
from reconcilers.services.telegram import TelegramService
from sandbox import media
from sandbox.faults import Fault
from sandbox.journal import Entry
from sandbox.thread import SandboxThread
from sandbox.world import World
from tests.contract.places import SONGS, recording

TOKEN = "7100000001:the-secret-of-the-bot"
CHANNEL, SCRATCH = -1001000000001, -1001000000002


class Shelf:
    """Audio without YouTube: what `AudioSource` promises, from the sandbox's own sounds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fetched: list[str] = []
        self.out: list[Path] = []
        self.refuses: ServiceError | None = None
        self.seconds = 5

    async def fetch(self, video_id: str, recording: Recording, report: Report | None = None) -> Audio:
        self.fetched.append(video_id)
        if self.refuses is not None:
            raise self.refuses
        path = self.folder / f"{len(self.fetched)}.m4a"
        path.write_bytes(media.m4a(video_id, self.seconds))
        self.out.append(path)
        return Audio(path, 5.0, path.stat().st_size, thumbnail=media.cover(video_id, 320, 320))

    def release(self, audio: Audio) -> None:
        audio.path.unlink(missing_ok=True)

    def left(self) -> list[Path]:
        return [path for path in self.out if path.exists()]


@dataclass
class Stage:
    """The adapter on its channel, and what it told of its calls."""

    box: SandboxThread
    shelf: Shelf
    service: TelegramService
    calls: list[tuple[str, int, str, float]] = field(default_factory=list)

    @property
    def world(self) -> World:
        return self.box.world

    def arm(self, kind: str, call: str, **how: Any) -> None:
        self.box.call(lambda: self.world.faults.arm(Fault(kind, "telegram", call, **how)))

    def posts(self) -> list[Any]:
        return self.box.call(lambda: self.world.telegram.messages(CHANNEL))

    def writes(self) -> list[Entry]:
        return self.world.journal.writes("telegram")


@asynccontextmanager
async def staged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """A bot that may post to an empty channel and to a scratch chat, and the adapter that is that bot."""
    world = World()
    world.catalogue.extend(SONGS)
    telegram = world.telegram
    telegram.create_bot(TOKEN, "tapes_bot")
    telegram.create_channel(CHANNEL, "Tapes", "@tapes")
    telegram.add_admin(CHANNEL, TOKEN)
    telegram.create_group(SCRATCH, "Scratch")
    telegram.add_admin(SCRATCH, TOKEN)
    with SandboxThread(world) as box:
        for name, value in box.environment().items():
            monkeypatch.setenv(name, value)
        shelf, calls = Shelf(folder), []

        def on_call(*call: Any) -> None:
            calls.append(call)

        service = TelegramService(
            TOKEN,
            CHANNEL,
            shelf,
            scratch_chat=SCRATCH,
            upload_timeout=2.0,
            clock=box.world.clock.now,
            on_call=on_call,
        )
        yield Stage(box, shelf, service, calls)
        await service.close()


def request(n: int = 0, token: str = "ab12cd34", silent: bool = False) -> AddRequest:
    """To post the n-th song."""
    return AddRequest(str(SONGS[n].video_id), recording(n), token, silent)


async def failing(awaitable: Any) -> ServiceError:
    """The error that it ends with, which does not name the bot's token."""
    with pytest.raises(ServiceError) as caught:
        await awaitable
    assert TOKEN not in str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value
