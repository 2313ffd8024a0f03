"""What is answered: the shapes of the answers, as the OpenAPI document tells them."""

from typing import Annotated

from pydantic import ConfigDict, Field

from navaar.api.common import Condition, Model, Time
from navaar.api.musicsyncstatus import Counts, PlaceStatus, PlanStatus
from navaar.api.track import OriginSpec, TrackSpec
from navaar.api.trackstatus import HistoryEntry, Identity, Placements, TrackAudio
from reconcilers.delivery import Step
from reconcilers.model import Phase, Source
from reconcilers.policy import Mode
from reconcilers.services.protocol import ServiceName


class Shape(Model):
    """A part of an answer. What isn't known, or isn't so, is left out."""

    # Only the OpenAPI document needs them whole: a start doesn't wait for that.
    model_config = ConfigDict(defer_build=True)


Number = Annotated[int, Field(ge=0)]
Phases = Annotated[
    dict[Phase, Number],
    Field(description="How many Tracks are in each phase, as their statuses say; every phase is named."),
]


class OperatorState(Shape):
    """The process that answers."""

    name: str
    """Its name in the Lease."""

    leading: bool
    """Whether it is the active one. One that stands by knows Tracks and MusicSyncs as well, and nothing of passes."""

    leader: str | None = None
    """The name of the active one, as far as this one knows."""

    version: str
    """The operator's version."""


class SyncCounts(Shape):
    """Tracks of one MusicSync."""

    namespace: str
    """Its namespace."""

    name: str
    """Its name. It may be gone: Tracks outlive their MusicSync."""

    tracks: Number
    """How many Tracks there are."""

    phases: Phases

    without_status: Number
    """Of these, how many are so new that they have no status yet."""


class TrackCounts(Shape):
    """Tracks in all that you may see."""

    tracks: Number
    """How many Tracks there are."""

    phases: Phases

    without_status: Number
    """Of these, how many are so new that they have no status yet."""

    syncs: list[SyncCounts]
    """The same by MusicSync, ordered by namespace and name."""


class ServiceStats(Shape):
    """Placements in one service."""

    service: ServiceName
    """The service."""

    states: Annotated[
        dict[str, Number], Field(description="How many placements are in each state, as the Tracks' statuses say.")
    ]

    placed: Number
    """How many of those that are there we put there; the others were found."""


class SyncStats(SyncCounts):
    """Tracks and placements of one MusicSync."""

    services: list[ServiceStats]
    """By service."""


class Stats(Shape):
    """Tracks and placements in all that you may see."""

    operator: OperatorState
    """The process that answers."""

    tracks: Number
    """How many Tracks there are."""

    phases: Phases

    without_status: Number
    """Of these, how many are so new that they have no status yet."""

    sources: Annotated[dict[Source, Number], Field(description="How many songs came in which way.")]

    services: list[ServiceStats]
    """By service."""

    syncs: list[SyncStats]
    """The same by MusicSync, ordered by namespace and name."""


class TrackItem(Shape):
    """One song, as its Track says: the fields that aren't explained here are those of its status."""

    namespace: str
    """The Track's namespace."""

    name: str
    """The Track's name."""

    sync: str
    """The name of its MusicSync."""

    origin: OriginSpec | None = None
    """Where it was first seen; nothing for a song that a person asked for."""

    created: Time | None = None
    """When the Track was made."""

    changed: Time | None = None
    """When a placement of it last changed its state."""

    phase: Phase | None = None
    """The song in one word; nothing while the Track is so new that it has no status yet."""

    message: str | None = None
    """Why it stands so, and what to do about it, in a sentence."""

    artist: str | None = None
    """The artist that is looked for: from spec, else as it was parsed."""

    title: str | None = None
    """The title that is looked for: from spec, else as it was parsed."""

    source: Source
    """How the song came in: Backlog, New or Requested."""

    identity: Identity | None = None
    """The song as it was parsed where it was first seen."""

    audio: TrackAudio | None = None
    """The recording that the channel's audio comes from, once it is decided."""

    placements: Placements | None = None
    """The song in each place."""

    absent: bool | None = None
    """True once spec.state Absent was acted on."""

    duplicate_of: str | None = None
    """The Track that stands for this song."""


class TrackPage(Shape):
    """Some of the Tracks that were asked for."""

    items: list[TrackItem]
    """The Tracks, in the order that was asked for."""

    total: Number
    """How many Tracks there are in all that were asked for, on whatever page, at this moment."""

    next: str | None = None
    """The cursor of the next page; nothing on the last one."""


