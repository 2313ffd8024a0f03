"""One MusicSync at work: its accounts, its engine, what is known of its channel, and its status."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from telegram import Message

from navaar import status as summary
from navaar.accounts import Accounts, BotAccount
from navaar.api import instant
from navaar.api.common import ACCEPT_PAST_ANNOTATION, RECONCILE_ANNOTATION
from navaar.api.convert import sync_from
from navaar.conditions import Conditions
from navaar.intake import Stream
from navaar.metrics import Metrics
from navaar.record import SyncFacts
from navaar.secrets import SecretProblem
from navaar.store import TrackStore
from navaar.tracks import StoredTracks
from reconcilers.engine import Engine
from reconcilers.errors import AuthError, ServiceError, TargetError
from reconcilers.model import Place, Track
from reconcilers.past import Channel, past_unknown, remembered
from reconcilers.plan import Plan
from reconcilers.plan.operations import Listed
from reconcilers.policy import Sync, Timing
from reconcilers.services.protocol import Service, ServiceName
from reconcilers.services.telegram import ChannelInfo, TelegramService

log = logging.getLogger(__name__)

TELEGRAM = ServiceName.TELEGRAM
RECHECK = 300.0
"""Seconds after which a channel that was not ours to post to is looked at again."""

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
    clock: Callable[[], float] = time.time


class Session:
    """One MusicSync while this process is the leader. `step` is one pass; it is never run twice at once."""

    def __init__(self, key: tuple[str, str], resource: Mapping[str, Any], shared: Shared) -> None:
        self.key = key
        self.uid: str = resource["metadata"]["uid"]
        self.channel = str(((resource.get("spec") or {}).get("telegram") or {}).get("channel", ""))
        self._shared = shared
        self._engine: Engine | None = None
        self._store: StoredTracks | None = None
        self._account: BotAccount | None = None
        self._telegram: TelegramService | None = None
        self._info: ChannelInfo | None = None
        self._chat: int | None = None
        self._checking: asyncio.Task[None] | None = None
        self._checked = 0.0
        self._problems: dict[ServiceName, tuple[str, str, bool]] = {}
        self._retry: dict[ServiceName, float] = {}
        self._built: dict[ServiceName, str] = {}
        self._secrets: set[str] = set()
        self._accepted: str | None = None
        self._first: bool | None = None
        self._gap_recorded = False
        self._counted: tuple[dict[str, int], dict[ServiceName, tuple[int, int]]] | None = None
        self._handled: str | None = None
        self._owners: Mapping[str, Any] | None = {}
        self.plan: Plan | None = None

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
            self._ask_again(sync, engine)
            self._handled = requested
        if not suspended:
            await self._open_accounts(resource, sync, engine)
        tracks = engine.store.tracks()
        if self._first is None:
            known = previous.get("telegram") or {}
            self._first = known.get("past", "New") == "New" and ("past" in known or remembered(tracks) == 0)
        unknown = self._past(resource, sync, previous, tracks)
        before = remembered(tracks)
        posting = unknown is None and not self._contested
        plan = await engine.step(sync, posting=posting, start=not suspended)
        self.plan = plan
        self._shared.metrics.recorded(tracks, plan.records)
        assert self._store is not None
        if self._owners != self._store.facts.owner:
            await self._store.settle_owners()
            self._owners = self._store.facts.owner
        await self._store.refresh()
        tracks = engine.store.tracks()
        if self._stream_drained:
            place = engine.places.get(TELEGRAM, Place())
            engine.places[TELEGRAM] = replace(place, started=True)
        if self._counted is None or plan.records or plan.deleted:
            self._counted = summary.count(tracks, sync)
        counts, places = self._counted
        telegram = self._channel_status(sync, previous, tracks, before, unknown)
        facts = summary.Facts(
            sync=sync,
            generation=resource["metadata"].get("generation", 1),
            places=engine.places,
            problems=self._all_problems(sync, unknown),
            plan=plan,
            suspended=suspended,
            idle=engine.idle,
        )
        now = self._shared.clock()
        handled = self._handled or previous.get("lastHandledReconcileAt")
        made = summary.assembled(previous, facts, counts, places, tracks, telegram, handled, now)
        made["conditions"] = conditions(previous, facts, counts, now)
        moments = [m for m in (plan.wake, *self._retry.values()) if m is not None]
        return made, min(moments, default=None)

    def _prepare(self, resource: Mapping[str, Any], sync: Sync, previous: Mapping[str, Any]) -> Engine:
        """The engine, made at the first pass; its store knows what the MusicSync says of its Tracks."""
        namespace, name = self.key
        if self._chat is None:
            self._chat = (previous.get("telegram") or {}).get("chatId")
        facts = SyncFacts(
            namespace,
            name,
            self.uid,
            tuple(sync.targets),
            self._chat,
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
                wake=lambda: self._shared.wake(self.key),
                may_write=self._shared.may_write,
                epoch=self._shared.epoch,
            )
            for service in sync.targets:
                self._engine.places[service] = _place_from(previous.get(service.value) or {})
        return self._engine

    def _ask_again(self, sync: Sync, engine: Engine) -> None:
        """A person asks for a pass now: every place is read whole, and what only a person could mend is tried again."""
        for service in sync.targets:
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

    async def _open_accounts(self, resource: Mapping[str, Any], sync: Sync, engine: Engine) -> None:
        """Makes the adapters that are missing or whose credentials changed."""
        now = self._shared.clock()
        spec = resource["spec"]
        for service in sync.targets:
            section = spec[service.value]
            names = [section["credentialsSecretRef"]["name"]]
            names += [r["name"] for r in [(section.get("audio") or {}).get("cookiesSecretRef")] if r]
            self._secrets.update(names)
            stamp = f"{section}"
            if self._built.get(service) == stamp or now < self._retry.get(service, 0.0) or service in engine.busy:
                continue
            await self._open(service, section, engine, stamp, now)
        if ServiceName.YOUTUBE not in sync.targets and ServiceName.YOUTUBE not in engine.services:
            engine.services[ServiceName.YOUTUBE] = self._shared.accounts.youtube_search()
        if self._telegram is not None:
            self._check_channel(engine, now)

    async def _open(
        self, service: ServiceName, section: Mapping[str, Any], engine: Engine, stamp: str, now: float
    ) -> None:
        accounts, namespace = self._shared.accounts, self.key[0]
        try:
            adapter: Service
            if service is TELEGRAM:
                await self._leave_channel(engine)
                self._telegram, self._account = await accounts.telegram(namespace, section)
                self._account.intake.readers.append(self)
                self._checked = 0.0
            else:
                if service is ServiceName.SPOTIFY:
                    adapter = await accounts.spotify(namespace, section)
                else:
                    adapter = await accounts.youtube(namespace, section)
                old = engine.services.get(service)
                engine.services[service] = adapter
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
        place = engine.places.get(service, Place())
        if place.reason:
            engine.places[service] = replace(place, parked=None, failures=0, terminal=False, reason="", message="")

    async def _leave_channel(self, engine: Engine) -> None:
        if self._checking is not None:
            self._checking.cancel()
            self._checking = None
        engine.services.pop(TELEGRAM, None)
        if self._telegram is not None:
            await self._telegram.close()
            self._telegram = None
        if self._account is not None:
            account, self._account = self._account, None
            if self in account.intake.readers:
                account.intake.readers.remove(self)
            await self._shared.accounts.leave(account)

    def _check_channel(self, engine: Engine, now: float) -> None:
        """Sees to it, beside the pass, that the bot may post; and again when it may not, or its rights have changed."""
        place = engine.places.get(TELEGRAM, Place())
        refused = place.terminal and place.parked is not None and now >= place.parked
        problem = self._problems.get(TELEGRAM)
        due = self._checked == 0.0 or ((problem is not None or refused) and now - self._checked >= RECHECK)
        if due and self._checking is None:
            self._checked = now
            self._checking = asyncio.create_task(self._check(engine), name="channel-check")
        elif problem is not None:
            self._retry[TELEGRAM] = self._checked + RECHECK

    async def _check(self, engine: Engine) -> None:
        telegram = self._telegram
        assert telegram is not None
        try:
            self._info = await telegram.check()
            self._chat = self._info.chat_id
            self._problems.pop(TELEGRAM, None)
            self._retry.pop(TELEGRAM, None)
            engine.services[TELEGRAM] = telegram
        except ServiceError as error:
            self._problems[TELEGRAM] = (error.reason, error.message, isinstance(error, (AuthError, TargetError)))
            if TELEGRAM not in engine.busy:
                engine.services.pop(TELEGRAM, None)
        except Exception:
            log.exception("the channel could not be checked")
            self._problems[TELEGRAM] = (
                "InternalError",
                "the channel could not be checked; see the operator's log",
                False,
            )
        finally:
            self._checking = None
            self._shared.wake(self.key)

    # --------------------------------------------------------------- the channel

    async def read(self, message: Message) -> None:
        """A post of the channel: returns once its Track is stored."""
        assert self._telegram is not None
        self._chat = message.chat.id
        assert self._engine is not None
        item = await self._telegram.item(message)
        if item is not None:
            await self._engine.submit(Listed(TELEGRAM, (item,), self._shared.clock()))

    def changed(self) -> None:
        """The bot's rights may have changed: they are looked at again."""
        self._checked = 0.0
        self._shared.wake(self.key)

    @property
    def gap_recorded(self) -> bool:
        """Whether the status says what the time without a poll means for this channel."""
        return self._gap_recorded

    def status_written(self) -> None:
        """The status of the last pass is stored."""
        self._gap_recorded = self._stream_drained
        self._accepted = None

    @property
    def _contested(self) -> bool:
        return self._account is not None and self._account.intake.stream.contested

    @property
    def _stream_drained(self) -> bool:
        return self._account is not None and self._account.intake.stream.drained

    def _past(
        self, resource: Mapping[str, Any], sync: Sync, previous: Mapping[str, Any], tracks: Mapping[str, Track]
    ) -> str | None:
        """Why the channel may not be posted to."""
        if TELEGRAM not in sync.targets or self._account is None:
            return "the channel is not open yet"
        stream, before = self._account.intake.stream, previous.get("telegram") or {}
        accepted = _annotation(resource, ACCEPT_PAST_ANNOTATION)
        if accepted and accepted != before.get("acceptedPast"):
            self._accepted = accepted
        channel = Channel(
            first=self._first,
            drained=stream.drained,
            gap=self._gap(stream, before),
            placed=before.get("placed") if before.get("past", "New") != "New" else None,
            unsettled=before.get("past") == "Unknown",
            accepted=self._accepted is not None,
        )
        if channel.placed is not None and self._gap_recorded and not channel.unsettled:
            # What the time before this process means was settled when it began.
            channel = replace(channel, gap=0.0)
        return past_unknown(sync, channel, tracks)

    def _gap(self, stream: Stream, before: Mapping[str, Any]) -> float | None:
        """Seconds without a poll before this process.

        A crash right after the very first start leaves no heartbeat: then it counts from when the status last changed, which
        was with the channel being read.
        """
        if stream.gap is None and before.get("past") == "Known" and before.get("lastChanged"):
            return max(0.0, self._shared.clock() - instant.read(before["lastChanged"]))
        return stream.gap

    def _channel_status(
        self,
        sync: Sync,
        previous: Mapping[str, Any],
        tracks: Mapping[str, Track],
        before: int,
        unknown: str | None,
    ) -> dict[str, Any]:
        """What only the channel's entry holds.

        The number of posts that are remembered falls by our own hand, or by leave of a person, and in no other way.
        """
        if TELEGRAM not in sync.targets:
            return {}
        old = previous.get("telegram") or {}
        made: dict[str, Any] = {}
        if self._chat is not None:
            made["chatId"] = self._chat
        now = remembered(tracks)
        placed = old.get("placed") if old.get("past", "New") != "New" else None
        if placed is None or unknown is None:
            placed = now
        else:
            placed = max(0, placed + now - before)
        made["placed"] = placed
        if self._stream_drained:
            made["past"] = "Known" if unknown is None else "New" if self._first else "Unknown"
        elif self._first or "past" in old:
            made["past"] = old.get("past") or "New"
        accepted = self._accepted or old.get("acceptedPast")
        if accepted:
            made["acceptedPast"] = accepted
        return made

    def _all_problems(self, sync: Sync, unknown: str | None) -> dict[ServiceName, tuple[str, str, bool]]:
        problems = dict(self._problems)
        if TELEGRAM not in sync.targets or TELEGRAM in problems:
            return problems
        stream = self._account.intake.stream if self._account is not None else None
        if stream is not None and stream.trouble is not None:
            terminal = isinstance(stream.trouble, AuthError)
            problems[TELEGRAM] = (stream.trouble.reason, stream.trouble.message, terminal)
        elif stream is not None and stream.contested:
            message = (
                "another process reads this bot's updates; nothing is posted until it has been quiet for ten minutes"
            )
            problems[TELEGRAM] = ("Conflict", message, False)
        elif unknown is not None:
            problems[TELEGRAM] = ("ChannelPastUnknown", unknown, False)
        return problems

    # ------------------------------------------------------------------- the end

    async def close(self, grace: float = 30.0) -> None:
        """Lets running operations end within `grace` seconds and gives back what it holds."""
        engine = self._engine
        if engine is not None:
            await engine.close(grace)
            await self._leave_channel(engine)


def conditions(
    previous: Mapping[str, Any], facts: summary.Facts, counts: Mapping[str, int], now: float
) -> list[dict[str, Any]]:
    """The conditions of a status, with their transition times kept where nothing turned."""
    made = Conditions(previous.get("conditions") or [], generation=facts.generation, now=now)
    for verdict in summary.verdicts(facts, counts):
        made.set(verdict.type, verdict.status, verdict.reason, verdict.message[:4096])
    return made.listed()


def _annotation(resource: Mapping[str, Any], name: str) -> str | None:
    return (resource["metadata"].get("annotations") or {}).get(name) or None


def _place_from(entry: Mapping[str, Any]) -> Place:
    items = entry.get("items")
    if items is None:
        return Place()
    return Place(items, entry.get("snapshot"), entry.get("placed", 0), started=True)
