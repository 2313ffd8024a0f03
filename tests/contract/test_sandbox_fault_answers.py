"""What the vendors say to a request that they refuse, on the wire: statuses, waits and quotas, in their own shapes."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from sandbox import scenario
from sandbox.faults import Fault
from sandbox.thread import SandboxThread
from tests.contract import switchboard
from tests.contract.callers import Caller
from tests.contract.faulty import Write
from tests.contract.openapi import contract
from tests.contract.switchboard import HOUR, advance, arm, each

box = switchboard.box
caller = switchboard.caller


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
