"""Policies as values: everything a person can tune about a sync, and the operator's own settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reconcilers.model import nothing
from reconcilers.services.protocol import ServiceName


class Access(StrEnum):
    """What may be done with a place."""

    READ_WRITE = "ReadWrite"
    READ_ONLY = "ReadOnly"
    WRITE_ONLY = "WriteOnly"

    @property
    def readable(self) -> bool:
        """Songs come from there."""
        return self is not Access.WRITE_ONLY

    @property
    def writable(self) -> bool:
        """Songs may be put there."""
        return self is not Access.READ_ONLY


class Mode(StrEnum):
    """Whether a plan is carried out."""

    APPLY = "Apply"
    PLAN = "Plan"


class RemovalPolicy(StrEnum):
    """What a person's removal in one place means for the others."""

    KEEP = "Keep"
    PROPAGATE = "Propagate"


class Past(StrEnum):
    """What to do about posts from before the bot was there."""

    SCAN = "Scan"
    IGNORE = "Ignore"


class Fetch(StrEnum):
    """Where the channel's audio comes from."""

    YOUTUBE = "YouTube"
    NEVER = "Never"


@dataclass(frozen=True, slots=True)
class Target:
    """One declared place. `interval` is in seconds; `max_adds` per rolling 24 hours."""

    id: str
    access: Access = Access.READ_WRITE
    interval: float = 900.0
    max_adds: int = 50


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Songs that are left alone: every field that is set must match (folded, whole)."""

    artist: str | None = None
    title: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """`max` attempts per song and place; `backoff` seconds before the second, doubling up to a day."""

    max: int = 5
    backoff: float = 60.0


@dataclass(frozen=True, slots=True)
class Timing:
    """The operator's own settings, in seconds.

    `settle`: how late a request that was cut off may still be applied. `confirm`: between the two listings that prove a
    removal. `relist`: between full listings of a place without a snapshot. `weekly`: between full listings of one with.
    `recheck`: before a song that was not found is looked for again.
    """

    settle: float = 300.0
    confirm: float = 60.0
    relist: float = 6 * 3600.0
    weekly: float = 7 * 86400.0
    recheck: float = 30 * 86400.0
    deadline: float = 120.0


@dataclass(frozen=True, slots=True)
class Sync:
    """A MusicSync as the planner sees it. `max_deletes` None means the larger of 5 and 2 % of the songs."""

    name: str
    targets: Mapping[ServiceName, Target] = field(default_factory=nothing)
    mode: Mode = Mode.APPLY
    removal: RemovalPolicy = RemovalPolicy.KEEP
    max_deletes: int | None = None
    exclude: tuple[Exclusion, ...] = ()
    retry: Retry = field(default_factory=Retry)
    fetch: Fetch = Fetch.YOUTUBE
    past: Past = Past.SCAN
    accept: float | None = None  # matching thresholds; None is the matcher's own
    review: float | None = None
    approved: str | None = None  # the plan hash that a person approved
    again: frozenset[ServiceName] = frozenset()  # where what was given up is to be tried again, in this very plan
    timing: Timing = field(default_factory=Timing)
