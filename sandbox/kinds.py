"""Everything that can be broken in the simulated services, and what it looks like from outside."""

from dataclasses import dataclass

TELEGRAM, YOUTUBE, MUSIC, SPOTIFY, WEBHOOK = SERVICES = ("telegram", "youtube", "youtube-music", "spotify", "webhook")
_MUSIC = (TELEGRAM, YOUTUBE, MUSIC, SPOTIFY)
_PLAYLISTS = (YOUTUBE, MUSIC, SPOTIFY)
Group = str


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to misbehave. `changes` says that arming it changes the world, and mending changes it back."""

    name: str
    group: Group
    says: str
    services: tuple[str, ...] = _MUSIC
    changes: bool = False

    @property
    def lasts(self) -> bool:
        """Whether a person means it to go on until it is mended, unless they say how often."""
        return self.changes or self.name in ("down", "revoked", "conflict", "stale")


def _group(
    group: Group,
    *kinds: tuple[str, str] | tuple[str, str, tuple[str, ...]],
    changes: bool = False,
    services: tuple[str, ...] = _MUSIC,
) -> list[Kind]:
    return [Kind(kind[0], group, kind[1], kind[2] if len(kind) > 2 else services, changes) for kind in kinds]


ANSWERS = "A request or its answer is lost, or late"
REFUSED = "The service says no"
LISTED = "A listing is wrong"
ROWS = "The list holds strange rows (mending takes them away)"
ADDED = "An add does something else"
ACCOUNTS = "Keys, consents and quotas (mending gives them back)"
PLACES = "Playlists and chats (mending gives them back)"
MEDIA = "No sound"
_YOUTUBES = (YOUTUBE, MUSIC)

ALL = [
    *_group(
        ANSWERS,
        ("lost", "carried out, and the connection cut instead of an answer; --applied: carried out that much later"),
        ("reset", "the connection is cut and nothing done; --applied: done that much later all the same"),
        ("torn-request", "the connection is cut in the middle of the request"),
        ("torn", "carried out, and the connection cut in the middle of the answer"),
        ("cut-short", "carried out, and half of the answer sent as if that were all of it"),
        ("late", "carried out at once (or after --applied), answered after --seconds"),
        ("slow", "carried out at once, the answer trickles for --seconds"),
        ("hang", "accepted, nothing for --seconds, then the connection is cut; --applied: done all the same"),
        ("down", "nobody there: connections are refused (502 at the proxy) and open ones cut"),
        services=SERVICES,
    ),
    *_group(
        REFUSED,
        ("error", "--status (with --body) instead of acting; --applied: acted on that much later all the same"),
        ("rate-limit", "429 and Retry-After; the account stays refused until --seconds are over"),
        ("quota", "the vendor's answer to a used-up quota, until its reset (Spotify: --seconds)", _PLAYLISTS),
        ("revoked", "the vendor's answer to a dead token"),
        ("conflict", "409: another getUpdates consumer", (TELEGRAM,)),
        services=SERVICES,
    ),
    *_group(
        LISTED,
        ("empty", "no rows and a count of 0 (--honest: the true count); getUpdates: no updates"),
        ("short", "the first --keep rows (default: half), and a count to match (--honest: the true one)", _PLAYLISTS),
        ("truncated", "ends after this page, or in the middle of the last; the count is true", _PLAYLISTS),
        ("reordered", "back to front", _PLAYLISTS),
        ("repeated", "the first row comes twice; the count is true", _PLAYLISTS),
        ("stale", "as it was when this was armed, count and snapshot too (--honest: the true count)", _PLAYLISTS),
        ("changing", "after this page somebody changes the list: --change remove, add or move", _PLAYLISTS),
    ),
    *_group(
        ROWS,
        ("gone", "a deleted song or video (--about: this one); in a chat: the last post is deleted (--id: this one)"),
        ("private", "a private video (--about: this one)", _YOUTUBES),
        ("twice", "the first row once more, at the end", _PLAYLISTS),
        ("null-row", "a row of which nothing is known any more", (SPOTIFY,)),
        ("local-row", "a file of the person's own", (SPOTIFY,)),
        ("episode-row", "a podcast's episode", (SPOTIFY,)),
        ("service-row", "a message by Telegram itself, which can't be forwarded", (TELEGRAM,)),
        changes=True,
    ),
    *_group(
        ADDED,
        ("doubled", "done twice; getUpdates: the same updates come once more, confirmed or not"),
        ("substitute", "another recording is put in than the one asked for (--id: this one)", _PLAYLISTS),
    ),
    *_group(
        ACCOUNTS,
        ("expired", "access tokens are over an hour old; refreshing works", (YOUTUBE, SPOTIFY)),
        ("consent-over", "the consent is too old: refreshing is invalid_grant", (YOUTUBE, SPOTIFY)),
        ("rotated", "somebody else refreshed: the refresh token is dead", (SPOTIFY,)),
        ("rotating", "each refresh gives another refresh token, and the old one dies", (SPOTIFY,)),
        ("signed-out", "the browser's cookies are refused", (MUSIC,)),
        ("cap", "the quota ends by itself after --limit more (--call search.list: the searches)", (YOUTUBE, SPOTIFY)),
        changes=True,
    ),
    *_group(
        PLACES,
        ("forbidden", "the playlist is somebody else's", _PLAYLISTS),
        ("missing", "the playlist is not there", _PLAYLISTS),
        ("kicked", "the bot was thrown out of the channel", (TELEGRAM,)),
        ("left", "the bot is not in the channel", (TELEGRAM,)),
        ("not-admin", "the bot may not post in the channel", (TELEGRAM,)),
        ("webhook", "a webhook is set: getUpdates is 409", (TELEGRAM,)),
        ("protected", "the channel's content can't be forwarded or copied", (TELEGRAM,)),
        changes=True,
    ),
    *_group(
        MEDIA,
        ("playability", "players say no: --reason bot, age, geo, unavailable, private or busy", (YOUTUBE,)),
    ),
]
KINDS = {kind.name: kind for kind in ALL}


def of(service: str) -> list[Kind]:
    """What can be broken in a service."""
    return [kind for kind in ALL if service in kind.services]


def check(service: str, kind: str) -> None:
    """Raises ValueError for what can't be broken, and says what can."""
    if service not in SERVICES:
        raise ValueError(f"there is no service {service!r}: there is {', '.join(SERVICES)}")
    if kind not in KINDS or service not in KINDS[kind].services:
        known = ", ".join(one.name for one in of(service))
        raise ValueError(f"{service} can't be broken by {kind!r}: there is {known}")
