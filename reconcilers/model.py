"""The state that the planner reads and writes: syncs, tracks, placements.

All values are immutable. A changed track is a new `Track`; the planner's output is the set of tracks that changed.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self

from reconcilers.recording import Candidate, Recording
from reconcilers.services.protocol import ServiceName

DOUBTED = "?"
"""In place of a fingerprint: what a search gave was for other facts than those that are known by now."""

NOTHING: Mapping[Any, Any] = MappingProxyType({})


def nothing() -> Mapping[Any, Any]:
    """The shared empty mapping, as a default of dataclass fields."""
    return NOTHING


class State(StrEnum):
    """Where one song stands in one place."""

    PENDING = "Pending"  # wanted there; nothing under way
    REVIEW = "Review"  # a person must say which, or whether
    NOT_FOUND = "NotFound"  # the service doesn't have it; looked for again monthly
    ADDING = "Adding"  # an intent is recorded; the addition may be under way
    PRESENT = "Present"
    REMOVING = "Removing"  # a removal is wanted and will be repeated until it is done
    CORRECTING = "Correcting"  # a post of ours is of another recording, and is to be replaced where it stands
    UNAVAILABLE = "Unavailable"  # was there, and its id no longer resolves upstream
    FAILED = "Failed"
    REMOVED = "Removed"  # a person took it out, or everybody was asked to
    EXCLUDED = "Excluded"
    RETAINED = "Retained"  # should go, but the service doesn't let us


class Origin(StrEnum):
    """Who put the song there."""

    FOUND = "Found"
    PLACED = "Placed"


class Phase(StrEnum):
    """One word for a track, derived from its placements."""

    DUPLICATE = "Duplicate"
    REMOVED = "Removed"
    EXCLUDED = "Excluded"
    REVIEW = "Review"
    FAILED = "Failed"
    SYNCING = "Syncing"
    PARTIAL = "Partial"
    SYNCED = "Synced"


class Source(StrEnum):
    """How a track came to be: what counts against which allowance."""

    BACKLOG = "Backlog"  # was there when its place was first read
    NEW = "New"  # appeared since
    REQUESTED = "Requested"  # a person applied it


@dataclass(frozen=True, slots=True)
class Intent:
    """An addition, or an edit of a post (`op`), that may have been sent. Times are Unix seconds.

    `marker` is the highest message id known before it (Telegram); `epoch` is the Lease's transition count under which it
    was decided.
    """

    op: str
    token: str
    deadline: float
    epoch: int = 0
    marker: int = 0


@dataclass(frozen=True, slots=True)
class Match:
    """Why the id in a placement is held to be this song."""

    method: str  # "Origin", "Identity", "Search", "ISRC", "Pin", "Replacement"
    score: float = 1.0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its score, as shown to the person who decides."""

    id: str
    text: str
    score: float
    reasons: tuple[str, ...] = ()


class Shortlist(Sequence[Scored]):
    """Candidates that are kept in little room: their ids are at hand, the rest of them costs something to look at."""

    __slots__ = ()

    @property
    @abstractmethod
    def ids(self) -> tuple[str, ...]:
        """Their ids, in the same order."""


