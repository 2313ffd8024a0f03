"""How the channel's adapter posts a song: once, with its names and its token, and honest about what became of it."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from reconcilers.delivery import Step
from reconcilers.errors import (
    ItemError,
    OutcomeUnknown,
    RateLimitError,
    TransientError,
)
from reconcilers.recording import Recording
from reconcilers.services import Added
from reconcilers.services.telegram import TelegramService, token_in
from reconcilers.services.telegram_posts import file_name
from sandbox import media
from sandbox.telegram.calls import clean_file_name
from tests.contract.channel import CHANNEL, TOKEN, Stage, failing, request, staged
from tests.contract.places import SONGS
from tests.waiting import soon


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    async with staged(tmp_path, monkeypatch) as stage:
        yield stage


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
    await soon(lambda: len(stage.posts()) == 1)
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
