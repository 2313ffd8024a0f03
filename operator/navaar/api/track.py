"""`Track`: one song of one MusicSync."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from navaar.api.common import ID_LIMIT, SECRET_NAME_LIMIT, Id, Model, Name, Schema, Seconds, rule, rules
from navaar.api.trackstatus import ARTIST_LIMIT, TrackStatus
from reconcilers.services.protocol import ServiceName


class WantedState(StrEnum):
    """Whether the song is wanted."""

    PRESENT = "Present"
    ABSENT = "Absent"


def _id(pattern: str, message: str) -> Schema:
    return rules(rule(f"self.matches('{pattern}')", message))


MessagePin = Annotated[
    Id,
    Field(
        json_schema_extra=_id(
            "^[0-9]{1,19}$",
            "pins.telegram must be the number of the message in the channel: the last part of its address",
        )
    ),
]
VideoPin = Annotated[
    Id,
    Field(
        json_schema_extra=_id(
            "^[A-Za-z0-9_-]{11}$",
            'pins.youtubeMusic must be the 11 characters after "v=" in the address of the song',
        )
    ),
]
SpotifyPin = Annotated[
    Id,
    Field(
        json_schema_extra=_id(
            "^[A-Za-z0-9]{22}$",
            'pins.spotify must be the 22 letters and digits after "track/" in the address of the song',
        )
    ),
]
Isrc = Annotated[
    str,
    Field(
        max_length=ID_LIMIT,
        json_schema_extra=_id(
            "^[A-Za-z]{2}-?[A-Za-z0-9]{3}-?[0-9]{2}-?[0-9]{5}$",
            "isrc must be an International Standard Recording Code, such as GBUM71029604",
        ),
    ),
]

_SET: Schema = {"x-kubernetes-list-type": "set"}

RejectedIds = Annotated[list[Id], Field(max_length=64, json_schema_extra=_SET)]


class MusicSyncRef(Model):
    """The MusicSync that the song belongs to."""

    model_config = ConfigDict(json_schema_extra={"x-kubernetes-map-type": "atomic"})

    name: Annotated[str, Field(min_length=1, max_length=SECRET_NAME_LIMIT)]
    """Name of the MusicSync, in the same namespace."""


class OriginSpec(Model):
    """The first sighting of the song."""

    model_config = ConfigDict(json_schema_extra={"x-kubernetes-map-type": "atomic"})

    service: ServiceName
    """The place where it was first seen."""

    id: Id
    """Its id there."""


class Pins(Model):
    """The right entry, by place. A pin is never searched past, and wins over everything but exclusion."""

    telegram: MessagePin | None = None
    """The number of the message in the channel: the last part of its address, in quotes."""

    youtube_music: VideoPin | None = None
    """The video's id: the 11 characters after "v=" in its address."""

    spotify: SpotifyPin | None = None
    """The track's id: the 22 letters and digits after "track/" in its address."""


class Rejects(Model):
    """What is not the song, by place."""

    telegram: RejectedIds = Field(default_factory=list)
    """Messages that are not the song, by number; or the token of an upload whose fate is unknown, to send
    it again."""

    youtube_music: RejectedIds = Field(default_factory=list)
    """Videos that are not the song."""

    spotify: RejectedIds = Field(default_factory=list)
    """Spotify tracks that are not the song."""


class TrackSpec(Model):
    """What people decide about the song. It wins over what was parsed or found."""

    model_config = ConfigDict(
        json_schema_extra=rules(
            rule(
                "has(self.origin) || has(self.title) || has(self.isrc) || (has(self.pins) && "
                "(has(self.pins.telegram) || has(self.pins.youtubeMusic) || has(self.pins.spotify)))",
                "a Track needs a title (best with artists), an isrc or a pin, or there is nothing to look for",
            ),
            rule(
                "has(self.origin) == has(oldSelf.origin)",
                "origin can't be added or taken away: it says where the operator first saw the song",
                field=".origin",
            ),
        )
    )

    music_sync_ref: Annotated[
        MusicSyncRef,
        Field(
            json_schema_extra=rules(
                rule(
                    "self.name == oldSelf.name",
                    "musicSyncRef can't be changed: apply another Track for the other MusicSync",
                )
            )
        ),
    ]
    """The MusicSync that the song belongs to. Can't be changed."""

    origin: (
        Annotated[
            OriginSpec,
            Field(
                json_schema_extra=rules(
                    rule(
                        "self.service == oldSelf.service && self.id == oldSelf.id",
                        "origin can't be changed: it says where the operator first saw the song",
                    )
                )
            ),
        ]
        | None
    ) = None
    """Where the operator first saw the song. Leave it out of a Track of your own. Can't be changed."""

    title: Name | None = None
    """The title of the song, in place of what was parsed."""

    artists: Annotated[
        list[Name], Field(max_length=ARTIST_LIMIT, json_schema_extra={"x-kubernetes-list-type": "atomic"})
    ] = Field(default_factory=list)
    """The artists, the main one first, in place of what was parsed."""

    duration_seconds: Seconds | None = None
    """The length in seconds, in place of what was parsed."""

    isrc: Isrc | None = None
    """The International Standard Recording Code, such as GBUM71029604."""

    pins: Pins | None = None
    """The right entry, by place: this is the song."""

    rejects: Rejects | None = None
    """What is not the song, by place. A rejected entry that the operator added is removed; one that it
    found becomes a song of its own."""

    exclude_from: Annotated[list[ServiceName], Field(max_length=3, json_schema_extra=_SET)] = Field(
        default_factory=list
    )
    """Places where this song is left alone: neither added nor removed."""

    state: WantedState = WantedState.PRESENT
    """Present: wanted in every place. Absent: removed from every place, once; what people add later stays."""


class Track(Model):
    """One song of a MusicSync, and where it stands in each place.

    The operator makes one for every song that it finds; apply one of your own to ask for a song.
    """

    api_version: str = "navaar.dev/v1alpha1"
    kind: str = "Track"
    metadata: dict[str, Any] = Field(default_factory=dict)
    spec: TrackSpec
    """What people decide about the song."""

    status: TrackStatus = Field(default_factory=TrackStatus)
    """Where the song stands. Written by the operator, and only when something changed."""
