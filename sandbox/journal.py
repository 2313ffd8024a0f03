"""Every request that reached a simulated service, for assertions and for a person who watches."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One request and its answer.

    `call` is the service's own name for the operation ("sendAudio", "playlistItems.insert",
    "POST /playlists/{id}/items", "edit_playlist"); `write` says whether it was meant to change the world;
    `cost` is in the service's own units; `detail` holds the parameters that assertions need.
    """

    at: float
    service: str
    call: str
    status: int
    write: bool = False
    cost: int = 1
    detail: dict[str, Any] = field(default_factory=dict)


class Journal:
    """An append-only list of `Entry`."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def mark(self) -> int:
        """A position to count from: pass it as `since`."""
        return len(self.entries)

    def writes(self, service: str | None = None, since: int = 0) -> list[Entry]:
        """The requests that were meant to change the world, refused ones included."""
        return [e for e in self.entries[since:] if e.write and service in (None, e.service)]

    def counts(self, service: str | None = None, since: int = 0) -> Counter[str]:
        """How often each call was made."""
        return Counter(e.call for e in self.entries[since:] if service in (None, e.service))
