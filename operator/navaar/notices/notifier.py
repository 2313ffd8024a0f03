"""Tells people, beside the passes: what goes out late, or not at all, holds up nothing."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from navaar.conditions import get, remove, set_condition
from navaar.kube.errors import KubeError
from navaar.notices.decision import BURST, SPELL, attempted, decide
from navaar.notices.memory import Memory, memory_from, memory_status
from navaar.notices.post import Post, recipient, secret_of
from navaar.notices.standing import Count, Songs, standing
from navaar.notices.text import message
from navaar.notices.wishes import wishes_of
from navaar.people.overview import NOTICES
from navaar.queue import Backoff, QueueClosed, WorkQueue
from reconcilers.errors import AuthError, OutcomeUnknown, QuotaError, ServiceError, TargetError
from reconcilers.logcontext import context
from reconcilers.model import NOTHING

log = logging.getLogger(__name__)

Key = tuple[str, str]
Resource = Mapping[str, Any]

WORKERS = 4
GRACE = 25.0
"""Seconds that a message under way may take to end at shutdown."""

LOOK = 600.0
"""Seconds after which it is decided anew at the latest: long waits are stretched, and the time of day may be set."""

ZONE = "InvalidTimeZone"
"""The reason where messages arrive, but not when people would have them."""

_PASSING = frozenset({"Unreachable", "RateLimited"})


@dataclass(slots=True)
class _Subject:
    """A MusicSync with somebody to tell. `lost`: those people could not be reached, and only a person can mend that."""

    sync: Resource
    memory: Memory
    songs: Mapping[str, Songs]
    tally: Count | None = None
    problem: tuple[str, str] | None = None
    lost: bool = False


class Notifier:
    """Tells the people of each MusicSync what they should know, once.

    `remember` stores what is stamped on a MusicSync by then; `may_write` is the Lease's word; `clock` gives Unix seconds. A
    message that can't be sent is decided on anew later, so what has passed by then is never told. One whose answer is lost is
    sent again, as rarely as other messages are: better twice than never.
    """

    def __init__(
        self,
        post: Post,
        remember: Callable[[Key], Awaitable[None]],
        may_write: Callable[[], bool],
        *,
        clock: Callable[[], float] = time.time,
        queue: WorkQueue[Key] | None = None,
    ) -> None:
        self._post = post
        self._remember = remember
        self._may_write = may_write
        self._clock = clock
        self._queue: WorkQueue[Key] = queue or WorkQueue(backoff=Backoff(first=2.0, cap=600.0))
        self._subjects: dict[Key, _Subject] = {}
        self._heard: dict[tuple[str, str], list[float]] = {}
        self._workers: list[asyncio.Task[None]] = []

    # ------------------------------------------------------------------ what passes tell

    def stamped(self, sync: Resource, status: dict[str, Any]) -> dict[str, Any]:
        """The status with what people were told, and whether they can be."""
        key = _key(sync)
        to = recipient(sync)
        if to is None:
            self._subjects.pop(key, None)
            self._queue.forget(key)
            return {name: value for name, value in status.items() if name != "notifications"}
        subject = self._subject(key, sync)
        previous = (sync.get("status") or {}).get("conditions") or []
        before = get(previous, NOTICES)
        if subject.problem is not None:
            said = ("False", *subject.problem)
        elif problem := wishes_of(sync["spec"]["notifications"]).problem:
            said = ("False", ZONE, problem)
        elif subject.memory.to == to:
            said = ("True", "Delivered", "")
        else:
            said = ("Unknown", "Progressing", "nobody was told anything yet")
        conditions = set_condition(
            [*remove(status["conditions"], NOTICES), *([before] if before is not None else [])],
            NOTICES,
            *said,
            generation=sync["metadata"].get("generation", 1),
            now=self._clock(),
        )
        made = {**status, "conditions": conditions}
        if subject.memory.to:
            made["notifications"] = memory_status(subject.memory)
        return made

    def saw(self, sync: Resource, songs: Mapping[str, Songs], tally: Count | None = None) -> None:
        """How a MusicSync stands after a pass."""
        key = _key(sync)
        subject = self._subjects.get(key)
        if subject is None:
            return
        changed = sync["spec"].get("notifications") != subject.sync["spec"].get("notifications")
        subject.sync, subject.songs, subject.tally = sync, songs, tally
        if changed:
            self._queue.forget(key)
        # What failed is tried again after its wait, however many passes there are meanwhile.
        if not self._queue.failures(key):
            self._queue.add(key)

    def gone(self, key: Key) -> None:
        """A MusicSync was deleted."""
        self._subjects.pop(key, None)
        self._queue.forget(key)

    def secret_changed(self, namespace: str, name: str) -> None:
        """A Secret was made, replaced or deleted."""
        for key, subject in self._subjects.items():
            if key[0] == namespace and secret_of(subject.sync) == name:
                self._queue.forget(key)
                self._queue.add(key)

    def _subject(self, key: Key, sync: Resource) -> _Subject:
        known = self._subjects.get(key)
        if known is not None and _uid(known.sync) == _uid(sync):
            return known
        status = sync.get("status") or {}
        made = self._subjects[key] = _Subject(sync, memory_from(status.get("notifications")), NOTHING)
        condition = get(status.get("conditions") or (), NOTICES)
        if condition is not None and condition["status"] == "False" and condition["reason"] != ZONE:
            made.problem = (condition["reason"], condition.get("message") or "")
            made.lost = condition["reason"] not in _PASSING
        return made

    # ------------------------------------------------------------------ telling

    def start(self) -> None:
        """Begins to tell."""
        self._workers = [asyncio.create_task(self._work(), name=f"notices-{n}") for n in range(WORKERS)]

    async def close(self, grace: float = GRACE) -> None:
        """Nothing further is told; what is under way is, and remembered, within `grace` seconds."""
        self._queue.close()
        if self._workers:
            await asyncio.wait(self._workers, timeout=grace)
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    async def _work(self) -> None:
        while True:
            try:
                key = await self._queue.get()
            except QueueClosed:
                return
            failed, after = True, None
            try:
                with context(sync="/".join(key)):
                    failed, after = await self._tell(key)
            except Exception:
                log.exception("people could not be told")
            finally:
                self._queue.done(key, after=after, failed=failed)

    async def _tell(self, key: Key) -> tuple[bool, float | None]:
        """Decides, and tells; whether that failed, and in how many seconds to decide again (None: when something happens)."""
        subject = self._subjects.get(key)
        to = recipient(subject.sync) if subject is not None else None
        if subject is None or to is None or not self._may_write():
            return False, None
        now, spec = self._clock(), subject.sync["spec"]["notifications"]
        wishes = wishes_of(spec)
        stands = standing(subject.sync, subject.songs, subject.tally)
        decision = decide(subject.memory, stands, to, now, wishes, greet=subject.lost)
        if not decision.items:
            asleep = not wishes.problem and wishes.silent_until(now) is not None
            passed = subject.problem is not None and not subject.lost and not asleep
            if passed or decision.memory != subject.memory:
                # What could not be told has passed; or there is something to remember that is not told.
                subject.memory = decision.memory
                await self._settle(key, subject, None if passed else subject.problem)
            return False, None if decision.again is None else min(max(0.0, decision.again - now), LOOK)
        heard = self._heard.setdefault(_whom(key, to), [])
        if not decision.greeting:
            heard[:] = [at for at in heard if at > now - SPELL]
            if len(heard) >= BURST:
                return False, heard[-BURST] + SPELL - now
            heard.append(now)
        language = spec.get("language") or "en"
        try:
            await self._post.deliver(subject.sync, message(subject.sync, decision.items, language))
        except (ServiceError, KubeError) as error:
            reason = error.reason if isinstance(error, ServiceError) else "Unreachable"
            log.warning("people could not be told: %s", error)
            subject.lost = isinstance(error, (AuthError, TargetError))
            if isinstance(error, OutcomeUnknown):
                # It may have arrived, so it counts: they are not to hear it again and again.
                subject.memory = attempted(subject.memory, now)
            elif now in heard:
                heard.remove(now)
            await self._settle(key, subject, (reason, f"{error} It is tried again."))
            return True, error.retry_at - self._clock() if isinstance(error, QuotaError) else None
        log.info("told %s: %s", to, ", ".join(item.news.value for item in decision.items))
        subject.memory, subject.lost = decision.memory, False
        await self._settle(key, subject, None)
        return False, 0.0

    async def _settle(self, key: Key, subject: _Subject, problem: tuple[str, str] | None) -> None:
        """Has it remembered what was told, or why it wasn't."""
        subject.problem = problem
        try:
            await self._remember(key)
        except KubeError as error:
            # The next pass writes it.
            log.warning("what people were told is not stored yet: %s", error)


def _whom(key: Key, to: str) -> tuple[str, str]:
    """People across MusicSyncs: a chat is the same one everywhere, a Secret only in its namespace."""
    return ("" if to.startswith("chat ") else key[0], to)


def _key(sync: Resource) -> Key:
    return (sync["metadata"]["namespace"], sync["metadata"]["name"])


def _uid(sync: Resource) -> str:
    return str(sync["metadata"].get("uid", ""))
