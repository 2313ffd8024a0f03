"""Everything that can be broken in the simulated services, and what it looks like from outside."""

from dataclasses import dataclass

TELEGRAM, YOUTUBE, MUSIC, SPOTIFY = SERVICES = ("telegram", "youtube", "youtube-music", "spotify")
_PLAYLISTS = (YOUTUBE, MUSIC, SPOTIFY)
Group = str


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to misbehave. `needs` are the options of `break` that matter to it, beside those that aim it."""

    name: str
    group: Group
    says: str
    services: tuple[str, ...] = SERVICES
    needs: tuple[str, ...] = ()


def _group(group: Group, *kinds: tuple[str, str] | tuple[str, str, tuple[str, ...]]) -> list[Kind]:
    return [Kind(name, group, says, *(rest[0:1] or (SERVICES,))) for name, says, *rest in kinds]


ANSWERS = "the request or its answer is lost, or late"
REFUSED = "the service says no"
LISTED = "a listing is wrong"
ADDED = "an add does something else"
MEDIA = "no sound"

ALL = [
    *_group(
        ANSWERS,
        ("lost", "carried out, but the connection is cut instead of an answer; with --applied, carried out that late"),
        ("reset", "the connection is cut and nothing is done; with --applied, done that late all the same"),
        ("torn-request", "the connection is cut in the middle of the request"),
        ("torn", "carried out; the connection is cut in the middle of the answer"),
        ("late", "carried out at once (or after --applied), answered after --seconds"),
        ("slow", "carried out at once, the answer trickles for --seconds"),
        ("hang", "accepted, and nothing for --seconds; then the connection is cut"),
        ("down", "nobody there: no connection, and open ones are cut (with --lasting: for so long)"),
    ),
    *_group(
        REFUSED,
        ("error", "--status (and --body) instead of acting; with --applied, acted on all the same"),
        ("rate-limit", "429 with Retry-After; the account stays refused until --seconds are over"),
        ("quota", "the vendor's own answer to a used-up quota, until the vendor's reset (Spotify: --seconds)"),
        ("revoked", "the vendor's own answer to a dead token"),
        ("conflict", "409: another getUpdates consumer", (TELEGRAM,)),
    ),
    *_group(
        LISTED,
        ("empty", "no rows, and a count of 0 (--honest: the true count); getUpdates: no updates"),
        (
            "short",
            "only the first --keep rows (half by default), and a count to match (--honest: the true count)",
            _PLAYLISTS,
        ),
        ("truncated", "ends after this page, or in the middle of the last; the count is true", _PLAYLISTS),
    ),
    *_group(
        ADDED,
        ("doubled", "done twice; getUpdates: the same updates come once more, confirmed or not"),
        ("substitute", "another recording is put in than the one asked for (--id: this one)", _PLAYLISTS),
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
