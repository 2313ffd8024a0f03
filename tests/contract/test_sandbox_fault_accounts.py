"""Keys, consents, chats and playlists that break, on the wire: what the vendors say then, and that mending mends."""

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import requests
import telegram
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken

from sandbox import scenario
from sandbox.faults import Fault
from sandbox.thread import SandboxThread
from sandbox.world import World
from tests.contract.callers import Caller
from tests.contract.faulty import add_video, video

SCRATCH = -100777
CHANNEL = scenario.CHANNEL_ID
DAY = 86_400.0
MONTHS = 183 * DAY


@pytest.fixture
def box() -> Iterator[SandboxThread]:
    world = scenario.small(World())
    world.telegram.create_group(SCRATCH, "Scratch")
    world.telegram.add_admin(SCRATCH, scenario.BOT_TOKEN)
    with SandboxThread(world) as box:
        yield box


@pytest.fixture
def caller(box: SandboxThread) -> Caller:
    return Caller(box)


def arm(box: SandboxThread, kind: str, service: str, call: str = "*", **how: Any) -> Fault:
    fault = Fault(kind, service, call, **how)
    box.call(lambda: box.world.faults.arm(fault))
    return fault


def mend(box: SandboxThread) -> None:
    box.call(box.world.faults.clear)


# Tokens and consents


def test_expired_access_tokens_are_refused_and_others_can_be_had(box: SandboxThread, caller: Caller) -> None:
    assert caller.spotify("GET", "me").ok
    assert "items" in caller.rows()
    arm(box, "expired", "spotify")
    arm(box, "expired", "youtube")
    refused = caller.spotify("GET", "me")
    assert (refused.status_code, refused.json()["error"]["message"]) == (401, "The access token expired")
    assert caller.rows()["error"]["code"] == 401
    fresh = Caller(box)
    assert fresh.spotify("GET", "me").ok
    assert "items" in fresh.rows()
    assert box.world.faults.armed == []


