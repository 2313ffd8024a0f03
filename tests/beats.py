"""What is remembered of a bot beyond a process, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from navaar.kube.errors import Unavailable
from navaar.unheard import Names


@dataclass
class Beats:
    """`navaar.intake.Heartbeat`: `at` is the last poll, `noted` are the channels that nobody read; not while it is `down`."""

    at: float | None = None
    noted: dict[Names, float] = field(default_factory=dict)
    down: bool = False
    notes: int = 0

    async def read(self) -> float | None:
        return self.at

    async def write(self, at: float) -> None:
        self.at = at

    async def unread(self) -> dict[Names, float]:
        return dict(self.noted)

    async def note(self, unread: Mapping[Names, float]) -> None:
        if self.down:
            raise Unavailable("no route")
        self.noted = dict(unread)
        self.notes += 1
