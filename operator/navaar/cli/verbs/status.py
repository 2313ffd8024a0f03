"""`navaar status`: how each MusicSync stands."""

from typing import TYPE_CHECKING

import click

from navaar.cli import options
from navaar.cli.output import line, objects, on_terminal
from navaar.cli.statusview import said, shown
from navaar.people.overview import overview

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster


@click.command()
@click.argument("names", nargs=-1, metavar="[MUSICSYNC]…")
@click.option("-w", "--watch", is_flag=True, help="Stay, and show what changes; Ctrl-C ends it.")
@click.option("-l", "--selector", "labels", default="", metavar="LABELS", help="Only those with these labels.")
@options.printed
@options.on_cluster
async def command(names: tuple[str, ...], watch: bool, labels: str, form: str, cluster: "Cluster") -> None:
    """How each MusicSync stands: its condition in words, its numbers, each place, and how long a backfill takes yet."""
    if watch:
        if form not in ("table", "wide"):
            raise click.UsageError(
                "--watch shows a table; for a stream of objects use kubectl get musicsyncs --watch -o json"
            )
        from navaar.cli.statuswatch import follow

        await follow(cluster, names, labels)
        return
    found = await cluster.syncs(names, labels)
    if form not in ("table", "wide"):
        objects(found, form, one=len(names) == 1)
        return
    if not found:
        click.echo(f"No MusicSyncs found {cluster.scope}.", err=True)
        return
    for number, resource in enumerate(found):
        if number:
            line()
        if on_terminal():
            shown(overview(resource))
        else:
            said(overview(resource))
