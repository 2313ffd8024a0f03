"""The operator's numbers that are asked for rather than counted: how things stand at the moment of a scrape."""

import time
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from typing import Protocol

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from navaar.account.book import AccountBook
from navaar.kube.client import user_agent
from navaar.telemetry.syncfigures import Key, SyncFigures, told
from reconcilers.model import Phase


class TrackNumbers(Protocol):
    """What a Track store tells: `navaar.store.trackstore.TrackStore`."""

    @property
    def age(self) -> float | None:
        """Seconds since the API server last spoke."""
        ...

    def phases(self) -> Mapping[Key, Mapping[str, int]]:
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

    def overdue(self, key: Key) -> float:
        """Seconds for which work on a key has been due without coming to its end; 0 where none is."""
        ...


class HasQueue(Protocol):
    """Whoever has the work queue: `navaar.controller.Controller`."""

    @property
    def queue(self) -> QueueNumbers:
        """The work queue."""
        ...


class AccountFigures(Protocol):
    """What is told of accounts: `navaar.account.accounts.Accounts`."""

    @property
    def book(self) -> AccountBook:
        """The accounts in use."""
        ...

    def consents(self) -> Iterable[tuple[str, str, float]]:
        """Namespace and name of each Secret with a consent that ends, and the seconds until then."""
        ...

    def polls(self) -> Iterable[tuple[str, float]]:
        """The account of each bot, and the seconds since its updates were last read."""
        ...


class Leadership(Protocol):
    """What the elector tells: `navaar.kube.lease.Elector`."""

    @property
    def leading(self) -> bool:
        """Whether this process is the active one."""
        ...


class Figures(Collector):
    """All of these numbers. `syncs` has what is known of each MusicSync; whoever works on it writes it there."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.sources: tuple[TrackNumbers, HasQueue, Leadership | None] | None = None
        self.accounts: AccountFigures | None = None
        self.syncs: dict[Key, SyncFigures] = {}
        self._clock = clock

    def of(self, key: Key) -> SyncFigures:
        """The figures of a MusicSync, to be filled in."""
        return self.syncs.setdefault(key, SyncFigures())

    def collect(self) -> Iterable[Metric]:
        """Every number as of now."""
        yield gauge("navaar_up", "1 while the operator runs.", 1)
        info = GaugeMetricFamily("navaar_build_info", "What runs: the versions.", labels=["version", "yt_dlp"])
        info.add_metric([user_agent().removeprefix("navaar/"), version("yt-dlp")], 1)
        yield info
        if self.accounts is not None:
            yield from _accounts(self.accounts)
        if self.sources is None:
            return
        tracks, controller, elector = self.sources
        yield from _phases(tracks.phases())
        overdue = {key: controller.queue.overdue(key) for key in self.syncs}
        yield from told(self.syncs, overdue, self._clock())
        age = tracks.age
        if age is not None:
            yield gauge("navaar_informer_age_seconds", "Since the API server last told of Tracks.", age)
        yield gauge("navaar_queue_depth", "MusicSyncs that are due for a pass.", controller.queue.depth)
        yield gauge("navaar_queue_running", "MusicSyncs in a pass.", controller.queue.running)
        yield gauge("navaar_leader", "1 in the active operator.", float(elector is None or elector.leading))


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
    polls = GaugeMetricFamily(
        "navaar_bot_poll_age_seconds",
        "Since a bot's updates were last read; Telegram keeps a day's.",
        labels=["account"],
    )
    for account, seconds in accounts.polls():
        polls.add_metric([account], seconds)
    return used, left, waits, consents, polls


def _phases(counted: Mapping[Key, Mapping[str, int]]) -> Iterable[Metric]:
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


def gauge(name: str, help: str, value: float) -> Metric:
    """A number without labels."""
    made = GaugeMetricFamily(name, help)
    made.add_metric([], value)
    return made
