"""`navaar add`: ask for a song."""

from typing import TYPE_CHECKING

import click

from navaar.cli import options
from navaar.cli.values import ENTRY

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster
    from navaar.people.act import Act
    from reconcilers.services.protocol import ServiceName


@click.command()
@click.argument("song", required=False)
@click.option("--pin", "pins", multiple=True, type=ENTRY, metavar="ID|ADDRESS",
              help="The right one in a place; may be repeated. Then the song needs no name.")  # fmt: skip
@click.option("--sync", metavar="NAME", help="The MusicSync (default: the only one in the namespace).")
@options.rehearsed
@options.printed
@options.on_cluster
async def command(
    song: str | None, pins: "tuple[tuple[ServiceName, str], ...]", sync: str | None, dry_run: str, form: str,
    cluster: "Cluster",
) -> int:  # fmt: skip
    """Asks for a song in every place: navaar add "Artist - Title"."""
    from navaar.cli.changes import change
    from navaar.people import acts

    try:
        artists, title = acts.split_song(song or "") if song is not None or not pins else ([], "")
    except ValueError as error:
        raise click.UsageError(str(error)) from error

    async def decide() -> "list[Act]":
        return acts.request(await cluster.sync(sync), artists, title, dict(pins))

    return await change(cluster, decide, form, dry_run, nothing="")
