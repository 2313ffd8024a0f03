"""The switchboard that makes a simulated service misbehave on demand.

A fault is armed for a service and a call; each request asks `Faults.take` at its start, and what is done to it is
what the returned `Fault` says. `sandbox.kinds` says what each kind does.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from sandbox import kinds
from sandbox.clock import Clock

STANDING = ("rate-limit", "quota")
Undo = Callable[[], None]
Begin = Callable[["Fault"], Undo | None]


@dataclass(slots=True)
class Fault:
    """What goes wrong, where, and how often.

    `kind` is one of `sandbox.kinds.KINDS`. The aim: `call` is the journal's name for the call (``*`` and ``?`` stand
    for anything), `about` an id, playlist, chat, host or account that the request must name, `skip` how many such
    requests pass unharmed first. It strikes `times` requests, or all of them while it is None, and is over
    `lasting` seconds after it was armed, by the world's clock.

    `seconds` is the delay, or Retry-After; `status` and `body` belong to ``error``; `applied` is when a request is
    carried out nevertheless, in seconds of the world's clock after it came (None: as its kind does). `detail` holds
    what only some kinds know, `memory` what the kind itself noted when it was armed.
    """

    kind: str
    service: str
    call: str = "*"
    times: int | None = 1
    status: int = 500
    seconds: float = 0.0
    body: Any = None
    detail: dict[str, Any] = field(default_factory=dict)
    about: str | None = None
    skip: int = 0
    lasting: float | None = None
    applied: float | None = None
    memory: Any = field(default=None, repr=False, compare=False)

    def meant(self, service: str, call: str, names: Collection[str]) -> bool:
        """Whether a request is one that this fault is aimed at."""
        if self.service != service or not (self.call == call or fnmatchcase(call, self.call)):
            return False
        return self.about is None or self.about in names


@dataclass(frozen=True, slots=True)
class Standing:
    """A refusal that holds for an account (None: for everybody) until Unix second `until` of the world's clock."""

    fault: Fault
    account: str | None
    until: float


class Faults:
    """The armed faults, first armed first served, and the refusals that still hold."""

    def __init__(self) -> None:
        self.armed: list[Fault] = []
        self.standing: list[Standing] = []
        self._ends: dict[int, float] = {}
        self._undo: dict[int, Undo] = {}
        self._clock = Clock()
        self._begin: Begin = _nothing

    def bind(self, clock: Clock, begin: Begin) -> None:
        """Takes the time from a world, and what a fault does to the world when it is armed; `World` does it."""
        self._clock, self._begin = clock, begin

    def arm(self, fault: Fault) -> None:
        """From now on. A refusal takes the place of one that still holds for the same calls.

        A kind that changes the world does so at once, and mending takes it back where that can be. Raises ValueError
        for a kind that the service doesn't have, KeyError for something unknown in `about` or `detail`.
        """
        kinds.check(fault.service, fault.kind)
        undo = self._begin(fault)
        if undo is None and kinds.KINDS[fault.kind].changes:
            return
        if undo is not None:
            self._undo[id(fault)] = undo
        if fault.kind in STANDING:
            self.standing = [s for s in self.standing if (s.fault.service, s.fault.call) != (fault.service, fault.call)]
        self.armed.append(fault)
        if fault.lasting is not None:
            self._ends[id(fault)] = self._clock.now() + fault.lasting

    def clear(self, service: str | None = None, kind: str | None = None) -> None:
        """Mends one service or all, of one kind of fault or of all."""

        def stays(fault: Fault) -> bool:
            return service not in (None, fault.service) or kind not in (None, fault.kind)

        for fault in [f for f in self.armed if not stays(f)]:
            self._disarm(fault)
        self.standing = [s for s in self.standing if stays(s.fault)]

    def take(
        self, service: str, call: str, *wanted: str, names: Collection[str] = (), spared: Collection[str] = ()
    ) -> Fault | None:
        """The fault that strikes this request (of a `wanted` kind, when given), used up by one; None: all is well.

        `names` are what the request is about. Kinds that are `spared` strike it only when armed for this very call.
        """
        self.expire()
        for fault in self.armed:
            if (wanted and fault.kind not in wanted) or not fault.meant(service, call, names):
                continue
            if fault.kind in spared and fault.call != call:
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self._disarm(fault)
            return fault
        return None

    def held(
        self,
        service: str,
        call: str,
        names: Collection[str] = (),
        account: str | None = None,
        spared: Collection[str] = (),
    ) -> Fault | None:
        """The refusal that still holds for this request, with the seconds that are left of it; None: none does."""
        self.expire()
        for held in self.standing:
            spares = held.fault.kind in spared and held.fault.call != call
            if not spares and held.account in (None, account) and held.fault.meant(service, call, names):
                return replace(held.fault, seconds=held.until - self._clock.now())
        return None

    def hold(self, fault: Fault, account: str | None, until: float) -> None:
        """The refusal that `take` gave goes on, for its calls of this account, until Unix second `until`."""
        if until > self._clock.now():
            self.standing.append(Standing(fault, account, until))

    def expire(self) -> None:
        """Ends what is over by the world's clock; every request does it."""
        now = self._clock.now()
        self.standing = [s for s in self.standing if s.until > now]
        for fault in [f for f in self.armed if self._ends.get(id(f), now + 1) <= now]:
            self._disarm(fault)

    def _disarm(self, fault: Fault) -> None:
        self.armed = [f for f in self.armed if f is not fault]
        self._ends.pop(id(fault), None)
        self._undo.pop(id(fault), _nothing_to_undo)()


def _nothing(fault: Fault) -> None:
    return None


def _nothing_to_undo() -> None:
    pass
