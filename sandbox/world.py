"""One world behind the simulated services: what exists, what time it is, what was asked, what is broken."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.catalogue import Catalogue
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.journal import Journal

if TYPE_CHECKING:
    from sandbox.spotify.state import SpotifyState
    from sandbox.telegram.state import TelegramState
    from sandbox.youtube.state import YouTubeState

# The services import `World`, so their states are imported when one is made.


def _spotify() -> "SpotifyState":
    from sandbox.spotify.state import SpotifyState

    return SpotifyState()


def _telegram() -> "TelegramState":
    from sandbox.telegram.state import TelegramState

    return TelegramState()


def _youtube() -> "YouTubeState":
    from sandbox.youtube.state import YouTubeState

    return YouTubeState()


@dataclass
class World:
    """Everything the simulated services know. One event loop owns it: act in it from that loop only."""

    catalogue: Catalogue = field(default_factory=Catalogue)
    clock: Clock = field(default_factory=Clock)
    journal: Journal = field(default_factory=Journal)
    faults: Faults = field(default_factory=Faults)
    spotify: "SpotifyState" = field(default_factory=_spotify)
    telegram: "TelegramState" = field(default_factory=_telegram)
    youtube: "YouTubeState" = field(default_factory=_youtube)

    def __post_init__(self) -> None:
        self.spotify.bind(self.catalogue, self.clock)
        self.telegram.bind(self.clock)
        self.youtube.bind(self.catalogue, self.clock)
