"""A Spotify playlist, through spotipy."""

import re
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import spotipy

from reconcilers.errors import OutcomeUnknown, ServiceError, TransientError
from reconcilers.matching import queries, recording
from reconcilers.recording import Candidate, Recording
from reconcilers.services import spotify_errors
from reconcilers.services.calls import Caller, OnCall, StaleTokenError, nobody
from reconcilers.services.found import Found
from reconcilers.services.protocol import Added, AddRequest, Head, Item, Listing, Query, ServiceName
from reconcilers.services.sessions import CONNECT_TIMEOUT, READ_TIMEOUT, Session
from reconcilers.services.spotify_auth import OnRotated, SpotifyCredentials, SpotifyTokens

T = TypeVar("T")
Json = dict[str, Any]

__all__ = ["OnRotated", "SpotifyCredentials", "SpotifyService", "SpotifyTokens"]

PAGE = 50
BATCH = 100
RESULTS = 10

_ID = re.compile(r"[0-9A-Za-z]{22}")
_BY_ISRC = "isrc:"
_TRACK = "id,uri,name,type,is_local,duration_ms,external_ids(isrc),artists(name),album(name)"
# `track` is what `item` was called before February 2026, and is still sent to some apps.
_ROWS = f"next,items(is_local,item({_TRACK}),track({_TRACK}))"
_HEAD = "snapshot_id,items(total),tracks(total)"


@dataclass(frozen=True, slots=True)
class _Ask:
    """One request. `rows`: about the playlist's rows, where 403 and 404 speak of the playlist."""

    operation: str
    write: bool = False
    rows: bool = True


