"""One run of a workload to its end, and what differs between two ends."""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from navaar.kube.errors import Denied, Invalid, NotLeader
from reconcilers.services.protocol import ServiceName
from tests.explorer.circumstances import CIRCUMSTANCES
from tests.explorer.faults import Director, Kind, Write
from tests.explorer.ground import PLACES
from tests.explorer.line import Killed, count_tasks
from tests.explorer.stage import Stage
from tests.explorer.workloads import WORKLOADS
from tests.memory import TELEGRAM
from tests.virtual_time import VirtualLoop

UNSURE = "DeliveryUnknown"


@dataclass
class Ending:
    """What stands where when a run is over.

    `places` are the songs in each, `states` each Track as (song, what its placements say), `removed` what our hand took
    out; `unexpected` are errors that nobody foresaw, `restless` what was still to be done.
    """

    places: dict[ServiceName, Counter[str]]
    states: Counter[tuple[str, ...]]
    removed: Counter[tuple[str, str]]
    writes: list[Write]
    restarts: int = 0
    trouble: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    restless: list[str] = field(default_factory=list)


@dataclass
class Verdict:
    """How an end differs from the clean one: songs per figure, and all of it in words."""

    lost: int = 0
    duplicates: int = 0
    wrong_removals: int = 0
    not_converged: int = 0
    unsure: int = 0
    """Posts of which a person must say whether they were made: no fault, without a scratch chat."""
    account: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """No difference."""
        return not (self.lost or self.duplicates or self.wrong_removals or self.not_converged)


