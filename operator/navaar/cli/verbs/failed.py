"""`navaar failed`: what was given up, and why."""

from typing import TYPE_CHECKING

import click

from navaar.cli import options
from navaar.cli.output import Cell, Column, line, objects, table
from navaar.cli.scope import Choice

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster

COLUMNS = (
    Column("Name"), Column("Song", elastic=True), Column("Place"), Column("Reason"), Column("Attempts", right=True, roomy=100),
    Column("Message", elastic=True, roomy=100), Column("Mended by", wide=True),
)  # fmt: skip


@click.command()
@options.chosen
@options.printed
@options.on_cluster
async def command(choice: Choice, form: str, cluster: "Cluster") -> None:
    """The songs that were given up somewhere, and why. `navaar retry` has them tried again, all or some."""
    from navaar.cli.tracktable import names_shown
    from navaar.people.failure import failures
    from navaar.people.song import song_of

    tracks = await cluster.tracks(choice, ("Failed",))
    if form not in ("table", "wide"):
        objects(tracks, form)
        return
    found = [(track, failure) for track in tracks for failure in failures(track)]
    if not found:
        click.echo(f"No song failed {cluster.scope}.", err=True)
        return
    named = names_shown(wide=form == "wide")
    rows: list[list[str | Cell]] = [
        [
            named(track), song_of(track), failure.service.title, Cell(failure.reason, "bad"), str(failure.attempts or ""),
            failure.message, failure.mend.line if failure.mend is not None else f"navaar retry {track['metadata']['name']}",
        ]
        for track, failure in found
    ]  # fmt: skip
    table(COLUMNS, rows, wide=form == "wide")
    reasons: dict[tuple[str, str], str] = {}
    for _, failure in found:
        reasons.setdefault((failure.service.title, failure.reason), failure.message)
    line()
    for (place, reason), message in sorted(reasons.items()):
        line(f"{place}, {reason}: {message}")
