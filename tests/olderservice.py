"""The older service's files: a database by its schema (columns as it made them), and an .env."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE tracks (
    id INTEGER PRIMARY KEY, direction VARCHAR NOT NULL, status VARCHAR NOT NULL, artist VARCHAR, title VARCHAR NOT NULL,
    identification_method VARCHAR, tg_message_id INTEGER UNIQUE, tg_file_id VARCHAR, tg_file_unique_id VARCHAR UNIQUE,
    yt_video_id VARCHAR, sp_track_id VARCHAR, yt_set_video_id VARCHAR, duration_seconds INTEGER, card_message_id INTEGER,
    failure_reason VARCHAR, retry_count INTEGER DEFAULT 0, max_retries INTEGER DEFAULT 3, created_at DATETIME,
    updated_at DATETIME, synced_at DATETIME
);
CREATE TABLE sync_state (key VARCHAR PRIMARY KEY, value TEXT, updated_at DATETIME);
CREATE TABLE sync_log (
    id INTEGER PRIMARY KEY, track_id INTEGER, event VARCHAR, direction VARCHAR, details TEXT, created_at DATETIME
);
"""
SYNCED_AT, LATER = "2026-05-01 10:00:00.000000", "2026-06-01 10:00:00.000000"

Rows = list[dict[str, Any]]


def database(path: Path, rows: Rows, snapshots: dict[str, list[str]] | None = None) -> Path:
    """A database of these rows; `snapshots` by key of ``sync_state``, all of them later than every row."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA)
        for number, row in enumerate(rows, start=1):
            whole = {"id": number, "status": "synced", "title": "", **row}
            if whole["status"] == "synced":
                whole.setdefault("synced_at", SYNCED_AT)
            names, marks = ", ".join(whole), ", ".join("?" for _ in whole)
            connection.execute(f"INSERT INTO tracks ({names}) VALUES ({marks})", tuple(whole.values()))
        for key, ids in (snapshots or {}).items():
            connection.execute("INSERT INTO sync_state VALUES (?, ?, ?)", (key, json.dumps(ids), LATER))
        connection.commit()
    return path