@dataclass(frozen=True, slots=True)
class Placement:
    """One song in one place. Times are Unix seconds; None is unknown.

    `id` is what stands there (or what will be added, once decided); `requested` is what we asked to be added, where
    another was stored: in the channel, the YouTube id that our post was made from; `others` are further ids of the same
    song in the same place. `seen` says that a listing showed it at that place; `missing` counts complete listings without
    it since `missed`. `taken` is what we took out last, which the place may show for a while yet. `changed` is when `state`
    last changed.
    `approved` marks what a person let through a bulk limit. `sought` is the fingerprint of what was last searched for:
    when a person changes the facts, it differs and the search is made again; `DOUBTED` while what was found for other
    facts is to be judged again.
    """

    state: State = State.PENDING
    origin: Origin | None = None
    id: str | None = None
    entry: str | None = None
    requested: str | None = None
    others: tuple[str, ...] = ()
    taken: str | None = None
    seen: bool = False
    missing: int = 0
    missed: float | None = None
    approved: bool = False
    intent: Intent | None = None
    match: Match | None = None
    candidates: Sequence[Scored] = ()
    attempts: int = 0
    sought: str = ""
    next_attempt: float | None = None
    placed: float | None = None
    changed: float | None = None
    reason: str = ""
    message: str = ""
    rest: bool = field(init=False, compare=False, repr=False)
    """Whether the song stands there, was seen, and nothing about it is under way or missing."""

    def __post_init__(self) -> None:
        rest = self.state is State.PRESENT and self.seen and self.id is not None and self.sought != DOUBTED
        object.__setattr__(self, "rest", rest and not self.missing and self.intent is None)

    @property
    def candidate_ids(self) -> tuple[str, ...]:
        """The ids of the candidates, best first."""
        if isinstance(self.candidates, Shortlist):
            return self.candidates.ids
        return tuple(candidate.id for candidate in self.candidates)

    @property
    def told(self) -> State:
        """The state that people are told: of what stands there, something may be in question all the same."""
        if self.state is State.PRESENT and self.reason in _QUESTIONS:
            return _QUESTIONS[self.reason]
        return self.state

    def to(self, state: State, now: float, *, reason: str = "", message: str = "", **changes: Any) -> Self:
        """The placement in another state; `reason` and `message` never outlive the state they explain."""
        changed = self.changed if state is self.state else now
        return replace(self, state=state, reason=reason, message=message, changed=changed, **changes)


_QUESTIONS = {"PinDead": State.FAILED, "PinConflict": State.FAILED, "Doubtful": State.REVIEW}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What people wrote into a track's spec. It wins over everything the planner would think of."""

    title: str | None = None
    artists: tuple[str, ...] = ()
    duration: float | None = None
    isrc: str | None = None
    pins: Mapping[ServiceName, str] = field(default_factory=nothing)
    rejects: Mapping[ServiceName, frozenset[str]] = field(default_factory=nothing)
    exclude_from: frozenset[ServiceName] = frozenset()
    absent: bool = False

    def __bool__(self) -> bool:
        return self is not NO_WISHES and self != NO_WISHES


NO_WISHES = Wishes()


@dataclass(frozen=True, slots=True)
class Track:
    """One song of one sync.

    `origin` is its first sighting (service, id), None for a song that a person applied. `identity` is what was parsed.
    `audio` is the YouTube id that the channel's audio comes from, once decided. `source`, see `Source`. `absent` says that
    `state: Absent` was carried out once: what people add later stays. `duplicate_of` names the track that survives.
    `asked` is what a person wrote last to have it tried again, any value, and `handled` the one that was carried out.
    `revision` belongs to the store: the planner only passes it on. `created` is in Unix seconds.
    """

    name: str
    origin: tuple[ServiceName, str] | None = None
    identity: Recording | None = None
    wishes: Wishes = NO_WISHES
    placements: Mapping[ServiceName, Placement] = field(default_factory=nothing)
    source: Source = Source.NEW
    audio: str | None = None
    absent: bool = False
    duplicate_of: str | None = None
    asked: str = ""
    handled: str = ""
    created: float = 0.0
    revision: Any = field(default=None, compare=False)
    rest: float | None = field(init=False, compare=False, repr=False)
    """Since when it rests in every place that it has a placement for (its last addition by us, 0.0 without one); None
    while it doesn't, and where people wish something. Worked out once, as a plan asks all tracks for it."""
    plain: bool = field(init=False, compare=False, repr=False)
    """Whether it rests, and no other entry than the one of each placement can be taken for it there."""

    def __post_init__(self) -> None:
        rest = _rest(self)
        object.__setattr__(self, "rest", rest)
        object.__setattr__(self, "plain", rest is not None and all(one_id(p, s) for s, p in self.placements.items()))

    @property
    def recording(self) -> Recording | None:
        """What is looked for: a person's words over what was parsed. None when there is nothing to go on."""
        wishes, parsed = self.wishes, self.identity
        if wishes.title is None and not wishes.artists and wishes.duration is None and wishes.isrc is None:
            return parsed
        title = wishes.title or (parsed.title if parsed else None)
        if title is None:
            return None
        base = parsed or Recording(title)
        return replace(
            base,
            title=title,
            artists=wishes.artists or base.artists,
            duration=wishes.duration if wishes.duration is not None else base.duration,
            isrc=wishes.isrc or base.isrc,
            method="spec" if wishes.title else base.method,
        )

    @property
    def again(self) -> bool:
        """Whether a person asks for another try that was not made yet."""
        return bool(self.asked) and self.asked != self.handled

    @property
    def owned(self) -> bool:
        """True while the operator made it and nobody has written into it: it may be merged away."""
        return self.origin is not None and not self.wishes

    def with_placement(self, service: ServiceName, placement: Placement) -> "Track":
        """The track with one placement replaced."""
        if self.placements.get(service) == placement:
            return self
        return replace(self, placements={**self.placements, service: placement})


