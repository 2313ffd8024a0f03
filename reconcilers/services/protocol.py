"""What every service can do, and the values that pass to and fro.

Adapters are thin: they translate, page and classify errors (`reconcilers.errors`, nothing else leaves them). What to
ask and when, what a listing proves, what is the right song: that is decided by the planner, never in an adapter.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from reconcilers.recording import Candidate, Recording


class ServiceName(StrEnum):
    """The places, by the names they have in a manifest."""

    TELEGRAM = "telegram"
    YOUTUBE = "youtubeMusic"
    SPOTIFY = "spotify"

    @property
    def title(self) -> str:  # type: ignore[override]
        """The name as people write it."""
        return {"telegram": "Telegram", "youtubeMusic": "YouTube Music", "spotify": "Spotify"}[self.value]


@dataclass(frozen=True, slots=True)
class Item:
    """One entry in one place.

    `id` names the song there (message id, video id, track id). `entry` is what a removal needs besides it
    (playlist-item id, setVideoId). `available` is False for rows whose song is gone or private: they count in a
    listing and prove presence, but say nothing about the song. `token` is the placement token found in an upload's
    file name (Telegram only). `foreign` marks entries that can't be songs elsewhere (episodes, local files). `edited`
    marks a post that somebody changed after it was made: whatever it was, it may be another song now.
    """

    id: str
    recording: Recording
    entry: str | None = None
    available: bool = True
    foreign: bool = False
    token: str | None = None
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """A message that is in a channel. `item` is None where it is no song, or one that nobody may read."""

    id: str
    item: Item | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The cheap look at a place: how many raw rows it has, and its snapshot where the service has one."""

    count: int
    snapshot: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """Entries from position `start` on, in the place's order.

    `rows` is the number of raw rows read, those that gave no item included; `ended` is True when the service said that
    there is no further page.
    """

    items: tuple[Item, ...]
    rows: int
    start: int = 0
    ended: bool = True


@dataclass(frozen=True, slots=True)
class Query:
    """One search: the recording that is looked for, and which of the few formulations to use (0 first)."""

    recording: Recording
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class AddRequest:
    """One song to put into a place.

    `id` is the id to add; for Telegram it is the YouTube id that the audio comes from. `token` marks the upload so that
    it can be recognised after an unknown outcome. `silent` suppresses notifications (backlogs). `replaces` is the post of
    ours whose content this takes, in place of a new post: that may be repeated.
    """

    id: str
    recording: Recording
    token: str = ""
    silent: bool = False
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """What the service says it stored: its own id and removal handle."""

    id: str
    entry: str | None = None


class Service(Protocol):
    """One place. Every method may raise any `reconcilers.errors.ServiceError`.

    Implementations are used by one task at a time. They block no event loop: synchronous clients run in a thread of
    their own. They never retry a write, and never sleep for longer than a second: waiting is the planner's.
    """

    name: ServiceName
    batch: int
    """How many additions one call of `add` may carry."""

    async def head(self) -> Head:
        """The cheap look: one call."""
        ...

    async def list(self, start: int = 0) -> Listing:
        """The entries from position `start` to the end."""
        ...

    async def search(self, query: Query) -> tuple[Candidate, ...] | None:
        """Candidates, as the service ranks them; empty: it found none; None: there is no such formulation, ask no further."""
        ...

    async def resolve(self, id: str) -> Candidate | None:
        """What the id stands for upstream, None when it is gone."""
        ...

    async def prepare(self, request: AddRequest) -> None:
        """Does the slow, harmless part of an addition ahead of its intent (fetching audio). Repeatable."""
        ...

    async def add(self, requests: tuple[AddRequest, ...]) -> tuple[Added | Exception, ...]:
        """Adds in order; one outcome per request. Sent at most once, whatever happens.

        Raises only what befell the whole batch; an item's own trouble is its outcome.
        """
        ...

    async def remove(self, id: str, entry: str | None) -> None:
        """Takes one song out of the place. Repeatable: removing what is gone is success."""
        ...

    async def close(self) -> None:
        """Releases connections and temporary files."""
        ...


@runtime_checkable
class Lookable(Protocol):
    """A place whose entries can be looked at one by one, by their ids: the channel."""

    async def look(self, id: str) -> Post | None:
        """What stands under an id; None: nothing does. Changes nothing there.

        Raises `TargetError` when nothing at all can be looked at until a person mends it.
        """
        ...
