"""`navaar retry`: try again what failed."""

from typing import TYPE_CHECKING

import click

from navaar.cli import options
from navaar.cli.output import clean
from navaar.cli.scope import Choice
from navaar.cli.values import SPAN

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster


@click.command()
@click.argument("names", nargs=-1, metavar="[TRACK]…")
@click.option("--sync", metavar="NAME", help="The MusicSync (default: the TRACKs', or the only one in the namespace).")
@click.option("--wait", is_flag=True, help="Until it was tried.")
@click.option("--timeout", type=SPAN, default="5m", show_default=True, metavar="SPAN", help="How long to wait at most.")
@options.rehearsed
@options.printed
@options.on_cluster
async def command(
    names: tuple[str, ...], sync: str | None, wait: bool, timeout: float, dry_run: str, form: str, cluster: "Cluster"
) -> int:  # fmt: skip
    """Has songs tried again: those that are named, else all that a MusicSync gave up.

    For a song that is named, a place that didn't have it is asked again, too; but no service is asked for the same twice
    within a day. Where none is named, every place is read whole as well.
    """
    from navaar.cli import passes
    from navaar.people.failure import failures
    from navaar.people.song import song_of, status_of, sync_of

    if names:
        tracks = [await cluster.track(name, sync) for name in names]
        for one in tracks:
            if same := status_of(one).get("duplicateOf"):
                raise click.ClickException(f"{song_of(one)} is a song that {same} stands for: `navaar retry {same}`")
            its = await cluster.sync_named(sync_of(one), one)
            if its is None:
                raise click.ClickException(
                    f"the MusicSync {sync_of(one)} of {song_of(one)} is gone: nothing works on it"
                )
            if its["spec"].get("suspend"):
                said = f"MusicSync {sync_of(one)} is suspended: {song_of(one)} is tried once it goes on."
                click.echo(clean(said), err=True)
    else:
        found = await cluster.sync(sync)
        tracks = await cluster.tracks(Choice(found["metadata"]["name"]), ("Failed",))
    for one in tracks:
        for failure in failures(one):
            if failure.mend is not None:
                said = f"{song_of(one)} won't get further by itself: {failure.message}; {failure.mend.line}"
                click.echo(clean(said), err=True)
    if names:
        for one in tracks:
            if not failures(one) and status_of(one).get("phase") != "Partial":
                click.echo(clean(f"{song_of(one)} has not failed."), err=True)
        return await passes.ask_for_songs(cluster, tracks, wait=wait, timeout=timeout, form=form, dry_run=dry_run)
    if not any(failures(one) for one in tracks):
        click.echo("No song has failed.", err=True)
    return await passes.ask(cluster, found, wait=wait, timeout=timeout, form=form, dry_run=dry_run)