def test_a_revoked_token_is_refused_everywhere_until_it_is_mended(box: SandboxThread, caller: Caller) -> None:
    assert caller.spotify("GET", "me").ok
    assert "items" in caller.rows()
    for service in ("spotify", "youtube", "youtube-music", "telegram"):
        arm(box, "revoked", service, times=None)
    assert caller.spotify("GET", "me").status_code == 401
    assert caller.spotify_token().json() == {"error": "invalid_grant", "error_description": "Refresh token revoked"}
    assert caller.rows()["error"]["code"] == 401
    said = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
    assert caller.google_token().json() == said
    assert add_video(caller, video(box.world)).status_code == 401
    visitor = {"browseId": f"VL{scenario.YOUTUBE_PLAYLIST}"}
    assert caller.music("browse", visitor, signed=False).ok
    gone = caller.telegram("getMe")
    assert (gone.status_code, gone.json()) == (401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
    mend(box)
    fresh = Caller(box)
    assert fresh.spotify("GET", "me").ok
    assert "items" in fresh.rows()
    assert fresh.telegram("getMe").ok


@pytest.mark.parametrize("how", ["break", "time"])
def test_spotifys_consent_is_over_after_six_months_however_often_it_was_used(box: SandboxThread, how: str) -> None:
    caller = Caller(box)
    if how == "break":
        arm(box, "consent-over", "spotify")
    else:
        for _ in range(3):
            box.call(lambda: box.world.clock.advance(MONTHS / 3))
            over = caller.spotify_token().status_code
        assert over == 400
    refused = caller.spotify_token()
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    if how == "break":
        mend(box)
        assert caller.spotify_token().ok


def test_googles_consent_ends_as_after_seven_days_of_testing(box: SandboxThread, caller: Caller) -> None:
    assert "items" in caller.rows()
    arm(box, "consent-over", "youtube")
    assert caller.google_token().json()["error"] == "invalid_grant"
    assert caller.rows()["error"]["code"] == 401
    mend(box)
    assert caller.google_token().ok


def test_a_rotated_refresh_token_is_dead_and_its_successor_is_told(box: SandboxThread, caller: Caller) -> None:
    fault = arm(box, "rotated", "spotify")
    assert caller.spotify_token().json()["error"] == "invalid_grant"
    assert caller.spotify_token(fault.memory[scenario.SPOTIFY_REFRESH_TOKEN]).ok
    mend(box)
    assert caller.spotify_token().ok


def test_an_application_with_a_secret_can_be_given_rotating_tokens(box: SandboxThread, caller: Caller) -> None:
    arm(box, "rotating", "spotify")
    following = caller.spotify_token().json()["refresh_token"]
    assert caller.spotify_token().json()["error"] == "invalid_grant"
    mend(box)
    assert "refresh_token" not in caller.spotify_token(following).json()


def test_signed_out_cookies_are_refused_and_a_visitor_still_reads(box: SandboxThread, caller: Caller) -> None:
    arm(box, "signed-out", "youtube-music")
    assert add_video(caller, video(box.world)).status_code == 401
    assert caller.music("browse", {"browseId": f"VL{scenario.YOUTUBE_PLAYLIST}"}, signed=False).ok
    mend(box)
    assert add_video(caller, video(box.world)).ok


# Playlists


def test_a_playlist_can_be_somebody_elses_or_missing(box: SandboxThread, caller: Caller) -> None:
    def answers() -> list[int]:
        path = f"playlists/{scenario.SPOTIFY_PLAYLIST}"
        query = {"part": "id", "playlistId": scenario.YOUTUBE_PLAYLIST}
        return [
            caller.spotify("GET", path).status_code,
            caller.spotify("GET", f"{path}/items").status_code,
            caller.google("GET", "playlistItems", **query).status_code,
            caller.insert(video(box.world)).status_code,
        ]

    for kind, expected in (("forbidden", [200, 403, 403, 403]), ("missing", [404, 404, 404, 404])):
        for service in ("spotify", "youtube"):
            arm(box, kind, service)
        assert answers() == expected
        mend(box)
        assert answers() == [200] * 4


# Telegram


@pytest.fixture
def bot(box: SandboxThread, monkeypatch: pytest.MonkeyPatch) -> telegram.Bot:
    for name, value in box.environment().items():
        monkeypatch.setenv(name, value)
    return telegram.Bot(scenario.BOT_TOKEN)


def ask(bot: telegram.Bot, *calls: partial[Any]) -> list[Any]:
    """What each call gave, or the error that it raised."""

    async def all_of_them() -> list[Any]:
        async with bot:
            return [await attempt(call) for call in calls]

    async def attempt(call: partial[Any]) -> Any:
        try:
            return await call()
        except telegram.error.TelegramError as error:
            return error

    return asyncio.run(all_of_them())


def said(error: Any, kind: type[Exception]) -> str:
    assert type(error) is kind
    return str(error)


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("kicked", Forbidden, "bot was kicked from the channel chat"),
        ("left", Forbidden, "bot is not a member of the channel chat"),
        ("not-admin", BadRequest, "Need administrator rights in the channel chat"),
    ],
)
def test_a_bot_without_its_seat_is_told_so_and_gets_it_back(
    box: SandboxThread, bot: telegram.Bot, kind: str, error: type[Exception], words: str
) -> None:
    arm(box, kind, "telegram")
    bot_says = partial(bot.send_message, CHANNEL, "x")
    refused, updates = ask(bot, bot_says, partial(bot.get_updates, allowed_updates=["my_chat_member"]))
    assert words in said(refused, error)
    assert updates[-1].my_chat_member.new_chat_member.status == {"not-admin": "administrator"}.get(kind, kind)
    mend(box)
    assert Caller(box).telegram("sendMessage", chat_id=CHANNEL, text="x").ok


def test_another_poller_and_a_webhook_are_conflicts_of_getupdates_alone(box: SandboxThread, bot: telegram.Bot) -> None:
    arm(box, "conflict", "telegram", times=None)
    me, poll = ask(bot, bot.get_me, bot.get_updates)  # type: ignore[arg-type]
    assert me.username == scenario.BOT_USERNAME
    assert "terminated by other getUpdates request" in said(poll, Conflict)
    mend(box)
    arm(box, "webhook", "telegram")
    answer = Caller(box).telegram("getUpdates")
    assert answer.json()["description"].startswith("Conflict: can't use getUpdates method while webhook is active")
    mend(box)
    assert Caller(box).telegram("getUpdates").ok


def test_a_dead_bot_token_is_an_invalid_token_to_the_client(box: SandboxThread, bot: telegram.Bot) -> None:
    arm(box, "revoked", "telegram", times=None)
    with pytest.raises(InvalidToken):
        ask(bot)


def test_updates_come_twice_though_they_were_confirmed(box: SandboxThread, caller: Caller) -> None:
    box.call(lambda: box.world.telegram.post_text(CHANNEL, "hello"))

    def poll(offset: int) -> list[int]:
        return [update["update_id"] for update in caller.telegram("getUpdates", offset=offset).json()["result"]]

    arm(box, "doubled", "telegram", "getUpdates")
    first = poll(0)
    assert poll(first[-1] + 1) == first
    assert poll(first[-1] + 1) == []