class SpotifyService:
    """One Spotify playlist.

    Facts about the API: developer.spotify.com, February 2026 migration guide. The playlist must be owned by the
    account or shared with it. One removal takes every copy of a song away; nothing deduplicates additions. `entry` is
    never used. Every request costs one of the developer account's unpublished daily number.

    `tokens` and `found` are for services that share an account (see `SpotifyTokens`, `Found`); without them, they are made
    anew. `clock` gives Unix seconds. `requests_timeout` is (connect, read) in seconds.
    """

    name = ServiceName.SPOTIFY
    batch = BATCH

    def __init__(
        self,
        playlist: str,
        credentials: SpotifyCredentials,
        on_rotated: OnRotated,
        *,
        tokens: SpotifyTokens | None = None,
        requests_timeout: tuple[float, float] = (CONNECT_TIMEOUT, READ_TIMEOUT),
        clock: Callable[[], float] = time.time,
        on_call: OnCall = nobody,
        found: Found | None = None,
    ) -> None:
        self.playlist = playlist
        self._clock = clock
        self._found = found or Found(clock)
        self._caller = Caller("spotify", on_call)
        self._tokens = tokens or SpotifyTokens(credentials, on_rotated, timeout=requests_timeout, clock=clock)
        self._own_tokens = tokens is None
        self._refusals = 0
        # A session of our own keeps spotipy from repeating writes and from sleeping through Retry-After.
        self._session = Session(requests_timeout)
        self._client = spotipy.Spotify(
            requests_session=self._session, auth_manager=self._tokens, requests_timeout=requests_timeout
        )

    async def head(self) -> Head:
        """One request. `snapshot` changes with every change of the playlist, ours included."""
        path = f"playlists/{self.playlist}"
        answer = await self._read(_Ask("head"), lambda: self._client._get(path, fields=_HEAD))
        total = (answer.get("items") or answer.get("tracks") or {}).get("total")
        if total is None:
            raise spotify_errors.of_answer(_no_rows(), write=False, rows=True, now=self._clock())
        return Head(int(total), answer.get("snapshot_id"))

    async def list(self, start: int = 0) -> Listing:
        """One request for every 50 rows. Local files and episodes are foreign items whose id is their URI."""
        items: list[Item] = []
        rows = 0
        while True:
            at = start + rows
            page = await self._read(
                _Ask("list"),
                lambda at=at: self._client.playlist_items(self.playlist, fields=_ROWS, limit=PAGE, offset=at),  # type: ignore[misc]
            )
            found = page.get("items") or []
            rows += len(found)
            items += [item for row in found if (item := _item(row)) is not None]
            if page.get("next") is None or not found:
                return Listing(tuple(items), rows, start, page.get("next") is None)

    async def search(self, query: Query) -> tuple[Candidate, ...] | None:
        """One request, none for what was found of late, by its ISRC too; at most 10 candidates.

        None beyond the last formulation.
        """
        text = queries(query.recording, self.name, query.attempt)
        if text is None:
            return None
        ask = _Ask("search", rows=False)
        known = self._found.get(text)
        if known is None and text.startswith(_BY_ISRC):
            known = self._found.linked(text.removeprefix(_BY_ISRC))
        if known is not None:
            return known
        answer = await self._read(ask, lambda: self._client.search(text, limit=RESULTS, type="track"))
        rows = (answer.get("tracks") or {}).get("items") or []
        found = tuple(Candidate(str(track["id"]), _recording(track)) for track in rows if track and track.get("id"))
        self._found.put(text, found)
        return found

    async def resolve(self, id: str) -> Candidate | None:
        """One request. None, too, for what can't be an id."""
        if not _ID.fullmatch(id):
            return None
        try:
            track = await self._read(_Ask("resolve", rows=False), lambda: self._client.track(id))
        except spotify_errors.RefusedError as error:
            if error.reason == "Gone":
                return None
            raise
        return Candidate(str(track.get("id") or id), _recording(track))

    async def prepare(self, request: AddRequest) -> None:
        """Nothing to prepare."""

    async def add(self, requests: tuple[AddRequest, ...]) -> tuple[Added | Exception, ...]:
        """Appends, one request for every 100 songs.

        A batch that Spotify refuses whole because of one song (400: nothing was done) is halved until that song stands
        alone. Raises what stopped it before anything was written; after that it is the outcome of all that follow.
        """
        outcomes: list[Added | Exception] = []
        waiting = deque(requests[at : at + BATCH] for at in range(0, len(requests), BATCH))
        while waiting:
            batch = waiting.popleft()
            try:
                outcomes += await self._add(batch)
            except spotify_errors.RefusedError as error:
                half = len(batch) // 2
                if half:
                    waiting.extendleft((batch[half:], batch[:half]))
                else:
                    outcomes.append(error)
            except ServiceError as error:
                if not outcomes:
                    raise
                outcomes += [error] * (len(requests) - len(outcomes))
                break
        return tuple(outcomes)

    async def _add(self, batch: tuple[AddRequest, ...]) -> Sequence[Added | Exception]:
        body = {"uris": [_uri(request.id) for request in batch]}
        path = f"playlists/{self.playlist}/items"
        try:
            answer = await self._write(_Ask("add", write=True), lambda: self._client._post(path, payload=body))
        except OutcomeUnknown as error:
            return [error] * len(batch)
        if not answer.get("snapshot_id"):
            return [OutcomeUnknown("Spotify's answer to an addition can't be read.")] * len(batch)
        return [Added(request.id) for request in batch]

    async def remove(self, id: str, entry: str | None) -> None:
        """Takes every copy of the song out."""
        remove = self._client.playlist_remove_all_occurrences_of_items
        await self._write(_Ask("remove", write=True), lambda: remove(self.playlist, [_uri(id)]))

    async def close(self) -> None:
        """Releases connections and the thread."""
        self._session.close()
        if self._own_tokens:
            self._tokens.close()
        self._caller.close()

    async def _read(self, ask: _Ask, act: Callable[[], Any]) -> Json:
        try:
            return await self._caller.read(ask.operation, 1, lambda: self._send(ask, act))
        except StaleTokenError:
            if self._refusals > 1:
                raise
        return await self._caller.read(ask.operation, 1, lambda: self._send(ask, act))

    async def _write(self, ask: _Ask, act: Callable[[], Any]) -> Json:
        try:
            return await self._caller.once(ask.operation, 1, lambda: self._send(ask, act))
        except StaleTokenError as error:
            if self._refusals > 1:
                raise
            # RefusedError unread; the repetition is the planner's to decide all the same.
            await self._tokens.ready(self._caller)
            raise TransientError("Spotify wanted a newer access token; nothing was changed.") from error

    async def _send(self, ask: _Ask, act: Callable[[], Any]) -> Json:
        await self._tokens.ready(self._caller)
        answer = await self._caller.in_thread(lambda: self._perform(ask, act))
        self._refusals = 0
        if not isinstance(answer, dict):
            if ask.write:
                return {}
            raise TransientError("Spotify answered in a way that can't be read.")
        return answer

    def _perform(self, ask: _Ask, act: Callable[[], T]) -> T:
        token = self._tokens.current
        try:
            return act()
        except spotipy.SpotifyException as error:
            meaning = spotify_errors.of_answer(error, write=ask.write, rows=ask.rows, now=self._clock())
            if error.http_status == 401:
                self._tokens.reject(token)
                self._refusals += 1
                raise StaleTokenError(meaning.message) from None
            raise meaning from None
        except ServiceError:
            raise
        except Exception as error:
            raise spotify_errors.of_failure(error, write=ask.write) from error


def _no_rows() -> spotipy.SpotifyException:
    return spotipy.SpotifyException(403, -1, "")


def _uri(id: str) -> str:
    return id if id.startswith("spotify:") else f"spotify:track:{id}"


def _item(row: Json) -> Item | None:
    """A row's item; None where Spotify says nothing about it any more."""
    track = row.get("item") or row.get("track")
    if not track:
        return None
    local = bool(row.get("is_local") or track.get("is_local"))
    foreign = local or track.get("type") != "track" or not track.get("id")
    key = track.get("uri" if foreign else "id")
    return Item(str(key), _recording(track), foreign=foreign) if key else None


def _recording(track: Json) -> Recording:
    milliseconds = track.get("duration_ms")
    return recording(
        str(track.get("name") or ""),
        [str(artist["name"]) for artist in track.get("artists") or () if artist.get("name")],
        (track.get("album") or {}).get("name"),
        milliseconds / 1000 if milliseconds else None,
        (track.get("external_ids") or {}).get("isrc"),
        "spotify",
    )
