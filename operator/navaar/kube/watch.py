"""MusicSyncs as they come and go, by Kopf: it triggers, and writes nothing.

Kopf has a thread and an event loop of its own: it takes the main thread's signals for itself otherwise, and cancels at its
end every task that began after it.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import kopf

from navaar.api.common import GROUP, VERSION
from navaar.kube.client import Kube

log = logging.getLogger(__name__)

# In a thread of its own it can't hear signals, and warns of that at each start.
logging.getLogger("kopf._core.reactor.running").addFilter(lambda record: "signals are ignored" not in str(record.msg))

OnResource = Callable[[Mapping[str, Any]], None]


def settings() -> kopf.OperatorSettings:
    """Kopf as we use it: one list and one watch, with short timeouts and no writes."""
    made = kopf.OperatorSettings()
    made.scanning.disabled = True
    made.peering.standalone = True
    made.posting.enabled = False
    made.watching.chunk_size = 500
    made.watching.connect_timeout = 5
    made.networking.request_timeout = 30
    made.persistence.finalizer = f"{GROUP}/never-set"
    return made


def connection(kube: Kube) -> kopf.ConnectionInfo:
    """The API server for Kopf, with the credentials that everything else has."""
    held = kube.configuration
    scheme, _, token = (held.api_key.get("authorization") or held.api_key.get("BearerToken") or "").partition(" ")
    return kopf.ConnectionInfo(
        server=held.host,
        ca_path=held.ssl_ca_cert,
        insecure=not held.verify_ssl,
        scheme=scheme if token else None,
        token=token or scheme or None,
        certificate_path=held.cert_file,
        private_key_path=held.key_file,
    )


class Watch:
    """Tells of every MusicSync (`changed`) and of every deletion (`gone`), in the event loop that it was started in.

    `failed` is called when it ends of itself: the process must then end too, for it is blind.
    """

    def __init__(
        self,
        kube: Kube,
        namespaces: Sequence[str] | None,
        changed: OnResource,
        gone: OnResource,
        failed: Callable[[str], None],
    ) -> None:
        self._kube = kube
        self._namespaces = namespaces
        self._changed = changed
        self._gone = gone
        self._failed = failed
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins to watch."""
        loop = asyncio.get_running_loop()
        registry = kopf.OperatorRegistry()

        @kopf.on.login(registry=registry)
        def login(**_: Any) -> kopf.ConnectionInfo:
            return connection(self._kube)

        @kopf.on.event(GROUP, VERSION, "musicsyncs", registry=registry)
        def event(type: str | None, body: kopf.Body, **_: Any) -> None:
            resource = dict(body)
            loop.call_soon_threadsafe(self._gone if type == "DELETED" else self._changed, resource)

        def run() -> None:
            trouble = "the watch of MusicSyncs ended"
            try:
                asyncio.run(
                    kopf.operator(
                        registry=registry,
                        settings=settings(),
                        clusterwide=self._namespaces is None,
                        namespaces=tuple(self._namespaces or ()),
                        stop_flag=self._stop,
                    )
                )
            except Exception as error:
                trouble = f"the watch of MusicSyncs failed: {type(error).__name__}: {error}"
            if not self._stop.is_set():
                loop.call_soon_threadsafe(self._failed, trouble)

        self._thread = threading.Thread(target=run, name="kopf", daemon=True)
        self._thread.start()

    async def close(self, grace: float = 5.0) -> None:
        """Ends the watch."""
        self._stop.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, grace)
