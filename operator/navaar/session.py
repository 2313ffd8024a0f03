"""One MusicSync at work: its accounts, its engine, what is known of its channel, and its status."""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from navaar import status as summary
from navaar.account.accounts import Accounts
from navaar.account.secrets import SecretProblem
from navaar.api.common import ACCEPT_PAST_ANNOTATION, RECONCILE_ANNOTATION
from navaar.api.convert import sync_from
from navaar.channel import Channel, Problem
from navaar.conditions import Conditions
from navaar.deliveries import Deliveries
from navaar.lookup import NO_ACCOUNT, looked_up
from navaar.notices.notifier import Notifier
from navaar.notices.standing import Songs, songs_of
from navaar.notices.tally import Tally, tally_of
from navaar.store.record import SyncFacts
from navaar.store.tracks import StoredTracks
from navaar.store.trackstore import TrackStore
from navaar.telemetry.metrics import Metrics
from reconcilers.engine import Engine
from reconcilers.errors import AuthError, TargetError
from reconcilers.model import NOT_READING, NOTHING, Place
from reconcilers.past import Unknown, learned, remembered
from reconcilers.plan.bulk import Held
from reconcilers.plan.lookback import NO_LOOKBACK
from reconcilers.plan.operations import Listed
from reconcilers.plan.progress import Progress, moved
from reconcilers.policy import Mode, Sync, Timing
from reconcilers.recording import Candidate, Recording
from reconcilers.services.protocol import Item, ServiceName

log = logging.getLogger(__name__)

TELEGRAM = ServiceName.TELEGRAM
RETRY_SECRET = 60.0


@dataclass(frozen=True, slots=True)
class Shared:
    """What all sessions share. `wake` asks for another pass of a MusicSync; `may_write` is the Lease's word."""

    tracks: TrackStore
    accounts: Accounts
    wake: Callable[[tuple[str, str]], None]
    may_write: Callable[[], bool]
    epoch: Callable[[], int]
    timing: Timing
    metrics: Metrics
    notifier: Notifier
    deliveries: Deliveries
    clock: Callable[[], float] = time.time


