"""The operator's process: what is started in which order, and ended in which."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import Awaitable, Coroutine
from pathlib import Path
from typing import Any

from telegram import Bot

from navaar.account.accounts import Accounts
from navaar.account.book import AccountBook
from navaar.account.ledger import Ledger
from navaar.account.secrets import Secrets
from navaar.bot.desk import Desk
from navaar.bot.house import House
from navaar.controller import Controller
from navaar.deliveries import Deliveries
from navaar.http.access import Gate, is_loopback
from navaar.http.app import application
from navaar.http.endpoints import Answers
from navaar.http.live import Live
from navaar.http.reviews import Reviews
from navaar.http.server import HttpServer
from navaar.http.sources import Leader, Sources
from navaar.intake import Intake
from navaar.kube.client import Kube, Resource, Throttled, Unavailable
from navaar.kube.events import Events
from navaar.kube.heartbeat import Heartbeat
from navaar.kube.kinds import MUSICSYNCS
from navaar.kube.lease import Elector
from navaar.kube.watch import Watch
from navaar.notices.notifier import Notifier
from navaar.notices.post import Mail
from navaar.options import Options
from navaar.page.site import Site
from navaar.session import Shared
from navaar.store.syncs import Syncs
from navaar.store.trackstore import TrackStore
from navaar.telemetry import lag
from navaar.telemetry.loglines import LogLines
from navaar.telemetry.metrics import Metrics
from navaar.unheard import Unheard
from reconcilers.audio import workdir
from reconcilers.services.calls import OnCall
from reconcilers.services.protocol import ServiceName

log = logging.getLogger("navaar")

# Not tempfile.gettempdir(): that raises where the disk is full, which is for those to say who need the room.
TEMPORARY = Path(os.environ.get("TMPDIR") or "/tmp")  # noqa: S108


class Process:
    """The running operator. `following` keeps the `store` the same as the API server; `lease_kube` is for Leases."""

    def __init__(
        self,
        options: Options,
        lease_kube: Kube,
        elector: Elector,
        kube: Kube,
        store: TrackStore,
        following: "asyncio.Task[None]",
    ) -> None:
        self.options = options
        self.lease_kube = lease_kube
        self.elector = elector
        self.kube = kube
        self.store = store
        self.following = following
        self.stop = asyncio.Event()
        self.exit_code = 0
        self.trouble: str | None = None

    def fail(self, why: str) -> None:
        """Ends the process, and makes it say why."""
        self.trouble = self.trouble or why
        self.exit_code = 1
        self.stop.set()

    async def run(self) -> int:
        """Runs until SIGTERM or SIGINT (0), or until it can't go on (1)."""
        options = self.options
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, self.stop.set)
        lease_kube, elector, kube, store = self.lease_kube, self.elector, self.kube, self.store
        metrics = Metrics()
        events = Events(kube)
        controller = Controller(kube, events, metrics)
        store.index.on_foreign = controller.track_changed
        secrets = Secrets(kube, options.namespace)
        watched = [
            secrets.informer(namespace, controller.secret_changed) for namespace in options.namespaces or (None,)
        ]
        metrics.observe(store, controller, elector)
        live = Live()
        deliveries = Deliveries(live.moved)
        syncs = Syncs(kube, options.namespaces, live.changed)
        store.index.on_change = live.changed
        wants_tokens = not is_loopback(options.host) if options.tokens is None else options.tokens
        reviews = Reviews(kube.configuration) if wants_tokens else None
        lines = LogLines()
        logging.getLogger().addHandler(lines)
        house = House(kube, store, syncs, lines, controller.work, controller.ask, controller.search)
        api, site = None, None
        if options.api:
            leader = lambda: Leader(elector.holder, elector.leading, elector.active)  # noqa: E731
            sources = Sources(options.namespaces, store, syncs, lines, leader, controller.work, deliveries.under_way)
            gate = Gate(reviews, options.token_file, local=is_loopback(options.host))
            api, site = (Answers(sources, live), gate), Site(sources, gate, live)
        endpoints = HttpServer(
            application(
                alive=lambda: self.trouble,
                ready=lambda: _unready(store, syncs, elector),
                metrics=metrics.render,
                api=api,
                pages=site,
            ),
            host=options.host,
            port=options.port,
        )
        try:
            await endpoints.start()
        except OSError as error:
            self.fail(
                f"nothing can be served on {options.host}:{options.port}: {os.strerror(error.errno or 0)}; see --listen"
            )
        else:
            served = "/healthz, /readyz, /metrics" + (", /api, /docs and the page" if api else "")
            log.info("serving %s on port %d", served, endpoints.addresses[0][1])
        background = [
            self._background(lag.measure(metrics.lagged), "the event loop can no longer be measured"),
            self._background(self.following, "the Tracks can no longer be followed"),
            self._background(syncs.run(), "the MusicSyncs can no longer be followed"),
            self._background(elector.run(), "the Lease was lost"),
            self._background(events.run(), "Events can no longer be written"),
            *(self._background(informer.run(), "the Secrets can no longer be followed") for informer in watched),
        ]
        watch = Watch(kube, options.namespaces, controller.changed, controller.gone, self.fail)
        accounts: Accounts | None = None
        try:
            log.info("waiting for the Lease %s/%s", options.namespace, options.lease)
            if not await self._until(elector.acquired.wait()):
                return self.exit_code
            log.info("leading, epoch %d; reading what there is", elector.epoch)
            if not await self._until(
                asyncio.gather(store.wait_synced(), *(informer.synced.wait() for informer in watched))
            ):
                return self.exit_code
            with workdir(options.workdir or TEMPORARY) as folder:

                def open_intake(bot: Bot, name: str, unheard: Unheard) -> Intake:
                    heartbeat = Heartbeat(lease_kube, options.namespace, f"navaar-bot-{name}", elector.holder)
                    return Intake(
                        bot,
                        heartbeat,
                        ready=controller.primed.wait,
                        notify=controller.wake_all,
                        on_call=on_call(ServiceName.TELEGRAM),
                        desk=Desk(bot, house, on_call=on_call(ServiceName.TELEGRAM)),
                        unheard=unheard,
                    )

                def on_call(service: ServiceName) -> OnCall:
                    return lambda operation, units, outcome, seconds: metrics.called(
                        service, operation, units, outcome, seconds
                    )

                book = AccountBook(Ledger(lease_kube, options.namespace), on_call)
                accounts = Accounts(secrets, folder, open_intake, book, deliveries.told)
                metrics.show(accounts)
                background.append(self._background(book.run(), "what the accounts have used can't be kept"))
                shared = Shared(
                    store,
                    accounts,
                    controller.wake,
                    elector.still_leader,
                    lambda: elector.epoch,
                    options.timing,
                    metrics,
                    Notifier(Mail(accounts, secrets), controller.remember, elector.still_leader),
                    deliveries,
                )
                known = [
                    resource
                    for namespace in (options.namespaces or (None,))
                    for resource in await _listed(kube, namespace)
                ]
                controller.start(shared, known)
                watch.start()
                log.info("ready: %d MusicSyncs", len(known))
                await self.stop.wait()
                log.info("stopping: %s", self.trouble or "asked to")
                started = time.monotonic()
                await watch.close()
                await accounts.stop_reading()
                await controller.close(options.grace)
                await accounts.close()
                await book.close()
                log.info("stopped in %.1f s", time.monotonic() - started)
        finally:
            await elector.release()
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            live.close()
            await endpoints.close()
            if reviews is not None:
                await reviews.close()
            await kube.close()
            await lease_kube.close()
            if self.trouble:
                log.error("%s", self.trouble)
        return self.exit_code

    def _background(self, work: "Coroutine[Any, Any, None] | asyncio.Task[None]", trouble: str) -> "asyncio.Task[None]":
        task = work if isinstance(work, asyncio.Task) else asyncio.create_task(work)

        def ended(done: "asyncio.Task[None]") -> None:
            if done.cancelled() or self.stop.is_set():
                return
            error = done.exception()
            self.fail(f"{trouble}: {error}" if error is not None else trouble)

        task.add_done_callback(ended)
        return task

    async def _until(self, wanted: Awaitable[Any]) -> bool:
        """Waits; False if the process is to end first."""
        wanting = asyncio.ensure_future(wanted)
        stopping = asyncio.ensure_future(self.stop.wait())
        await asyncio.wait({wanting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if wanting.done():
            wanting.result()
            return not self.stop.is_set()
        wanting.cancel()
        return False


def _unready(store: TrackStore, syncs: Syncs, elector: Elector) -> str | None:
    """Why the process isn't ready, of itself: what a service does is a condition and an alert."""
    if not store.synced:
        return "the Tracks are still being read"
    if not syncs.synced:
        return "the MusicSyncs are still being read"
    if not elector.known:
        return "it isn't known yet who holds the Lease"
    return None


async def _listed(kube: Kube, namespace: str | None) -> list[Resource]:
    """The MusicSyncs, as soon as the API server gives them: while a definition is being taken in, it asks to wait."""
    while True:
        try:
            return await kube.list(MUSICSYNCS, namespace)
        except (Throttled, Unavailable) as error:
            log.warning("the MusicSyncs can't be listed yet: %s", error)
            await asyncio.sleep(1.0)
