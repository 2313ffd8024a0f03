"""`navaar retry`: try again what failed."""

from typing import TYPE_CHECKING

import click

from navaar.cli import options
from navaar.cli.options import Choice
from navaar.cli.output import clean
from navaar.cli.values import SPAN

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster


@click.command()
@click.argument("track", required=False)
@click.option("--sync", metavar="NAME", help="The MusicSync (default: the TRACK's, or the only one in the namespace).")
@click.option("--wait", is_flag=True, help="Until the pass that tries again was made.")
@click.option("--timeout", type=SPAN, default="5m", show_default=True, metavar="SPAN", help="How long to wait at most.")
@options.rehearsed
@options.printed
@options.on_cluster
async def command(
    track: str | None, sync: str | None, wait: bool, timeout: float, dry_run: str, form: str, cluster: "Cluster"
) -> int:  # fmt: skip
    """Has what failed tried again. It is asked of the MusicSync: all that failed there is tried, not only one TRACK."""
    from navaar.cli.passes import ask
    from navaar.people.failure import failures
    from navaar.people.song import song_of, sync_of

    tracks = []
    if track is not None:
        one = await cluster.track(track, sync)
        found = await cluster.sync_named(sync_of(one), one)
        if found is None:
            raise click.ClickException(f"the MusicSync {sync_of(one)} of {song_of(one)} is gone: nothing works on it")
        tracks = [one]
    else:
        found = await cluster.sync(sync)
        tracks = await cluster.tracks(Choice(found["metadata"]["name"]), ("Failed",))
    for one in tracks:
        for failure in failures(one):
            if failure.mend is not None:
                said = f"{song_of(one)} won't get further by itself: {failure.message}; {failure.mend.line}"
                click.echo(clean(said), err=True)
    if not any(failures(one) for one in tracks):
        click.echo(
            clean(f"{song_of(tracks[0])} has not failed." if track is not None else "No song has failed."), err=True
        )
    return await ask(cluster, found, wait=wait, timeout=timeout, form=form, dry_run=dry_run)