class Session:
    """One MusicSync while this process is the leader. `step` is one pass; it is never run twice at once."""

    def __init__(self, key: tuple[str, str], resource: Mapping[str, Any], shared: Shared) -> None:
        self.key = key
        self.uid: str = resource["metadata"]["uid"]
        self._shared = shared
        self._engine: Engine | None = None
        self._store: StoredTracks | None = None
        telegram = resource["spec"].get("telegram")
        self._channel: Channel | None = None
        if telegram is not None:
            self._channel = Channel(telegram["channel"], shared.accounts, self._heard, self._wake, shared.clock, key)
        self._problems: dict[ServiceName, Problem] = {}
        self._retry: dict[ServiceName, float] = {}
        self._built: dict[ServiceName, str] = {}
        self._consents: dict[ServiceName, summary.Consent] = {}
        self._cookies = False
        self._secrets: set[str] = set()
        self._counted: tuple[dict[str, int], dict[ServiceName, summary.Standing], float | None] | None = None
        self._songs: Mapping[str, Songs] | None = None
        self._progress = Progress()
        self._handled: str | None = None
        self._asked: frozenset[ServiceName] = frozenset()
        self._owners: Mapping[str, Any] | None = {}
        self.held = Held()
        """What the last plan left for a person to approve."""

    @property
    def places(self) -> Mapping[ServiceName, Place]:
        """What is remembered of its places."""
        return self._engine.places if self._engine is not None else {}

    @property
    def songs(self) -> Mapping[str, Songs]:
        """The songs that people are told of; none where nobody is told anything."""
        return self._songs or NOTHING

    def tally(self, since: float, until: float) -> Tally:
        """The numbers of a digest, after one moment up to another (Unix seconds)."""
        assert self._store is not None, "there was a pass"
        return tally_of(self._store.tracks().values(), self._store.facts.services, since, until)

    # ------------------------------------------------------------------ the pass

    async def step(self, resource: Mapping[str, Any]) -> tuple[dict[str, Any], float | None]:
        """One pass: the whole status that the MusicSync should have, and when to come back (Unix seconds).

        Raises ValueError for a spec that can't be read, and `KubeError` when Tracks can't be stored.
        """
        sync = sync_from(resource, self._shared.timing)
        previous = resource.get("status") or {}
        engine = self._prepare(resource, sync, previous)
        suspended = bool(resource["spec"].get("suspend", False))
        requested = _annotation(resource, RECONCILE_ANNOTATION)
        if requested and requested != previous.get("lastHandledReconcileAt") and requested != self._handled:
            self._asked = frozenset(sync.targets)
            self._handled = requested
        if self._asked:
            asked = self._asked & sync.targets.keys()
            self._ask_again(asked, engine)
            self._asked = frozenset()
            sync = replace(sync, again=asked)
        await self._open_accounts(resource, sync, engine, suspended)
        tracks, channel, heard = engine.store.tracks(), self._channel, previous.get("telegram") or {}
        accepted = _annotation(resource, ACCEPT_PAST_ANNOTATION)
        unknown: Unknown | None = None
        lookback = NO_LOOKBACK
        if channel is not None:
            channel.begin(heard, tracks)
            unknown = channel.unknown(sync, heard, accepted, tracks, engine.places.get(TELEGRAM, Place()))
            lookback = channel.lookback(sync, unknown)
        posting = channel is not None and unknown is None and not channel.contested
        known = tracks
        places_before = engine.places
        plan = await engine.step(sync, posting=posting, lookback=lookback, start=not suspended)
        self._shared.metrics.recorded(tracks, plan.records)
        got_on = moved(tracks, plan.records, places_before, plan.places)
        self._progress = self._progress.after({} if suspended else plan.due, got_on, self._shared.clock())
        assert self._store is not None
        if self._owners != self._store.facts.owner:
            await self._store.settle_owners()
            self._owners = self._store.facts.owner
        await self._store.refresh()
        tracks = engine.store.tracks()
        place = engine.places.get(TELEGRAM, Place())
        if channel is not None and channel.drained:
            place = engine.places[TELEGRAM] = replace(place, started=True)
        reading = place.reading
        if channel is not None and unknown is not None and reading.done:
            unknown = channel.unknown(sync, heard, accepted, tracks, place)
            engine.places[TELEGRAM] = replace(place, reading=replace(NOT_READING, spent=reading.spent))
            log.info("the channel's past is read, up to post %d", reading.upto)
            self._wake()
        if self._counted is None or plan.records or plan.deleted:
            self._counted = (*summary.count(tracks, sync), summary.oldest_question(tracks.values()))
            self._songs = None
        if self._songs is None and resource["spec"].get("notifications"):
            self._songs = songs_of(tracks.values())
        counts, places, question = self._counted
        self.held = plan.held if sync.mode is not Mode.PLAN else Held()
        states = {service: standing.states for service, standing in places.items()}
        self._shared.metrics.stands(self.key, states, question, self.held.keys, self._progress)
        telegram, trouble = {}, None
        if channel is not None:
            lost = {name: t for name, t in known.items() if name not in tracks and name not in plan.deleted}
            telegram = channel.status(heard, tracks, unknown, reading, learned(known, plan), remembered(lost))
            trouble = channel.trouble(sync, unknown, place) if TELEGRAM not in self._problems else None
        now = self._shared.clock()
        facts = summary.Facts(
            sync=sync,
            generation=resource["metadata"].get("generation", 1),
            places=engine.places,
            problems={**self._problems, TELEGRAM: trouble} if trouble is not None else self._problems,
            plan=plan,
            suspended=suspended,
            said=_said(previous, resource),
            namespace=self.key[0],
            consents=self._consents,
            cookies=self._cookies,
            now=now,
        )
        handled = self._handled or previous.get("lastHandledReconcileAt")
        made = summary.assembled(previous, facts, counts, places, telegram, handled, now)
        made["conditions"] = conditions(previous, facts, counts, now)
        recheck = channel.recheck_at if channel is not None else None
        moments = [m for m in (plan.wake, recheck, *self._retry.values()) if m is not None]
        return made, min(moments, default=None)

    def _prepare(self, resource: Mapping[str, Any], sync: Sync, previous: Mapping[str, Any]) -> Engine:
        """The engine, made at the first pass; its store knows what the MusicSync says of its Tracks."""
        namespace, name = self.key
        chat = self._channel.chat if self._channel is not None else None
        facts = SyncFacts(
            namespace,
            name,
            self.uid,
            tuple(sync.targets),
            chat or (previous.get("telegram") or {}).get("chatId"),
            resource["spec"].get("deletionPolicy") == "Delete",
        )
        if self._store is None or self._store.facts != facts:
            self._store = StoredTracks(self._shared.tracks.of(facts))
            if self._engine is not None:
                self._engine.store = self._store
        if self._engine is None:
            self._engine = Engine(
                self._store,
                {},
                clock=self._shared.clock,
                wake=self._wake,
                may_write=self._shared.may_write,
                epoch=self._shared.epoch,
                on_turn=self._shared.metrics.turned,
                onlooker=self._shared.deliveries.of(self.key),
            )
            for service in sync.targets:
                self._engine.places[service] = _place_from(previous.get(service.value) or {})
        return self._engine

    def ask(self, services: Collection[ServiceName]) -> None:
        """The next pass reads these places whole, and tries again what failed there, as the annotation asks of all of them."""
        self._asked |= frozenset(services)

    async def search(self, service: ServiceName, recording: Recording) -> tuple[Candidate, ...]:
        """See `looked_up`."""
        if self._engine is None:
            raise TargetError(NO_ACCOUNT)
        return await looked_up(self._engine, service, recording, self._shared.clock())

    def _ask_again(self, services: Iterable[ServiceName], engine: Engine) -> None:
        """A person asks for a pass now: places are read whole, and what only a person could mend is tried again."""
        for service in services:
            place = engine.places.get(service, Place())
            asked = replace(
                place, wanted=True, full=True, parked=None, failures=0, terminal=False, reason="", message=""
            )
            engine.places[service] = asked
        self._built.clear()
        self._retry.clear()

    # -------------------------------------------------------------- the accounts

    def uses(self, secret: str) -> bool:
        """Whether a Secret of its namespace is one of its credentials."""
        return secret in self._secrets

    def track_changed(self) -> None:
        """Somebody else changed a Track: songs are counted anew."""
        self._counted = None

    def secret_changed(self) -> None:
        """One of its Secrets was replaced: adapters are made anew at the next pass."""
        self._built.clear()
        self._retry.clear()

    async def _open_accounts(self, resource: Mapping[str, Any], sync: Sync, engine: Engine, suspended: bool) -> None:
        """Makes the adapters that are missing or whose credentials changed; suspended, only the channel's: posts wait a day."""
        now = self._shared.clock()
        spec = resource["spec"]
        for service in sync.targets:
            section = spec[service.value]
            names = [section["credentialsSecretRef"]["name"]]
            names += [r["name"] for r in [(section.get("audio") or {}).get("cookiesSecretRef")] if r]
            self._secrets.update(names)
            # Whom the bot answers is no matter of the account.
            stamp = str({name: value for name, value in section.items() if name != "adminUserIds"})
            if suspended and service is not TELEGRAM:
                continue
            if self._built.get(service) == stamp or now < self._retry.get(service, 0.0) or service in engine.busy:
                continue
            await self._open(service, section, engine, stamp, now)
        if ServiceName.YOUTUBE not in sync.targets and ServiceName.YOUTUBE not in engine.services:
            opened = await self._shared.accounts.youtube_search(engine)
            engine.services[ServiceName.YOUTUBE] = opened.service
            engine.hold(ServiceName.YOUTUBE, opened.account)
        if self._channel is not None:
            self._channel.answers(spec[TELEGRAM.value].get("adminUserIds") or ())
            self._channel.look(engine.places.get(TELEGRAM, Place()))
            if self._channel.service is not None:
                engine.services[TELEGRAM] = self._channel.service
                engine.hold(TELEGRAM, self._channel.account)
            elif TELEGRAM not in engine.busy:
                engine.services.pop(TELEGRAM, None)

    async def _open(
        self, service: ServiceName, section: Mapping[str, Any], engine: Engine, stamp: str, now: float
    ) -> None:
        accounts, namespace = self._shared.accounts, self.key[0]
        try:
            if service is TELEGRAM:
                assert self._channel is not None
                engine.services.pop(TELEGRAM, None)
                await self._channel.open(namespace, section)
            else:
                open_one = accounts.spotify if service is ServiceName.SPOTIFY else accounts.youtube
                opened = await open_one(namespace, section, engine)
                old = engine.services.get(service)
                engine.services[service] = opened.service
                engine.hold(service, opened.account)
                if service is ServiceName.YOUTUBE:
                    self._cookies = opened.cookies
                if opened.consent_ends is None:
                    self._consents.pop(service, None)
                else:
                    secret = section["credentialsSecretRef"]["name"]
                    self._consents[service] = summary.Consent(secret, opened.consent_ends)
                if old is not None:
                    await old.close()
        except (SecretProblem, AuthError) as problem:
            self._problems[service] = (problem.reason, problem.message, True)
            self._retry[service] = now + RETRY_SECRET
            if service is not TELEGRAM:
                engine.services.pop(service, None)
            return
        self._built[service] = stamp
        self._problems.pop(service, None)
        self._retry.pop(service, None)
        engine.renewed(service)

    # --------------------------------------------------------------- what happens

    def _wake(self) -> None:
        self._shared.wake(self.key)

    async def _heard(self, item: Item) -> None:
        assert self._engine is not None
        await self._engine.submit(Listed(TELEGRAM, (item,), self._shared.clock()))

    def status_written(self) -> None:
        """The status of the last pass is stored."""
        if self._channel is not None:
            self._channel.status_written()

    # ------------------------------------------------------------------- the end

    async def close(self, grace: float = 30.0) -> None:
        """Lets running operations end within `grace` seconds and gives back what it holds."""
        engine = self._engine
        if engine is not None:
            await engine.close(grace)
        if self._channel is not None:
            await self._channel.close()


def conditions(
    previous: Mapping[str, Any], facts: summary.Facts, counts: Mapping[str, int], now: float
) -> list[dict[str, Any]]:
    """The conditions of a status, with their transition times kept where nothing turned."""
    made = Conditions(previous.get("conditions") or [], generation=facts.generation, now=now)
    for verdict in summary.verdicts(facts, counts):
        made.set(verdict.type, verdict.status, verdict.reason, verdict.message[:4096])
    return made.listed()


def _said(previous: Mapping[str, Any], resource: Mapping[str, Any]) -> dict[str, summary.Verdict]:
    """What the conditions say, if it is of this generation."""
    if previous.get("observedGeneration") != resource["metadata"].get("generation", 1):
        return {}
    return {
        c["type"]: summary.Verdict(c["type"], c["status"], c["reason"], c.get("message", ""))
        for c in previous.get("conditions") or []
    }


def _annotation(resource: Mapping[str, Any], name: str) -> str | None:
    return (resource["metadata"].get("annotations") or {}).get(name) or None


def _place_from(entry: Mapping[str, Any]) -> Place:
    items = entry.get("items")
    if items is None:
        return Place()
    return Place(items, entry.get("snapshot"), entry.get("placed", 0), started=True)
