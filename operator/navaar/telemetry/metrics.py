"""The operator's numbers. No song, no id and no secret is in a name or label.

Names are those that dashboards of the older service use, where they mean the same; docs/metrics.md has them all, and what
became of its label ``direction``.
"""

import time
from collections import Counter as Tally
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import choose_encoder

from navaar.telemetry.figures import AccountFigures, Figures, HasQueue, Leadership, TrackNumbers
from navaar.telemetry.syncfigures import Key
from reconcilers import errors
from reconcilers.model import Source, State, Track
from reconcilers.plan.bulk import Key as HeldKey
from reconcilers.plan.progress import Progress
from reconcilers.services.calls import INTERNAL
from reconcilers.services.protocol import ServiceName

_OF_LISTS = ("add", "head", "list", "remove", "resolve", "search", "token")
_OF_CHATS = ("deleteMessage", "editMessageMedia", "forwardMessage", "getChat", "getChatMember", "getMe", "sendAudio")
_OF_PEOPLE = ("answerCallbackQuery", "editMessageText", "sendMessage", "setMyCommands")
OPERATIONS = {
    ServiceName.TELEGRAM: ("audio", "getFile", "getUpdates", *_OF_CHATS, *_OF_PEOPLE),
    ServiceName.YOUTUBE: (*_OF_LISTS, "player", "videos"),
    ServiceName.SPOTIFY: _OF_LISTS,
}
"""What is asked of each service, as adapters name it; `audio` is fetched elsewhere, and takes as long as it takes."""

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
"""Why a request can fail."""

_AUDIO = (
    "Unavailable",
    "AgeRestricted",
    "GeoBlocked",
    "PaidOnly",
    "Protected",
    "NotYet",
    "TooLong",
    "TooLarge",
    "NoFormat",
)
_FETCHING = ("MediaRefused", "Damaged", "FetchTimeout", "FetchFailed")
GIVEN_UP = tuple(
    sorted({*REASONS, *_AUDIO, *_FETCHING, "NoAudio", "Gone", "NotApplied", "NotStored", "PinConflict", "PinDead"})
)
"""Why a song can be given up in a place."""

