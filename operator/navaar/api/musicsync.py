"""`MusicSync`: which places hold the same songs, and how careful to be about it."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from navaar.api.common import ID_LIMIT, NAME_LIMIT, Id, Model, Name, Schema, Score, SecretRef, rule, rules
from navaar.api.duration import Duration, bounds
from navaar.api.musicsyncstatus import MusicSyncStatus
from reconcilers.policy import Access, Fetch, Mode, Past, RemovalPolicy


class DeletionPolicy(StrEnum):
    """What becomes of the Tracks when their MusicSync is deleted."""

    RETAIN = "Retain"
    DELETE = "Delete"


def _list_id(service: str, pattern: str, where: str) -> Schema:
    """The rules for the id of a playlist."""
    return rules(
        rule(
            f"self.matches('{pattern}')",
            f"playlist must be the id of a {service} playlist, {where}, not its address or its name",
        ),
        _fixed("playlist"),
    )


def _fixed(name: str) -> Schema:
    return rule(
        "self == oldSelf",
        f"{name} can't be changed: another {name} is another MusicSync",
        says=f"\"{name} can't be changed from '\" + oldSelf + \"' to '\" + self + \"':"
        f' another {name} is another MusicSync"',
    )


_INTERVAL = bounds(
    "interval", "5m", "168h", "shorter ones use up the service's quota and find nothing sooner"
)
_MAX_ADDS = Field(ge=0, le=100000, json_schema_extra={"format": "int32"})

_CHANNEL = rules(
    rule(
        "self.matches('^(@[A-Za-z][A-Za-z0-9_]{3,31}|-100[0-9]{5,13})$')",
        'channel must be the public name with its @, such as "@fridaytapes", or the numeric id in quotes, '
        'such as "-1001234567890"; a t.me address doesn\'t work here',
    ),
    _fixed("channel"),
)

ChatId = Annotated[
    int,
    Field(
        json_schema_extra=rules(
            rule(
                "self < 0",
                "scratchChat must be the numeric id of a group, which is negative: such as -1002233445566",
            ),
            format="int64",
        )
    ),
]


class Audio(Model):
    """How songs get into the channel."""

    fetch: Fetch = Fetch.YOUTUBE
    """Where the audio of a song comes from. YouTube: the song's recording on YouTube Music. Never: nothing
    is posted; songs from the playlists are Excluded in the channel."""

    max_duration: Annotated[
        Duration,
        Field(json_schema_extra=bounds("maxDuration", "30s", "3h", "Telegram takes no file above 50 MB")),
    ] = "20m"
    """The longest recording that is posted, such as 20m; longer ones fail with reason TooLong. From 30s to
    3h."""

    cookies_secret_ref: SecretRef | None = None
    """A Secret with the key cookies.txt: YouTube cookies in Netscape format, for recordings that YouTube
    shows only to a signed-in person. Use an account that you can do without."""


class TelegramSpec(Model):
    """The Telegram channel."""

    channel: Annotated[str, Field(min_length=4, max_length=64, json_schema_extra=_CHANNEL)]
    """The channel: "@name" of a public one, or the numeric id in quotes ("-100…"). The bot must be an
    administrator of it who may post messages. Can't be changed."""

    credentials_secret_ref: SecretRef
    """The Secret with the key token: the bot's token from @BotFather. A bot may serve several MusicSyncs."""

    scratch_chat: ChatId | None = None
    """The numeric id of a private group with the bot in it, where the operator looks at old posts by
    forwarding them there and deleting the copies. Needed for past: Scan, and to find out by itself whether
    an upload that was cut off arrived."""

    past: Past = Past.SCAN
    """What to do about posts that were made before the bot was there to see them. Scan: look through them
    in the scratch chat. Ignore: at this MusicSync's first start, take it that there are none. Until it is
    settled, nothing is posted."""

    access: Access = Access.READ_WRITE
    """ReadWrite: songs come from the channel and are posted to it. ReadOnly: nothing is posted. WriteOnly:
    posts by people are not taken up."""

    max_adds: Annotated[int, _MAX_ADDS] = 50
    """How many songs of a backlog may be posted in 24 hours without asking. More wait as AwaitingApproval.
    New songs are counted apart."""

    audio: Annotated[Audio, Field(json_schema_extra={"default": {}})] = Field(default_factory=Audio)
    """How songs get into the channel."""


