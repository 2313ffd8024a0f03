"""Which requests a fault hits, on the wire: by number, by song, by chat, account or host, and no others."""

from contextlib import suppress

import pytest
import requests

from sandbox import scenario
from sandbox.faults import Fault
from sandbox.thread import SandboxThread
from sandbox.world import World
from tests.contract import switchboard
from tests.contract.callers import Caller
from tests.contract.faulty import TRACK, Write, add_video, song, video
from tests.contract.switchboard import LOST, arm, each

box = switchboard.box
caller = switchboard.caller


@pytest.fixture
def world(box: SandboxThread) -> World:
    return box.world


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