_DONE = "ok"
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
_LAG_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
_TURN_SECONDS = (0.25, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)
_PLACED_SECONDS = (15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 4 * 3600.0, 86400.0, 7 * 86400.0)
_PASS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """All of the operator's numbers, in a registry of their own."""

    def __init__(self, registry: CollectorRegistry | None = None, clock: Callable[[], float] = time.time) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = registry or CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._clock = clock
        self._figures = Figures(clock)
        self.registry.register(self._figures)
        service = ["service"]
        self._requests = self._counter(
            "service_requests", "Requests to a service, by how they ended.", [*service, "operation", "outcome"]
        )
        self._units = self._counter("service_units", "Units of a service's allowance that were used.", service)
        self._latency = self._histogram(
            "service_request_duration_seconds", "How long a service took to answer.", _SECONDS, [*service, "operation"]
        )
        self._turns = self._histogram(
            "service_pass_duration_seconds", "How long the work of one pass took at a service.", _TURN_SECONDS, service
        )
        self._placing = self._histogram(
            "track_lag_seconds",
            "From when a song was first seen until it stood in a place; what was there before the first reading not counted.",
            _PLACED_SECONDS,
            service,
        )
        self._errors = self._counter("sync_errors", "Requests that failed, by reason.", [*service, "error_type"])
        self._synced = self._counter("tracks_synced", "Songs put into a place.", service)
        self._removed = self._counter("tracks_removed", "Songs taken out of a place.", service)
        self._discovered = self._counter("tracks_discovered", "Songs first seen in a place.", service)
        self._passes = self._counter("sync_cycles", "Passes of a MusicSync.", ["namespace", "sync", "result"])
        self._given_up = self._counter("tracks_given_up", "Songs given up in a place, by reason.", [*service, "reason"])
        self._pass_seconds = self._histogram(
            "sync_cycle_duration_seconds", "How long a pass took, requests to services not counted.", _PASS_SECONDS
        )
        self._lag = self._histogram(
            "event_loop_lag_seconds", "How late the event loop came to what was due.", _LAG_SECONDS
        )
        for name in ServiceName:
            self._prepare(name)

    def _counter(self, name: str, help: str, labels: list[str]) -> Counter:
        return Counter(f"navaar_{name}", help, labels, registry=self.registry)

    def _histogram(self, name: str, help: str, buckets: tuple[float, ...], labels: Collection[str] = ()) -> Histogram:
        return Histogram(f"navaar_{name}", help, labels, buckets=buckets, registry=self.registry)

    def _prepare(self, name: ServiceName) -> None:
        """Makes every set of labels that can be known, so that a rate has a zero to start from."""
        service = name.value
        for operation in OPERATIONS[name]:
            self._latency.labels(service, operation)
            self._requests.labels(service, operation, _DONE)
        for reason in REASONS:
            self._errors.labels(service, reason)
        for reason in GIVEN_UP:
            self._given_up.labels(service, reason)
        for numbers in (self._units, self._synced, self._removed, self._discovered, self._turns, self._placing):
            numbers.labels(service)

    def observe(self, tracks: TrackNumbers, controller: HasQueue, elector: Leadership | None) -> None:
        """Whom to ask when the numbers are read. Without an elector this process counts as the active one."""
        self._figures.sources = (tracks, controller, elector)

    def show(self, accounts: AccountFigures) -> None:
        """Whose figures to tell of accounts."""
        self._figures.accounts = accounts

    def called(self, service: ServiceName, operation: str, units: int, outcome: str, seconds: float) -> None:
        """Counts one request to a service (`reconcilers.services.calls.OnCall`)."""
        self._requests.labels(service.value, operation, outcome).inc()
        self._latency.labels(service.value, operation).observe(seconds)
        self._units.labels(service.value).inc(units)
        if outcome != _DONE:
            self._errors.labels(service.value, outcome).inc()

    def turned(self, service: ServiceName, seconds: float) -> None:
        """Notes how long the work of a pass took at a service (`reconcilers.engine.OnTurn`)."""
        self._turns.labels(service.value).observe(max(0.0, seconds))

    def passed(self, key: Key, seconds: float, failed: bool) -> None:
        """Counts one pass of a MusicSync."""
        for result in ("ok", "failed"):
            self._passes.labels(*key, result).inc((result == "failed") is failed)
        self._pass_seconds.observe(seconds)
        figures = self._figures.of(key)
        if not failed:
            figures.passed = self._clock()

    def lagged(self, seconds: float) -> None:
        """Counts how late the event loop was."""
        self._lag.observe(seconds)

    def forgotten(self, key: Key) -> None:
        """Leaves out what was counted of a MusicSync that is gone."""
        for result in ("ok", "failed"):
            # Labels are made first: what was never counted can't be removed.
            self._passes.labels(*key, result)
            self._passes.remove(*key, result)
        self._figures.syncs.pop(key, None)

    def stands(
        self,
        key: Key,
        states: Mapping[ServiceName, Mapping[State, int]],
        review: float | None,
        held: Collection[HeldKey],
        progress: Progress,
    ) -> None:
        """Notes how a MusicSync stands.

        `states` are its songs by place and state; `review` is since when the oldest question waits (Unix seconds); `held`
        waits for approval.
        """
        figures = self._figures.of(key)
        figures.states, figures.review, figures.progress = states, review, progress
        figures.held = Tally((service, operation) for _, service, operation in held)

    def said(self, key: Key, conditions: Iterable[Mapping[str, Any]]) -> None:
        """Notes what the conditions of a MusicSync say."""
        self._figures.of(key).conditions = tuple((c["type"], c["status"], c["reason"]) for c in conditions)

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
                    if track.source is not Source.BACKLOG and track.created and placement.changed is not None:
                        self._placing.labels(service.value).observe(max(0.0, placement.changed - track.created))
                elif placement.state is State.FAILED:
                    self._given_up.labels(service.value, placement.reason).inc()
                elif was.state is State.REMOVING and placement.state in (State.REMOVED, State.PENDING):
                    self._removed.labels(service.value).inc()

    def render(self, accept: str = "") -> tuple[bytes, str]:
        """The numbers as of now, in the format that `accept` (an HTTP header) asks for, and their content type."""
        encode: Callable[[CollectorRegistry], bytes]
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type
