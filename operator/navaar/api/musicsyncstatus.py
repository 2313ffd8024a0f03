"""What the operator says about a MusicSync. Nothing in it changes when nothing changed."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from navaar.api.common import Conditions, Count, Message, Model, Text, Time
from navaar.api.notifications import NotificationsStatus
from reconcilers.plan.preview import Op
from reconcilers.services.protocol import ServiceName


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

    retained: Count | None = None
    """Songs that should have gone and stay, since the service doesn't let us take them out; each Track says why."""

    last_changed: Time | None = None
    """When a song last came to or went from the place."""


class SpotifyStatus(PlaceStatus):
    """What is known of the Spotify playlist."""

    consent_expires_at: Time | None = None
    """When the consent ends, six months after it was given: at consented-at in the Secret, else when the operator first
    saw it."""


class PastStatus(StrEnum):
    """Whether the channel's past is known."""

    NEW = "New"
    KNOWN = "Known"
    UNKNOWN = "Unknown"


class ScanStatus(Model):
    """How far the posts of a past that was not known were read."""

    first: Count
    """The id of the first message that had to be read."""

    next: Count
    """The id of the next message: all before it were read."""

    last: Count = 0
    """The highest message id that is known in the channel."""

    found: Count = 0
    """Songs among what was read."""

    missing: Count = 0
    """How many posts that once were known had been forgotten when it began."""


class TelegramStatus(PlaceStatus):
    """What is known of the channel."""

    chat_id: Annotated[int, Field(json_schema_extra={"format": "int64"})] | None = None
    """The channel's numeric id."""

    past: PastStatus | None = None
    """Whether it is known what was posted before. New: this MusicSync has just started. Known: songs may be posted.
    Unknown: posts may have been missed; the condition TelegramReady says how to settle it."""

    scan: ScanStatus | None = None
    """How far the past was read, where it has, or had, to be."""

    accepted_past: Text | None = None
    """The value of the annotation navaar.dev/accept-past that was last acted on."""


class Sample(Model):
    """One operation of a plan, or one question that it leaves."""

    op: Op
    """What would be done. Review: nothing, until a person decides."""

    service: ServiceName
    """The place; of a question whether two songs are one, the place that this one comes from."""

    title: Message = ""
    """The song, as a person would write it."""

    track: Annotated[str, Field(max_length=253)]
    """Name of the Track."""

    perhaps: Message | None = None
    """The song that it may be the same as."""

    perhaps_track: Annotated[str, Field(max_length=253)] | None = None
    """Name of that one's Track. To say that they are one, pin here what stands there, or there what stands here."""

    why: Message | None = None
    """What is in question; of two songs that may be one, what speaks against that and for it."""


class OutlookStatus(Model):
    """What would be done in one place."""

    adds: Count = 0
    """Songs that would be added; in the channel, posts."""

    removes: Count = 0
    """Songs that would be removed."""

    searches: Count = 0
    """Songs that must first be searched for, or looked up: only then is it known whether the service has them.
    Nothing is searched for in mode Plan."""

    held: Count = 0
    """Of all these, how many are more than maxAdds or maxDeletes let pass without approval."""

    days: Count = 0
    """Days that this takes, about, within what the service allows in a day; 1: less than a day."""


class PlanStatus(Model):
    """What would be done: in mode Plan, or while a plan waits for approval."""

    summary: Message = ""
    """All of it in one sentence."""

    hash: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """Names exactly the set of operations that needs approval. The annotation navaar.dev/approve with this value
    approves it; of another set, the hash is another."""

    approve_with: Message | None = None
    """The command that does so."""

    adds: Count = 0
    """Songs that would be added, over all places."""

    removes: Count = 0
    """Songs that would be removed, over all places."""

    searches: Count = 0
    """Searches and look-ups that come before that, over all places."""

    doubtful: Count = 0
    """Songs that may be the same as another, which a person must decide."""

    held: Count = 0
    """Operations that wait for approval, or would."""

    telegram: OutlookStatus | None = None
    """What would be done in the channel."""

    youtube_music: OutlookStatus | None = None
    """What would be done in the YouTube Music playlist."""

    spotify: OutlookStatus | None = None
    """What would be done in the Spotify playlist."""

    samples: Annotated[list[Sample], Field(max_length=50, json_schema_extra={"x-kubernetes-list-type": "atomic"})] = (
        Field(default_factory=list)
    )
    """Some of every kind, those that would come first, 50 at most."""


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

    spotify: SpotifyStatus | None = None
    """What is known of the Spotify playlist."""

    plan: PlanStatus | None = None
    """What would be done: in mode Plan, or while a plan waits for approval."""

    notifications: NotificationsStatus | None = None
    """What the people of spec.notifications were told."""

    conditions: Conditions = Field(default_factory=list)
    """Ready sums up the places' own TelegramReady, YouTubeMusicReady and SpotifyReady. Reconciling stands
    until a change was first acted on; Stalled when nothing can go on without a person. NotificationsDelivered is there with
    spec.notifications, says whether they arrive, and is no part of Ready."""
