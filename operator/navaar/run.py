"""Where the operator's process begins: with the Tracks, as those take longest."""

import asyncio
import gc
import logging
import sys
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING

from navaar.kube.client import Kube
from navaar.kube.errors import KubeError
from navaar.kube.lease import Elector
from navaar.options import Options
from navaar.store.trackstore import TrackStore
from navaar.telemetry import logs

if TYPE_CHECKING:
    from navaar.process import Process

log = logging.getLogger("navaar")

COLLECTED = (10_000, 20, 50)
"""After how many new objects what nobody holds any more is looked for, and how often among the older ones."""


async def _run(options: Options) -> int:
    cluster = partial(Kube.connect, options.kubeconfig, options.context, in_cluster=options.in_cluster)
    try:
        lease_kube = await cluster(pool=4)
        elector = Elector(lease_kube, options.namespace, options.lease)
        kube = await cluster(guard=elector.guard)
    except KubeError as error:
        log.error("%s: say which cluster is meant with --kubeconfig and --context", str(error).rstrip("."))
        return 1
    store = TrackStore(kube, namespaces=options.namespaces)
    following = asyncio.create_task(store.run())
    # The API server needs as long for the first of many Tracks as it takes to import all of the rest.
    process = await asyncio.to_thread(_process)
    # What was imported stays for good. Without this, every full collection walks through all of it.
    gc.collect()
    gc.freeze()
    return await process(options, lease_kube, elector, kube, store, following).run()


def _process() -> "type[Process]":
    # Where rich is there, as it is for our command line, httpx imports one of its own, with pygments: 3 MiB for nothing.
    # It does without where that can't be imported.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
    # spotipy takes the name of an error from redis, for a cache of tokens that is not ours: 6 MiB for nothing, too.
    sys.modules["redis"] = SimpleNamespace(RedisError=LookupError)  # type: ignore[assignment]
    try:
        from navaar.process import Process
    finally:
        del sys.modules["redis"]
    return Process


def main(options: Options) -> int:
    """Runs the operator; the process's exit code."""
    logs.configure(options.log_format, options.log_level)
    # Tracks hold no cycles: at the usual thresholds, walking through all of them again and again takes a third of the
    # time that reading 20,000 of them does.
    gc.set_threshold(*COLLECTED)
    return asyncio.run(_run(options))
