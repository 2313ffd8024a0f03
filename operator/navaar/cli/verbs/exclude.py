"""`navaar exclude`: leave it alone."""

from typing import TYPE_CHECKING

import click

from navaar.cli import options
from navaar.cli.scope import Choice
from navaar.cli.values import PLACE

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster
    from navaar.people.act import Act
    from reconcilers.services.protocol import ServiceName


@click.command()
@click.argument("track", required=False)
@click.option("--from", "places", multiple=True, type=PLACE, metavar="PLACE",
              help="Only there; may be repeated (default: everywhere).")  # fmt: skip
@click.option("--artist", metavar="NAME", help="Every song of this artist, in place of one TRACK.")
@click.option("--title", metavar="TITLE", help="Every song of this title.")
@click.option("--id", "id", metavar="ID", help="Every song with this id in a place.")
@click.option("--remove", is_flag=True, help="No longer leave it alone.")
@options.chosen
@options.rehearsed
@options.printed
@options.on_cluster
async def command(
    track: str | None, places: "tuple[ServiceName, ...]", artist: str | None, title: str | None, id: str | None,
    remove: bool, choice: Choice, dry_run: str, form: str, cluster: "Cluster",
) -> int:  # fmt: skip
    """Leaves a song alone, everywhere or in some places: it is neither added there nor removed.

    With --artist, --title or --id, all songs that fit: that is written into the MusicSync.
    """
    entry = {name: value for name, value in (("artist", artist), ("title", title), ("id", id)) if value}
    if (track is None) == (not entry):
        raise click.UsageError("say which: a TRACK, or --artist, --title, --id for all that fit")
    if entry and places:
        raise click.UsageError("--from goes with a TRACK: songs of an artist or title are left alone everywhere")
    from navaar.cli.changes import change
    from navaar.people import acts
    from reconcilers.services.protocol import ServiceName

    async def decide() -> "list[Act]":
        if track is None:
            sync = await cluster.sync(choice.sync)
            return acts.include_songs(sync, entry) if remove else acts.exclude_songs(sync, entry)
        found = await cluster.track(track, choice.sync)
        if remove:
            return acts.include(found, places or tuple(ServiceName))
        return acts.exclude(found, places or await _declared(cluster, found))

    return await change(cluster, decide, form, dry_run, nothing="It is so already.")


async def _declared(cluster: "Cluster", track: dict[str, object]) -> "list[ServiceName]":
    from navaar.people.song import placements_of, sync_of
    from reconcilers.services.protocol import ServiceName

    sync = await cluster.sync_named(sync_of(track), track)
    there = sync["spec"] if sync is not None else placements_of(track)
    return [service for service in ServiceName if service.value in there]
