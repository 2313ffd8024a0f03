"""One sync in motion: plans are stored, operations are carried out, their results are planned with.

Every place has a lane: its operations run one after another, beside the other places'. A lane never decides anything;
it reports what happened and asks to be planned for again.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from reconcilers.account import Account
from reconcilers.adding import Additions
from reconcilers.budget import DAY, Claim
from reconcilers.delivery import Nobody, Onlooker
from reconcilers.errors import (
    AudioRefused,
    AuthError,
    ItemError,
    QuotaError,
    ServiceError,
    TransientError,
)
from reconcilers.logcontext import context
from reconcilers.model import Place, Placement
from reconcilers.observe import observe
from reconcilers.plan import Plan, plan
from reconcilers.plan.lookback import NO_LOOKBACK, UNSEEN, Lookback
from reconcilers.plan.operations import (
    Add,
    AddDone,
    Listed,
    NotSent,
    Observation,
    Observe,
    Operation,
    Remove,
    RemoveDone,
    Resolve,
    Resolved,
    Scan,
    Scanned,
    Search,
    Searched,
    Troubled,
)
from reconcilers.policy import Sync
from reconcilers.portion import first_of, too_long
from reconcilers.search import found_by
from reconcilers.services.protocol import Item, Lookable, Service, ServiceName
from reconcilers.store import Store, StoreError

log = logging.getLogger(__name__)

OnTurn = Callable[[ServiceName, float], None]
"""Told how many seconds the work of one pass took at a service."""

Entry = tuple[Observation, asyncio.Future[None] | None]
"""What was seen, and who waits for it to be stored."""


class Engine:
    """Carries out the plans of one sync. All methods are called from one event loop; `step` is never run twice at once."""

    def __init__(
        self,
        store: Store,
        services: Mapping[ServiceName, Service],
        *,
        clock: Callable[[], float],
        wake: Callable[[], None],
        may_write: Callable[[], bool] = lambda: True,
        epoch: Callable[[], int] = lambda: 0,
        on_turn: OnTurn = lambda service, seconds: None,
        onlooker: Onlooker | None = None,
        concurrency: int = 20,
    ) -> None:
        """`wake` asks for another `step`; `may_write` is asked before every write to a service (is this still the leader?).

        `onlooker` hears which additions are under way.
        """
        self.store = store
        self.services = dict(services)
        self.places: dict[ServiceName, Place] = {}
        self.accounts: dict[ServiceName, Account] = {}
        self.sync: Sync | None = None
        self._clock = clock
        self._wake = wake
        self._may_write = may_write
        self._epoch = epoch
        self._on_turn = on_turn
        self._additions = Additions(
            self._intend, clock, self._guard, self._report, lambda: self._stopping, onlooker or Nobody()
        )
        self._limit = asyncio.Semaphore(concurrency)
        self._inbox: list[Entry] = []
        self._lanes: dict[ServiceName, asyncio.Task[None]] = {}
        self._stopping = False
        self._portioned: int | None = None  # how many tracks there were at the last step, if that stored a part

    @property
    def busy(self) -> frozenset[ServiceName]:
        """The places in which operations are being carried out."""
        return frozenset(self._lanes)

    @property
    def idle(self) -> bool:
        """Nothing under way and nothing to plan with."""
        return not self._lanes and not self._inbox

    def submit(self, observation: Observation) -> asyncio.Future[None]:
        """Hands in what was seen elsewhere (posts). The future is done once it is stored."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._inbox.append((observation, stored))
        self._wake()
        return stored

    def hold(self, service: ServiceName, account: Account | None) -> None:
        """From here on a place is asked with this account (None: with none)."""
        old = self.accounts.pop(service, None)
        if old is not None and old is not account:
            old.leave(self)
        if account is not None:
            self.accounts[service] = account
            account.join(self, self._wake)

    def renewed(self, service: ServiceName) -> None:
        """A place is asked with other credentials from here on: what the ones before were refused for is past.

        Also what is not planned with yet: that would stand for good, since nothing is asked again after a refusal.
        """
        place = self.places.get(service, Place())
        if place.reason:
            self.places[service] = replace(place, parked=None, failures=0, terminal=False, reason="", message="")
        self._inbox = [entry for entry in self._inbox if not _refused(entry[0], service)]

    async def step(
        self, sync: Sync, *, posting: bool = True, lookback: Lookback = NO_LOOKBACK, start: bool = True
    ) -> Plan:
        """Plans once, stores the records, and starts the operations (unless not `start`).

        Of very many new tracks it stores some (`reconcilers.portion`); what was listed is then planned with again by the
        next step. Errors of the store pass through; nothing is lost then.
        """
        self.sync = sync
        taken, self._inbox = self._inbox, []
        tracks = self.store.tracks()
        claimed: list[ServiceName] = []
        try:
            made = plan(
                sync,
                tracks,
                self.places,
                [observation for observation, _ in taken],
                self._clock(),
                busy=self.busy,
                posting=posting,
                lookback=lookback,
                epoch=self._epoch(),
                budgets={service: account.budget(self) for service, account in self.accounts.items()},
            )
            # At once: while the records are stored, the next may plan with the same account.
            for service in self._startable(made) if start else ():
                if service in self.accounts:
                    self.accounts[service].claim(self, made.claims.get(service, Claim()))
                    claimed.append(service)
            listed = [(seen, done) for seen, done in taken if isinstance(seen, (Listed, Scanned))]
            # Where the last part came to nothing (some can't be stored), the rest goes at once.
            if listed and too_long(made, tracks) and len(tracks) != self._portioned:
                made = first_of(made, tracks, self.places, {seen.service for seen, _ in listed})
                self._portioned = len(tracks)
            else:
                listed = []
                self._portioned = None
            stored = await asyncio.gather(
                *(self._record(tracks.get(t.name), t) for t in made.records), return_exceptions=True
            )
            # All have ended: nothing of this pass is still being written when the next begins.
            for failure in stored:
                if failure is not None:
                    raise failure
            for name in made.deleted:
                await self.store.forget(name)
        except BaseException:
            self._inbox = taken + self._inbox
            for service in claimed:
                self.accounts[service].release(self)
            raise
        self.places = dict(made.places)
        if listed:
            self._inbox = listed + self._inbox
            self._wake()
        for seen, done in taken:
            if done is not None and not done.done() and not (listed and isinstance(seen, (Listed, Scanned))):
                done.set_result(None)
        self._share(sync, made)
        for service in self._startable(made) if start else ():
            work = self._run(service, made.operations[service])
            self._lanes[service] = asyncio.create_task(work, name=f"lane-{service.value}")
        for service in claimed:
            if service not in self._lanes:
                self.accounts[service].release(self)
        return made

    def _startable(self, made: Plan) -> list[ServiceName]:
        if self._stopping:
            return []
        return [service for service in made.operations if service not in self._lanes and service in self.services]

    async def close(self, grace: float = 30.0) -> None:
        """Lets the operation that each lane is in come to its end within `grace` seconds, then closes the services.

        What came of it is stored: the next process need not look for it.
        """
        self._stopping = True
        if self._lanes:
            _, late = await asyncio.wait(self._lanes.values(), timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._inbox and self.sync is not None:
            try:
                await self.step(replace(self.sync, again=frozenset()), posting=False, lookback=UNSEEN, start=False)
            except Exception as error:
                log.warning("what was done last could not be stored, and will be looked for: %s", error)
        for name in tuple(self.accounts):
            self.hold(name, None)
        for service in self.services.values():
            await service.close()

    def _share(self, sync: Sync, made: Plan) -> None:
        """Tells the accounts what this sync wants of them, for the others' plans."""
        for service, account in self.accounts.items():
            target = sync.targets.get(service)
            on_schedule = target is not None and service is not ServiceName.TELEGRAM
            polls = DAY / target.interval if target is not None and on_schedule else 0.0
            account.wants(self, polls, service in made.waits)

    async def _record(self, before: object, after: object) -> None:
        async with self._limit:
            await self.store.record(before, after)  # type: ignore[arg-type]

    async def _run(self, name: ServiceName, operations: tuple[Operation, ...]) -> None:
        with context(service=name.value):
            await self._turn(name, operations)

    async def _turn(self, name: ServiceName, operations: tuple[Operation, ...]) -> None:
        service, started = self.services[name], self._clock()
        try:
            adds = [o for o in operations if isinstance(o, Add)]
            for operation in operations:
                if not isinstance(operation, Add):
                    with context(track=getattr(operation, "track", None)):
                        self._report(await self._carry_out(service, operation))
                if self._stopping:
                    return
            if adds:
                assert self.sync is not None
                if not self._may_write():
                    raise TransientError("this process is not the one that may write just now", reason="Standby")
                await self._additions.carry_out(service, adds, self.sync.timing.deadline)
        except ServiceError as error:
            self._report(Troubled(name, error, self._clock()))
        except StoreError as error:
            message = f"Nothing was sent, as what has to be recorded before it could not be: {error}"
            log.warning("%s", message)
            self._report(Troubled(name, TransientError(message, reason="NotRecorded"), self._clock()))
        except Exception as error:
            log.exception("an operation failed in a way that is not known")
            trouble = TransientError(
                f"unexpected {type(error).__name__}; see the operator's log", reason="InternalError"
            )
            self._report(Troubled(name, trouble, self._clock()))
        finally:
            self._lanes.pop(name, None)
            self._on_turn(name, self._clock() - started)
            if name in self.accounts:
                self.accounts[name].release(self)
            self._wake()

    def _report(self, observation: Observation) -> None:
        error = observation.error if isinstance(observation, Troubled) else None
        if isinstance(observation, AddDone) and isinstance(observation.outcome, QuotaError):
            error = observation.outcome
        if isinstance(error, QuotaError) and not isinstance(error, AudioRefused):
            account = self.accounts.get(observation.service)
            if account is not None:
                account.park(error)
        self._inbox.append((observation, None))
        self._wake()

    async def _carry_out(self, service: Service, operation: Operation) -> Observation:
        name = service.name
        match operation:
            case Observe():
                return await observe(service, operation, self._clock)
            case Search():
                try:
                    assert self.sync is not None
                    track = self.store.tracks().get(operation.track)
                    found = await found_by(service, operation, self.sync, track)
                except ItemError as failure:
                    return Troubled(name, failure, self._clock(), operation.track)
                return Searched(name, operation.track, found, self._clock())
            case Resolve():
                try:
                    candidate = await service.resolve(operation.id)
                except ItemError as failure:
                    return Troubled(name, failure, self._clock(), operation.track)
                return Resolved(name, operation.track, operation.id, candidate, self._clock())
            case Scan():
                return await self._scan(service, operation)
            case Remove():
                error: ServiceError | None = None
                try:
                    self._guard()
                    await service.remove(operation.id, operation.entry)
                except (ItemError, TransientError) as failure:
                    error = failure
                return RemoveDone(name, operation.track, operation.id, error, self._clock())
            case Add():
                raise AssertionError("additions go through their own two phases")

    async def _scan(self, service: Service, operation: Scan) -> Scanned:
        """Looks at posts until the batch ends; what was read before an error is not lost with it."""
        assert isinstance(service, Lookable)
        items: list[Item] = []
        error: ServiceError | None = None
        id, messages, misses, last = operation.start, 0, operation.misses, 0
        while id < operation.start + operation.looks and messages < operation.messages and not self._stopping:
            if id > operation.upto and misses >= operation.patience:
                break
            if id not in operation.known:
                try:
                    self._guard()
                    post = await service.look(str(id))
                except ServiceError as failure:
                    error = failure
                    break
                if post is None:
                    id, misses = id + 1, misses + 1
                    continue
                messages += 1
                items += [post.item] if post.item is not None else []
            id, misses, last = id + 1, 0, id
        return Scanned(service.name, operation.start, id, tuple(items), self._clock(), messages, misses, last, error)

    async def _intend(self, add: Add, intent: Placement) -> bool:
        return await self.store.intend(add.track, add.service, add.before, intent, add.wishes, add.alike)

    def _guard(self) -> None:
        if not self._may_write() or self._stopping:
            raise NotSent("this process is not, or not for long, the one that may write")


def _refused(observation: Observation, service: ServiceName) -> bool:
    return (
        isinstance(observation, Troubled)
        and observation.service is service
        and observation.track is None
        and isinstance(observation.error, AuthError)
    )
