"""What tests share. Nothing that is tested may leave this machine: the sandbox's proxy refuses, and so does this."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# What is asserted beside the test modules, by what they share, says what it compared, too.
SHARED = (
    there.stem for there in Path(__file__).parent.iterdir() if there.name[0] not in "._" and there.stem != "conftest"
)
pytest.register_assert_rewrite(*(f"tests.{name}" for name in SHARED))

# How long an example takes says something about the machine, not about what is tested.
settings.register_profile("navaar", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("navaar")

_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex


def _loopback(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a unix socket
    host = str(address[0])
    return host in ("localhost", "::1", "") or host.startswith("127.")


@pytest.fixture(autouse=True, scope="session")
def _stay_on_this_machine() -> Iterator[None]:
    """A connection to anywhere but loopback fails the test that makes it."""

    def connect(self: socket.socket, address: Any) -> None:
        if not _loopback(address):
            raise AssertionError(f"a test tried to reach {address}: nothing may leave this machine")
        _connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        if not _loopback(address):
            raise AssertionError(f"a test tried to reach {address}: nothing may leave this machine")
        return _connect_ex(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", connect)
    patch.setattr(socket.socket, "connect_ex", connect_ex)
    yield
    patch.undo()
