"""One world behind the simulated services: what exists, what time it is, what was asked, what is broken."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.catalogue import Catalogue
from sandbox.clock import Clock
from sandbox.faults import Fault, Faults, Undo
from sandbox.gates import Gate, Gates
from sandbox.journal import Journal

if TYPE_CHECKING:
    from sandbox.spotify.state import SpotifyState
    from sandbox.telegram.state import TelegramState
    from sandbox.webhook import WebhookState
    from sandbox.youtube.state import YouTubeState

# The services import `World`, so their states are imported when one is made.


def _spotify() -> "SpotifyState":
    from sandbox.spotify.state import SpotifyState

    return SpotifyState()


def _telegram() -> "TelegramState":
    from sandbox.telegram.state import TelegramState

    return TelegramState()


def _webhook() -> "WebhookState":
    from sandbox.webhook import WebhookState

    return WebhookState()


def _youtube() -> "YouTubeState":
    from sandbox.youtube.state import YouTubeState

    return YouTubeState()


def _conditions(service: str) -> "dict[str, Callable[[World, Fault], Undo | None]]":
    match service:
        case "spotify":
            from sandbox.spotify.conditions import CONDITIONS as SPOTIFY

            return SPOTIFY
        case "telegram":
            from sandbox.telegram.conditions import CONDITIONS as TELEGRAM

            return TELEGRAM
        case "webhook":
            return {}
        case _:
            from sandbox.youtube.conditions import CONDITIONS as YOUTUBE

            return YOUTUBE


@dataclass
class World:
    """Everything the simulated services know. One event loop owns it: act in it from that loop only."""

    catalogue: Catalogue = field(default_factory=Catalogue)
    clock: Clock = field(default_factory=Clock)
    journal: Journal = field(default_factory=Journal)
    faults: Faults = field(default_factory=Faults)
    gates: Gates = field(default_factory=Gates)
    spotify: "SpotifyState" = field(default_factory=_spotify)
    telegram: "TelegramState" = field(default_factory=_telegram)
    webhook: "WebhookState" = field(default_factory=_webhook)
    youtube: "YouTubeState" = field(default_factory=_youtube)

    def __post_init__(self) -> None:
        self.faults.bind(self.clock, self._begin)
        self.spotify.bind(self.catalogue, self.clock)
        self.telegram.bind(self.clock)
        self.youtube.bind(self.catalogue, self.clock)

    def _begin(self, fault: Fault) -> Undo | None:
        begin = _conditions(fault.service).get(fault.kind)
        return None if begin is None else begin(self, fault)

    def gate(self, gate: Gate, *, reads: bool = False) -> Callable[[], None]:
        """Has `gate` called with a `Passing` before and after each write to any service; returns what takes it away.

        Writes are what the journal calls so, and the refreshing of tokens, which may rotate them. With `reads`,
        everything (getUpdates too, whose offset confirms). The call is made in the sandbox's event loop, and while a
        plain function runs, the whole world stands still: a test can kill the operator in it and know what was
        done and what was not. A coroutine holds up only its own request. If the gate returns True, the connection
        is cut there: at ``before`` the request is never applied, at ``after`` its answer is never sent.

            def kill(passing: Passing) -> bool:
                if (passing.stage, passing.number) != ("after", 7):
                    return False
                operator.kill()
                return True

            remove = world.gate(kill)
        """
        return self.gates.add(gate, reads=reads)
