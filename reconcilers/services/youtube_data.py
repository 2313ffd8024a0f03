"""A YouTube playlist by OAuth, through the official Data API v3."""

import re
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import requests

from reconcilers.errors import OutcomeUnknown, TransientError
from reconcilers.matching import recording, upload
from reconcilers.recording import Candidate, Recording
from reconcilers.services import youtube_errors
from reconcilers.services.calls import Caller, OnCall, StaleTokenError, nobody, one_by_one
from reconcilers.services.found import Found
from reconcilers.services.protocol import Added, AddRequest, Head, Item, Listing, Query, ServiceName
from reconcilers.services.sessions import CONNECT_TIMEOUT, READ_TIMEOUT, Session
from reconcilers.services.youtube import YouTubeCatalogue
from reconcilers.services.youtube_auth import GoogleCredentials, GoogleTokens

Json = dict[str, Any]

API = "https://www.googleapis.com/youtube/v3"
PAGE = 50
# Units of the project's 10,000 a day [doc: determine_quota_cost, June 2026].
LIST_UNITS = 1
WRITE_UNITS = 50

_DURATION = re.compile(r"P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")
_LOST = {"Deleted video", "Private video"}
_PROVIDED = "Provided to YouTube by "
_TOPIC = " - Topic"


class YouTubeDataService:
    """One YouTube playlist, read and written with a Google project's quota; search and resolve cost none of it.

    The Data API has no snapshot. `entry` is the playlist item's id. Rows whose video was deleted or made private stay
    in the playlist, count in `Head` and `Listing`, and are unavailable items. `tokens` and `found` are for services that
    share an account; without them, they are made anew. `clock` gives Unix seconds.
    """

    name = ServiceName.YOUTUBE
    batch = 1

    def __init__(
        self,
        playlist: str,
        credentials: GoogleCredentials,
        *,
        timeout: tuple[float, float] = (CONNECT_TIMEOUT, READ_TIMEOUT),
        clock: Callable[[], float] = time.time,
        on_call: OnCall = nobody,
        tokens: GoogleTokens | None = None,
        found: Found | None = None,
    ) -> None:
        self.playlist = playlist
        self._clock = clock
        self._caller = Caller("youtube", on_call)
        self._session = Session(timeout)
        self._anonymous = Session(timeout)
        self._tokens = tokens or GoogleTokens(credentials, timeout=timeout, clock=clock)
        self._catalogue = YouTubeCatalogue(self._caller, self._anonymous, clock, found)
        self._refusals = 0

    async def head(self) -> Head:
        """One request, 1 unit. The count is of raw rows, as `list` reads them."""
        answer = await self._get("head", "playlistItems", part="id", playlistId=self.playlist, maxResults=1)
        return Head(int((answer.get("pageInfo") or {}).get("totalResults") or 0))

    async def list(self, start: int = 0) -> Listing:
        """2 units for every 50 rows. Pages can't be skipped: every row is read, and those from `start` on are given."""
        rows: list[Json] = []
        token: str | None = ""
        while token is not None:
            answer = await self._get(
                "list",
                "playlistItems",
                part="snippet",
                playlistId=self.playlist,
                maxResults=PAGE,
                pageToken=token or None,
            )
            rows += map(_trimmed, answer.get("items") or [])
            token = answer.get("nextPageToken")
        rows = rows[start:]
        details = await self._details([video for row in rows if not _lost(row) and (video := _video(row))])
        items = tuple(item for row in rows if (item := _item(row, details)) is not None)
        return Listing(items, len(rows), start, ended=True)

    async def _details(self, ids: Sequence[str]) -> dict[str, Json]:
        """Content details by video id; videos that YouTube doesn't describe are missing."""
        details: dict[str, Json] = {}
        unique = tuple(dict.fromkeys(ids))
        for at in range(0, len(unique), PAGE):
            batch = ",".join(unique[at : at + PAGE])
            answer = await self._get("videos", "videos", part="contentDetails", id=batch, maxResults=PAGE)
            details |= {str(video["id"]): video.get("contentDetails") or {} for video in answer.get("items") or ()}
        return details

    async def search(self, query: Query) -> tuple[Candidate, ...] | None:
        """See `YouTubeCatalogue.search`."""
        return await self._catalogue.search(query)

    async def resolve(self, id: str) -> Candidate | None:
        """See `YouTubeCatalogue.resolve`."""
        return await self._catalogue.resolve(id)

    async def prepare(self, request: AddRequest) -> None:
        """Nothing to prepare."""

    async def add(self, requests: tuple[AddRequest, ...]) -> tuple[Added | Exception, ...]:
        """Appends one by one, 50 units each; see `one_by_one`."""
        return await one_by_one(requests, self._insert)

    async def _insert(self, request: AddRequest) -> Added:
        resource = {"kind": "youtube#video", "videoId": request.id}
        body = {"snippet": {"playlistId": self.playlist, "resourceId": resource}}
        answer = await self._write("add", "POST", {"part": "snippet"}, body)
        stored, entry = _video(answer), answer.get("id")
        if not stored or not entry:
            raise OutcomeUnknown("YouTube's answer to an addition can't be read.")
        return Added(stored, str(entry))

    async def remove(self, id: str, entry: str | None) -> None:
        """50 units. Without an `entry` every copy of the video goes, at 1 unit more to find them and 50 for each."""
        for doomed in [entry] if entry else await self._entries(id):
            try:
                await self._write("remove", "DELETE", {"id": doomed}, None)
            except youtube_errors.RowGoneError:
                continue

    async def _entries(self, id: str) -> Sequence[str]:
        answer = await self._get(
            "find", "playlistItems", part="id", playlistId=self.playlist, videoId=id, maxResults=PAGE
        )
        return [str(row["id"]) for row in answer.get("items") or []]

    async def close(self) -> None:
        """Releases connections and the thread."""
        self._session.close()
        self._anonymous.close()
        self._caller.close()

    async def _get(self, operation: str, resource: str, **params: Any) -> Json:
        send = partial(self._send, "GET", resource, params, None)
        try:
            return await self._caller.read(operation, LIST_UNITS, lambda: self._caller.in_thread(send))
        except StaleTokenError:
            if self._refusals > 1:
                raise
        return await self._caller.read(operation, LIST_UNITS, lambda: self._caller.in_thread(send))

    async def _write(self, operation: str, method: str, params: Json, body: Json | None) -> Json:
        send = partial(self._send, method, "playlistItems", params, body)
        try:
            return await self._caller.once(operation, WRITE_UNITS, lambda: self._caller.in_thread(send))
        except StaleTokenError as error:
            if self._refusals > 1:
                raise
            # Refused unread; the repetition is the planner's to decide all the same.
            await self._caller.in_thread(self._tokens.access)
            raise TransientError("YouTube wanted a newer access token; nothing was changed.") from error

    def _send(self, method: str, resource: str, params: Json, body: Json | None) -> Json:
        write = method != "GET"
        token = self._tokens.access()
        headers = {"Authorization": f"Bearer {token}"}
        try:
            answer = self._session.request(method, f"{API}/{resource}", params=params, json=body, headers=headers)
        except requests.RequestException as error:
            raise youtube_errors.of_failure(error, write=write) from None
        if not answer.ok:
            meaning = youtube_errors.of_data_api(answer, write=write, now=self._clock())
            if answer.status_code == 401:
                self._tokens.reject(token)
                self._refusals += 1
                raise StaleTokenError(meaning.message)
            raise meaning
        self._refusals = 0
        if not answer.content and method == "DELETE":
            return {}
        try:
            parsed = answer.json()
        except ValueError:
            parsed = None
        if not isinstance(parsed, dict):
            wrong = OutcomeUnknown if write else TransientError
            raise wrong("YouTube answered in a way that can't be read.")
        return parsed


