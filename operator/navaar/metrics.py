"""The operator's numbers. No song, no id and no secret is in a name or label.

Names are those that dashboards of the older service use, where they mean the same: ``navaar_up``,
``navaar_tracks_pending``, ``navaar_tracks_failed``, ``navaar_sync_cycles_total``,
``navaar_sync_cycle_duration_seconds``, ``navaar_sync_errors_total``, ``navaar_tracks_synced_total``,
``navaar_tracks_discovered_total``. Where that one had a label ``direction``, there is now the MusicSync or the service.
"""

import time
from collections import Counter as Tally
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from navaar.accountbook import AccountBook
from navaar.kube import user_agent
from reconcilers import errors
from reconcilers.model import Phase, State, Track
from reconcilers.plan.bulk import Key
from reconcilers.services.calls import INTERNAL
from reconcilers.services.protocol import ServiceName

OPERATIONS = ("add", "head", "list", "remove", "resolve", "search")
REASONS = tuple(
    sorted(
        {
            kind.reason
            for kind in vars(errors).values()
            if isinstance(kind, type) and issubclass(kind, errors.ServiceError)
        }
        | {INTERNAL}
    )
)
_DONE = "ok"
_BOUND = ("add", "remove")
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
_LAG_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
_PASS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class TrackNumbers(Protocol):
    """What a Track store tells: `navaar.store.TrackStore`."""

    @property
    def age(self) -> float | None:
        """Seconds since the API server last spoke."""
        ...

    def phases(self) -> Mapping[tuple[str, str], Mapping[str, int]]:
        """Tracks by namespace, MusicSync and phase."""
        ...


class QueueNumbers(Protocol):
    """What a work queue tells: `navaar.queue.WorkQueue`."""

    @property
    def depth(self) -> int:
        """Keys that are due."""
        ...

    @property
    def running(self) -> int:
        """Keys that are being worked on."""
        ...


class HasQueue(Protocol):
    """Whoever has the work queue: `navaar.controller.Controller`."""

    @property
    def queue(self) -> QueueNumbers:
        """The work queue."""
        ...


class AccountFigures(Protocol):
    """What is told of accounts: `navaar.accounts.Accounts`."""

    @property
    def book(self) -> AccountBook:
        """The accounts in use."""
        ...

    def consents(self) -> Iterable[tuple[str, str, float]]:
        """Namespace and name of each Secret with a consent that ends, and the seconds until then."""
        ...


class Leadership(Protocol):
    """What the elector tells: `navaar.lease.Elector`."""

    @property
    def leading(self) -> bool:
        """Whether this process is the active one."""
        ...


