"""What can go wrong at one write, or all the time; and the one who counts the writes and lets it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What befalls one write. The first three stop the process, the others leave it running."""

    BEFORE = "before"  # stopped before the write is sent
    AFTER = "after"  # stopped when the write is done, and before its answer is read
    LINGERS = "lingers"  # stopped while the write is under way; it is done later, within `settle`
    LOST = "lost"  # done, and the answer never comes
    LATE = "late"  # done later, within `settle`, and no answer comes
    NEVER = "never"  # not done, and no answer comes
    SLOW = "slow"  # done, and answered after the deadline
    THROTTLED = "throttled"  # refused: too many requests
    TROUBLED = "troubled"  # refused: the service is in trouble, and nothing was done
    REFUSED = "refused"  # refused: this item, for the time being
    FORGOTTEN = "forgotten"  # done; then all watches end with 410, and everything is listed again
    CONFLICT = "conflict"  # the object was changed a moment ago: 409
    DENIED = "denied"  # refused: 403
    INVALID = "invalid"  # refused: 422
    DEPOSED = "deposed"  # the Lease is lost just before the write; the process ends a little later


STOPS = (Kind.BEFORE, Kind.AFTER, Kind.LINGERS)
SERVICE = (
    *STOPS,
    Kind.LOST,
    Kind.LATE,
    Kind.NEVER,
    Kind.SLOW,
    Kind.THROTTLED,
    Kind.TROUBLED,
    Kind.REFUSED,
    Kind.DEPOSED,
)
"""What can befall a write to a service."""
STORE = (
    *STOPS, Kind.LOST, Kind.LATE, Kind.NEVER, Kind.THROTTLED, Kind.FORGOTTEN, Kind.CONFLICT, Kind.DENIED, Kind.INVALID,
    Kind.DEPOSED,
)  # fmt: skip
"""What can befall a write to the API server."""


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a run: its number from 1, where it went, the call, and the id or name it was about."""

    number: int
    place: str
    call: str
    id: str

    def __str__(self) -> str:
        return f"#{self.number} {self.place} {self.call} {self.id}"

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What can befall it."""
        return STORE if self.place == "kubernetes" else SERVICE


@dataclass(slots=True)
class Director:
    """Numbers the writes, and says what befalls each: `kind` the `at`-th, nothing the others."""

    at: int | None = None
    kind: Kind | None = None
    writes: list[Write] = field(default_factory=list)
    delay: float = 100.0
    """Seconds after which a late write is done."""
    latency: Callable[[], float] = lambda: 0.01
    """Seconds that half a request takes, and so the order in which requests of several places meet."""
    chance: Callable[[tuple[Kind, ...]], Kind | None] = lambda kinds: None
    """What befalls any other write, of what can."""

    def next(self, place: str, call: str, id: str) -> Kind | None:
        """A write is about to be sent: what befalls it."""
        write = Write(len(self.writes) + 1, place, call, id)
        self.writes.append(write)
        return self.kind if write.number == self.at else self.chance(write.kinds)


def every(writes: Sequence[Write]) -> list[tuple[Write, Kind]]:
    """Every write with everything that can befall it."""
    return [(write, kind) for write in writes for kind in write.kinds]
