"""The places of a MusicSync: the Telegram channel, the YouTube Music playlist, the Spotify playlist."""

from typing import Annotated

from pydantic import Field

from navaar.api.common import ID_LIMIT, Model, Schema, SecretRef, rule, rules
from navaar.api.duration import Duration, bounds
from reconcilers.policy import Access, Fetch, Past


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


_INTERVAL = bounds("interval", "5m", "168h", "shorter ones use up the service's quota and find nothing sooner")
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

ADMINS_LIMIT = 20
"""The most people that the bot of one MusicSync answers."""

PersonId = Annotated[
    int,
    Field(
        json_schema_extra=rules(
            rule(
                "self > 0",
                "adminUserIds holds the numeric ids of people, such as 123456789; an id below zero is a group's: name its "
                "people, the bot answers them there, too",
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

    admin_user_ids: Annotated[
        list[PersonId], Field(max_length=ADMINS_LIMIT, json_schema_extra={"x-kubernetes-list-type": "set"})
    ] = Field(default_factory=list)
    """The numeric Telegram ids of the people whom the bot answers, in a private chat or in a group with the bot
    in it: they may look at this MusicSync there, and decide about its songs. Everybody else gets no answer. Empty:
    the bot talks to nobody."""


class YouTubeMusicSpec(Model):
    """The YouTube Music playlist."""

    playlist: Annotated[
        str,
        Field(
            min_length=1,
            max_length=ID_LIMIT,
            json_schema_extra=_list_id("YouTube", "^[A-Za-z0-9_-]{10,64}$", 'the part after "list=" in its address'),
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
    """The Secret with client-id, refresh-token and, unless the app uses PKCE, client-secret; consented-at, if you
    add it, is when the consent was given. Rotated refresh tokens are kept in a Secret of the operator's own; this
    one is never written."""

    access: Access = Access.READ_WRITE
    """ReadWrite: songs come from the playlist and are added to it. ReadOnly: nothing is added. WriteOnly:
    songs that people add are not taken up."""

    interval: Annotated[Duration, Field(json_schema_extra=_INTERVAL)] = "15m"
    """How often the playlist is looked at, such as 15m. At least 5m."""

    max_adds: Annotated[int, _MAX_ADDS] = 50
    """How many songs of a backlog may be added in 24 hours without asking. More wait as AwaitingApproval.
    New songs are counted apart."""
