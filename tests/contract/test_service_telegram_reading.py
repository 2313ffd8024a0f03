"""What the channel's adapter makes of a post: its song and its token, and when it asks the file or the scratch chat."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from telegram import Message

from reconcilers.errors import TargetError
from reconcilers.services import Added, Post, Query
from reconcilers.services.telegram import TelegramService, item_from_message, new_bot
from sandbox import media
from sandbox.thread import SandboxThread
from tests.contract.channel import CHANNEL, SCRATCH, TOKEN, Stage, failing, request, staged
from tests.contract.places import SONGS, recording


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    async with staged(tmp_path, monkeypatch) as stage:
        yield stage


async def updates(box: SandboxThread) -> list[Message]:
    bot = new_bot(TOKEN)
    found = await bot.get_updates(allowed_updates=["channel_post"])
    await bot.request.shutdown()
    return [update.channel_post for update in found if update.channel_post is not None]


async def test_a_post_says_its_song_and_our_own_token_is_seen(stage: Stage) -> None:
    def post() -> None:
        telegram = stage.world.telegram
        telegram.post_text(CHANNEL, "good evening")
        telegram.post_audio(CHANNEL, media.m4a("a", 5), title="Khalij", performer="Dariush", duration=254)
        telegram.post_audio(CHANNEL, media.m4a("a", 5), file_name="Dariush - Nun [nv-abcd1234].m4a", duration=5)

    stage.box.call(post)
    text, tagged, named = await updates(stage.box)
    assert item_from_message(text) is None
    first, second = await stage.service.item(tagged), await stage.service.item(named)
    assert first is not None
    assert second is not None
    assert (first.recording.title, first.recording.artists, first.recording.duration) == ("Khalij", ("Dariush",), 254)
    assert (second.recording.title, second.recording.artists, second.token) == ("Nun", ("Dariush",), "abcd1234")


async def test_a_file_is_asked_where_the_message_says_nothing(stage: Stage) -> None:
    def post() -> None:
        song = media.tagged_mp3(SONGS[3])
        stage.world.telegram.post_document(CHANNEL, song, file_name="track01.mp3", mime_type="audio/mpeg")
        stage.world.telegram.post_document(CHANNEL, b"hello", file_name="notes.txt", mime_type="text/plain")

    stage.box.call(post)
    document, notes = await updates(stage.box)
    item = await stage.service.item(document)
    assert item is not None
    assert (item.recording.title, item.recording.artists) == ("Denim Song", ("Singer Denim",))
    assert item.recording.duration == pytest.approx(201, abs=1)
    assert item_from_message(notes) is None


@pytest.mark.parametrize("kind", ["error", "lost"])
async def test_a_file_that_cannot_be_read_leaves_the_message(stage: Stage, kind: str) -> None:
    def post() -> None:
        stage.world.telegram.post_document(
            CHANNEL, media.m4a("a", 5), file_name="AUD-20260101.m4a", mime_type="audio/mp4"
        )

    stage.box.call(post)
    (document,) = await updates(stage.box)
    stage.arm(kind, "download")
    item = await stage.service.item(document)
    assert item is not None
    assert (item.id, item.recording.title) == (str(document.message_id), "")


async def test_a_large_file_is_not_asked(stage: Stage) -> None:
    stage.box.call(lambda: stage.world.telegram.post_audio_of_size(CHANNEL, 30_000_000, file_name="x.mp3", duration=9))
    (message,) = await updates(stage.box)
    assert await stage.service.item(message) is not None
    assert stage.world.journal.counts("telegram")["getFile"] == 0


async def test_a_name_that_telegram_has_cut_is_read_whole_from_the_file(stage: Stage) -> None:
    song = replace(SONGS[3], title="Denim Song, in the Key of C Minor, as It Was Written for a Wind Band")
    file = media.tagged_mp3(song)
    cut: dict[str, Any] = {"title": song.title[:64], "performer": song.artists[0], "duration": 200}
    stage.box.call(lambda: stage.world.telegram.post_audio(CHANNEL, file, file_name="a.mp3", **cut))
    (message,) = await updates(stage.box)
    item = await stage.service.item(message)
    assert item is not None
    assert item.recording.title == song.title


async def test_a_post_that_cannot_be_understood_at_all_is_there_nevertheless(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a stranger finds that our parsing does not stand: the posts behind it are not to wait for it."""

    def fails(*_: object) -> None:
        raise RecursionError

    stage.box.call(
        lambda: stage.world.telegram.post_audio(CHANNEL, media.m4a("a", 5), file_name="x [nv-abcd1234].m4a", duration=5)
    )
    (message,) = await updates(stage.box)
    monkeypatch.setattr("reconcilers.services.telegram.item_from_message", fails)
    item = await stage.service.item(message)
    assert item is not None
    assert (item.id, item.recording.title, item.token) == (str(message.message_id), "", "abcd1234")


