"""The accounts that are in use, each one shared by everybody, and what has to be known of them after a restart."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from navaar.kube.errors import Conflict, KubeError
from reconcilers.account import Account
from reconcilers.budget import Allowance
from reconcilers.services.calls import OnCall
from reconcilers.services.found import Found
from reconcilers.services.protocol import ServiceName

log = logging.getLogger(__name__)

KEEP_EVERY = 600.0
"""Seconds between two writes of what one account has used; that it has to wait is written at once."""

LOOK_EVERY = 60.0
PREFIX = "navaar-account-"


class Ledger(Protocol):
    """Where a text per account is kept beyond this process: `navaar.account.ledger.Ledger`."""

    async def read(self, name: str) -> str | None:
        """What was kept; None: nothing."""
        ...

    async def write(self, name: str, text: str) -> None:
        """Keeps a text."""
        ...


@dataclass(slots=True)
class Entry:
    """An account in the book. `name` is that under which it is kept; `found` what its searches found of late."""

    service: ServiceName
    name: str
    account: Account
    found: Found
    told: OnCall
    unkept: bool = False
    urgent: bool = False
    kept_at: float = 0.0

    @property
    def short(self) -> str:
        """What tells it from others in a label, and tells nothing else."""
        return self.name.removeprefix(PREFIX)[:8]

    def counted(self, user: Hashable) -> OnCall:
        """Counts the requests of one of those who share the account: for people, and against its allowance."""

        def on_call(operation: str, units: int, outcome: str, seconds: float) -> None:
            self.told(operation, units, outcome, seconds)
            self.account.spend(units, user)

        return on_call


@dataclass(frozen=True, slots=True)
class AccountNumbers:
    """One account in figures. `name` tells it from others and tells nothing else.

    `used` and `left` are units of its day, None where none are counted; `waits` seconds until anything is asked again.
    """

    service: ServiceName
    name: str
    used: int | None
    left: int | None
    waits: float


class AccountBook:
    """All accounts by what they are at their service. `on_call` is told of every request; `clock` gives Unix seconds."""

    def __init__(
        self, ledger: Ledger, on_call: Callable[[ServiceName], OnCall], clock: Callable[[], float] = time.time
    ) -> None:
        self._ledger = ledger
        self._on_call = on_call
        self._clock = clock
        self._entries: dict[str, Entry] = {}
        self._news = asyncio.Event()

    async def open(self, service: ServiceName, identity: str, allowance: Allowance | None) -> Entry:
        """The account of an identity, with what an earlier process left to know of it. Raises KubeError."""
        name = PREFIX + keyed(service.value, identity)
        if name not in self._entries:
            text = await self._ledger.read(name)
            if name not in self._entries:
                account = Account(allowance, clock=self._clock, changed=partial(self._changed, name))
                if text is not None:
                    account.recall(text)
                told = self._on_call(service)
                self._entries[name] = Entry(service, name, account, Found(self._clock), told, kept_at=self._clock())
        return self._entries[name]

    def numbers(self) -> Iterable[AccountNumbers]:
        """The accounts that are in use, in figures."""
        now = self._clock()
        for entry in self._entries.values():
            if not entry.account.shared_by:
                continue
            budget = entry.account.budget(None)
            shut = budget.closed(now)
            waits = shut.until - now if shut is not None else 0.0
            used = left = None
            if budget.allowance is not None:
                used = budget.used(now)
                left = max(0, budget.allowance.units - used)
            yield AccountNumbers(entry.service, entry.short, used, left, waits)

    async def run(self) -> None:
        """Keeps what accounts have used, and that they have to wait, until cancelled."""
        while True:
            self._news.clear()
            await self._keep(lambda entry: entry.urgent or self._clock() >= entry.kept_at + KEEP_EVERY)
            try:
                async with asyncio.timeout(LOOK_EVERY):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def close(self) -> None:
        """Keeps what is not kept yet."""
        await self._keep(lambda entry: True)

    def _changed(self, name: str, urgent: bool) -> None:
        entry = self._entries[name]
        entry.unkept = True
        if urgent:
            entry.urgent = True
            self._news.set()

    async def _keep(self, due: Callable[[Entry], bool]) -> None:
        for entry in list(self._entries.values()):
            if not entry.unkept or not due(entry):
                continue
            entry.unkept = entry.urgent = False
            try:
                await self._ledger.write(entry.name, entry.account.remember())
                entry.kept_at = self._clock()
            except KubeError as error:
                # Kept at the next occasion; at worst a restart asks once more than it should.
                entry.unkept = True
                entry.urgent = isinstance(error, Conflict)
                log.warning("what an account has used could not be kept: %s", error)


def keyed(*parts: str) -> str:
    """Sixteen hex digits that stand for what must not be told."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
