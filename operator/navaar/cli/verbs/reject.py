"""`navaar reject`: never this one."""

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
@click.option(
    "--in", "place", type=PLACE, metavar="PLACE", help="Only what is asked in telegram, youtubeMusic or spotify."
)
@click.option("--remove", is_flag=True, help="Take the reject back.")
@options.chosen
@options.rehearsed
@options.printed
@options.on_cluster
async def command(
    track: str, entries: "tuple[tuple[ServiceName, str], ...]", place: "ServiceName | None", remove: bool,
    choice: Choice, dry_run: str, form: str, cluster: "Cluster",
) -> int:  # fmt: skip
    """Says that this is not the song. Without an id, says no to what `navaar review TRACK` asks: none of these."""
    if remove and not entries:
        raise click.UsageError("say which reject to take back: an id or address")
    from navaar.cli.changes import change
    from navaar.people import acts, question

    ids: dict[ServiceName, list[str]] = {}
    for service, id in entries:
        ids.setdefault(service, []).append(id)

    async def decide() -> "list[Act]":
        found = await cluster.track(track, choice.sync)
        if not ids:
            return question.refuse(found, place)
        return acts.unreject(found, ids) if remove else acts.reject(found, ids)

    return await change(cluster, decide, form, dry_run, nothing="It is so already.")
