"""The older service's SQLite: what it placed where, one row for each song and direction."""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from navaar.transfer.song import Unreadable, Unused
from reconcilers.services.protocol import ServiceName

_PLACES = {"tg": ServiceName.TELEGRAM, "yt": ServiceName.YOUTUBE, "sp": ServiceName.SPOTIFY}
_IDS = {
    ServiceName.TELEGRAM: "tg_message_id",
    ServiceName.YOUTUBE: "yt_video_id",
    ServiceName.SPOTIFY: "sp_track_id",
}
_SNAPSHOTS = {ServiceName.YOUTUBE: "yt_playlist_snapshot", ServiceName.SPOTIFY: "sp_playlist_snapshot"}


@dataclass(frozen=True, slots=True)
class Row:
    """One direction of one song. `ids` are what the row names, by service; `status` is the older service's word."""

    number: int
    source: ServiceName
    target: ServiceName
    status: str
    artist: str
    title: str
    method: str
    duration: float | None
    ids: Mapping[ServiceName, str]
    synced_at: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The ids that a playlist had when the older service last read it, and when that was (as it was written)."""

    ids: frozenset[str]
    at: str


@dataclass(frozen=True, slots=True)
class Database:
    """All that is taken along."""

    rows: tuple[Row, ...]
    snapshots: Mapping[ServiceName, Snapshot]
    unused: tuple[Unused, ...]


def read(path: Path) -> Database:
    """Reads the file and changes nothing in it. Raises `Unreadable`."""
    if not path.is_file():
        raise Unreadable(f"there is no file {path}: name the older service's navaar.db")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
            connection.row_factory = sqlite3.Row
            # Who put bytes into a text gets them back legible.
            connection.text_factory = lambda data: data.decode(errors="replace")
            return _read(connection, path)
    except sqlite3.Error as error:
        raise Unreadable(
            f"{path} can't be read as SQLite ({error}): stop the older service, and name its navaar.db, or a copy of it with the "
            "files navaar.db-wal and navaar.db-shm beside it"
        ) from None


def _read(connection: sqlite3.Connection, path: Path) -> Database:
    columns = {row["name"] for row in connection.execute("PRAGMA table_info(tracks)")}
    missing = {"id", "direction", "status", "title"} - columns
    if missing:
        there = "lacks " + ", ".join(sorted(missing)) if columns else "isn't there"
        raise Unreadable(f"{path} is not the older service's database: its table tracks {there}")
    rows: list[Row] = []
    unused: list[Unused] = []
    for record in connection.execute("SELECT * FROM tracks ORDER BY id"):
        found = _row({key: record[key] for key in record.keys()})  # noqa: SIM118  # a Row's own iteration gives values
        if isinstance(found, Row):
            rows.append(found)
        else:
            unused.append(found)
    return Database(tuple(rows), _snapshots(connection), tuple(unused))


def _row(record: Mapping[str, Any]) -> Row | Unused:
    number = record["id"]
    where = f"row {number}"
    source, _, target = str(record["direction"] or "").lower().partition("_to_")
    if source not in _PLACES or target not in _PLACES or source == target:
        return Unused(where, f"its direction is {record['direction']}, which is none")
    ids = {}
    for service, column in _IDS.items():
        value = record.get(column)
        if value not in (None, ""):
            ids[service] = str(value).strip()
    if not ids and not record["title"]:
        return Unused(where, "it names neither a song nor an entry of any place")
    length = record.get("duration_seconds")
    return Row(
        int(number),
        _PLACES[source],
        _PLACES[target],
        str(record["status"] or "").lower(),
        str(record.get("artist") or ""),
        str(record["title"] or ""),
        str(record.get("identification_method") or ""),
        float(length) if isinstance(length, (int, float)) and length > 0 else None,
        ids,
        str(record.get("synced_at") or ""),
    )


def _snapshots(connection: sqlite3.Connection) -> dict[ServiceName, Snapshot]:
    if not list(connection.execute("PRAGMA table_info(sync_state)")):
        return {}
    state = {row["key"]: row for row in connection.execute("SELECT * FROM sync_state")}
    found = {}
    for service, key in _SNAPSHOTS.items():
        if key not in state:
            continue
        try:
            ids = json.loads(state[key]["value"])
        except (ValueError, TypeError):
            continue
        # An empty snapshot is the commonest lie: it shows no absence.
        if isinstance(ids, list) and ids:
            at = str(state[key]["updated_at"] or "") if "updated_at" in state[key].keys() else ""  # noqa: SIM118
            found[service] = Snapshot(frozenset(map(str, ids)), at)
    return found
