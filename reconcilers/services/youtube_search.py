"""YouTube Music as a catalogue only: for a sync whose channel needs audio and that names no YouTube playlist."""

import time
from collections.abc import Callable

from reconcilers.recording import Candidate
from reconcilers.services.calls import Caller, OnCall, nobody
from reconcilers.services.found import Found
from reconcilers.services.protocol import Added, AddRequest, Head, Listing, Query, ServiceName
from reconcilers.services.sessions import CONNECT_TIMEOUT, READ_TIMEOUT, Session
from reconcilers.services.youtube import YouTubeCatalogue


class YouTubeSearch:
    """Searches and look-ups without an account. There is no place behind it: nothing is listed, added or removed."""

    name = ServiceName.YOUTUBE
    batch = 1

    def __init__(
        self,
        *,
        timeout: tuple[float, float] = (CONNECT_TIMEOUT, READ_TIMEOUT),
        clock: Callable[[], float] = time.time,
        on_call: OnCall = nobody,
        found: Found | None = None,
    ) -> None:
        self._caller = Caller("youtube-search", on_call)
        self._catalogue = YouTubeCatalogue(self._caller, Session(timeout), clock, found)

    async def search(self, query: Query) -> tuple[Candidate, ...] | None:
        """As `YouTubeCatalogue.search`."""
        return await self._catalogue.search(query)

    async def resolve(self, id: str) -> Candidate | None:
        """As `YouTubeCatalogue.resolve`."""
        return await self._catalogue.resolve(id)

    async def head(self) -> Head:
        """Not to be called: there is no playlist."""
        raise NotImplementedError("no YouTube playlist is declared")

    async def list(self, start: int = 0) -> Listing:
        """Not to be called: there is no playlist."""
        raise NotImplementedError("no YouTube playlist is declared")

    async def prepare(self, request: AddRequest) -> None:
        """Nothing to do."""

    async def add(self, requests: tuple[AddRequest, ...]) -> tuple[Added | Exception, ...]:
        """Not to be called: there is no playlist."""
        raise NotImplementedError("no YouTube playlist is declared")

    async def remove(self, id: str, entry: str | None) -> None:
        """Not to be called: there is no playlist."""
        raise NotImplementedError("no YouTube playlist is declared")

    async def close(self) -> None:
        """Ends the thread."""
        self._caller.close()
