"""`navaar pin`: this is the right one."""

from typing import TYPE_CHECKING

import click

from navaar.cli import options
from navaar.cli.scope import Choice
from navaar.cli.values import ENTRY, PLACE

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster
    from navaar.people.act import Act
    from reconcilers.services.protocol import ServiceName


@click.command()
@click.argument("track")
@click.argument("entries", nargs=-1, type=ENTRY, metavar="[ID|ADDRESS]…")
@click.option("--remove", "removed", multiple=True, type=PLACE, metavar="PLACE", help="Take the pin back there.")
@options.chosen
@options.rehearsed
@options.printed
@options.on_cluster
async def command(
    track: str, entries: "tuple[tuple[ServiceName, str], ...]", removed: "tuple[ServiceName, ...]", choice: Choice,
    dry_run: str, form: str, cluster: "Cluster",
) -> int:  # fmt: skip
    """Says that this is the song: by its id or address in a place, or as place=ID."""
    if not entries and not removed:
        raise click.UsageError("say what to pin: an id or address of Telegram, YouTube or Spotify; or --remove PLACE")
    wanted = dict(entries)
    if len(wanted) != len(entries):
        raise click.UsageError("there is one pin for each place: two of these are of the same one")
    from navaar.cli.changes import change
    from navaar.people import acts

    async def decide() -> "list[Act]":
        found = await cluster.track(track, choice.sync)
        return acts.joined([*acts.pin(found, wanted), *acts.unpin(found, removed)])

    return await change(cluster, decide, form, dry_run, nothing="It is pinned so already.")
