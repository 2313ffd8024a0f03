"""Tracks that were asked for: chosen, ordered and cut into pages, from memory."""

import asyncio
import heapq
import unicodedata
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from operator import itemgetter
from typing import Any

from pydantic_core import to_json

from navaar.api.convert import status_of
from navaar.api.instant import written
from navaar.http.cursor import opened, sealed
from navaar.http.fields import Wanted, picked, wanted
from navaar.http.question import AboutAllTracks, AboutTracks, Sort
from navaar.http.shapes import TrackItem
from navaar.store.index import SyncKey
from navaar.store.record import revision_of
from reconcilers.matching.normalise import fold
from reconcilers.model import NOTHING, Phase, State, Track
from reconcilers.phase import message_of
from reconcilers.services.protocol import ServiceName

TURN = 500
"""Tracks that are looked at before others have their turn: about a millisecond's."""

ROWS = 20
"""Tracks that are written out before others have their turn."""

Place = tuple[Any, str, str]
"""Where a Track stands in an order: what it is ordered by, namespace and name."""


class _Letters(dict[int, str]):
    """Each letter as `fold` spells it, worked out once: whole texts would take too long, twenty thousand times."""

    def __missing__(self, letter: int) -> str:
        text = chr(letter)
        self[letter] = " " if text.isspace() else fold(text)
        return self[letter]


_LETTERS = _Letters()


def spelt(text: str) -> str:
    """The text in the one spelling that texts are compared in."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).translate(_LETTERS)


async def in_turns(tracks: Iterable[Track], turn: int = TURN) -> AsyncIterator[list[Track]]:
    """The same in parts, giving way after each."""
    rest = iter(tracks)
    while part := list(islice(rest, turn)):
        yield part
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class Choice:
    """The Tracks of a page. `total` is how many there are on whatever page; `next` the cursor of the next, if there is one."""

    tracks: tuple[Track, ...]
    total: int
    next: str | None


async def page(
    groups: Mapping[SyncKey, Mapping[str, Track]],
    question: AboutTracks,
    services: Callable[[SyncKey], Sequence[ServiceName]],
    phases: Sequence[str] = (),
) -> bytes:
    """A `TrackPage` of the Tracks in `groups`, by MusicSync, as JSON; `phases` narrows them to these (empty: any phase).

    `services` says which places a MusicSync declares. Raises Problem for fields and cursors that there aren't.
    """
    fields = wanted(question.fields, TrackItem)
    choice = await chosen(groups, question, phases)
    rows = []
    async for part in in_turns(choice.tracks, ROWS):
        for track in part:
            revision = revision_of(track)
            # At once: five hundred of them, as objects, would take ten times the room, which the process then keeps.
            rows.append(to_json(picked(item(track, services((revision.namespace, revision.sync)), fields), fields)))
    rest = {"total": choice.total} | ({"next": choice.next} if choice.next is not None else {})
    return b'{"items":[%b],%b' % (b",".join(rows), to_json(rest)[1:])


async def chosen(
    groups: Mapping[SyncKey, Mapping[str, Track]], question: AboutTracks, phases: Sequence[str] = ()
) -> Choice:
    """The Tracks in `groups` that are asked for. Raises Problem for cursors that there aren't."""
    asked = _asked(question, phases)
    order, down = question.sort.value.lstrip("-"), question.sort.value.startswith("-")
    key = _KEYS[order]
    after: Place | None = None
    if question.cursor:
        kind = float if order in ("created", "changed") else str
        after = (*opened(asked, question.cursor, (kind, str, str)),)
    tests = list(_tests(question, phases))
    total = 0
    found: list[tuple[Place, Track]] = []
    async for part in in_turns(track for group in groups.values() for track in group.values()):
        for test in tests:
            part = [track for track in part if test(track)]
        total += len(part)
        placed = [((key(track), track.revision.namespace, track.name), track) for track in part]
        if after is not None:
            placed = [one for one in placed if (one[0] < after if down else one[0] > after)]
        found += placed
    best = heapq.nlargest if down else heapq.nsmallest
    shown = best(question.limit + 1, found, key=itemgetter(0))
    more, shown = len(shown) > question.limit, shown[: question.limit]
    return Choice(tuple(track for _, track in shown), total, sealed(asked, shown[-1][0]) if more else None)


def item(track: Track, services: Sequence[ServiceName], fields: Wanted | None = None) -> dict[str, Any]:
    """One `TrackItem`, as the Track's status says it. What isn't among `fields` may be left out."""
    revision = revision_of(track)
    made: dict[str, Any] = {"namespace": revision.namespace, "name": track.name, "sync": revision.sync}
    if track.origin is not None:
        made["origin"] = {"service": track.origin[0].value, "id": track.origin[1]}
    if track.created:
        made["created"] = written(track.created)
    changed = _changed(track)
    if changed:
        made["changed"] = written(changed)
    message = message_of(track, services or tuple(track.placements))
    if fields and "placements" not in fields:
        track = replace(track, placements=NOTHING)
    # The phase that is told is the one in the status, as kubectl shows it.
    status = status_of(track, phase=Phase.SYNCED, message=message, namespace=revision.namespace)
    del status["phase"]
    if revision.phase:
        made["phase"] = revision.phase
    made.update(status)
    return made


def _asked(question: AboutTracks, phases: Sequence[str]) -> Any:
    """What a cursor belongs to."""
    asked = question.model_dump(mode="json", exclude={"limit", "cursor", "fields"})
    return {name: sorted(value) if isinstance(value, list) else value for name, value in asked.items()} | {
        "phases": sorted(phases)
    }


def _tests(question: AboutTracks, phases: Sequence[str]) -> Iterator[Callable[[Track], bool]]:
    """What a Track must pass, but for its namespace and MusicSync, which are seen to before.

    Members of enumerations are looked for in tuples: they are found by identity there, and hashed slowly in sets.
    """
    narrowed = tuple(map(str, question.phase)) if isinstance(question, AboutAllTracks) else ()
    if phases or narrowed:
        those = frozenset(phases or narrowed)
        yield lambda track: track.revision.phase in those
    if question.origin:
        origins = tuple(question.origin)
        yield lambda track: track.origin is not None and track.origin[0] in origins
    if question.service or question.state:
        services = tuple(question.service or ServiceName)
        states = tuple(question.state or State)
        yield lambda track: any(
            placement.state in states and service in services for service, placement in track.placements.items()
        )
    words = spelt(question.text).split()
    if words:
        yield lambda track: _speaks_of(track, words)


def _speaks_of(track: Track, words: Sequence[str]) -> bool:
    text = _text(track)
    return all(word in text for word in words)


def _text(track: Track) -> str:
    known = track.recording
    return "" if known is None else spelt(f"{known.artist} {known.title} {known.album or ''}")


def _changed(track: Track) -> float:
    return max([p.changed or 0.0 for p in track.placements.values()], default=0.0)


def _title(track: Track) -> str:
    known = track.recording
    return "" if known is None else spelt(known.title)


def _artist(track: Track) -> str:
    known = track.recording
    return "" if known is None else spelt(known.artist)


_KEYS: Mapping[str, Callable[[Track], Any]] = {
    Sort.NAME.value: lambda track: "",
    Sort.CREATED.value: lambda track: float(track.created),
    Sort.CHANGED.value: lambda track: float(_changed(track)),
    Sort.TITLE.value: _title,
    Sort.ARTIST.value: _artist,
}