class TrackStory(TrackItem):
    """All that is known of one song, read from the API server now."""

    spec: TrackSpec
    """What people decided about the song."""

    history: list[HistoryEntry] = Field(default_factory=list)
    """What happened to it, the latest last."""

    conditions: list[Condition] = Field(default_factory=list)
    """Further aspects of the observed state."""


class LogLine(Shape):
    """One line of the log."""

    number: Number
    """Counts the lines of this process, from 1."""

    time: Time
    """When."""

    level: str
    """debug, info, warning, error or critical."""

    logger: str
    """Which part of the operator says it."""

    message: str
    """What it says, secrets hidden."""

    about: Annotated[
        dict[str, str], Field(description="What it is about: `sync` (namespace/name), `track`, and what else is known.")
    ]

    trace: str | None = None
    """Where in the program, if it went wrong."""


class LogPage(Shape):
    """Some of the last lines of this process's log, the latest first."""

    items: list[LogLine]
    """The lines."""

    next: str | None = None
    """The cursor of earlier lines; nothing when there are none."""


class HeldOperations(Shape):
    """Additions and removals that wait for a person's approval."""

    adds: Number
    """Additions."""

    removes: Number
    """Removals."""

    hash: str
    """Names exactly this set."""

    approve_with: str
    """The command that approves it."""


class PlaceState(PlaceStatus):
    """One place of a MusicSync: what its status says, and what this process knows beside it."""

    service: ServiceName
    """The service."""

    id: str
    """The channel, or the playlist."""

    last_look: Time | None = None
    """When the place was last asked for something, by this process."""

    last_listing: Time | None = None
    """When it was last read whole, by this process."""

    parked_until: Time | None = None
    """It isn't asked before that; the condition of the place says why."""


class PassState(Shape):
    """The last pass over a MusicSync."""

    ended: Time
    """When it ended."""

    seconds: float
    """How long it took."""

    failed: bool
    """Whether it ended in an error, which stands in the log."""


class SyncState(Shape):
    """How one MusicSync stands."""

    namespace: str
    """Its namespace."""

    name: str
    """Its name."""

    mode: Mode
    """Apply, or Plan."""

    suspended: bool
    """Whether it is suspended."""

    conditions: list[Condition]
    """As `kubectl describe` shows them."""

    counts: Counts | None = None
    """Songs by phase, as of its last status."""

    last_changed: Time | None = None
    """When a song last came to or went from any place."""

    plan: PlanStatus | None = None
    """What would be done: in mode Plan, or while a plan waits for approval."""

    places: list[PlaceState]
    """Its places."""

    held: HeldOperations | None = None
    """What waits for approval. Only the active operator knows."""

    last_pass: PassState | None = None
    """The last pass. Only the active operator knows."""

    next_pass: Time | None = None
    """When the next pass is due, if nothing happens before. Only the active operator knows."""


class DeliveryState(Shape):
    """One song on its way to one place."""

    namespace: str
    """The Track's namespace."""

    sync: str
    """The MusicSync that it belongs to."""

    track: str
    """The Track."""

    service: ServiceName
    """Where it goes."""

    artist: str | None = None
    """The artist."""

    title: str
    """The title."""

    step: Step
    """What is being done: waiting (for its turn), starting, downloading, converting, tagging, sending. On the stream, arrived
    or stopped are the last that is told of it."""

    began: Time
    """When work on it began."""

    done: Number
    """The bytes of this step that are through. Of steps without bytes 0."""

    total: Number | None = None
    """How many it will be."""

    share: Annotated[float, Field(ge=0, le=1)] | None = None
    """How much of this step is done."""

    speed: Number | None = None
    """Bytes a second, of the last seconds."""

    seconds_left: Number | None = None
    """How long this step takes yet, as it goes now."""


class DeliveryStates(Shape):
    """The songs that are on their way just now, of those that you may see, the first begun first."""

    operator: OperatorState
    """The process that answers. One that stands by has nothing under way."""

    items: list[DeliveryState]
    """The songs. Each MusicSync gives its channel one at a time; its playlists take theirs in no time."""


class SyncStates(Shape):
    """How the MusicSyncs stand that you may see."""

    operator: OperatorState
    """The process that answers."""

    items: list[SyncState]
    """The MusicSyncs, ordered by namespace and name."""
