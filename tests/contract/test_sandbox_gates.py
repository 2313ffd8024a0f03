"""The gates at which a test stops the world, on the wire: nothing slips through before, nothing is told after."""

import asyncio
import threading
from functools import partial

import pytest
import requests

from sandbox import scenario
from sandbox.gates import Passing
from sandbox.thread import SandboxThread
from tests.contract import switchboard
from tests.contract.callers import Caller

box = switchboard.box


@pytest.fixture
def caller(box: SandboxThread) -> Caller:
    return Caller(box)


def test_a_gate_hears_of_every_write_twice_and_of_no_read(box: SandboxThread, caller: Caller) -> None:
    heard: list[tuple[str, int, str, int | None]] = []
    box.call(lambda: box.world.gate(lambda p: heard.append((p.stage, p.number, p.call, p.status))))
    caller.spotify("GET", f"playlists/{scenario.SPOTIFY_PLAYLIST}")
    caller.telegram("sendMessage", chat_id=scenario.CHANNEL_ID, text="hello")
    caller.insert("iskala")
    assert [entry[:3] for entry in heard if "oken" not in entry[2]] == [
        (stage, number, call)
        for number, call in ((2, "sendMessage"), (4, "playlistItems.insert"))
        for stage in ("before", "after")
    ]
    assert [entry for entry in heard if "oken" in entry[2]] == [
        ("before", 1, "POST /api/token", None),
        ("after", 1, "POST /api/token", 200),
        ("before", 3, "token", None),
        ("after", 3, "token", 200),
    ]
    assert [entry[3] for entry in heard[-2:]] == [None, 404]


def test_a_request_that_is_cut_before_is_never_applied_and_after_it_only_the_answer_is_missing(
    box: SandboxThread, caller: Caller
) -> None:
    for stage, posts in (("before", 0), ("after", 1)):
        count = len(box.world.telegram.messages(scenario.CHANNEL_ID))

        def at(passing: Passing, stage: str = stage) -> bool:
            return passing.stage == stage

        remove = box.call(partial(box.world.gate, at))
        with pytest.raises(requests.ConnectionError):
            caller.telegram("sendMessage", chat_id=scenario.CHANNEL_ID, text=stage)
        box.call(remove)
        assert len(box.world.telegram.messages(scenario.CHANNEL_ID)) == count + posts
    assert [entry.status for entry in box.world.journal.writes("telegram")] == [0, 200]
    assert caller.telegram("sendMessage", chat_id=scenario.CHANNEL_ID, text="again").ok


def test_while_a_plain_gate_runs_the_world_stands_still(box: SandboxThread, caller: Caller) -> None:
    inside, done = threading.Event(), threading.Event()

    def hold(passing: Passing) -> None:
        if passing.stage == "before":
            inside.set()
            assert done.wait(5)

    box.call(lambda: box.world.gate(hold))
    count = len(box.world.telegram.messages(scenario.CHANNEL_ID))
    sending = threading.Thread(
        target=lambda: caller.telegram("sendMessage", chat_id=scenario.CHANNEL_ID, text="hello"), daemon=True
    )
    sending.start()
    assert inside.wait(5)
    assert len(box.world.telegram.messages(scenario.CHANNEL_ID)) == count
    done.set()
    sending.join(5)
    assert len(box.world.telegram.messages(scenario.CHANNEL_ID)) == count + 1


def test_a_coroutine_at_a_gate_holds_up_only_its_own_request(box: SandboxThread, caller: Caller) -> None:
    release = box.call(asyncio.Event)

    async def hold(passing: Passing) -> None:
        if passing.stage == "before" and passing.call == "sendMessage":
            await release.wait()

    box.call(lambda: box.world.gate(hold))
    sending = threading.Thread(
        target=lambda: caller.telegram("sendMessage", chat_id=scenario.CHANNEL_ID, text="hello"), daemon=True
    )
    sending.start()
    assert Caller(box).spotify("GET", "me").ok
    assert sending.is_alive()
    box.call(release.set)
    sending.join(5)
    assert not sending.is_alive()


def test_with_reads_a_gate_hears_of_them_too(box: SandboxThread, caller: Caller) -> None:
    heard: list[tuple[int, str]] = []
    box.call(lambda: box.world.gate(lambda p: heard.append((p.number, p.call)), reads=True))
    caller.telegram("getUpdates", offset=5)
    assert heard == [(0, "getUpdates")] * 2
