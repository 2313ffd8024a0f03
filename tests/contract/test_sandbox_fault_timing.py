"""When a request that meets a fault is applied, on the wire, for every service, and what its caller hears of it."""

import time
from collections.abc import Iterator
from functools import partial

import pytest
import requests

from sandbox import scenario
from sandbox.faults import Fault
from sandbox.gates import Passing
from sandbox.thread import SandboxThread
from tests.contract import switchboard
from tests.contract.callers import Caller
from tests.contract.faulty import WRITES, Write
from tests.contract.switchboard import HOUR, LOST, advance, arm, each, struck
from tests.waiting import until

box = switchboard.box
caller = switchboard.caller


@pytest.fixture
def hasty(caller: Caller) -> Caller:
    """Has patience for connections, and little for answers."""
    caller.timeout = (10.0, 0.3)
    return caller


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
    box: SandboxThread, hasty: Caller, write: Write
) -> None:
    arm(box, write.fault("late", seconds=60))
    with pytest.raises(requests.ReadTimeout):
        write.make(hasty)
    until(lambda: write.arrived(box.world) == 1)
    arm(box, write.fault("late", seconds=60, applied=50))
    with pytest.raises(requests.ReadTimeout):
        write.make(hasty)
    struck(box)
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
def test_a_service_that_hangs_accepts_and_says_nothing(box: SandboxThread, hasty: Caller, write: Write) -> None:
    arm(box, write.fault("hang", seconds=30))
    with pytest.raises(requests.ReadTimeout):
        write.make(hasty)
    struck(box)
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
