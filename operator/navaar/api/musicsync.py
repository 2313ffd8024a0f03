"""`MusicSync`: which places hold the same songs, and how careful to be about it."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from navaar.api.common import NAME_LIMIT, Id, Model, Name, Schema, Score, rule, rules
from navaar.api.duration import Duration, bounds
from navaar.api.musicsyncstatus import MusicSyncStatus
from navaar.api.notifications import NotificationsSpec
from navaar.api.places import SpotifySpec, TelegramSpec, YouTubeMusicSpec
from reconcilers.policy import Mode, RemovalPolicy


class DeletionPolicy(StrEnum):
    """What becomes of the Tracks when their MusicSync is deleted."""

    RETAIN = "Retain"
    DELETE = "Delete"


class Matching(Model):
    """How sure to be that a search result is the song."""

    model_config = ConfigDict(
        json_schema_extra=rules(
            rule(
                "!has(self.accept) || !has(self.review) || self.review <= self.accept",
                "review must not be above accept: a result that is good enough to be taken needs no question",
                field=".review",
            )
        )
    )

    accept: Score | None = None
    """The score, from 0 to 1, from which a search result is taken without asking. Unset: the matcher's
    own."""

    review: Score | None = None
    """The score, from 0 to 1, from which a search result is shown to a person as a candidate; below it the
    song counts as not found. Unset: the matcher's own."""


class RetrySpec(Model):
    """How often a song that fails is tried again."""

    max: Annotated[int, Field(ge=1, le=20, json_schema_extra={"format": "int32"})] = 5
    """Attempts for one song in one place before it is Failed."""

    backoff: Annotated[
        Duration,
        Field(json_schema_extra=bounds("backoff", "10s", "24h", "it doubles with every attempt, up to a day")),
    ] = "1m"
    """The wait before the second attempt, such as 1m; it doubles from there, up to a day. At least 10s."""


class ExclusionSpec(Model):
    """Songs that are left alone. Every field that is set must match."""

    model_config = ConfigDict(
        json_schema_extra=rules(
            rule(
                "has(self.artist) || has(self.title) || has(self.id)",
                "an entry of exclude needs an artist, a title or an id: an empty one would match every song",
            )
        )
    )

    artist: Name | None = None
    """The artist, whole; case and accents don't matter."""

    title: Name | None = None
    """The title, whole; case and accents don't matter."""

    id: Id | None = None
    """An id in one of the places: a message, a video, a Spotify track."""


def _kept(name: str, field: str) -> Schema:
    return rule(
        f"has(self.{field}) || !has(oldSelf.{field})",
        f"{name} can't be taken out of a MusicSync again: set its access to ReadOnly, or delete this "
        "MusicSync and make another; its Tracks are kept",
        reason="FieldValueForbidden",
        field=f".{field}",
    )


_PLACES = ("telegram", "youtubeMusic", "spotify")


def _some(access: str) -> str:
    """A CEL expression: some declared place has an access other than this."""
    return " || ".join(f"(has(self.{place}) && self.{place}.access != '{access}')" for place in _PLACES)


_DECLARED = ", ".join(f"has(self.{place})" for place in _PLACES)


class MusicSyncSpec(Model):
    """The places that hold the same songs, and the policies."""

    model_config = ConfigDict(
        json_schema_extra=rules(
            rule(
                f"[{_DECLARED}].filter(there, there).size() >= 2",
                "declare at least two of telegram, youtubeMusic and spotify: a single place has nothing to "
                "be kept equal with",
            ),
            rule(
                _some("WriteOnly"),
                "at least one place must be readable: set access to ReadWrite or ReadOnly in one of them",
            ),
            rule(
                _some("ReadOnly"),
                "at least one place must be writable: set access to ReadWrite or WriteOnly in one of them",
            ),
            _kept("Telegram", "telegram"),
            _kept("YouTube Music", "youtubeMusic"),
            _kept("Spotify", "spotify"),
            rule(
                "!has(self.notifications) || !has(self.notifications.chat) || has(self.telegram)",
                "notifications.chat needs spec.telegram, whose bot writes there; without it, name a webhookSecretRef",
                field=".notifications",
            ),
            rule(
                "!has(self.notifications) || !has(self.notifications.chat) || !has(self.telegram) || "
                "string(self.notifications.chat) != self.telegram.channel",
                "notifications.chat is the channel itself: name a person's id or a group's",
                field=".notifications",
            ),
        )
    )

    telegram: TelegramSpec | None = None
    """The Telegram channel. Can be added later, but not taken out."""

    youtube_music: YouTubeMusicSpec | None = None
    """The YouTube Music playlist. Can be added later, but not taken out."""

    spotify: SpotifySpec | None = None
    """The Spotify playlist. Can be added later, but not taken out."""

    mode: Mode = Mode.APPLY
    """Apply: songs are added where they are missing. Plan: status.plan says what would be done, and
    nothing is written to any service; songs are still taken up as Tracks."""

    removal_policy: RemovalPolicy = RemovalPolicy.KEEP
    """What happens when a person removes a song from one place. Keep: it stays in the others and isn't
    added there again. Propagate: it is removed everywhere."""

    max_deletes: Annotated[int, Field(ge=0, le=100000, json_schema_extra={"format": "int32"})] | None = None
    """How many songs may be removed in 24 hours without asking. More wait as AwaitingApproval. Unset: the
    larger of 5 and 2 % of the songs."""

    deletion_policy: DeletionPolicy = DeletionPolicy.RETAIN
    """What becomes of the Tracks when this MusicSync is deleted. Retain: they stay, and a MusicSync of the
    same name takes them up again. Delete: those that the operator made go with it; one that a person applied
    is that person's to delete. The channel and the playlists are left as they are either way."""

    matching: Matching | None = None
    """How sure to be that a search result is the song."""

    retry: Annotated[RetrySpec, Field(json_schema_extra={"default": {}})] = Field(default_factory=RetrySpec)
    """How often a song that fails is tried again."""

    exclude: Annotated[
        list[ExclusionSpec], Field(max_length=500, json_schema_extra={"x-kubernetes-list-type": "atomic"})
    ] = Field(default_factory=list)
    """Songs that are left alone everywhere: neither added nor removed."""

    notifications: NotificationsSpec | None = None
    """Who is told when something needs a person: a refused sign-in, songs in review, failures, a plan that waits. Unset:
    nobody; what there is to know stands in status and Events either way."""

    suspend: bool = False
    """True stops everything for this MusicSync: nothing is read, nothing is written."""


class MusicSync(Model):
    """A Telegram channel, a YouTube Music and a Spotify playlist that are kept at the same set of songs.

    Two of the three are enough. Every song is a Track.
    """

    model_config = ConfigDict(
        json_schema_extra=rules(
            rule(
                f"self.metadata.name.size() <= {NAME_LIMIT}",
                f"the name of a MusicSync must not be longer than {NAME_LIMIT} characters: the names of its "
                "Tracks start with it",
            )
        )
    )

    api_version: str = "navaar.dev/v1alpha1"
    kind: str = "MusicSync"
    metadata: dict[str, Any] = Field(default_factory=dict)
    spec: MusicSyncSpec
    """The places that hold the same songs, and the policies."""

    status: MusicSyncStatus = Field(default_factory=MusicSyncStatus)
    """What was seen and done. Written by the operator, and only when something changed."""
