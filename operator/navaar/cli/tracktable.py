"""Tracks as a table."""

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from navaar.api.instant import read
from navaar.cli.moment import since
from navaar.cli.output import NOTHING, Cell, Column, console, on_terminal, table
from navaar.people.song import artist_of, placements_of, short_name, status_of, sync_of, title_of
from navaar.people.tone import PHASES, SIGNS
from reconcilers.services.protocol import ServiceName

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster

COLUMNS = (
    Column("Name"), Column("Artist", elastic=True), Column("Title", elastic=True), Column("Telegram", short="TG"),
    Column("YouTube", short="YT"), Column("Spotify", short="SP"), Column("Phase"),
    Column("Message", roomy=120, elastic=True), Column("Sync", wide=True), Column("Age", wide=True),
)  # fmt: skip

ROOM_FOR_NAMES = 120


def track_table(tracks: Sequence[dict[str, Any]], *, wide: bool, everywhere: bool) -> None:
    """Prints the Tracks; `everywhere`: with their namespaces."""
    columns = (Column("Namespace"), *COLUMNS) if everywhere else COLUMNS
    named = names_shown(wide=wide)
    rows = []
    for track in tracks:
        row = _row(track, named(track))
        rows.append([track["metadata"]["namespace"], *row] if everywhere else row)
    table(columns, rows, wide=wide)


def names_shown(*, wide: bool) -> Callable[[dict[str, Any]], str]:
    """How Tracks are named in a table: by their names, or where there is little room by what tells them apart."""
    if on_terminal() and not wide and console().width < ROOM_FOR_NAMES:
        return short_name
    return lambda track: str(track["metadata"]["name"])


def no_tracks(cluster: "Cluster") -> None:
    """Says on standard error that there is none, as kubectl does."""
    print(f"No Tracks found {cluster.scope}.", file=sys.stderr)


def _row(track: dict[str, Any], name: str) -> list[str | Cell]:
    placements, status = placements_of(track), status_of(track)
    phase = status.get("phase") or ""
    return [
        name,
        artist_of(track) or NOTHING,
        title_of(track) or NOTHING,
        *(state_cell(placements.get(service.value)) for service in ServiceName),
        Cell(phase or NOTHING, PHASES.get(phase, "")),
        status.get("message") or "",
        sync_of(track),
        since(read(track["metadata"]["creationTimestamp"])),
    ]


def state_cell(placement: dict[str, Any] | None) -> Cell:
    """Where a song stands in one place."""
    if placement is None:
        return Cell(NOTHING, "dim", " ")
    sign, style = SIGNS.get(placement["state"], ("", ""))
    return Cell(placement["state"], style, sign)
