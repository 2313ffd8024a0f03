"""What the operator says about a MusicSync. Nothing in it changes when nothing changed."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from navaar.api.common import Conditions, Count, Message, Model, Text, Time
from reconcilers.services.protocol import ServiceName


class Op(StrEnum):
    """What would be done."""

    ADD = "Add"
    REMOVE = "Remove"


class Counts(Model):
    """Songs by phase."""

    songs: Count = 0
    """Songs in all, duplicates left out."""

    synced: Count = 0
    """In every place."""

    partial: Count = 0
    """Somewhere not to be had; looked for again monthly."""

    review: Count = 0
    """Waiting for a person's decision."""

    failed: Count = 0
    """Somewhere given up after repeated failures."""

    syncing: Count = 0
    """Under way."""

    removed: Count = 0
    """Removed everywhere."""

    excluded: Count = 0
    """Left alone everywhere."""

    duplicate: Count = 0
    """Tracks that a person applied for a song that another Track stands for. Not counted in songs."""


class PlaceStatus(Model):
    """What is known of one place."""

    items: Count | None = None
    """Entries in the place when it was last read in full."""

    snapshot: Text | None = None
    """The version of the place that was last read, where the service has such a thing."""

    placed: Count | None = None
    """Songs that Tracks know to be there."""

    pending: Count | None = None
    """Songs that are still to be added."""

    last_changed: Time | None = None
    """When a song last came to or went from the place."""


class PastStatus(StrEnum):
    """Whether the channel's past is known."""

    NEW = "New"
    KNOWN = "Known"
    UNKNOWN = "Unknown"


class TelegramStatus(PlaceStatus):
    """What is known of the channel."""

    chat_id: Annotated[int, Field(json_schema_extra={"format": "int64"})] | None = None
    """The channel's numeric id."""

    past: PastStatus | None = None
    """Whether it is known what was posted before. New: this MusicSync has just started. Known: songs may be posted.
    Unknown: posts may have been missed; the condition TelegramReady says how to settle it."""

    accepted_past: Text | None = None
    """The value of the annotation navaar.dev/accept-past that was last acted on."""


class Sample(Model):
    """One operation of a plan."""

    track: Annotated[str, Field(max_length=253)]
    """Name of the Track."""

    service: ServiceName
    """The place."""

    op: Op
    """What would be done there."""

    title: Message = ""
    """The song, as a person would write it."""


class PlanStatus(Model):
    """What would be done: in mode Plan, or while a plan waits for approval."""

    hash: Annotated[str, Field(min_length=1, max_length=64)]
    """Names exactly this set of operations. The annotation navaar.dev/approve with this value approves it."""

    adds: Count = 0
    """Songs that would be added, over all places."""

    removes: Count = 0
    """Songs that would be removed, over all places."""

    samples: Annotated[list[Sample], Field(max_length=50, json_schema_extra={"x-kubernetes-list-type": "atomic"})] = (
        Field(default_factory=list)
    )
    """The first operations, 50 at most."""


class MusicSyncStatus(Model):
    """What was seen and done."""

    observed_generation: Annotated[int, Field(json_schema_extra={"format": "int64"})] | None = None
    """The generation of the spec that this status is about."""

    last_handled_reconcile_at: Text | None = None
    """The value of the annotation navaar.dev/reconcile-requested-at that was last acted on; its first 1024
    characters."""

    last_changed: Time | None = None
    """When a song last came to or went from any place."""

    counts: Counts | None = None
    """Songs by phase."""

    telegram: TelegramStatus | None = None
    """What is known of the channel."""

    youtube_music: PlaceStatus | None = None
    """What is known of the YouTube Music playlist."""

    spotify: PlaceStatus | None = None
    """What is known of the Spotify playlist."""

    plan: PlanStatus | None = None
    """What would be done: in mode Plan, or while a plan waits for approval."""

    conditions: Conditions = Field(default_factory=list)
    """Ready sums up the places' own TelegramReady, YouTubeMusicReady and SpotifyReady. Reconciling stands
    until a change was first acted on; Stalled when nothing can go on without a person."""
