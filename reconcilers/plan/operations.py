"""What the planner asks for, and what comes back."""

from dataclasses import dataclass

from reconcilers.errors import ServiceError
from reconcilers.model import NO_WISHES, Placement, Wishes
from reconcilers.recording import Candidate, Recording
from reconcilers.services.protocol import Added, AddRequest, Head, Item, ServiceName


@dataclass(frozen=True, slots=True)
class Observe:
    """Look at a place. `known` is the last observed head, `seen` the ids known to stand there, `full` asks for all of it."""

    service: ServiceName
    known: Head | None = None
    seen: frozenset[str] = frozenset()
    full: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """Look for a recording. `rejects` are ids that a person ruled out."""

    service: ServiceName
    track: str
    recording: Recording
    rejects: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Resolve:
    """Ask what an id stands for upstream."""

    service: ServiceName
    track: str
    id: str


@dataclass(frozen=True, slots=True)
class Add:
    """Put a song into a place, in two phases.

    `before` is the placement and `wishes` what people wrote when it was decided: if either is another by then, it is void.
    `intent` is the placement to record first. `known` is the place's head that the decision rests on (None: no listing).
    """

    service: ServiceName
    track: str
    request: AddRequest
    before: Placement
    intent: Placement
    wishes: Wishes = NO_WISHES
    known: Head | None = None


@dataclass(frozen=True, slots=True)
class Remove:
    """Take a song out of a place. Repeatable."""

    service: ServiceName
    track: str
    id: str
    entry: str | None = None


Operation = Observe | Search | Resolve | Add | Remove


@dataclass(frozen=True, slots=True)
class Looked:
    """The place's head, unchanged since `Observe.known`."""

    service: ServiceName
    head: Head
    at: float


@dataclass(frozen=True, slots=True)
class Listed:
    """Entries that stand in a place. Only `complete` (proved whole, see `reconcilers.observe`) says what does not.

    `head` is None where there is none to remember: a channel shows posts but no count, and a playlist may have changed
    while it was read. `problem` says why a stable listing is not complete.
    """

    service: ServiceName
    items: tuple[Item, ...]
    at: float
    complete: bool = False
    head: Head | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search gave, over all formulations that were tried."""

    service: ServiceName
    track: str
    candidates: tuple[Candidate, ...]
    at: float


@dataclass(frozen=True, slots=True)
class Resolved:
    """What an id stands for; None: gone upstream."""

    service: ServiceName
    track: str
    id: str
    candidate: Candidate | None
    at: float


class NotSent(ServiceError):
    """An addition was called off before it was sent: the place, or the track, had changed meanwhile."""

    reason = "NotSent"


@dataclass(frozen=True, slots=True)
class AddDone:
    """How an addition ended: stored, or the error (`NotSent`: nothing happened)."""

    service: ServiceName
    track: str
    token: str
    outcome: Added | ServiceError
    at: float


@dataclass(frozen=True, slots=True)
class RemoveDone:
    """How a removal ended; None: the song is gone from the place."""

    service: ServiceName
    track: str
    id: str
    error: ServiceError | None
    at: float


@dataclass(frozen=True, slots=True)
class Troubled:
    """The service as a whole refused or failed; `track` names the one that was being worked on, if any."""

    service: ServiceName
    error: ServiceError
    at: float
    track: str | None = None


Observation = Looked | Listed | Searched | Resolved | AddDone | RemoveDone | Troubled