def one_id(placement: Placement, service: ServiceName) -> bool:
    """Whether a song that is present can be shown by its placement's `id` alone."""
    if placement.others or placement.taken is not None:
        return False
    # A post is shown by its number, not by what it was made from.
    return placement.requested is None or service is ServiceName.TELEGRAM


def _rest(track: Track) -> float | None:
    if track.wishes or track.absent or track.duplicate_of is not None or track.again:
        return None
    last = 0.0
    for placement in track.placements.values():
        if not placement.rest:
            return None
        if placement.placed is not None and placement.placed > last:
            last = placement.placed
    return last


@dataclass(frozen=True, slots=True)
class Stretch:
    """Posts of a channel that have to be read: those from message id `first` on.

    All before `next` were, `found` songs among them. `missing` is how many posts that once were known had been forgotten
    when it was begun.
    """

    first: int = 1
    next: int = 1
    found: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """How the old posts of a channel are being read, one message id after another. Times are Unix seconds.

    `stretch` is None while nothing has to be read. This process began at id `begun`, at time `since`; `misses` ids just
    before the next one hold no post, and `upto` is the highest that is known to hold one. `past`: nothing is posted until
    it is `done`. `surplus` are posts of ours, as (track, id), that are one too many. `spent` is when the last messages
    went to the scratch chat; nothing is read before `again`, for which `problem` says why.
    """

    stretch: Stretch | None = None
    past: bool = False
    done: bool = False
    begun: int = 0
    since: float = 0.0
    misses: int = 0
    upto: int = 0
    surplus: tuple[tuple[str, str], ...] = ()
    spent: tuple[float, ...] = ()
    again: float | None = None
    problem: str = ""


NOT_READING = Reading()


@dataclass(frozen=True, slots=True)
class Place:
    """What is remembered of one declared place between passes. Times are Unix seconds.

    `count`, `snapshot`: as last observed, never as answered to a write of ours. `placed`: how many tracks stood there then.
    `looked`, `listed`: the last look and the last complete listing by this process. `started`: it was read whole once, so
    what appears now is new. `wanted`, `full`: a look (a whole one) was asked for. `parked`: nothing is asked before then;
    `failures` in a row lengthen it; `reason` and `message` say why and `terminal` that only a person can mend it. Of the
    channel: `highest` is the highest message id that is known, `reading` how its old posts are being read.
    """

    count: int | None = None
    snapshot: str | None = None
    placed: int = 0
    looked: float | None = None
    listed: float | None = None
    started: bool = False
    wanted: bool = False
    full: bool = False
    parked: float | None = None
    failures: int = 0
    reason: str = ""
    message: str = ""
    terminal: bool = False
    highest: int = 0
    reading: Reading = NOT_READING


def scored(candidate: Candidate, score: float, reasons: tuple[str, ...]) -> Scored:
    """A candidate as it is kept in a track."""
    duration = candidate.recording.duration
    length = f"{int(duration) // 60}:{int(duration) % 60:02d}" if duration else ""
    said = ", ".join(filter(None, (length, _KINDS.get(candidate.kind))))
    return Scored(
        candidate.id, f"{candidate.recording} ({said})" if said else str(candidate.recording), round(score, 2), reasons
    )


_KINDS = {"OMV": "official video", "UGC": "upload"}
"""What a candidate's kind is to people, where it isn't what they expect."""
