"""`navaar queue`: what is to come."""

from typing import TYPE_CHECKING

import click

from navaar.cli import options
from navaar.cli.moment import now
from navaar.cli.output import Cell, Column, line, objects, table
from navaar.cli.scope import Choice
from navaar.cli.values import PLACE

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster
    from navaar.people.queue import Waiting
    from reconcilers.services.protocol import ServiceName

COLUMNS = (
    Column("Turn", right=True), Column("Place"), Column("Does"), Column("Song", elastic=True), Column("Source", roomy=90),
    Column("When"), Column("Name", roomy=110), Column("Why", wide=True),
)  # fmt: skip


@click.command()
@click.option("--in", "place", type=PLACE, metavar="PLACE", help="Only telegram, youtubeMusic or spotify.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the next N of each place.")
@options.chosen
@options.printed
@options.on_cluster
async def command(
    place: "ServiceName | None", limit: int | None, choice: Choice, form: str, cluster: "Cluster"
) -> None:  # fmt: skip
    """What is to come, in the order in which its turn comes, and when that is, as the services' limits allow.

    New songs and requests go before the backlog, each in the order in which they were first seen.
    """
    from navaar.people.queue import queue
    from navaar.people.song import sync_of

    syncs = {(one["metadata"]["namespace"], one["metadata"]["name"]): one for one in await cluster.syncs()}
    tracks = await cluster.tracks(choice)
    groups: dict[tuple[str, str], list[dict[str, object]]] = {}
    for track in tracks:
        groups.setdefault((track["metadata"]["namespace"], sync_of(track)), []).append(track)
    queues = {
        key: [one for one in queue(syncs.get(key), groups[key], now())
              if place in (None, one.service) and one.turn <= (limit or one.turn)]
        for key in sorted(groups)
    }  # fmt: skip
    queues = {key: found for key, found in queues.items() if found}
    if form not in ("table", "wide"):
        waiting = (one.track for found in queues.values() for one in found)
        objects({(one["metadata"]["namespace"], one["metadata"]["name"]): one for one in waiting}.values(), form)
        return
    if not queues:
        click.echo(
            f"Nothing waits {cluster.scope}: every song is where it should be, or waits for something else.", err=True
        )
        return
    for number, (key, found) in enumerate(queues.items()):
        if len(queues) > 1:
            if number:
                line()
            line("/".join(key), "strong")
        _print(found, wide=form == "wide")


def _print(found: "list[Waiting]", *, wide: bool) -> None:
    rows: list[list[str | Cell]] = [
        [
            str(one.turn), one.service.title, Cell(one.operation, "busy"), one.song, one.source, one.next.when,
            one.track["metadata"]["name"], one.next.says,
        ]
        for one in found
    ]  # fmt: skip
    table(COLUMNS, rows, wide=wide)
    for says in dict.fromkeys(one.next.says for one in found if one.next.when not in ("next", "now", "")):
        if not says.endswith("oldest first"):
            line(says)
