"""From the older service's rows to Tracks: what it put somewhere stays there, and nothing is put there again.

Rows that share an entry are one song. Where it was first seen is the Track's origin; what was placed from there is
pinned; which message is which song goes into the memory that every Track of a channel carries.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from navaar.api.convert import manifest_of
from navaar.transfer.manifest import Document
from navaar.transfer.olderdatabase import Database, Row, Snapshot
from navaar.transfer.song import Unused
from reconcilers.matching import PostFacts, compact, identify
from reconcilers.model import Origin, Placement, Source, State, Track, Wishes
from reconcilers.past import claim
from reconcilers.plan.song import track_name
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName

TELEGRAM = ServiceName.TELEGRAM

_VALID = {
    ServiceName.TELEGRAM: re.compile(r"[1-9][0-9]{0,18}"),
    ServiceName.YOUTUBE: re.compile(r"[A-Za-z0-9_-]{11}"),
    ServiceName.SPOTIFY: re.compile(r"[A-Za-z0-9]{22}"),
}
_METHODS = {
    "id3": "tags", "tg_metadata": "message", "filename": "file name", "yt_metadata": "youtube", "sp_metadata": "spotify",
}  # fmt: skip

Entry = tuple[ServiceName, str]


@dataclass(frozen=True, slots=True)
class Migration:
    """The Tracks, what could not be taken along, and what ``navaar.dev/accept-past`` may say once they are applied.

    `songs` counts Tracks; `placed` the entries, by service, that they hold; `wanted` songs that still lack a place.
    """

    documents: tuple[Document, ...]
    unused: tuple[Unused, ...]
    acceptance: str
    songs: int
    placed: Mapping[ServiceName, int]
    wanted: int


@dataclass(slots=True)
class _Song:
    rows: list[Row] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    by_hand: set[Entry] = field(default_factory=set)
    ours: set[Entry] = field(default_factory=set)
    apart: dict[ServiceName, str] = field(default_factory=dict)


def migration(
    database: Database, sync: str, namespace: str | None, targets: Mapping[ServiceName, str], chat: int | None
) -> Migration:
    """The Tracks for the MusicSync called `sync`, whose places are `targets` (service: channel or playlist).

    `chat` is the channel's numeric id; without it, messages are pinned. The same database gives the same Tracks.
    """
    unused = list(database.unused)
    songs = _songs(database, targets, unused)
    tracks: list[tuple[Track, str]] = []
    for song in songs:
        tracks += _tracks(song, sync, targets, chat)
    documents = tuple(
        Document(_manifest(track, sync, namespace, chat), f"{track.recording or 'a song without a name'}\n{comment}")
        for track, comment in tracks
    )
    posts, last = _posts(track for track, _ in tracks)
    placed = {service: sum(1 for song in songs for s, _ in song.entries if s is service) for service in targets}
    lacking = sum(1 for track, _ in tracks if any(s not in _known(track) for s in targets))
    return Migration(documents, tuple(unused), claim(posts, last), len(tracks), placed, lacking)


def _known(track: Track) -> set[ServiceName]:
    found = {*track.placements, *track.wishes.pins, *track.wishes.exclude_from}
    return found | {track.origin[0]} if track.origin is not None else found


def _posts(tracks: Iterable[Track]) -> tuple[int, int]:
    ids: list[str] = []
    for track in tracks:
        placement = track.placements.get(TELEGRAM)
        pin = track.wishes.pins.get(TELEGRAM)
        ids += [i for i in ((placement.id, *placement.others) if placement is not None else (pin,)) if i is not None]
    return len(ids), max(map(int, ids), default=0)


# ------------------------------------------------------------------ rows that are one song


def _songs(database: Database, targets: Mapping[ServiceName, str], unused: list[Unused]) -> list[_Song]:
    """The songs in the order of their first rows."""
    parent: dict[Entry, Entry] = {}

    def root(entry: Entry) -> Entry:
        while parent.setdefault(entry, entry) != entry:
            parent[entry] = parent[parent[entry]]
            entry = parent[entry]
        return entry

    known = [row for row in database.rows if row.title and row.status != "duplicate"]
    named = {(row.source, _spelt(row)): origin for row in reversed(known) if (origin := _entry(row, row.source))}
    used: list[tuple[Row, Entry, Entry | None]] = []
    for row in database.rows:
        if row.source not in targets:
            unused.append(Unused(f"row {row.number}", f"{row.source.value} is not among the places of the MusicSync"))
            continue
        target = _entry(row, row.target) if row.target in targets and _stands(row, database.snapshots) else None
        twin = named.get((row.source, _spelt(row)))
        # A message may stand in one row only: the others of its song name it by artist and title.
        origin = _entry(row, row.source) or twin or target
        if origin is None:
            unused.append(Unused(f"row {row.number}", f"it doesn't say which entry of {row.source.value} it came from"))
            continue
        used.append((row, origin, target))
        if target is not None:
            parent[root(target)] = root(origin)
        elif row.status == "duplicate" and twin is not None:
            parent[root(origin)] = root(twin)
    songs: dict[Entry, _Song] = {}
    for row, origin, target in used:
        song = songs.setdefault(root(origin), _Song())
        song.rows.append(row)
        if origin != target:
            song.by_hand.add(origin)
        _once(song.entries, origin)
        if target is not None:
            _once(song.entries, target)
            song.ours.add(target)
        elif row.target in targets:
            _leave_alone(song, row, database.snapshots)
    return list(songs.values())


def _entry(row: Row, service: ServiceName) -> Entry | None:
    id = row.ids.get(service, "")
    return (service, id) if _VALID[service].fullmatch(id) else None


def _spelt(row: Row) -> str:
    return f"{compact(row.artist)}\n{compact(row.title)}"


def _once(entries: list[Entry], entry: Entry) -> None:
    if entry not in entries:
        entries.append(entry)


def _stands(row: Row, snapshots: Mapping[ServiceName, Snapshot]) -> bool:
    """Whether the row's target stands in its place, as far as the older service knew."""
    id, snapshot = row.ids.get(row.target), snapshots.get(row.target)
    if row.target is TELEGRAM:
        # A message that is remembered for nothing does no harm; one that is forgotten is posted again.
        return id is not None
    if snapshot is not None and id in snapshot.ids:
        return True
    return row.status in ("synced", "duplicate") and not _gone(row, snapshots)


