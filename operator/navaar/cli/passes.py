"""A pass that a person asks for, and waiting for it."""

import asyncio
import os
import time
from typing import TYPE_CHECKING

import click

from navaar.api.instant import written
from navaar.cli.changes import change
from navaar.cli.options import DryRun
from navaar.cli.trouble import Trouble
from navaar.kube.client import Resource
from navaar.kube.kinds import MUSICSYNCS
from navaar.people import acts
from navaar.people.act import Act
from navaar.people.overview import overview

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster

LOOK = 0.5
"""Seconds between two looks."""


async def ask(cluster: "Cluster", sync: Resource, *, wait: bool, timeout: float, form: str, dry_run: str) -> int:
    """Asks for a pass, and waits for it if that is wished; the exit code. Raises Trouble where it isn't made in time."""
    stamp = f"{written(round(time.time(), 3))}-{os.getpid()}"

    async def decide() -> list[Act]:
        return acts.ask_for_pass(sync, stamp)

    code = await change(cluster, decide, form, dry_run, nothing="")
    if not wait or dry_run != DryRun.NONE:
        return code
    metadata, kube = sync["metadata"], await cluster.kube()
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        current = await kube.get(MUSICSYNCS, metadata["namespace"], metadata["name"])
        if (current.get("status") or {}).get("lastHandledReconcileAt") == stamp:
            view = overview(current)
            if form == "table":
                click.echo(f"{metadata['name']}: {view.ready.word}; {view.numbers}")
            return code
        await asyncio.sleep(LOOK)
    raise Trouble(
        f"{metadata['name']} was asked for a pass, and has not made it within {timeout:.0f} s: is the operator running? "
        f"`kubectl get lease -A` says who leads, `navaar status {metadata['name']}` how it stands"
    )
