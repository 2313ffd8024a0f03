"""A YouTube playlist by a browser's cookies, through YouTube Music's own pages (ytmusicapi)."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import requests
from ytmusicapi import YTMusic

from reconcilers.errors import AuthError, ItemError, OutcomeUnknown, ServiceError, TargetError
from reconcilers.recording import Candidate
from reconcilers.services import youtube_errors
from reconcilers.services.calls import Caller, OnCall, nobody, one_by_one
from reconcilers.services.found import Found
from reconcilers.services.protocol import Added, AddRequest, Head, Item, Listing, Query, ServiceName
from reconcilers.services.sessions import CONNECT_TIMEOUT, READ_TIMEOUT, Session
from reconcilers.services.youtube import YouTubeCatalogue, kind_of, music_client, row_recording

T = TypeVar("T")
Json = dict[str, Any]

# What can stand in a playlist of songs without being one that others can find.
_FOREIGN = {"PODCAST_EPISODE", "PRIVATELY_OWNED_TRACK"}
_ROW = "musicResponsiveListItemRenderer"


class YouTubeMusicService:
    """One YouTube playlist, read and written as a signed-in browser.

    `headers` is the content of ytmusicapi's headers.json (``cookie``, ``x-goog-authuser``, …); `user` names a brand
    account. Cookies end within weeks, without notice. `entry` is YouTube Music's setVideoId, which only owned
    playlists have. Counts are of raw rows: the client drops rows that YouTube calls "Song deleted", so they are
    counted in the answers themselves; a row without any id counts and gives no item. `Listing.ended` is False where
    the last page leads to another that the client did not read.
    """

    name = ServiceName.YOUTUBE
    batch = 1

    def __init__(
        self,
        playlist: str,
        headers: Mapping[str, str],
        *,
        user: str | None = None,
        timeout: tuple[float, float] = (CONNECT_TIMEOUT, READ_TIMEOUT),
        clock: Callable[[], float] = time.time,
        on_call: OnCall = nobody,
        found: Found | None = None,
    ) -> None:
        self.playlist = playlist
        self._headers = {key.lower(): str(value) for key, value in headers.items()}
        self._user = user
        self._clock = clock
        self._caller = Caller("youtube-music", on_call)
        self._session = Session(timeout)
        self._pages: list[Json] = []
        self._session.hooks["response"].append(self._keep)
        self._anonymous = Session(timeout)
        self._catalogue = YouTubeCatalogue(self._caller, self._anonymous, clock, found)
        self._client: YTMusic | None = None

    async def head(self) -> Head:
        """One request (and, once, one for the visitor's id). The count is what the playlist's header says."""
        # Zero further rows: the first page, whose header has the count, and no other.
        answer = await self._read("head", lambda it: it.get_playlist(self.playlist, limit=0))
        return Head(int(answer.get("trackCount") or 0))

    async def list(self, start: int = 0) -> Listing:
        """One request for every 100 rows. None can be skipped: every row is read, those from `start` on given."""
        items, rows, ended = await self._read("list", self._whole)
        return Listing(tuple(item for at, item in items if at >= start), max(0, rows - start), start, ended)

    def _whole(self, client: YTMusic) -> tuple[Sequence[tuple[int, Item]], int, bool]:
        answer = client.get_playlist(self.playlist, limit=None)
        rows, ended = _raw(self._pages)
        tracks = answer.get("tracks") or []
        # Dropped rows shift what follows them; counted from the end, no row is taken for an earlier one.
        first = max(0, rows - len(tracks))
        items = [(first + at, item) for at, row in enumerate(tracks) if (item := _item(row)) is not None]
        return items, rows, ended

    async def search(self, query: Query) -> tuple[Candidate, ...] | None:
        """See `YouTubeCatalogue.search`."""
        return await self._catalogue.search(query)

    async def resolve(self, id: str) -> Candidate | None:
        """See `YouTubeCatalogue.resolve`."""
        return await self._catalogue.resolve(id)

    async def prepare(self, request: AddRequest) -> None:
        """Nothing to prepare."""

    async def add(self, requests: tuple[AddRequest, ...]) -> tuple[Added | Exception, ...]:
        """Appends one by one, as YouTube Music does a batch whole or not at all; see `one_by_one`."""
        return await one_by_one(requests, lambda request: self._write("add", partial(self._insert, id=request.id)))

    def _insert(self, client: YTMusic, id: str) -> Added:
        # `duplicates` skips a check that refuses with HTTP 200; what stands there is the planner's to know.
        answer = client.add_playlist_items(self.playlist, [id], duplicates=True)
        if "SUCCEEDED" not in _status(answer):
            raise ItemError(f"YouTube Music did not add the video ({_status(answer) or 'no status'}).")
        results = answer.get("playlistEditResults") if isinstance(answer, dict) else None
        stored = next((row for row in results or () if row and row.get("setVideoId")), None)
        if stored is None:
            raise OutcomeUnknown("YouTube Music's answer to an addition can't be read.")
        return Added(str(stored.get("videoId") or id), str(stored["setVideoId"]))

    async def remove(self, id: str, entry: str | None) -> None:
        """Without an `entry` the whole list is read to find every copy of the video."""
        if entry is None:
            doomed = [item.entry for item in (await self.list()).items if item.id == id and item.entry]
        else:
            doomed = [entry]
        if not doomed:
            return
        rows = [{"videoId": id, "setVideoId": handle} for handle in doomed]
        try:
            await self._write("remove", lambda it: _removed(it.remove_playlist_items(self.playlist, rows)))
        except ItemError:
            # It is refused, too, where the row is gone already.
            if any(item.entry in doomed for item in (await self.list()).items):
                raise

    async def close(self) -> None:
        """Releases connections and the thread."""
        self._session.close()
        self._anonymous.close()
        self._caller.close()

    async def _read(self, operation: str, act: Callable[[YTMusic], T]) -> T:
        perform = partial(self._perform, act, write=False)
        return await self._caller.read(operation, 0, lambda: self._caller.in_thread(perform))

    async def _write(self, operation: str, act: Callable[[YTMusic], T]) -> T:
        perform = partial(self._perform, act, write=True)
        return await self._caller.once(operation, 0, lambda: self._caller.in_thread(perform))

    def _perform(self, act: Callable[[YTMusic], T], *, write: bool) -> T:
        self._session.forget()
        self._pages.clear()
        client = self._signed_in()
        try:
            return act(client)
        except ServiceError:
            raise
        except Exception as error:
            raise self._understood(error, write=write) from None
        finally:
            self._pages.clear()

    def _signed_in(self) -> YTMusic:
        if self._client is None:
            missing = [name for name in ("cookie", "x-goog-authuser") if not self._headers.get(name)]
            if missing or "__Secure-3PAPISID" not in self._headers["cookie"]:
                raise AuthError(
                    "headers.json lacks what signs requests to YouTube Music: copy the request headers of a signed-in "
                    "private window, `cookie` (with __Secure-3PAPISID) and `x-goog-authuser` among them.",
                    reason="InvalidCredentials",
                )
            # The client knows a browser's headers by this one; the value is made anew for every request.
            headers = {"origin": "https://music.youtube.com", "authorization": "SAPISIDHASH", **self._headers}
            try:
                self._client = music_client(self._session, headers)
                if self._user:
                    self._client.context["context"]["user"]["onBehalfOfUser"] = self._user
            except Exception as error:
                # Nothing has been written yet, whatever is under way.
                raise self._understood(error, write=False) from None
        return self._client

    def _understood(self, error: Exception, *, write: bool) -> ServiceError:
        answer = self._session.last
        if answer is not None and answer.ok and self._pages and "contents" not in self._pages[0] and not write:
            return TargetError(
                "YouTube Music shows no such playlist to this account. Check spec.youtubeMusic.playlist, and "
                "x-goog-authuser in headers.json when the browser knows several accounts.",
                reason="NotFound",
            )
        return youtube_errors.of_music(answer, error, write=write, own=True, now=self._clock())

    def _keep(self, response: requests.Response, *_: Any, **__: Any) -> None:
        if "/browse" in response.url and "edit_playlist" not in response.url:
            try:
                page = json.loads(response.text)
            except ValueError:
                return
            if isinstance(page, dict):
                self._pages.append(page)


def _status(answer: Any) -> str:
    status = answer.get("status") if isinstance(answer, dict) else answer
    return status if isinstance(status, str) else ""


def _removed(answer: Any) -> None:
    if "SUCCEEDED" not in _status(answer):
        raise ItemError(f"YouTube Music did not remove the video ({_status(answer) or 'no status'}).")


def _item(row: Json) -> Item | None:
    video = row.get("videoId")
    if not video:
        return None
    return Item(
        str(video),
        row_recording(row),
        row.get("setVideoId"),
        available=bool(row.get("isAvailable", True)),
        foreign=kind_of(row.get("videoType")) in _FOREIGN,
    )


def _raw(pages: list[Json]) -> tuple[int, bool]:
    """How many rows the pages hold, and whether the last one leads nowhere."""
    rows, ended = 0, True
    for page in pages:
        contents = next(_find(page, "musicPlaylistShelfRenderer", "contents"), None)
        if contents is None:
            contents = next(_find(page, "appendContinuationItemsAction", "continuationItems"), None) or []
        rows += sum(_ROW in row for row in contents)
        ended = not (contents and "continuationItemRenderer" in contents[-1])
    return rows, ended


def _find(node: Any, parent: str, name: str) -> Iterator[list[Json]]:
    if isinstance(node, dict):
        inner = node.get(parent)
        if isinstance(inner, dict) and isinstance(inner.get(name), list):
            yield inner[name]
        for value in node.values():
            yield from _find(value, parent, name)
    elif isinstance(node, list):
        for value in node:
            yield from _find(value, parent, name)
