"""What the channel's adapter finds out about the channel itself, what refusals mean, and that every call is counted."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from reconcilers.errors import (
    AuthError,
    TargetError,
    TransientError,
)
from reconcilers.services import Added
from reconcilers.services.telegram import TelegramService
from tests.contract.channel import CHANNEL, SCRATCH, TOKEN, Stage, failing, request, staged


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    async with staged(tmp_path, monkeypatch) as stage:
        yield stage


async def test_a_channel_that_may_be_posted_to_is_known_by_its_number(stage: Stage) -> None:
    service = TelegramService(TOKEN, "@tapes")
    info = await service.check()
    assert (info.chat_id, info.title, info.protected, info.may_delete) == (CHANNEL, "Tapes", False, True)
    assert service.chat_id == CHANNEL
    await service.close()


async def test_what_is_missing_in_a_channel_is_said(stage: Stage) -> None:
    telegram = stage.world.telegram
    stage.box.call(lambda: telegram.add_admin(CHANNEL, TOKEN, can_post_messages=False))
    error = await failing(stage.service.check())
    assert isinstance(error, TargetError)
    assert "right to post messages" in error.message
    assert isinstance(await failing(stage.service.add((request(),))), TargetError)

    group = TelegramService(TOKEN, SCRATCH)
    assert (await failing(group.check())).reason == "NotAChannel"
    nowhere = TelegramService(TOKEN, -1009999999999)
    assert (await failing(nowhere.check())).reason == "NotFound"
    for service in (group, nowhere):
        await service.close()


async def test_a_bot_that_was_thrown_out_needs_a_person(stage: Stage) -> None:
    stage.box.call(lambda: stage.world.telegram.remove_admin(CHANNEL, TOKEN, kicked=True))
    error = await failing(stage.service.add((request(),)))
    assert isinstance(error, TargetError)
    assert error.reason == "Forbidden"


async def test_a_dead_token_is_told_without_naming_it(stage: Stage) -> None:
    stage.box.call(lambda: stage.world.telegram.revoke(TOKEN))
    error = await failing(stage.service.check())
    assert isinstance(error, AuthError)
    assert "@BotFather" in error.message


async def test_a_read_survives_a_hiccup(stage: Stage) -> None:
    stage.arm("error", "getChat", status=502)
    assert (await stage.service.check()).title == "Tapes"
    stage.arm("error", "getChat", status=502, times=9)
    assert type(await failing(stage.service.check())) is TransientError


async def test_every_message_is_accounted_for(stage: Stage) -> None:
    (added,) = await stage.service.add((request(),))
    assert isinstance(added, Added)
    await stage.service.look(added.id)
    await stage.service.remove(added.id, None)
    told = [(operation, units, outcome) for operation, units, outcome, _ in stage.calls]
    assert told == [
        ("audio", 0, "ok"),
        ("sendAudio", 1, "ok"),
        ("forwardMessage", 1, "ok"),
        ("deleteMessage", 0, "ok"),
        ("deleteMessage", 0, "ok"),
    ]
