"""`navaar undo`: take back what was done of late."""

import sys
from typing import TYPE_CHECKING

import click

from navaar.cli import options
from navaar.cli.moment import now
from navaar.cli.output import clean
from navaar.cli.scope import Choice, DryRun
from navaar.cli.values import SPAN

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster
    from navaar.people.act import Act
    from navaar.people.undo import Stays


@click.command()
@click.argument("names", nargs=-1, metavar="[TRACK]…")
@click.option("--since", "span", type=SPAN, required=True, metavar="SPAN", help="How far back, such as 30m, 2h or 7d.")
@click.option("-y", "--yes", is_flag=True, help="Don't ask.")
@options.chosen
@options.rehearsed
@options.printed
@options.on_cluster
async def command(
    names: tuple[str, ...], span: float, yes: bool, choice: Choice, dry_run: str, form: str, cluster: "Cluster"
) -> int:
    """Takes back what was done since then, with every song or with some.

    What was placed goes again; what people put somewhere, and what was placed before, stays and is left alone. What `state:
    Absent` took out comes back. What can't be undone is listed.

    More removals than maxDeletes wait for approval, as always.
    """
    from navaar.cli.changes import change

    stays: list[Stays] = []
    since = now() - span

    async def decide() -> "list[Act]":
        acts, stays[:] = await _decided(cluster, names, choice, since)
        return acts

    if dry_run == DryRun.NONE and not yes:
        found = await decide()
        if found and not sys.stdin.isatty():
            raise click.UsageError(f"this would change {len(found)} songs: see which with --dry-run, and say --yes")
        for act in found:
            click.echo(clean(act.says), err=True)
        if found:
            click.confirm(f"Change {len(found)} song{'' if len(found) == 1 else 's'}?", abort=True, err=True)
    code = await change(cluster, decide, form, dry_run, nothing="Nothing was done since then that can be undone.")
    for one in stays:
        click.echo(clean(f"Stays: {one.song} in {one.service.title}: {one.why} ({one.name})"), err=True)
    return code


async def _decided(
    cluster: "Cluster", names: tuple[str, ...], choice: Choice, since: float
) -> "tuple[list[Act], list[Stays]]":
    from navaar.people.song import placements_of, sync_of
    from navaar.people.undo import undo
    from reconcilers.services.protocol import ServiceName

    tracks = [await cluster.track(name, choice.sync) for name in names] if names else await cluster.tracks(choice)
    syncs = {(one["metadata"]["namespace"], one["metadata"]["name"]): one for one in await cluster.syncs()}
    acts: list[Act] = []
    stays: list[Stays] = []
    for track in tracks:
        sync = syncs.get((track["metadata"]["namespace"], sync_of(track)))
        there = sync["spec"] if sync is not None else placements_of(track)
        declared = [service for service in ServiceName if there.get(service.value)]
        some, lasting = undo(track, declared, since, now())
        acts += some
        stays += lasting
    return acts, stays
