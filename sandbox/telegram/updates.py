"""A bot's queue of updates, as getUpdates hands it out."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from sandbox.telegram.chats import Json

RETENTION = 24 * 3600
FAR_AHEAD = 10
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(frozen=True, slots=True)
class Update:
    """One update. `expires` is Unix time: a day after the message's own date (or the edit's)."""

    update_id: int
    kind: str
    payload: Json
    expires: float

    def as_json(self) -> Json:
        return {"update_id": self.update_id, self.kind: self.payload}


@dataclass(eq=False)
class UpdateQueue:
    """Updates that wait for one bot; they stay until a higher offset confirms them, or they expire."""

    next_id: int
    waiting: list[Update] = field(default_factory=list)
    allowed: frozenset[str] | None = None
    webhook: str = ""
    poll: "asyncio.Future[str] | None" = None
    asked: tuple[int, float] = (0, 0.0)
    handed: list[Update] = field(default_factory=list)
    repeated: list[Update] = field(default_factory=list)

    def allow(self, kinds: Iterable[str] | None) -> None:
        """Remembers which kinds to queue from now on; none restore the default, None changes nothing."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def push(self, kind: str, payload: Json, expires: float, now: float) -> bool:
        """Queues an update and wakes the waiting poll; False when it is unwanted or already expired."""
        wanted = kind in self.allowed if self.allowed is not None else kind not in NOT_BY_DEFAULT
        if not wanted or expires <= now:
            return False
        self.waiting.append(Update(self.next_id, kind, payload, expires))
        self.next_id += 1
        self.wake("update")
        return True

    def forget(self) -> None:
        """Drops everything that waits."""
        self.waiting.clear()

    def take(self, offset: int, limit: int, now: float) -> list[Update]:
        """Confirms everything below `offset`, then returns up to `limit` of the rest without confirming it.

        A negative offset keeps only that many of the newest; one far beyond the newest confirms nothing.
        """
        self.waiting = [u for u in self.waiting if u.expires > now]
        if offset < 0:
            self.waiting = self.waiting[offset:]
        elif offset <= self.next_id + FAR_AHEAD:
            self.waiting = [u for u in self.waiting if u.update_id >= offset]
        again = [u for u in self.repeated if u not in self.waiting]
        self.repeated = []
        self.handed = [*again, *self.waiting][:limit]
        return self.handed

    def repeat(self) -> None:
        """What was handed out last comes once more with the next answer, confirmed or not."""
        self.repeated = list(self.handed)

    def hurried(self, offset: int, limit: int, now: float) -> int:
        """The limit for this request: 1 when the same offset was asked for less than half a second ago."""
        again = offset == self.asked[0] and now < self.asked[1] + 0.5
        self.asked = (offset, now)
        return 1 if again else limit

    def pending(self, now: float) -> int:
        """How many updates wait."""
        return sum(u.expires > now for u in self.waiting)

    def wake(self, why: str) -> None:
        """Ends the waiting poll; `why` is "update", "conflict", "webhook" or "closing"."""
        if self.poll is not None and not self.poll.done():
            self.poll.set_result(why)

    async def wait(self, seconds: float) -> str:
        """Waits as the one poll of this bot. Returns why it ended: as `wake` said, or "timeout"."""
        mine: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.poll = mine
        try:
            return await asyncio.wait_for(mine, seconds)
        except TimeoutError:
            return "timeout"
        finally:
            if self.poll is mine:
                self.poll = None
