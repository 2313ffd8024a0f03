"""The channel's adapter: what a post is, how an upload is recognised, what Telegram's refusals mean."""

import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from telegram import Message

from reconcilers.audio import Audio
from reconcilers.delivery import Report, Step
from reconcilers.errors import (
    AuthError,
    ItemError,
    OutcomeUnknown,
    RateLimitError,
    ServiceError,
    TargetError,
    TransientError,
)
from reconcilers.recording import Recording
from reconcilers.services import Added, AddRequest, Post, Query
from reconcilers.services.telegram import TelegramService, item_from_message, new_bot, token_in
from reconcilers.services.telegram_posts import file_name
from sandbox import media
from sandbox.faults import Fault
from sandbox.journal import Entry
from sandbox.telegram.calls import clean_file_name
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


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxThread]:
    world = World()
    world.catalogue.extend(SONGS)
    telegram = world.telegram
    telegram.create_bot(TOKEN, "tapes_bot")
    telegram.create_channel(CHANNEL, "Tapes", "@tapes")
    telegram.add_admin(CHANNEL, TOKEN)
    telegram.create_group(SCRATCH, "Scratch")
    telegram.add_admin(SCRATCH, TOKEN)
    with SandboxThread(world) as running:
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
async def stage(box: SandboxThread, tmp_path: Path) -> AsyncIterator[Stage]:
    shelf, calls = Shelf(tmp_path), []

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
    return AddRequest(str(SONGS[n].video_id), recording(n), token, silent)


async def failing(awaitable: Any) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        await awaitable
    assert TOKEN not in str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value


# Posting


async def test_a_song_is_posted_with_its_names_its_cover_and_our_token(stage: Stage) -> None:
    (outcome,) = await stage.service.add((request(1),))
    (post,) = stage.posts()
    assert outcome == Added(str(post.message_id))
    assert (post.audio.title, post.audio.performer, post.audio.duration) == ("Basalt Song", "Singer Basalt", 5)
    assert token_in(post.audio.file_name) == "ab12cd34"
    assert post.audio.thumbnail is not None
    assert stage.box.call(lambda: stage.world.telegram.file_bytes(post)) == media.m4a(str(SONGS[1].video_id), 5)


@pytest.mark.parametrize("silent", [True, False])
async def test_a_backlog_is_posted_silently(stage: Stage, silent: bool) -> None:
    await stage.service.add((request(silent=silent),))
    assert str(stage.writes()[0].detail.get("disable_notification", "false")).lower() == str(silent).lower()


async def test_prepared_audio_is_fetched_once_sent_and_removed(stage: Stage) -> None:
    await stage.service.prepare(request())
    await stage.service.prepare(request())
    assert len(stage.shelf.left()) == 1
    await stage.service.add((request(),))
    assert stage.shelf.fetched == [SONGS[0].video_id]
    assert stage.shelf.left() == []


async def test_how_much_of_an_upload_the_connection_took_is_told(stage: Stage) -> None:
    told: list[tuple[str, Step, int, int | None]] = []
    service = TelegramService(TOKEN, CHANNEL, stage.shelf, told=lambda *said: told.append(said))
    stage.shelf.seconds = 600
    (outcome,) = await service.add((request(1, "abcd1234"),))
    await service.close()
    assert isinstance(outcome, Added)
    (post,) = stage.posts()
    size = len(stage.box.call(lambda: stage.world.telegram.file_bytes(post)))
    assert size > 200_000
    assert {token for token, *_ in told} == {"abcd1234"}
    sent = [(done, total) for _, step, done, total in told if step is Step.SENDING]
    assert sent[0] == (0, size)
    assert sent[-1] == (size, size)
    assert sent == sorted(sent)


async def test_prepared_audio_that_is_never_sent_goes_with_the_next(stage: Stage) -> None:
    for n in range(6):
        await stage.service.prepare(request(n))
        assert len(stage.shelf.left()) == 1
    await stage.service.close()
    assert stage.shelf.left() == []


async def test_a_song_without_audio_does_not_sink_its_batch(stage: Stage) -> None:
    await stage.service.prepare(request(0))
    stage.shelf.refuses = ItemError("gone", reason="Unavailable", permanent=True)
    outcomes = await stage.service.add((request(0), request(1)))
    assert [type(outcome) for outcome in outcomes] == [Added, ItemError]


async def test_a_channel_that_fetches_nothing_posts_nothing(stage: Stage) -> None:
    service = TelegramService(TOKEN, CHANNEL)
    (outcome,) = await service.add((request(),))
    assert isinstance(outcome, ItemError)
    assert outcome.reason == "NoAudio"
    await service.close()


@pytest.mark.parametrize("kind", ["lost", "reset", "error"])
async def test_an_upload_without_an_answer_is_sent_once_and_of_unknown_outcome(stage: Stage, kind: str) -> None:
    stage.arm(kind, "sendAudio", status=502)
    (outcome,) = await stage.service.add((request(),))
    assert type(outcome) is OutcomeUnknown
    assert len(stage.writes()) == 1
    assert len(stage.posts()) == (1 if kind == "lost" else 0)
    assert stage.shelf.left() == []


async def test_an_upload_that_is_answered_too_late_is_of_unknown_outcome(stage: Stage) -> None:
    await stage.service.close()
    slow = TelegramService(TOKEN, CHANNEL, stage.shelf, upload_timeout=0.3)
    stage.arm("late", "sendAudio", seconds=0.8)
    (outcome,) = await slow.add((request(),))
    assert type(outcome) is OutcomeUnknown
    assert len(stage.posts()) == 1
    await slow.close()


async def test_an_upload_that_never_left_is_not_of_unknown_outcome(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    service = TelegramService(TOKEN, CHANNEL, stage.shelf)
    assert type(await failing(service.add((request(),)))) is TransientError
    await service.close()


async def test_a_request_to_wait_is_passed_on_and_not_slept(stage: Stage) -> None:
    stage.arm("rate-limit", "sendAudio", seconds=33)
    started = time.monotonic()
    error = await failing(stage.service.add((request(0), request(1))))
    assert isinstance(error, RateLimitError)
    assert error.retry_at == pytest.approx(stage.world.clock.now() + 33, abs=3)
    assert time.monotonic() - started < 2
    assert len(stage.writes()) == 1


async def test_the_twenty_first_message_of_a_minute_waits_and_the_first_twenty_are_told(stage: Stage) -> None:
    outcomes = await stage.service.add(tuple(request(n % 6, f"token{n:03d}") for n in range(22)))
    assert [type(outcome) for outcome in outcomes] == [Added] * 20 + [RateLimitError] * 2


# Names


@pytest.mark.parametrize(
    "said",
    [
        Recording("Cheshme Man", ("Dariush",)),
        Recording('A/B: "C" <D> [E] `F\'', ("AC/DC", "Guest")),
        Recording("چشم من", ("داریوش",)),
        Recording("x" * 300, ("y" * 300,)),
        Recording("Hallo... ", ()),
        Recording("", ()),
        Recording("🎵🎶", ("Ünïcödé Nâmé",)),
    ],
)
def test_the_token_survives_what_telegram_does_to_file_names(said: Recording) -> None:
    token = "0123456789abcdef"
    kept = clean_file_name(file_name(said, token))
    assert token_in(kept) == token
    assert kept.endswith(".m4a")


def test_other_peoples_file_names_hold_no_token() -> None:
    assert token_in("Artist - Title [live].m4a") is None
    assert token_in("Artist - Title [nv-].m4a") is None
    assert token_in(None) is None


# Reading posts


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


# Removing


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


# The channel itself


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
