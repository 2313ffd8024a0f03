"""What the parent and its worker say to each other: one JSON object a line."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from reconcilers.errors import AudioRefused, ItemError, LocalError, ServiceError, TransientError

LARGEST = 49_500_000
"""Bytes of a file for Telegram. It takes 50 MB from a bot [core.telegram.org/bots/api#sendaudio], and answers 413 to more;
whether that is the file or the whole request, and 10^6 or 2^20, isn't said. So the request stays below 50,000,000 bytes:
beside the file it holds a cover of up to 200 kB, and 3 kB of names and boundaries."""


@dataclass(frozen=True, slots=True)
class Job:
    """One song to fetch. Paths are absolute; `folder` is the job's own and empty, `cache` outlives it.

    `cookies` is the text of a Netscape cookie file. `largest` is in bytes, `longest` in seconds, `pause` the seconds
    between two requests to YouTube. `title`, `performer` and `album` become the file's tags.
    """

    video_id: str
    folder: str
    cache: str
    title: str
    performer: str
    album: str | None = None
    cookies: str | None = field(default=None, repr=False)
    largest: int = LARGEST
    longest: float = 1200.0
    pause: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """As it goes over the pipe."""
        return asdict(self)

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        """As it came over the pipe."""
        return cls(**said)


@dataclass(frozen=True, slots=True)
class Done:
    """A finished file: `path` and `cover` (a JPEG, or None) lie in the job's folder; `duration` is in seconds."""

    path: str
    duration: float
    cover: str | None = None


@dataclass(eq=False)
class FetchError(Exception):
    """Why there is no file. `kind` is ``item``, ``wait``, ``trouble`` or ``local``; `wait` is in seconds."""

    kind: str
    reason: str
    message: str
    permanent: bool = False
    wait: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """As it goes over the pipe."""
        return asdict(self)

    def error(self, now: float) -> ServiceError:
        """The same for the rest of the program; `now` is Unix time."""
        if self.kind == "wait":
            return AudioRefused(self.message, retry_at=now + self.wait, reason=self.reason)
        if self.kind == "local":
            return LocalError(self.message, reason=self.reason)
        if self.kind == "trouble":
            return TransientError(self.message, reason=self.reason)
        return ItemError(self.message, reason=self.reason, permanent=self.permanent)