class Metrics:
    """All of the operator's numbers, in a registry of their own."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = registry or CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._live = _Live()
        self.registry.register(self._live)
        service = ["service"]
        self._requests = self._counter(
            "service_requests", "Requests to a service, by how they ended.", [*service, "operation", "outcome"]
        )
        self._units = self._counter("service_units", "Units of a service's allowance that were used.", service)
        self._latency = Histogram(
            "navaar_service_request_duration_seconds",
            "How long a service took to answer.",
            [*service, "operation"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._errors = self._counter("sync_errors", "Requests that failed, by reason.", [*service, "error_type"])
        self._synced = self._counter("tracks_synced", "Songs put into a place.", service)
        self._removed = self._counter("tracks_removed", "Songs taken out of a place.", service)
        self._discovered = self._counter("tracks_discovered", "Songs first seen in a place.", service)
        self._passes = self._counter("sync_cycles", "Passes of a MusicSync.", ["namespace", "sync", "result"])
        self._held = Gauge(
            "navaar_held_operations",
            "Additions and removals that wait for a person's approval.",
            ["namespace", "sync", "service", "operation"],
            registry=self.registry,
        )
        self._pass_seconds = Histogram(
            "navaar_sync_cycle_duration_seconds",
            "How long a pass took, requests to services not counted.",
            buckets=_PASS_SECONDS,
            registry=self.registry,
        )
        self._lag = Histogram(
            "navaar_event_loop_lag_seconds",
            "How late the event loop came to what was due.",
            buckets=_LAG_SECONDS,
            registry=self.registry,
        )
        for name in ServiceName:
            self._prepare(name.value)

    def _counter(self, name: str, help: str, labels: list[str]) -> Counter:
        return Counter(f"navaar_{name}", help, labels, registry=self.registry)

    def _prepare(self, service: str) -> None:
        """Makes every set of labels that can be known, so that a rate has a zero to start from."""
        for operation in OPERATIONS:
            self._latency.labels(service, operation)
            self._requests.labels(service, operation, _DONE)
        for reason in REASONS:
            self._errors.labels(service, reason)
        for counter in (self._units, self._synced, self._removed, self._discovered):
            counter.labels(service)

    def observe(self, tracks: TrackNumbers, controller: HasQueue, elector: Leadership | None) -> None:
        """Whom to ask when the numbers are read. Without an elector this process counts as the active one."""
        self._live.sources = (tracks, controller, elector)

    def show(self, accounts: AccountFigures) -> None:
        """Whose figures to tell of accounts."""
        self._live.accounts = accounts

    def called(self, service: ServiceName, operation: str, units: int, outcome: str, seconds: float) -> None:
        """Counts one request to a service (`reconcilers.services.calls.OnCall`)."""
        self._requests.labels(service.value, operation, outcome).inc()
        self._latency.labels(service.value, operation).observe(seconds)
        self._units.labels(service.value).inc(units)
        if outcome != _DONE:
            self._errors.labels(service.value, outcome).inc()

    def passed(self, key: tuple[str, str], seconds: float, failed: bool) -> None:
        """Counts one pass of a MusicSync (namespace, name)."""
        for result in ("ok", "failed"):
            self._passes.labels(*key, result).inc((result == "failed") is failed)
        self._pass_seconds.observe(seconds)

    def lagged(self, seconds: float) -> None:
        """Counts how late the event loop was."""
        self._lag.observe(seconds)

    def forgotten(self, key: tuple[str, str]) -> None:
        """Leaves out what was counted of a MusicSync that is gone."""
        for result in ("ok", "failed"):
            # Labels are made first: what was never counted can't be removed.
            self._passes.labels(*key, result)
            self._passes.remove(*key, result)
        for service in ServiceName:
            for operation in _BOUND:
                self._held.labels(*key, service.value, operation)
                self._held.remove(*key, service.value, operation)

    def held(self, key: tuple[str, str], services: Iterable[ServiceName], operations: Collection[Key]) -> None:
        """Notes how many operations of a MusicSync (namespace, name) wait for approval in each of its places."""
        counted = Tally((service, operation) for _, service, operation in operations)
        for service in services:
            for operation in _BOUND:
                self._held.labels(*key, service.value, operation).set(counted[service, operation])

    def recorded(self, before: Mapping[str, Track], records: Iterable[Track]) -> None:
        """Counts what a pass recorded: songs first seen, put into a place, taken out of one."""
        for track in records:
            known = before.get(track.name)
            if known is None and track.origin is not None:
                self._discovered.labels(track.origin[0].value).inc()
            for service, placement in track.placements.items():
                was = known.placements.get(service) if known is not None else None
                if was is None or was.state is placement.state:
                    continue
                if placement.state is State.PRESENT and was.state is State.ADDING:
                    self._synced.labels(service.value).inc()
                elif was.state is State.REMOVING and placement.state in (State.REMOVED, State.PENDING):
                    self._removed.labels(service.value).inc()

    def render(self, accept: str = "") -> tuple[bytes, str]:
        """The numbers as of now, in the format that `accept` (an HTTP header) asks for, and their content type."""
        encode: Callable[[CollectorRegistry], bytes]
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type


class _Live(Collector):
    """Numbers that are asked for rather than counted."""

    def __init__(self) -> None:
        self.sources: tuple[TrackNumbers, HasQueue, Leadership | None] | None = None
        self.accounts: AccountFigures | None = None
        self._started = time.time()

    def collect(self) -> Iterable[Metric]:
        yield _gauge("navaar_up", "1 while the operator runs.", 1)
        info = GaugeMetricFamily("navaar_build_info", "The operator's version.", labels=["version"])
        info.add_metric([user_agent().removeprefix("navaar/")], 1)
        yield info
        if self.accounts is not None:
            yield from _accounts(self.accounts)
        if self.sources is None:
            return
        tracks, controller, elector = self.sources
        yield from _phases(tracks.phases())
        age = tracks.age
        if age is not None:
            yield _gauge("navaar_informer_age_seconds", "Since the API server last told of Tracks.", age)
        yield _gauge("navaar_queue_depth", "MusicSyncs that are due for a pass.", controller.queue.depth)
        yield _gauge("navaar_queue_running", "MusicSyncs in a pass.", controller.queue.running)
        yield _gauge("navaar_leader", "1 in the active operator.", float(elector is None or elector.leading))


def _accounts(accounts: AccountFigures) -> Iterable[Metric]:
    labels = ["service", "account"]
    used = GaugeMetricFamily("navaar_account_units_used", "Units of an account's day that are used.", labels=labels)
    left = GaugeMetricFamily("navaar_account_units_left", "Units of an account's day that are left.", labels=labels)
    waits = GaugeMetricFamily(
        "navaar_account_waits_seconds", "Until an account is asked again that must not be asked now.", labels=labels
    )
    for known in accounts.book.numbers():
        name = [known.service.value, known.name]
        if known.used is not None and known.left is not None:
            used.add_metric(name, known.used)
            left.add_metric(name, known.left)
        waits.add_metric(name, known.waits)
    consents = GaugeMetricFamily(
        "navaar_consent_seconds_left", "Until a consent ends, by its Secret.", labels=["namespace", "secret"]
    )
    for namespace, secret, seconds in accounts.consents():
        consents.add_metric([namespace, secret], seconds)
    return used, left, waits, consents


def _phases(counted: Mapping[tuple[str, str], Mapping[str, int]]) -> Iterable[Metric]:
    sync = ["namespace", "sync"]
    tracks = GaugeMetricFamily("navaar_tracks", "Songs of a MusicSync, by phase.", labels=[*sync, "phase"])
    pending = GaugeMetricFamily("navaar_tracks_pending", "Songs that are under way.", labels=sync)
    failed = GaugeMetricFamily("navaar_tracks_failed", "Songs given up after repeated failures.", labels=sync)
    for key, phases in counted.items():
        if not any(phases.values()):
            continue
        for phase in Phase:
            tracks.add_metric([*key, phase.value], phases.get(phase.value, 0))
        # A Track without a status is on its way as well.
        pending.add_metric(list(key), phases.get(Phase.SYNCING.value, 0) + phases.get("", 0))
        failed.add_metric(list(key), phases.get(Phase.FAILED.value, 0))
    return tracks, pending, failed


def _gauge(name: str, help: str, value: float) -> Metric:
    gauge = GaugeMetricFamily(name, help)
    gauge.add_metric([], value)
    return gauge
