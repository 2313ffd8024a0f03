"""What the operator says about a Track: `reconcilers.model.Track`, field by field."""

from typing import Annotated

from pydantic import Field

from navaar.api.common import (
    Conditions,
    Count,
    Id,
    Message,
    Model,
    Schema,
    Text,
    Time,
    Word,
)
from reconcilers.model import Origin, Phase, Source, State

CANDIDATE_LIMIT = 10
REASON_LIMIT = 16
HISTORY_LIMIT = 20
ARTIST_LIMIT = 64
ID_COUNT_LIMIT = 64

_ATOMIC: Schema = {"x-kubernetes-list-type": "atomic"}

Reasons = Annotated[list[Word], Field(max_length=REASON_LIMIT, json_schema_extra=_ATOMIC)]


class Identity(Model):
    """The song as it was parsed where it was first seen. What stands in spec goes before it."""

    artist: Message | None = None
    """The artists in one line."""

    artists: Annotated[list[Text], Field(max_length=ARTIST_LIMIT, json_schema_extra=_ATOMIC)] = Field(
        default_factory=list
    )
    """The artists, the main one first."""

    title: Text
    """The title, without version words where they could be told apart."""

    album: Text | None = None
    """The album."""

    duration_seconds: float | None = None
    """The length in seconds."""

    isrc: Word | None = None
    """The International Standard Recording Code, without dashes."""

    version: Annotated[list[Word], Field(max_length=REASON_LIMIT, json_schema_extra=_ATOMIC)] = Field(
        default_factory=list
    )
    """The words that set this recording apart: live, remix, acoustic …"""

    method: Word | None = None
    """Where the facts came from: tags, message, file name, spotify …"""


class TrackAudio(Model):
    """The recording that the channel's audio comes from."""

    youtube_id: Id
    """Its id on YouTube."""


class IntentStatus(Model):
    """An addition that may have been sent."""

    op: Word
    """What was to be done."""

    token: Word
    """Marks the upload, so that it can be recognised."""

    deadline: Time
    """Until when the request can still be under way."""

    epoch: Annotated[int, Field(ge=0, json_schema_extra={"format": "int64"})] = 0
    """Which operator decided it: how often the Lease had changed hands by then."""

    marker: Annotated[int, Field(ge=0, json_schema_extra={"format": "int64"})] = 0
    """The highest message id known before it."""


class MatchStatus(Model):
    """Why the id is held to be this song."""

    method: Word
    """How it was found: Origin, Identity, Search, ISRC, Pin or Replacement."""

    score: float = 1.0
    """How sure, from 0 to 1."""

    reasons: Reasons = Field(default_factory=list)
    """What speaks for and against it."""


class CandidateStatus(Model):
    """A search result for a person to decide on."""

    id: Id
    """Its id: write it into spec.pins to say "this is it", into spec.rejects to say "it isn't"."""

    approve: Message | None = None
    """The command that takes it, ready to paste."""

    text: Message
    """Artist, title and length."""

    score: float
    """How sure, from 0 to 1."""

    reasons: Reasons = Field(default_factory=list)
    """What speaks for and against it."""


class PlacementStatus(Model):
    """The song in one place."""

    state: State
    """Where it stands: Pending, Review, NotFound, Adding, Present, Removing, Correcting, Unavailable, Failed,
    Removed, Excluded or Retained."""

    origin: Origin | None = None
    """Who put it there: Found by the operator, or Placed by it."""

    requested_id: Id | None = None
    """The id that was asked to be added, where the service stored another; for the channel, the YouTube id
    that our post was made from."""

    id: Id | None = None
    """Its id there: message, video, Spotify track. Decided, if it is still to be added."""

    ids: Annotated[list[Id], Field(max_length=ID_COUNT_LIMIT, json_schema_extra=_ATOMIC)] = Field(default_factory=list)
    """Further entries of the same song in this place."""

    taken_id: Id | None = None
    """The id that we took out last, which the service may show for a while yet."""

    entry_id: Id | None = None
    """What the service needs to remove the entry."""

    seen: bool | None = None
    """True when a listing has shown it there."""

    missing: Count | None = None
    """In how many complete listings it has been missing since."""

    missed_at: Time | None = None
    """When it was first missing."""

    approved: bool | None = None
    """True when a person approved this operation in a plan that waited."""

    intent: IntentStatus | None = None
    """An addition that may have been sent."""

    match: MatchStatus | None = None
    """Why the id is held to be this song."""

    candidates: Annotated[list[CandidateStatus], Field(max_length=CANDIDATE_LIMIT, json_schema_extra=_ATOMIC)] = Field(
        default_factory=list
    )
    """Search results for a person to decide on, best first."""

    attempts: Count | None = None
    """How often it was tried."""

    sought: Word | None = None
    """Stands for the facts that were last searched for; when they change, the search is made again."""

    next_attempt: Time | None = None
    """Not tried again before this."""

    placed_at: Time | None = None
    """When it came to the place."""

    changed_at: Time | None = None
    """When `state` last changed."""

    reason: Word | None = None
    """Why it stands so, in one word: TooLong, NotStored, PinConflict, DeliveryUnknown …"""

    message: Message | None = None
    """Why it stands so, and what to do about it, in a sentence."""


class Placements(Model):
    """The song in each place."""

    telegram: PlacementStatus | None = None
    """In the Telegram channel."""

    youtube_music: PlacementStatus | None = None
    """In the YouTube Music playlist."""

    spotify: PlacementStatus | None = None
    """In the Spotify playlist."""


class HistoryEntry(Model):
    """Something that happened to the song."""

    at: Time
    """When."""

    event: Message
    """What."""


class TrackStatus(Model):
    """Where the song stands."""

    phase: Phase | None = None
    """The song in one word, the first that applies: Duplicate, Removed or Excluded (everywhere); Review,
    Failed, Syncing or Partial (somewhere); else Synced."""

    message: Message | None = None
    """Why it stands so, and what to do about it, in a sentence."""

    artist: Message | None = None
    """The artist that is looked for: from spec, else as it was parsed."""

    title: Message | None = None
    """The title that is looked for: from spec, else as it was parsed."""

    source: Source | None = None
    """How the song came in: Backlog (was there when its place was first read), New, or Requested (a person
    applied the Track)."""

    identity: Identity | None = None
    """The song as it was parsed where it was first seen."""

    audio: TrackAudio | None = None
    """The recording that the channel's audio comes from, once it is decided."""

    placements: Placements = Field(default_factory=Placements)
    """The song in each place."""

    absent: bool | None = None
    """True once spec.state Absent was acted on: what people add afterwards stays."""

    duplicate_of: Annotated[str, Field(max_length=253)] | None = None
    """The Track that stands for this song."""

    history: Annotated[list[HistoryEntry], Field(max_length=HISTORY_LIMIT, json_schema_extra=_ATOMIC)] = Field(
        default_factory=list
    )
    """What happened to it, the latest last, 20 entries at most."""

    observed_generation: Annotated[int, Field(json_schema_extra={"format": "int64"})] | None = None
    """The generation of the spec that this status is about."""

    last_handled_reconcile_at: Text | None = None
    """The value of the annotation navaar.dev/reconcile-requested-at that was last acted on, by trying the song
    again; its first 1024 characters."""

    conditions: Conditions = Field(default_factory=list)
    """Further aspects of the observed state."""