def _trimmed(row: Json) -> Json:
    """The row without what is most of it (long descriptions, addresses of pictures): thousands are held at once."""
    snippet = row.get("snippet") or {}
    description = str(snippet.get("description") or "").lstrip()
    credit = description.split("\n\n", 3)[:3] if description.startswith(_PROVIDED) else ()
    kept = {name: snippet.get(name) for name in ("resourceId", "title", "videoOwnerChannelTitle")}
    kept |= {"description": "\n\n".join(credit), "thumbnails": bool(snippet.get("thumbnails"))}
    return {"id": row.get("id"), "snippet": kept}


def _video(row: Json) -> str | None:
    video = ((row.get("snippet") or {}).get("resourceId") or {}).get("videoId")
    return str(video) if video else None


def _lost(row: Json) -> bool:
    """Deleted and private videos lose their owner's name along with their own."""
    snippet = row.get("snippet") or {}
    return not snippet.get("videoOwnerChannelTitle") or (
        snippet.get("title") in _LOST and not snippet.get("thumbnails")
    )


def _item(row: Json, details: dict[str, Json]) -> Item | None:
    video = _video(row)
    if video is None:
        return None
    snippet, entry = row.get("snippet") or {}, row.get("id")
    lost = _lost(row)
    said = Recording("") if lost else _recording(snippet, details.get(video) or {})
    return Item(video, said, str(entry) if entry else None, available=not lost)


def _recording(snippet: Json, details: Json) -> Recording:
    title, owner = str(snippet.get("title") or ""), str(snippet.get("videoOwnerChannelTitle") or "")
    duration = _seconds(details.get("duration"))
    if not owner.endswith(_TOPIC):
        # "licensed" are the uploads of labels and artists, on channels of their own name.
        official = bool(details.get("licensedContent"))
        return upload(title, owner, official=official, duration=duration, method="youtube")
    credit = _credit(str(snippet.get("description") or ""), title)
    artists, album = credit if credit is not None else ((owner.removesuffix(_TOPIC),), None)
    return recording(title, artists, album, duration, method="youtube")


def _credit(description: str, title: str) -> tuple[Sequence[str], str] | None:
    """Artists and album from YouTube's description of a label's upload: title · artist · artist, then the album."""
    paragraphs = [part.strip() for part in description.split("\n\n")]
    if len(paragraphs) < 3 or not paragraphs[0].startswith(_PROVIDED):
        return None
    head, *artists = [part.strip() for part in paragraphs[1].removeprefix(title).split(" · ")]
    return (artists, paragraphs[2]) if artists and not head else None


def _seconds(duration: str | None) -> float | None:
    """An ISO 8601 duration (``PT3M33S``) in seconds."""
    match = _DURATION.fullmatch(duration or "")
    if match is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
