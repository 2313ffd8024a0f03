"""YouTube Music's catalogue, read without an account: what both kinds of playlist access search and resolve in."""

import locale
import re
import threading
import time
from collections.abc import Callable
from typing import Any, Literal, TypeVar

from ytmusicapi import YTMusic

from reconcilers.errors import ServiceError, TransientError
from reconcilers.matching import from_row, queries
from reconcilers.recording import Candidate, Recording
from reconcilers.services import youtube_errors
from reconcilers.services.calls import Caller
from reconcilers.services.found import Found
from reconcilers.services.protocol import Query, ServiceName
from reconcilers.services.sessions import Session

T = TypeVar("T")
Json = dict[str, Any]

RESULTS = 10
_KINDS: tuple[Literal["songs", "videos"], ...] = ("songs", "videos")
_VIDEO_ID = re.compile(r"[0-9A-Za-z_-]{11}")
_locale_lock = threading.Lock()


def music_client(session: Session, headers: Json | None = None) -> YTMusic:
    """A ytmusicapi client on our session, which may ask for a page at once (cookies). Not for several threads.

    Its constructor sets the locale of the whole process; that is undone.
    """
    with _locale_lock:
        before = locale.setlocale(locale.LC_ALL)
        try:
            return YTMusic(auth=headers, requests_session=session)
        finally:
            locale.setlocale(locale.LC_ALL, before)


class YouTubeCatalogue:
    """Searches and resolves songs and videos. Costs no quota; YouTube publishes no limits for it.

    Candidates' kinds are ``ATV`` (the label's audio), ``OMV`` (the official video), ``UGC`` (somebody's upload) or
    another word of YouTube's.
    """

    def __init__(
        self,
        caller: Caller,
        session: Session,
        clock: Callable[[], float] = time.time,
        known: Found | None = None,
    ) -> None:
        """`known` is what others found of late."""
        self._known = known or Found(clock)
        self._caller = caller
        self._session = session
        self._clock = clock
        self._client: YTMusic | None = None

    async def search(self, query: Query) -> tuple[Candidate, ...] | None:
        """One request, none for what was found of late. None beyond the last formulation.

        Each wording is two formulations: what labels put there, and only then what stands there as a video.
        """
        wording, at = divmod(query.attempt, len(_KINDS))
        text, kind = queries(query.recording, ServiceName.YOUTUBE, wording), _KINDS[at]
        if text is None:
            return None
        known = self._known.get(f"{kind}: {text}")
        if known is not None:
            return known
        rows = await self._read("search", lambda it: _search(it, text, kind))
        candidates = tuple({row["videoId"]: _candidate(row) for row in rows if row.get("videoId")}.values())
        self._known.put(f"{kind}: {text}", candidates)
        return candidates

    async def resolve(self, id: str) -> Candidate | None:
        """One request, with the twin in the other kind; a second one asks why, where the video would not play.

        None: gone, private, or no id at all. What can't be played from here (age, region) still resolves, as
        unavailable.
        """
        if not _VIDEO_ID.fullmatch(id):
            return None
        row = await self._read("resolve", lambda it: _first(it, id))
        if row is not None:
            return _candidate(row, row.get("counterpart"))
        answer = await self._read("player", lambda it: it.get_song(id))
        return self._played(id, answer)

    def _played(self, id: str, answer: Json) -> Candidate | None:
        state = answer.get("playabilityStatus") or {}
        status, why = str(state.get("status") or ""), str(state.get("reason") or "").lower()
        details = answer.get("videoDetails") or {}
        if "bot" in why or "later" in why:
            raise TransientError(
                "YouTube takes this address for a robot and tells nothing of videos.", reason="BotCheck"
            )
        if status == "ERROR" or "private" in why:
            return None
        if not details.get("title"):
            raise TransientError("YouTube answered in a way that can't be read.")
        row = {
            "title": details["title"],
            "artists": [{"name": details.get("author")}],
            "duration_seconds": float(details.get("lengthSeconds") or 0),
            "videoType": details.get("musicVideoType"),
        }
        return Candidate(id, row_recording(row), kind_of(row["videoType"]), available=status == "OK")

    async def _read(self, operation: str, act: Callable[[YTMusic], T]) -> T:
        return await self._caller.read(operation, 0, lambda: self._caller.in_thread(lambda: self._perform(act)))

    def _perform(self, act: Callable[[YTMusic], T]) -> T:
        self._session.forget()
        try:
            if self._client is None:
                self._client = music_client(self._session)
            return act(self._client)
        except ServiceError:
            raise
        except Exception as error:
            # The client meets an answer it doesn't know with KeyError, TypeError and their like.
            raise youtube_errors.of_music(
                self._session.last, error, write=False, own=False, now=self._clock()
            ) from None


def row_recording(row: Json) -> Recording:
    """The song of a row as ytmusicapi gives it (playlist, search, queue)."""
    title, album = str(row.get("title") or ""), row.get("album")
    artists = [str(artist.get("name") or "") for artist in row.get("artists") or ()]
    duration = row.get("duration_seconds") or _length(row.get("length") or row.get("duration"))
    album = album.get("name") if isinstance(album, dict) else None
    kind = kind_of(row.get("videoType"))
    return from_row(title, artists, kind, album=album, duration=duration, method="youtube")


def kind_of(video_type: str | None) -> str:
    """YouTube's word without its prefix: ``MUSIC_VIDEO_TYPE_ATV`` is ``ATV``."""
    return (video_type or "").removeprefix("MUSIC_VIDEO_TYPE_")


def _search(client: YTMusic, text: str, kind: Literal["songs", "videos"]) -> list[Json]:
    return client.search(text, filter=kind, limit=RESULTS, ignore_spelling=True)[:RESULTS]


def _first(client: YTMusic, id: str) -> Json | None:
    """The queue's first row, where it is the video that was asked for; None when YouTube would not play it."""
    try:
        rows = client.get_watch_playlist(id, limit=1)["tracks"]
    except Exception as error:
        if "No content returned" in str(error):
            return None
        raise
    for row in rows if isinstance(rows, list) else ():
        twin = row.get("counterpart") or {}
        if row.get("videoId") == id:
            return row
        if twin.get("videoId") == id:
            return {**twin, "counterpart": row}
    return None


def _candidate(row: Json, twin: Json | None = None) -> Candidate:
    return Candidate(
        str(row["videoId"]),
        row_recording(row),
        kind_of(row.get("videoType")),
        str(twin["videoId"]) if twin and twin.get("videoId") else None,
        bool(row.get("isAvailable", True)),
    )


def _length(text: Any) -> float | None:
    """``1:02:03`` in seconds."""
    if not isinstance(text, str) or not re.fullmatch(r"\d+(:\d\d){1,2}", text):
        return None
    seconds = 0
    for part in text.split(":"):
        seconds = seconds * 60 + int(part)
    return float(seconds)