class _Unexpected(logging.Handler):
    """Keeps what is logged as an error."""

    def __init__(self, kept: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        cause = record.exc_info[1] if record.exc_info else None
        if isinstance(cause, (Denied, Invalid, NotLeader)):
            return  # a lane ends by them, and is parked
        self._kept.append(f"{record.getMessage()} {cause!r}" if cause else record.getMessage())


@dataclass(frozen=True, slots=True)
class Case:
    """One run: a workload, and what befalls it: `kind` its `at`-th write, or a circumstance as `seed` has it.

    With a `scratch` chat nothing is left to a person.
    """

    workload: str
    at: int | None = None
    kind: Kind | None = None
    circumstance: str | None = None
    seed: int = 0
    scratch: bool = False

    @property
    def clean(self) -> "Case":
        """The run in which nothing befalls it."""
        return Case(self.workload, scratch=self.scratch)

    @property
    def forgets(self) -> bool:
        """Whether it is excused to forget who put an entry there: where two are at it, or one knows what is long past."""
        return self.circumstance is not None and (
            self.circumstance.startswith("rivals") or "stale" in self.circumstance
        )

    @property
    def arguments(self) -> str:
        """How to see this run alone."""
        said = f"--workload {self.workload}{' --scratch' if self.scratch else ''}"
        if self.circumstance is not None:
            return f"{said} --circumstance {self.circumstance} --seed {self.seed}"
        return f"{said} --write {self.at} --kind {self.kind}" if self.kind is not None else said


def run(case: Case, prepare: Callable[[Stage], None] = lambda stage: None) -> Ending:
    """Runs a case in virtual time, and tells how it ended. `prepare` is given the stage before anything happens."""
    unexpected: list[str] = []
    loop = VirtualLoop()
    count_tasks(loop)

    def failed(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        error = context.get("exception")
        if not isinstance(error, Killed):
            unexpected.append(f"{context.get('message')}: {error!r}")

    loop.set_exception_handler(failed)
    with _listening(unexpected):
        try:
            ending = loop.run_until_complete(_run(case, prepare))
        finally:
            for task in asyncio.all_tasks(loop):
                task.cancel()
            loop.run_until_complete(asyncio.sleep(0.1))
            loop.close()
    ending.unexpected = unexpected
    return ending


@contextmanager
def _listening(kept: list[str]) -> Iterator[None]:
    """Keeps what is logged as an error, and lets nothing else be logged."""
    handler = _Unexpected(kept)
    loggers = [logging.getLogger("reconcilers"), logging.getLogger("navaar")]
    before = [(logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.propagate = False
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, (level, propagate) in zip(loggers, before, strict=True):
            logger.removeHandler(handler)
            logger.propagate = propagate
            logger.setLevel(level)


async def _run(case: Case, prepare: Callable[[Stage], None]) -> Ending:
    workload = WORKLOADS[case.workload]
    circumstance = CIRCUMSTANCES[case.circumstance] if case.circumstance is not None else None
    watching = circumstance.watching if circumstance is not None else None
    stage = Stage(workload.sync, Director(case.at, case.kind), watching, scratch=case.scratch)
    if circumstance is not None:
        circumstance.prepare(stage, random.Random(f"{case.workload} {case.seed}"))
    prepare(stage)
    await workload.script(stage)
    await stage.wait(workload.rest)
    return ending_of(stage, origins=workload.origins)


def ending_of(stage: Stage, *, origins: bool = True) -> Ending:
    """What stands where now."""
    places = {service: Counter(stage.here(service)) for service in PLACES}
    states = Counter(_state(stage, track, origins=origins) for track in stage.tracks())
    restless = [
        f"process {p.number} is still at it: {p.plan and p.plan.operations}" for p in stage.alive if not p.resting
    ]
    if not stage.alive:
        restless.append("no operator runs")
    ended = Ending(places, states, stage.removed, stage.director.writes, stage.restarts, restless=restless)
    ended.trouble = [line for process in stage.processes for line in process.trouble]
    return ended


def _state(stage: Stage, track: dict[str, object], *, origins: bool) -> tuple[str, ...]:
    status = track.get("status") or {}
    assert isinstance(status, dict)
    said = [stage.song(track), status.get("phase", "?")]
    for service in PLACES:
        placement = (status.get("placements") or {}).get(service.value) or {}
        reason = placement.get("reason") or ""
        origin = (placement.get("origin") or "") if origins else ""
        said.append(
            f"{service.value}={placement.get('state', '?')}{f'/{reason}' if reason else ''}{f' {origin}' if origin else ''}"
        )
    return tuple(said)


def compare(clean: Ending, end: Ending, *, scratch: bool = False, forgets: bool = False) -> Verdict:
    """How an end differs from the clean one. Without a `scratch` chat a person may have to say whether a post was made.

    Where that is excused (`Case.forgets`), an entry of ours may be held to have been there, or to have been taken out before
    it was made; never a person's to be ours.
    """
    verdict = Verdict()
    if forgets:
        known = {state: next((s for s in clean.states if _forgets(s, state)), state) for state in end.states}
        end = replace(end, states=Counter({known[state]: n for state, n in end.states.items()}))
    unsure = set() if scratch else {s[0] for s in end.states if any(UNSURE in said for said in s)}
    verdict.unsure = len(unsure)
    for service in PLACES:
        excused = unsure if service is TELEGRAM else set()
        for song, count in (clean.places[service] - end.places[service]).items():
            if song not in excused:
                verdict.lost += count
                verdict.account.append(f"lost: {song} is missing in {service.value}")
        for song, count in (end.places[service] - clean.places[service]).items():
            if song in excused and end.places[service][song] == 1:
                continue  # a person must say that it is there before it can be taken out
            verdict.duplicates += count
            verdict.account.append(f"surplus: {song} stands {count} times too often in {service.value}")
    for (place, song), count in (end.removed - clean.removed).items():
        verdict.wrong_removals += count
        verdict.account.append(f"removed: {song} was taken out of {place} {count} times, which the clean run did not")
    songs = Counter(state[0] for state in clean.states)
    theirs = Counter(state[0] for state in end.states)
    for song, count in (songs - theirs).items():
        verdict.lost += count
        verdict.account.append(f"lost: there is no Track of {song}")
    settled = {state for state in clean.states if state[0] not in unsure}
    for state, count in Counter({s: n for s, n in end.states.items() if s[0] not in unsure}).items():
        if count != clean.states.get(state, 0):
            verdict.not_converged += 1
            verdict.account.append(f"other: {state}")
    for state in settled - set(end.states):
        verdict.account.append(f"instead of: {state}")
    for line in (*end.restless, *end.unexpected):
        verdict.not_converged += 1
        verdict.account.append(f"restless: {line}")
    return verdict


def _forgets(clean: tuple[str, ...], state: tuple[str, ...]) -> bool:
    """Whether two states differ only in that an entry of ours is held to have been there, or was gone before it was made.

    Nothing is posted while two read the bot's updates: what people then take out everywhere may never have been posted.
    """
    return len(clean) == len(state) and all(
        b in (a, a.replace("Placed", "Found"), a.removesuffix(" Placed") if "=Removed" in a else a)
        for a, b in zip(clean, state, strict=True)
    )
