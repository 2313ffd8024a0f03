"""A small world whose services can be broken: faults are armed, time passes, and one caller is known to them all."""

from collections.abc import Iterator

import pytest
import requests

from sandbox import scenario
from sandbox.faults import Fault
from sandbox.thread import SandboxThread
from sandbox.world import World
from tests.contract.callers import Caller
from tests.contract.faulty import WRITES
from tests.waiting import until

HOUR = 3600.0
LOST = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
each = pytest.mark.parametrize("write", WRITES, ids=str)


# Only pytest uses these, by name: a test module that wants one says `box = switchboard.box`.


@pytest.fixture
def box() -> Iterator[SandboxThread]:
    with SandboxThread(scenario.small(World())) as box:
        yield box


@pytest.fixture
def caller(box: SandboxThread) -> Caller:
    """Signed in already: what follows is only about the calls that a test makes."""
    caller = Caller(box)
    for write in WRITES:
        assert write.read(caller).ok
    return caller


def arm(box: SandboxThread, fault: Fault) -> None:
    """From now on requests meet this fault."""
    box.call(lambda: box.world.faults.arm(fault))


def advance(box: SandboxThread, seconds: float) -> None:
    """Moves the world's clock on."""
    box.call(lambda: box.world.clock.advance(seconds))


def struck(box: SandboxThread) -> None:
    """Waits until every armed fault has met its request: on a busy machine one is read after its sender gave up."""
    until(lambda: box.call(lambda: not box.world.faults.armed))