def test_a_forward_to_the_scratch_chat_keeps_the_files_name_and_the_gaps_say_that_they_are_gone(
    box: SandboxThread, caller: Caller
) -> None:
    telegram = box.world.telegram
    first = telegram.messages(CHANNEL)[0]
    box.call(lambda: telegram.skip_ids(CHANNEL, 2))
    service = box.call(lambda: telegram.post_service(CHANNEL, new_chat_title="Tapes"))
    arm(box, "gone", "telegram", detail={"id": 2})

    def forward(message_id: int) -> dict[str, Any]:
        found: dict[str, Any] = caller.telegram(
            "forwardMessage", chat_id=SCRATCH, from_chat_id=CHANNEL, message_id=message_id, disable_notification=True
        ).json()
        return found

    shown = forward(first.message_id)["result"]
    assert first.audio is not None
    assert shown["audio"]["file_name"] == first.audio.file_name
    assert shown["forward_origin"]["message_id"] == first.message_id
    for gap in (2, service.message_id - 1, service.message_id - 2, service.message_id + 1):
        assert forward(gap)["description"] == "Bad Request: message to forward not found"
    assert forward(service.message_id)["description"] == "Bad Request: the message can't be forwarded"


def test_protected_content_leaves_the_channel_in_no_way_until_it_is_mended(box: SandboxThread, caller: Caller) -> None:
    arm(box, "protected", "telegram")
    asked = {"chat_id": SCRATCH, "from_chat_id": CHANNEL, "message_id": 1}
    for method, words in (("forwardMessage", "forwarded"), ("copyMessage", "copied")):
        answer = caller.telegram(method, **asked)
        assert (answer.status_code, answer.json()["description"]) == (
            400,
            f"Bad Request: the message can't be {words}",
        )
    assert caller.telegram("getChat", chat_id=CHANNEL).json()["result"]["has_protected_content"]
    mend(box)
    assert caller.telegram("forwardMessage", **asked).ok


def test_the_scratch_chat_takes_twenty_messages_a_minute_and_lets_them_be_deleted_for_two_days(
    box: SandboxThread, caller: Caller
) -> None:
    answers = [
        caller.telegram("forwardMessage", chat_id=SCRATCH, from_chat_id=CHANNEL, message_id=1) for _ in range(21)
    ]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    box.call(lambda: box.world.clock.advance(answers[-1].json()["parameters"]["retry_after"]))
    again = caller.telegram("forwardMessage", chat_id=SCRATCH, from_chat_id=CHANNEL, message_id=1)
    assert again.ok
    message_id = answers[0].json()["result"]["message_id"]
    assert caller.telegram("deleteMessage", chat_id=SCRATCH, message_id=message_id).ok
    box.call(lambda: box.world.clock.advance(2 * DAY + 1))
    old = caller.telegram("deleteMessage", chat_id=SCRATCH, message_id=message_id + 1)
    assert old.json()["description"] == "Bad Request: message can't be deleted for everyone"


def test_players_refuse_one_video_for_good_and_no_other(box: SandboxThread, caller: Caller) -> None:
    arm(box, "playability", "youtube", times=None, about=video(box.world), detail={"reason": "unavailable"})

    def status(video_id: str) -> str:
        body = {"videoId": video_id, "context": {"client": {"clientName": "VISIONOS"}}}
        answer = caller.send("POST", "https://www.youtube.com/youtubei/v1/player", json=body).json()
        return str(answer["playabilityStatus"]["status"])

    assert [status(video(box.world, key)) for key in ("yellow", "heroes", "yellow")] == ["ERROR", "OK", "ERROR"]


def test_downloads_are_403_or_torn_and_what_arrives_is_never_the_whole(box: SandboxThread, caller: Caller) -> None:
    context = {"client": {"clientName": "VISIONOS"}}
    player = "https://www.youtube.com/youtubei/v1/player"
    body = {"videoId": video(box.world), "context": context}
    url = caller.send("POST", player, json=body).json()["streamingData"]["adaptiveFormats"][0]["url"]
    whole = caller.send("GET", url).content
    arm(box, "error", "youtube", "media", status=403)
    assert caller.send("GET", url).status_code == 403
    arm(box, "torn", "youtube", "media")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        assert len(caller.send("GET", url).content) < len(whole)
    arm(box, "cut-short", "youtube", "media")
    short = caller.send("GET", url)
    assert (short.status_code, short.content) == (200, whole[: len(whole) // 2])
    assert caller.send("GET", url).content == whole
