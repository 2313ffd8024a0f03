"""What the planner asks for, and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    `alike` is what other tracks that may be of the song say of a place that can't be read before: void if that changes, too.
    """

    service: ServiceName
    track: str
    request: AddRequest
    before: Placement
    intent: Placement
    wishes: Wishes = NO_WISHES
    known: Head | None = None
    alike: Mapping[str, Placement] | None = None


@dataclass(frozen=True, slots=True)
class Remove:
    """Take a song out of a place. Repeatable."""

    service: ServiceName
    track: str
    id: str
    entry: str | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """Look at the posts of the channel one after another, from message id `start` on.

    `known` ids are posts already: they are passed over. It ends after `messages` posts that were looked at, after `looks`
    ids, or beyond `upto` once `patience` ids in a row hold no post; `misses` of them were counted before.
    """

    service: ServiceName
    start: int
    upto: int
    known: frozenset[int] = frozenset()
    messages: int = 20
    looks: int = 100
    patience: int = 30
    misses: int = 0


Operation = Observe | Search | Resolve | Add | Remove | Scan


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
    while it was read. `problem` says why a stable listing is not complete. `ids` are those of the items.
    """

    service: ServiceName
    items: tuple[Item, ...]
    at: float
    complete: bool = False
    head: Head | None = None
    problem: str = ""
    ids: frozenset[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", frozenset([item.id for item in self.items]))


@dataclass(frozen=True, slots=True)
class Scanned:
    """The posts that stand under the ids from `start` to before `next`.

    The last `misses` ids hold none; `messages` were looked at, and `last` is the highest id that holds one (0: none did).
    `error` is what ended it early.
    """

    service: ServiceName
    start: int
    next: int
    items: tuple[Item, ...]
    at: float
    messages: int = 0
    misses: int = 0
    last: int = 0
    error: ServiceError | None = None


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
    """How an addition ended: stored, or the error (`NotSent`: nothing happened). `requested` is what was to be added."""

    service: ServiceName
    track: str
    token: str
    outcome: Added | ServiceError
    at: float
    requested: str = ""


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


Observation = Looked | Listed | Scanned | Searched | Resolved | AddDone | RemoveDone | Troubled