def _gone(row: Row, snapshots: Mapping[ServiceName, Snapshot]) -> bool:
    """Whether a later reading of the playlist showed that what had been placed is no longer there."""
    id, snapshot = row.ids.get(row.target), snapshots.get(row.target)
    if snapshot is None or id is None or id in snapshot.ids:
        return False
    return bool(row.synced_at) and _moment(row.synced_at) < _moment(snapshot.at)


def _moment(text: str) -> str:
    """A time as SQLite writes it, to the second: of one database, they are ordered as they are spelt."""
    return text.replace("T", " ")[:19]


def _leave_alone(song: _Song, row: Row, snapshots: Mapping[ServiceName, Snapshot]) -> None:
    """A place in which a person, or the older service, had decided against the song."""
    if row.status == "unsynced":
        song.apart[row.target] = f"{row.target.value}: it had been taken out again (row {row.number})"
    elif row.status == "duplicate":
        song.apart[row.target] = f"{row.target.value}: held for a duplicate, and not placed (row {row.number})"
    elif row.status == "synced" and _gone(row, snapshots):
        song.apart[row.target] = f"{row.target.value}: placed once, and gone since (row {row.number})"


# ------------------------------------------------------------------ one song's Tracks


def _tracks(song: _Song, sync: str, targets: Mapping[ServiceName, str], chat: int | None) -> list[tuple[Track, str]]:
    """The song's Track; and one that is left alone elsewhere for every further entry of it that a playlist has."""
    by_place: dict[ServiceName, list[str]] = defaultdict(list)
    for service, id in song.entries:
        by_place[service].append(id)
    service, first = song.entries[0]
    identity = _identity(song.rows)
    apart = {s: why for s, why in song.apart.items() if s not in by_place}
    pins = {
        s: ids[0]
        for s, ids in by_place.items()
        if (s, ids[0]) != (service, first) and (s is not TELEGRAM or chat is None)
    }
    if service is TELEGRAM and chat is None:
        pins[TELEGRAM] = first
    placements = {}
    if chat is not None and TELEGRAM in by_place:
        placements[TELEGRAM] = _memory(song, by_place)
    track = Track(
        track_name(sync, service, targets[service], first),
        (service, first),
        identity,
        Wishes(pins=pins, exclude_from=frozenset(apart)),
        placements,
        Source.BACKLOG,
    )
    comment = "\n".join([f"Migrated from {_rows(song.rows)}", *apart.values()])
    made = [(track, comment)]
    for other, ids in by_place.items():
        for id in ids[1:]:
            if other is TELEGRAM and chat is not None:
                continue
            made.append(_further(other, id, identity, sync, targets, track))
    return made


def _memory(song: _Song, by_place: Mapping[ServiceName, Sequence[str]]) -> Placement:
    first, *others = by_place[TELEGRAM]
    ours = (TELEGRAM, first) in song.ours and (TELEGRAM, first) not in song.by_hand
    made_from = next((r.ids.get(ServiceName.YOUTUBE) for r in song.rows if r.ids.get(TELEGRAM) == first), None)
    # Another recording than the one that the song now stands by would be corrected at once, everywhere.
    known = made_from is not None and made_from in by_place.get(ServiceName.YOUTUBE, ())[:1]
    return Placement(
        State.PRESENT,
        Origin.PLACED if ours else Origin.FOUND,
        first,
        requested=made_from if ours and known else None,
        others=tuple(sorted(others, key=int)),
        seen=True,
    )


def _further(
    service: ServiceName,
    id: str,
    identity: Recording | None,
    sync: str,
    targets: Mapping[ServiceName, str],
    track: Track,
) -> tuple[Track, str]:
    """A second entry of a song: what stands there stays, and is brought nowhere else."""
    wishes = Wishes(
        pins={TELEGRAM: id} if service is TELEGRAM else {},
        exclude_from=frozenset(s for s in targets if s is not service),
    )
    name = track_name(sync, service, targets[service], id)
    made = Track(name, (service, id), identity, wishes, {}, Source.BACKLOG)
    return made, f"A further entry of the song of {track.name}: it is brought nowhere else"


def _identity(rows: Sequence[Row]) -> Recording | None:
    """The song, by the row that says most of it."""
    best = max(rows, key=lambda row: (bool(row.title), bool(row.artist), row.duration is not None, -row.number))
    found = identify(PostFacts(title=best.title or None, performer=best.artist or None, duration=best.duration))
    return replace(found, method=_METHODS.get(best.method, "")) if found is not None else None


def _rows(rows: Sequence[Row]) -> str:
    numbers = ", ".join(f"{row.number} ({row.status})" for row in rows)
    return f"row {numbers}" if len(rows) == 1 else f"rows {numbers}"


def _manifest(track: Track, sync: str, namespace: str | None, chat: int | None) -> dict[str, Any]:
    manifest = manifest_of(track, sync, namespace or "", chat_id=chat)
    if not namespace:
        del manifest["metadata"]["namespace"]
    return manifest
