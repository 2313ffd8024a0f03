"""A song on its way: which one it is, that it has set out, and a clock that goes when a test says so."""

from navaar.deliveries import Deliveries
from reconcilers.recording import Recording
from tests.browsing import FIRST
from tests.library import NAMESPACE, SYNC
from tests.memory import TELEGRAM

SONG = Recording("Hyperballad", ("Björk",))
KEY = (NAMESPACE, SYNC)


class Clock:
    """Says `now`."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def begun(all: Deliveries, token: str = "t", track: str = FIRST, sync: tuple[str, str] = KEY) -> None:
    """The song of a track sets out."""
    all.of(sync).begun(token, track, TELEGRAM, SONG)