async def test_an_old_post_is_read_through_the_scratch_chat_and_leaves_nothing_there(stage: Stage) -> None:
    (added,) = await stage.service.add((request(2),))
    assert isinstance(added, Added)
    post = await stage.service.look(added.id)
    item = post.item if post is not None else None
    assert item is not None
    assert (item.id, item.token, item.recording.title) == (added.id, "ab12cd34", "Copper Song")
    candidate = await stage.service.resolve(added.id)
    assert candidate is not None
    assert candidate.id == added.id
    assert await stage.service.look("4711") is None
    assert stage.box.call(lambda: stage.world.telegram.messages(SCRATCH)) == []


async def test_what_is_no_song_is_a_post_all_the_same_and_what_is_gone_is_none(stage: Stage) -> None:
    telegram = stage.world.telegram
    text = stage.box.call(lambda: telegram.post_text(CHANNEL, "good morning"))
    gone = stage.box.call(lambda: telegram.post_text(CHANNEL, "sorry"))
    stage.box.call(lambda: telegram.delete(CHANNEL, gone.message_id))
    assert await stage.service.look(str(text.message_id)) == Post(str(text.message_id))
    assert await stage.service.look(str(gone.message_id)) is None
    body = {"ok": False, "error_code": 400, "description": "Bad Request: the message can't be forwarded"}
    stage.arm("error", "forwardMessage", status=400, body=body)
    assert await stage.service.look(str(text.message_id)) == Post(str(text.message_id)), "a note of Telegram's own"


async def test_a_forward_of_our_post_by_a_person_is_not_taken_for_ours(stage: Stage) -> None:
    (added,) = await stage.service.add((request(2),))
    assert isinstance(added, Added)
    ours = stage.box.call(lambda: stage.world.telegram.message(CHANNEL, int(added.id)))
    theirs = stage.box.call(lambda: stage.world.telegram.post_forward(CHANNEL, ours))
    post = await stage.service.look(str(theirs.message_id))
    assert post is not None and post.item is not None
    assert (post.item.id, post.item.token) == (str(theirs.message_id), None)


async def test_where_posts_can_not_be_read_it_is_said_why(stage: Stage) -> None:
    telegram = stage.world.telegram
    stage.box.call(lambda: telegram.post_audio(CHANNEL, media.m4a("a", 5), duration=5))
    stage.box.call(lambda: setattr(telegram.chats[CHANNEL], "protected", True))
    error = await failing(stage.service.look("1"))
    assert isinstance(error, TargetError)
    assert error.reason == "Protected"
    stage.box.call(lambda: setattr(telegram.chats[CHANNEL], "protected", False))

    async def refused(scratch: int | None) -> str:
        service = TelegramService(TOKEN, CHANNEL, scratch_chat=scratch)
        error = await failing(service.look("1"))
        assert isinstance(error, TargetError)
        assert error.reason == "ScratchChatUnusable"
        if scratch is not None:
            assert (await failing(service.check_scratch())).message == error.message
        await service.close()
        return error.message

    assert "without spec.telegram.scratchChat" in await refused(None)
    assert "there is no chat -1009999999999" in await refused(-1009999999999)
    stage.box.call(lambda: telegram.remove_admin(SCRATCH, TOKEN, kicked=True))
    assert "add it to the group, and let it send messages and media" in await refused(SCRATCH)
    itself = TelegramService(TOKEN, CHANNEL, scratch_chat=CHANNEL)
    assert "is the channel itself" in (await failing(itself.check_scratch())).message
    await itself.close()


async def test_a_scratch_chat_that_will_do_is_found_so(stage: Stage) -> None:
    await stage.service.check_scratch()
    assert stage.box.call(lambda: stage.world.telegram.messages(SCRATCH)) == []


async def test_a_channel_cannot_be_searched(stage: Stage) -> None:
    assert await stage.service.search(Query(recording(0))) is None
    assert list(stage.world.journal) == []
