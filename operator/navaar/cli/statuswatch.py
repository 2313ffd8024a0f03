"""`navaar status --watch`: the MusicSyncs as they change, and how fast they get on."""

import asyncio
import sys
import time
from collections import deque
from collections.abc import Collection
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from navaar.cli.cluster import sync_name
from navaar.cli.output import console, line, on_terminal
from navaar.cli.statusview import drawn, said
from navaar.kube.client import Resource
from navaar.kube.errors import Gone, Unavailable
from navaar.kube.kinds import MUSICSYNCS
from navaar.people.overview import Overview, overview
from navaar.people.progress import Progress, progress
from reconcilers.services.protocol import ServiceName

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster

WINDOW = 600.0
"""Seconds over which the pace is measured."""

AGAIN = 2.0
"""Seconds before a watch that was cut off is begun anew."""

Key = tuple[str, str]


@dataclass(slots=True)
class Watched:
    """One MusicSync, and how many songs each place had when."""

    resource: Resource
    past: dict[ServiceName, deque[tuple[float, int]]] = field(default_factory=dict)

    def see(self, resource: Resource, now: float) -> None:
        """Takes in what it is by now. `now` is in seconds of any clock that only advances."""
        self.resource = resource
        for place in overview(resource).places:
            if place.placed is not None:
                seen = self.past.setdefault(place.service, deque())
                seen.append((now, place.placed))
                while seen[0][0] < now - WINDOW:
                    seen.popleft()

    def paces(self, now: float) -> dict[ServiceName, Progress]:
        """The progress of the places whose pace is known."""
        status = self.resource.get("status") or {}
        found = {}
        for service, seen in self.past.items():
            (since, first), (_, last) = seen[0], seen[-1]
            if now > since and last > first:
                known = progress(service, status.get(service.value) or {}, (last - first) / (now - since))
                if known is not None:
                    found[service] = known
        return found


async def follow(cluster: "Cluster", names: Collection[str], labels: str) -> None:
    """Shows these MusicSyncs (none named: all) until it is interrupted."""
    names = frozenset(map(sync_name, names))
    watched = {_key(one): Watched(one) for one in await cluster.syncs(names, labels)}
    for one in watched.values():
        one.see(one.resource, time.monotonic())
    changed = asyncio.Event()
    changed.set()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_keep(cluster, watched, names, labels, changed))
        tasks.create_task(_draw(watched, changed) if on_terminal() else _tell(watched, changed))


async def _draw(watched: dict[Key, Watched], changed: asyncio.Event) -> None:
    """One live picture, whose times advance."""
    from rich.console import Group
    from rich.live import Live
    from rich.text import Text

    with Live(console=console(), auto_refresh=False, vertical_overflow="crop") as live:
        while True:
            changed.clear()
            now, width = time.monotonic(), console().width
            parts: list[Any] = []
            for _, one in sorted(watched.items()):
                parts += [drawn(overview(one.resource), width, one.paces(now), live=True), Text()]
            parts = parts or [Text("No MusicSyncs yet.")]
            live.update(Group(*parts, Text("Ctrl-C ends this.", "dim")), refresh=True)
            try:
                async with asyncio.timeout(1.0):
                    await changed.wait()
            except TimeoutError:
                continue


async def _tell(watched: dict[Key, Watched], changed: asyncio.Event) -> None:
    """Each picture once, when it is another than before."""
    told: dict[Key, Overview] = {}
    while True:
        await changed.wait()
        changed.clear()
        for key, one in sorted(watched.items()):
            view = overview(one.resource)
            if told.get(key) != view:
                told[key] = view
                said(view)
                line()
        sys.stdout.flush()


async def _keep(
    cluster: "Cluster", watched: dict[Key, Watched], names: Collection[str], labels: str, changed: asyncio.Event
) -> None:
    """Keeps what is watched the same as the API server has it."""
    kube = await cluster.kube()
    while True:
        found, version = [], 0
        async with aclosing(kube.pages(MUSICSYNCS, cluster.namespace, labels=labels)) as pages:
            async for items, at in pages:
                found += items
                version = at or version
        _take(watched, {_key(one): one for one in found if not names or one["metadata"]["name"] in names}, changed)
        try:
            await _stream(cluster, watched, names, labels, version, changed)
        except (Gone, Unavailable):
            await asyncio.sleep(AGAIN)


async def _stream(
    cluster: "Cluster",
    watched: dict[Key, Watched],
    names: Collection[str],
    labels: str,
    version: int,
    changed: asyncio.Event,
) -> None:
    rest = b""
    async with (await cluster.kube()).watch(MUSICSYNCS, cluster.namespace, version, labels=labels) as chunks:
        async for chunk in chunks:
            *lines, rest = (rest + chunk).split(b"\n")
            for text in lines:
                event = from_json(text)
                if event["type"] == "ERROR":
                    raise Gone(str(event["object"].get("message", "")))
                if event["type"] == "BOOKMARK" or (names and event["object"]["metadata"]["name"] not in names):
                    continue
                key = _key(event["object"])
                if event["type"] == "DELETED":
                    watched.pop(key, None)
                else:
                    watched.setdefault(key, Watched(event["object"])).see(event["object"], time.monotonic())
                changed.set()


def _take(watched: dict[Key, Watched], found: dict[Key, Resource], changed: asyncio.Event) -> None:
    for key in watched.keys() - found.keys():
        del watched[key]
    for key, one in found.items():
        watched.setdefault(key, Watched(one)).see(one, time.monotonic())
    changed.set()


def _key(resource: Resource) -> Key:
    return resource["metadata"]["namespace"], resource["metadata"]["name"]
