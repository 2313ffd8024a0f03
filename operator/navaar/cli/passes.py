"""What a person asks to be done now, and waiting for it: a pass, or another try of some songs."""

import asyncio
import os
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

from navaar.api.instant import written
from navaar.cli.changes import change
from navaar.cli.output import clean
from navaar.cli.scope import DryRun
from navaar.cli.trouble import Trouble
from navaar.kube.client import Resource
from navaar.kube.kinds import MUSICSYNCS, TRACKS, Kind
from navaar.people import acts
from navaar.people.act import Act
from navaar.people.overview import overview
from navaar.people.song import song_of, status_of

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster

LOOK = 0.5
"""Seconds between two looks."""


async def ask(cluster: "Cluster", sync: Resource, *, wait: bool, timeout: float, form: str, dry_run: str) -> int:
    """Asks for a pass, and waits for it if that is wished; the exit code. Raises Trouble where it isn't made in time."""
    stamp = _stamp()

    async def decide() -> list[Act]:
        return acts.ask_for_pass(sync, stamp)

    code = await change(cluster, decide, form, dry_run, nothing="")
    if wait and dry_run == DryRun.NONE:
        name = sync["metadata"]["name"]
        current = await _until(cluster, MUSICSYNCS, sync, lambda one: _handled(one, stamp), time.monotonic() + timeout)
        if current is None:
            raise Trouble(f"{name} was asked for a pass, and has not made it within {timeout:.0f} s: {_who(name)}")
        if form == "table":
            view = overview(current)
            click.echo(f"{name}: {view.ready.word}; {view.numbers}")
    return code


async def ask_for_songs(
    cluster: "Cluster", tracks: Iterable[Resource], *, wait: bool, timeout: float, form: str, dry_run: str
) -> int:
    """Has these songs tried again, and waits for what comes of it if that is wished; the exit code. Raises Trouble."""
    stamp, songs = _stamp(), {(one["metadata"]["namespace"], one["metadata"]["name"]): one for one in tracks}

    async def decide() -> list[Act]:
        return [act for one in songs.values() for act in acts.retry(one, stamp)]

    code = await change(cluster, decide, form, dry_run, nothing="")
    end = time.monotonic() + timeout
    for one in songs.values() if wait and dry_run == DryRun.NONE else ():
        name = one["metadata"]["name"]
        if await _until(cluster, TRACKS, one, lambda track: _handled(track, stamp), end) is None:
            raise Trouble(
                f"{name} was not taken up within {timeout:.0f} s: {_who(one['spec']['musicSyncRef']['name'])}"
            )
        current = await _until(cluster, TRACKS, one, lambda track: status_of(track).get("phase") != "Syncing", end)
        if current is None:
            raise Trouble(
                f"{name} is still on its way after {timeout:.0f} s: `navaar explain {name}` tells what it waits for"
            )
        if form == "table":
            status = status_of(current)
            message = f": {status['message']}" if status.get("message") else ""
            click.echo(clean(f"{song_of(current)}: {status.get('phase')}{message}"))
    return code


def _stamp() -> str:
    return f"{written(round(time.time(), 3))}-{os.getpid()}"


def _handled(resource: Resource, stamp: str) -> bool:
    return bool((resource.get("status") or {}).get("lastHandledReconcileAt") == stamp)


def _who(sync: str) -> str:
    return f"is the operator running? `kubectl get lease -A` says who leads, `navaar status {sync}` how it stands"


async def _until(
    cluster: "Cluster", kind: Kind, resource: Resource, holds: Callable[[Resource], bool], end: float
) -> Resource | None:
    """The object once that holds; None: it doesn't at the `end`, by the monotonic clock."""
    metadata, kube = resource["metadata"], await cluster.kube()
    while True:
        current = await kube.get(kind, metadata["namespace"], metadata["name"])
        if holds(current):
            return current
        if time.monotonic() >= end:
            return None
        await asyncio.sleep(LOOK)
