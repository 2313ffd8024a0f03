"""`navaar export`: what belongs into Git, or what is missing."""

from typing import TYPE_CHECKING

import click

from navaar.cli import options
from navaar.cli.scope import Choice

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster


@click.command()
@click.argument("names", nargs=-1, metavar="[MUSICSYNC]…")
@click.option(
    "--misses", is_flag=True, help="As CSV: the songs that somewhere are not to be had, failed, or wait for you."
)
@options.on_cluster
async def command(names: tuple[str, ...], misses: bool, cluster: "Cluster") -> None:
    """Prints MusicSyncs and their Tracks as YAML for Git: without status, and without what belongs to one cluster.

    What is applied from it elsewhere goes on where this left off: the channel's posts are remembered in the Tracks. Secrets
    are not part of it.
    """
    from navaar.transfer import gitexport
    from navaar.transfer.manifest import written

    syncs = await cluster.syncs(names)
    homes = {(sync["metadata"]["namespace"], sync["metadata"]["name"]) for sync in syncs}
    tracks = [
        track
        for track in await cluster.tracks(Choice(names[0] if len(names) == 1 else None))
        if not names or (track["metadata"]["namespace"], track["spec"]["musicSyncRef"]["name"]) in homes
    ]
    if misses:
        click.echo(gitexport.misses(tracks), nl=False)
    else:
        # A MusicSync that is applied before its Tracks begins without them.
        click.echo(written(gitexport.kept(resource) for resource in (*tracks, *syncs)), nl=False)
