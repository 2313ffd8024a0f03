"""`navaar sync`: a pass now."""

from typing import TYPE_CHECKING

import click

from navaar.cli import options
from navaar.cli.values import SPAN

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster


@click.command()
@click.argument("name", required=False, metavar="[MUSICSYNC]")
@click.option("--wait", is_flag=True, help="Until the pass was made.")
@click.option("--timeout", type=SPAN, default="5m", show_default=True, metavar="SPAN", help="How long to wait at most.")
@options.rehearsed
@options.printed
@options.on_cluster
async def command(name: str | None, wait: bool, timeout: float, dry_run: str, form: str, cluster: "Cluster") -> int:
    """Has every place read whole now, and what was given up tried again."""
    from navaar.cli.passes import ask

    return await ask(cluster, await cluster.sync(name), wait=wait, timeout=timeout, form=form, dry_run=dry_run)
