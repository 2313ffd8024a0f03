"""What the channel's adapter does to a post that stands already: another song in its place, and removal."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from reconcilers.errors import (
    ItemError,
    OutcomeUnknown,
)
from reconcilers.services import Added
from reconcilers.services.telegram import token_in
from tests.contract.channel import CHANNEL, Stage, failing, request, staged


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    async with staged(tmp_path, monkeypatch) as stage:
        yield stage


async def test_a_post_of_ours_takes_another_song_in_its_place_however_old_it_is(stage: Stage) -> None:
    (sent,) = await stage.service.add((request(0, "token000"),))
    assert isinstance(sent, Added)
    stage.box.call(lambda: stage.world.clock.advance(90 * 86400))
    edit = replace(request(1, "token001"), replaces=sent.id)
    assert await stage.service.add((edit,)) == (Added(sent.id),)
    assert await stage.service.add((edit,)) == (Added(sent.id),), "it may be repeated"
    (post,) = stage.posts()
    assert post.media.title == edit.recording.title
    assert post.media.performer == edit.recording.artist
    assert token_in(post.media.file_name) == "token001"
    assert post.media.thumbnail is not None
    assert [w.call for w in stage.writes()] == ["sendAudio", "editMessageMedia", "editMessageMedia"]
    assert stage.shelf.left() == []


async def test_a_post_that_can_not_be_edited_or_is_gone_is_told(stage: Stage) -> None:
    (sent,) = await stage.service.add((request(0, "token000"),))
    assert isinstance(sent, Added)
    copy = await stage.service.bot.forward_message(CHANNEL, CHANNEL, int(sent.id))
    for id, reason in ((str(copy.message_id), "NotEditable"), ("99", "Gone")):
        (outcome,) = await stage.service.add((replace(request(1), replaces=id),))
        assert isinstance(outcome, ItemError)
        assert (outcome.reason, outcome.permanent) == (reason, True)


async def test_an_edit_without_an_answer_is_of_unknown_outcome(stage: Stage) -> None:
    (sent,) = await stage.service.add((request(0, "token000"),))
    assert isinstance(sent, Added)
    stage.arm("lost", "editMessageMedia")
    (outcome,) = await stage.service.add((replace(request(1), replaces=sent.id),))
    assert type(outcome) is OutcomeUnknown
    assert len(stage.posts()) == 1


async def test_removing_is_repeatable_until_telegram_no_longer_allows_it(stage: Stage) -> None:
    first, second = await stage.service.add((request(0), request(1)))
    assert isinstance(first, Added)
    assert isinstance(second, Added)
    await stage.service.remove(first.id, None)
    await stage.service.remove(first.id, None)
    assert len(stage.posts()) == 1
    stage.box.call(lambda: stage.world.clock.advance(49 * 3600))
    error = await failing(stage.service.remove(second.id, None))
    assert isinstance(error, ItemError)
    assert (error.reason, error.permanent) == ("Retained", True)