class YouTubeMusicSpec(Model):
    """The YouTube Music playlist."""

    playlist: Annotated[
        str,
        Field(
            min_length=1,
            max_length=ID_LIMIT,
            json_schema_extra=_list_id(
                "YouTube", "^[A-Za-z0-9_-]{10,64}$", 'the part after "list=" in its address'
            ),
        ),
    ]
    """The playlist's id: the part after "list=" in its address. Can't be changed."""

    credentials_secret_ref: SecretRef
    """The Secret with client-id, client-secret and refresh-token (YouTube Data API), or headers.json (the
    request headers of a signed-in browser)."""

    access: Access = Access.READ_WRITE
    """ReadWrite: songs come from the playlist and are added to it. ReadOnly: nothing is added. WriteOnly:
    songs that people add are not taken up."""

    interval: Annotated[Duration, Field(json_schema_extra=_INTERVAL)] = "15m"
    """How often the playlist is looked at, such as 15m. At least 5m."""

    max_adds: Annotated[int, _MAX_ADDS] = 50
    """How many songs of a backlog may be added in 24 hours without asking. More wait as AwaitingApproval.
    New songs are counted apart."""


class SpotifySpec(Model):
    """The Spotify playlist."""

    playlist: Annotated[
        str,
        Field(
            min_length=1,
            max_length=ID_LIMIT,
            json_schema_extra=_list_id(
                "Spotify", "^[A-Za-z0-9]{22}$", 'the 22 letters and digits after "playlist/" in its address'
            ),
        ),
    ]
    """The playlist's id: the 22 letters and digits after "playlist/" in its address. Can't be changed."""

    credentials_secret_ref: SecretRef
    """The Secret with client-id, refresh-token and, unless the app uses PKCE, client-secret. Rotated
    refresh tokens are kept in a Secret of the operator's own; this one is never written."""

    access: Access = Access.READ_WRITE
    """ReadWrite: songs come from the playlist and are added to it. ReadOnly: nothing is added. WriteOnly:
    songs that people add are not taken up."""

    interval: Annotated[Duration, Field(json_schema_extra=_INTERVAL)] = "15m"
    """How often the playlist is looked at, such as 15m. At least 5m."""

    max_adds: Annotated[int, _MAX_ADDS] = 50
    """How many songs of a backlog may be added in 24 hours without asking. More wait as AwaitingApproval.
    New songs are counted apart."""


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
        Field(
            json_schema_extra=bounds("backoff", "10s", "24h", "it doubles with every attempt, up to a day")
        ),
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
    same name takes them up again. Delete: they go with it. The channel and the playlists are left as they
    are either way."""

    matching: Matching | None = None
    """How sure to be that a search result is the song."""

    retry: Annotated[RetrySpec, Field(json_schema_extra={"default": {}})] = Field(default_factory=RetrySpec)
    """How often a song that fails is tried again."""

    exclude: Annotated[
        list[ExclusionSpec], Field(max_length=500, json_schema_extra={"x-kubernetes-list-type": "atomic"})
    ] = Field(default_factory=list)
    """Songs that are left alone everywhere: neither added nor removed."""

    suspend: bool = False
    """True stops everything for this MusicSync: nothing is read, nothing is written."""


class MusicSync(Model):
    """A Telegram channel, a YouTube Music playlist and a Spotify playlist (two of them at least) that are
    kept at the same set of songs. Every song is a Track."""

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
