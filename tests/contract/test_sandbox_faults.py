"""What the switchboard does to requests, on the wire, for every service: when they are applied, and what is heard."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import pytest
import requests

from sandbox import scenario
from sandbox.faults import Fault
from sandbox.gates import Passing
from sandbox.thread import SandboxThread
from sandbox.world import World
from tests.contract.callers import Caller
from tests.contract.faulty import TRACK, WRITES, Write, add_video, song, video
from tests.contract.openapi import contract

HOUR = 3600.0
LOST = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
each = pytest.mark.parametrize("write", WRITES, ids=str)


@pytest.fixture
def box() -> Iterator[SandboxThread]:
    with SandboxThread(scenario.small(World())) as box:
        yield box


@pytest.fixture
def world(box: SandboxThread) -> World:
    return box.world


@pytest.fixture
def caller(box: SandboxThread) -> Caller:
    """Signed in already: what follows is only about the calls that a test makes."""
    caller = Caller(box)
    for write in WRITES:
        assert write.read(caller).ok
    return caller


def arm(box: SandboxThread, fault: Fault) -> None:
    box.call(lambda: box.world.faults.arm(fault))


def advance(box: SandboxThread, seconds: float) -> None:
    box.call(lambda: box.world.clock.advance(seconds))


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


# When it is applied, and what is heard of it


@each
def test_a_lost_answer_has_acted_and_a_reset_has_not(box: SandboxThread, caller: Caller, write: Write) -> None:
    for kind, arrived in (("lost", 1), ("reset", 1)):
        arm(box, write.fault(kind))
        with pytest.raises(LOST):
            write.make(caller)
        assert write.arrived(box.world) == arrived
    assert [entry.status for entry in box.world.journal.writes(write.service)][1:] == [0]
    assert write.make(caller).ok


@each
@pytest.mark.parametrize("kind", ["lost", "reset", "error"])
def test_a_request_is_applied_an_hour_late_by_the_worlds_clock(
    box: SandboxThread, caller: Caller, write: Write, kind: str
) -> None:
    arm(box, write.fault(kind, applied=HOUR, status=504))
    if kind == "error":
        assert write.make(caller).status_code == 504
    else:
        with pytest.raises(LOST):
            write.make(caller)
    (entry,) = box.world.journal.writes(write.service)
    assert (entry.status, write.arrived(box.world)) == (504 if kind == "error" else 0, 0)
    assert entry.detail["applies"] > box.world.clock.now() + HOUR - 60
    advance(box, HOUR)
    until(lambda: write.arrived(box.world) == 1)
    until(lambda: entry.detail.get("applied") in (200, 201))
    assert len(box.world.journal.writes(write.service)) == 1


@each
def test_real_time_applies_it_as_well(box: SandboxThread, caller: Caller, write: Write) -> None:
    arm(box, write.fault("lost", applied=0.2))
    with pytest.raises(LOST):
        write.make(caller)
    assert write.arrived(box.world) == 0
    until(lambda: write.arrived(box.world) == 1)


@each
def test_an_answer_late_beyond_the_clients_patience_is_acted_on_at_once_or_when_it_is_said(
    box: SandboxThread, write: Write
) -> None:
    hasty = Caller(box, timeout=2.0)
    assert write.read(hasty).ok
    hasty.timeout = 0.3
    arm(box, write.fault("late", seconds=60))
    with pytest.raises(requests.ReadTimeout):
        write.make(hasty)
    assert write.arrived(box.world) == 1
    arm(box, write.fault("late", seconds=60, applied=50))
    with pytest.raises(requests.ReadTimeout):
        write.make(hasty)
    assert write.arrived(box.world) == 1
    advance(box, 50)
    until(lambda: write.arrived(box.world) == 2)


@each
def test_the_worlds_clock_brings_a_late_answer(box: SandboxThread, caller: Caller, write: Write) -> None:
    arm(box, write.fault("late", seconds=HOUR))

    def skip(passing: Passing) -> None:
        if passing.stage == "after":
            box.world.clock.advance(HOUR)

    box.call(partial(box.world.gate, skip))
    assert write.make(caller).ok


@each
def test_an_error_can_hide_that_the_request_was_applied(box: SandboxThread, caller: Caller, write: Write) -> None:
    arm(box, write.fault("error", status=502, applied=0))
    assert write.make(caller).status_code == 502
    assert write.arrived(box.world) == 1


@each
def test_a_connection_breaks_in_the_middle_of_an_answer_or_of_a_request(
    box: SandboxThread, caller: Caller, write: Write
) -> None:
    arm(box, write.fault("torn"))
    with pytest.raises(LOST):
        write.make(caller)
    assert write.arrived(box.world) == 1
    arm(box, write.fault("torn-request"))
    with pytest.raises(LOST):
        write.make(caller)
    assert write.arrived(box.world) == 1
    assert box.world.journal.writes(write.service)[-1].status == 0


def test_a_client_that_dies_in_the_middle_of_its_request_has_done_nothing(
    box: SandboxThread, caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    def half() -> Iterator[bytes]:
        yield b"chat_id=1&text="
        raise ZeroDivisionError

    token = caller.spotify_token().json()["access_token"]
    for url, headers in (
        (
            f"https://api.telegram.org/bot{scenario.BOT_TOKEN}/sendMessage",
            {"Content-Type": "application/x-www-form-urlencoded"},
        ),
        (
            f"https://api.spotify.com/v1/playlists/{scenario.SPOTIFY_PLAYLIST}/items",
            {"Authorization": f"Bearer {token}"},
        ),
        ("https://music.youtube.com/youtubei/v1/browse/edit_playlist", {}),
    ):
        with pytest.raises(ZeroDivisionError):
            Caller(box).send("POST", url, data=half(), headers=headers)
    until(lambda: len(box.world.journal.writes()) == 3)
    assert [(entry.status, entry.detail["gone"]) for entry in box.world.journal.writes()] == [(0, True)] * 3
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@each
def test_a_service_that_hangs_accepts_and_says_nothing(box: SandboxThread, write: Write) -> None:
    hasty = Caller(box, timeout=2.0)
    assert write.read(hasty).ok
    hasty.timeout = 0.3
    arm(box, write.fault("hang", seconds=30))
    with pytest.raises(requests.ReadTimeout):
        write.make(hasty)
    assert write.arrived(box.world) == 0
    assert write.make(Caller(box)).ok


@each
def test_a_slow_answer_comes_whole(box: SandboxThread, caller: Caller, write: Write) -> None:
    arm(box, write.fault("slow", seconds=0.2))
    started = time.monotonic()
    assert write.make(caller).json()
    assert time.monotonic() - started >= 0.2


@each
def test_a_service_that_is_down_is_back_after_its_time(box: SandboxThread, caller: Caller, write: Write) -> None:
    arm(box, Fault("down", write.service, times=None, lasting=HOUR))
    with pytest.raises(LOST):
        write.make(caller)
    fresh = Caller(box)
    with pytest.raises(requests.exceptions.ProxyError, match="502"):
        write.make(fresh)
    others = [other for other in WRITES if other.service != write.service]
    assert all(other.read(caller).ok for other in others)
    advance(box, HOUR)
    assert write.make(fresh).ok
    assert box.world.faults.armed == []


# What the vendors say


@each
def test_any_status_comes_in_the_vendors_shape_and_nothing_is_done(
    box: SandboxThread, caller: Caller, write: Write
) -> None:
    for status in (400, 403, 404, 409, 500, 502, 503, 504):
        arm(box, write.fault("error", status=status))
        answer = write.make(caller)
        assert answer.status_code == status
        assert answer.json()["error_code" if write.service == "telegram" else "error"]
    assert write.arrived(box.world) == 0


@each
def test_a_refused_account_stays_refused_for_13_hours_and_hears_how_long(
    box: SandboxThread, caller: Caller, write: Write
) -> None:
    arm(box, Fault("rate-limit", write.service, seconds=13 * HOUR))
    waits = []
    for passed in (0, 5 * HOUR, 8 * HOUR - 60):
        advance(box, passed)
        caller = Caller(box)
        for answer in (write.make(caller), write.read(caller)):
            assert answer.status_code == 429
            waits.append(float(answer.headers["Retry-After"]))
            if write.service == "telegram":
                assert answer.json()["parameters"]["retry_after"] == waits[-1]
    assert [round(wait / 60) for wait in waits[::2]] == [780, 480, 1]
    assert write.arrived(box.world) == 0
    advance(box, 61)
    caller = Caller(box)
    assert write.make(caller).ok
    assert write.read(caller).ok


@each
def test_a_rate_limit_on_one_call_leaves_the_others_alone(box: SandboxThread, caller: Caller, write: Write) -> None:
    arm(box, write.fault("rate-limit", seconds=40))
    assert [write.make(caller).status_code for _ in range(2)] == [429, 429]
    assert write.read(caller).ok


def test_googles_rate_limits_have_three_names(box: SandboxThread, caller: Caller) -> None:
    for reason, status in (("", 429), ("rateLimitExceeded", 403), ("userRateLimitExceeded", 403)):
        arm(box, Fault("rate-limit", "youtube", "videos.list", detail={"reason": reason} if reason else {}))
        answer = caller.google("GET", "videos", part="id", id="x")
        (error,) = answer.json()["error"]["errors"]
        assert (answer.status_code, error["reason"]) == (status, reason or "rateLimitExceeded")
        assert error["domain"] == ("usageLimits" if reason else "global")


def test_spotifys_quota_says_so_in_its_own_body_until_the_seconds_are_over(box: SandboxThread, caller: Caller) -> None:
    arm(box, Fault("quota", "spotify", seconds=48_925))
    for wait in (48_925, 8_925):
        answer = caller.spotify("GET", "me")
        said = {"error": {"status": 429, "message": "Too many requests", "reason": "QUOTA_EXCEEDED"}}
        assert (answer.status_code, answer.json()) == (429, said)
        assert int(answer.headers["Retry-After"]) == pytest.approx(wait, abs=3)
        advance(box, 40_000)
    assert Caller(box).spotify("GET", "me").ok


def test_youtubes_quota_comes_back_at_midnight_in_california(box: SandboxThread, caller: Caller) -> None:
    now = datetime.fromtimestamp(box.world.clock.now(), ZoneInfo("America/Los_Angeles"))
    # Six in the evening there, so that the hours to midnight are known.
    advance(box, ((18 - now.hour - 1) % 24) * HOUR + (60 - now.minute) * 60)
    arm(box, Fault("quota", "youtube"))
    for _ in range(2):
        answer = Caller(box).rows()
        assert answer["error"]["code"] == 403
        assert answer["error"]["errors"] == [
            {
                "message": "The request cannot be completed because you have exceeded your "
                '<a href="/youtube/v3/getting-started#quota">quota</a>.',
                "domain": "youtube.quota",
                "reason": "quotaExceeded",
            }
        ]
        advance(box, 2.9 * HOUR)
    assert caller.google_token().ok
    assert Caller(box).rows()["error"]["code"] == 403
    advance(box, 0.3 * HOUR)
    assert "items" in Caller(box).rows()


def test_youtubes_searches_have_a_quota_of_their_own(box: SandboxThread, caller: Caller) -> None:
    arm(box, Fault("quota", "youtube", "search.list"))
    refused = [caller.google("GET", "search", part="id", q="queen") for _ in range(2)]
    assert {answer.json()["error"]["errors"][0]["reason"] for answer in refused} == {"quotaExceeded"}
    assert "items" in caller.rows()
    box.call(box.world.faults.clear)
    arm(box, Fault("quota", "youtube"))
    assert caller.rows()["error"]["code"] == 403
    assert caller.google("GET", "search", part="id", q="queen").ok


@pytest.mark.parametrize("service", ["spotify", "youtube"])
def test_a_cap_ends_the_quota_by_itself_and_the_next_day_gives_it_back(
    box: SandboxThread, caller: Caller, service: str
) -> None:
    arm(box, Fault("cap", service, detail={"limit": 3}))

    def ask() -> int:
        answer = (
            caller.spotify("GET", "me") if service == "spotify" else caller.google("GET", "videos", part="id", id="x")
        )
        return answer.status_code

    assert [ask() for _ in range(5)] == [200, 200, 200, *([429] * 2 if service == "spotify" else [403] * 2)]
    advance(box, 25 * HOUR)
    caller = Caller(box)
    assert ask() == 200
    box.call(lambda: box.world.faults.clear(service))
    assert [ask() for _ in range(4)] == [200] * 4


def test_quota_of_one_developer_is_not_anothers(box: SandboxThread, caller: Caller) -> None:
    def second() -> None:
        spotify = box.world.spotify
        spotify.add_app("their-client", "their-secret", developer="somebody else")
        spotify.grant("their-refresh", scenario.SPOTIFY_USER, "their-client")

    box.call(second)
    arm(box, Fault("rate-limit", "spotify", seconds=13 * HOUR))
    assert caller.spotify("GET", "me").status_code == 429
    form = {"grant_type": "refresh_token", "refresh_token": "their-refresh"}
    token = caller.send(
        "POST", "https://accounts.spotify.com/api/token", data=form, auth=("their-client", "their-secret")
    ).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert caller.send("GET", "https://api.spotify.com/v1/me", headers=headers).ok


# The aim


@each
def test_the_third_write_and_the_fourth_are_lost_and_no_other(box: SandboxThread, caller: Caller, write: Write) -> None:
    arm(box, write.fault("reset", skip=2, times=2))
    heard = []
    for _ in range(5):
        try:
            heard.append(write.make(caller).ok)
        except LOST:
            heard.append(False)
    assert heard == [True, True, False, False, True]


@each
def test_a_fault_without_a_number_lasts_until_it_is_mended(box: SandboxThread, caller: Caller, write: Write) -> None:
    arm(box, write.fault("error", status=503, times=None))
    assert [write.make(caller).status_code for _ in range(3)] == [503] * 3
    box.call(lambda: box.world.faults.clear(write.service, "lost"))
    assert write.make(caller).status_code == 503
    box.call(lambda: box.world.faults.clear(write.service, "error"))
    assert write.make(caller).ok


def test_one_bad_id_spoils_the_batches_that_it_is_in_and_no_other(box: SandboxThread, caller: Caller) -> None:
    bad, good = song(box.world).spotify_id, song(box.world, "heroes").spotify_id
    arm(box, Fault("error", "spotify", f"POST {TRACK}", status=400, times=None, about=bad))
    assert [caller.add_tracks(*ids).status_code for ids in ((good, bad), (good,), (bad,))] == [400, 201, 400]
    bad, good = video(box.world), video(box.world, "heroes")
    for service in ("youtube", "youtube-music"):
        arm(box, Fault("error", service, status=400, times=None, about=bad))
    assert [caller.insert(one).status_code for one in (bad, good)] == [400, 200]
    assert [add_video(caller, *ids).status_code for ids in ((good, bad), (good,))] == [400, 200]


def test_a_fault_is_aimed_at_a_chat_an_account_or_a_host(box: SandboxThread, caller: Caller) -> None:
    box.call(lambda: box.world.telegram.create_group(-100777, "Scratch"))
    box.call(lambda: box.world.telegram.add_admin(-100777, scenario.BOT_TOKEN))
    arm(box, Fault("error", "telegram", "sendMessage", times=None, about=scenario.CHANNEL))
    sent = [
        caller.telegram("sendMessage", chat_id=chat, text="x").status_code for chat in (scenario.CHANNEL_ID, -100777)
    ]
    assert sent == [500, 200]
    arm(box, Fault("error", "spotify", times=None, about="somebody else"))
    assert caller.spotify("GET", "me").ok
    arm(box, Fault("error", "spotify", times=None, about=scenario.SPOTIFY_USER))
    assert caller.spotify("GET", "me").status_code == 500
    arm(box, Fault("down", "spotify", times=None, about="accounts.spotify.com"))
    with suppress(requests.RequestException):
        assert not caller.spotify_token().ok
    assert caller.spotify("GET", "me").status_code == 500


def test_what_cannot_be_broken_is_refused_with_what_can(world: World) -> None:
    with pytest.raises(ValueError, match="spotify can't be broken by 'conflict': there is lost, reset"):
        world.faults.arm(Fault("conflict", "spotify"))
    with pytest.raises(ValueError, match="there is no service 'spotfy'"):
        world.faults.arm(Fault("lost", "spotfy"))


def test_spotifys_refusals_are_as_its_contract_says(box: SandboxThread, caller: Caller) -> None:
    promised = contract("spotify-web-api.openapi.yaml")
    seen = set()
    for kind, how in (("rate-limit", {"seconds": 5}), ("revoked", {}), ("error", {"status": 403}), ("quota", {})):
        arm(box, Fault(kind, "spotify", **how))  # type: ignore[arg-type]
        answer = caller.spotify("GET", "me")
        assert promised.check("GET", "/me", answer.status_code, answer.json()) == "/me", json.dumps(answer.json())
        seen.add(answer.status_code)
        box.call(lambda: box.world.faults.clear())
    assert seen == {429, 401, 403}
