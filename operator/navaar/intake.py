"""One bot's stream of updates: posts go to the MusicSyncs of their channels, and are confirmed only once they are stored.

What the admins of those MusicSyncs say to the bot comes by the same stream, and is handed to the desk, which never waits.

Telegram keeps a bot's updates for 24 hours and forgets them when the next request asks for later ones. So the next
request waits until everybody has stored what this one brought; after a crash the same posts come again, and are known.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from telegram import Bot, Update
from telegram.error import Conflict, TelegramError

from navaar.kube.errors import KubeError
from navaar.kube.lease import awake_or_not
from navaar.readers import Readers
from navaar.unheard import Names, Unheard
from reconcilers.errors import AuthError, RateLimitError, ServiceError, TransientError
from reconcilers.past import RETENTION
from reconcilers.services import telegram_errors
from reconcilers.services.calls import OnCall, nobody

log = logging.getLogger(__name__)

ALLOWED = ["channel_post", "edited_channel_post", "my_chat_member"]
"""Update types, named at every call: the server remembers the last list it was given."""

FROM_PEOPLE = ["message", "callback_query"]
"""Update types that are wanted besides, where somebody may talk to the bot."""

POLL = 50
"""Seconds of a long poll: the longest that the server grants."""

SOLE = 600.0
"""Seconds without a 409 after which this process is held to be the only one that polls."""

HEARTBEAT = 600.0
"""Seconds between records of a successful poll."""

REFUSED = 3600.0
"""Seconds until a refused token is tried again. Good ones have been refused for a while (tdlib/telegram-bot-api#77), and posts
are kept for a day only; one that is replaced is tried at once."""


class Counter(Protocol):
    """Who answers people: `navaar.bot.desk.Desk`."""

    def offer(self, update: Update, syncs: tuple[tuple[str, str], ...]) -> None:
        """Takes what a person sent, who is an admin of these MusicSyncs. Neither waits nor raises."""
        ...

    def start(self) -> None:
        """Begins to answer."""
        ...

    async def close(self) -> None:
        """Answers no more."""
        ...


class Heartbeat(Protocol):
    """Where the last successful poll is remembered, beyond this process."""

    async def read(self) -> float | None:
        """Unix seconds of the last successful poll; None when there never was one."""
        ...

    async def write(self, at: float) -> None:
        """Remembers one."""
        ...

    async def unread(self) -> dict[Names, float]:
        """The channels of which posts were confirmed that nobody had read, and since when (Unix seconds)."""
        ...

    async def note(self, unread: Mapping[Names, float]) -> None:
        """Remembers these instead."""
        ...


@dataclass(frozen=True, slots=True)
class Stream:
    """What is known of a bot's stream.

    `drained`: everything that was waiting at the start is stored. `gap`: seconds that nobody had polled, from `since` (Unix
    time) until this process did; None: nobody ever had. When none of its own polls succeeds for as long as Telegram keeps
    updates, that is a start anew. `trouble` is the error that keeps it from being read now. `contested`: another process
    polled the same bot within the last ten minutes.
    """

    drained: bool = False
    gap: float | None = None
    since: float | None = None
    trouble: ServiceError | None = None
    contested: bool = False


class Intake:
    """Reads one bot's updates until it is closed. `ready` holds it back until all readers are known."""

    def __init__(
        self,
        bot: Bot,
        heartbeat: Heartbeat,
        *,
        ready: Callable[[], Awaitable[object]],
        notify: Callable[[], None],
        clock: Callable[[], float] = time.time,
        elapsed: Callable[[], float] = awake_or_not,
        on_call: OnCall = nobody,
        desk: Counter | None = None,
        unheard: Unheard | None = None,
    ) -> None:
        """`notify` is called when `stream` has changed. `elapsed` are seconds that go on while the machine sleeps.

        `unheard` has what the bot was given before, and nobody has read.
        """
        self.bot = bot
        self.readers = Readers(unheard or Unheard(clock))
        self._heartbeat = heartbeat
        self._ready = ready
        self._notify = notify
        self._clock = clock
        self._elapsed = elapsed
        self._on_call = on_call
        self._desk = desk
        self._stream = Stream()
        self._contested_until = 0.0
        self._beaten = 0.0
        self._polled: float | None = None
        self._begun: float | None = None
        self._task: asyncio.Task[None] | None = None
        self._polling: asyncio.Task[tuple[Update, ...]] | None = None
        self._asked_for: list[str] = []
        self._noted: dict[Names, float] = {}

    @property
    def stream(self) -> Stream:
        """What is known now."""
        contested = self._clock() < self._contested_until
        return replace(self._stream, contested=contested)

    @property
    def age(self) -> float | None:
        """Seconds since updates were last read, or since the first try; None before that."""
        last = self._polled if self._polled is not None else self._begun
        return None if last is None else self._elapsed() - last

    def start(self) -> None:
        """Begins to read, in a task of its own."""
        self._begun = self._elapsed()
        if self._desk is not None:
            self._desk.start()
        self._task = asyncio.create_task(self._run(), name="intake")

    def heed(self) -> None:
        """Whom the bot answers may have changed: what is asked for from here on suits that.

        Telegram keeps nothing for a bot that it didn't ask for: who is named an admin and writes at once is to be heard.
        """
        if self._polling is not None and self._wanted != self._asked_for:
            self._polling.cancel()

    async def stop_reading(self) -> None:
        """Nothing further is read, and confirmed: what was not stored comes again."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def close(self) -> None:
        """Stops reading, and answering."""
        await self.stop_reading()
        if self._desk is not None:
            await self._desk.close()

    @property
    def _wanted(self) -> list[str]:
        """Nobody's messages are asked for where nobody is answered."""
        return [*ALLOWED, *FROM_PEOPLE] if any(reader.admins for reader in self.readers) else ALLOWED

    async def _run(self) -> None:
        await self._ready()
        last = None
        while True:
            try:
                last = await self._heartbeat.read()
                self._noted = await self._heartbeat.unread()
                break
            except Exception as error:
                log.warning("the last poll's time can't be read yet: %s", error)
                await asyncio.sleep(5)
        self.readers.recall(self._noted)
        gap = None if last is None else max(0.0, self._clock() - last)
        self._tell(Stream(gap=gap, since=last))
        offset: int | None = None
        wait = 1.0
        while True:
            trouble: ServiceError
            try:
                offset = await self._poll(offset)
            except ServiceError as error:
                trouble = error
            except Exception:
                log.exception("what the bot was sent could not be taken in, and is asked for again")
                trouble = TransientError(
                    "what the bot is sent can't be taken in; see the operator's log", reason="InternalError"
                )
            else:
                wait = 1.0
                continue
            self._tell(replace(self._stream, trouble=trouble))
            if isinstance(trouble, RateLimitError):
                wait = max(1.0, trouble.retry_at - self._clock())
            elif isinstance(trouble, AuthError):
                log.error("%s", trouble.message)
                await asyncio.sleep(REFUSED)
                continue
            await asyncio.sleep(wait)
            wait = min(60.0, wait * 2)

    async def _poll(self, offset: int | None) -> int | None:
        """One request; returns the next offset, whose use confirms what this one brought."""
        # Until the first heartbeat is written, polls are short: that a poll succeeded is not to be forgotten by a crash.
        timeout = 0 if not self._stream.drained else POLL if self._beaten else 1
        started = time.perf_counter()
        outcome = "ok"
        self._asked_for = self._wanted
        asking = self.bot.get_updates(
            offset=offset, limit=100, timeout=timeout, allowed_updates=self._asked_for, read_timeout=timeout + 15
        )
        self._polling = asyncio.create_task(asking, name="poll")
        try:
            updates = await self._polling
        except asyncio.CancelledError:
            outcome = "Cancelled"
            mine = asyncio.current_task()
            if mine is not None and mine.cancelling():
                raise
            # `heed`: what this would have brought is not confirmed, and comes with the next.
            return offset
        except TelegramError as error:
            if isinstance(error, Conflict):
                self._contested_until = self._clock() + SOLE
            failure = telegram_errors.of(error, write=False, now=self._clock())
            outcome = failure.reason
            raise failure from None
        finally:
            self._polling = None
            self._on_call("getUpdates", 0, outcome, time.perf_counter() - started)
        self._note()
        drained = self._stream.drained
        if updates:
            await asyncio.gather(*(self._hand_out(update) for update in updates))
        await self._note_unread()
        if updates:
            offset = updates[-1].update_id + 1
        if not (self._stream.drained and self._stream.trouble is None):
            self._tell(replace(self._stream, drained=drained or not updates, trouble=None))
        await self._beat()
        return offset

    async def _note_unread(self) -> None:
        """What nobody reads is noted before it is confirmed: a later process has to know that it is lost."""
        unread = self.readers.unread(self._noted)
        if unread == self._noted:
            return
        try:
            await self._heartbeat.note(unread)
            self._noted = unread
        except KubeError as error:
            if unread.keys() <= self._noted.keys():
                log.warning("it could not be noted that all posts are read: %s", error)
                return
            raise TransientError(f"posts of a channel that nobody reads can't be noted: {error}") from error

    def _note(self) -> None:
        """A poll succeeded. If the one before it did too long ago, posts may have been missed."""
        now, before = self._elapsed(), self._polled
        self._polled = now
        if before is not None and now - before > RETENTION:
            log.warning("no poll succeeded for %d hours: posts may have been missed", (now - before) // 3600)
            self._beaten = 0.0
            self._tell(Stream(gap=now - before, since=self._clock() - (now - before)))

    async def _hand_out(self, update: Update) -> None:
        message = update.channel_post or update.edited_channel_post
        if message is not None:
            await self.readers.read(message)
        elif update.my_chat_member is not None:
            for reader in self.readers:
                reader.changed()
        else:
            self._pass_on(update)

    def _pass_on(self, update: Update) -> None:
        """What somebody said to the bot, if they are among its people: others are not even refused."""
        person = update.effective_user
        if self._desk is None or person is None:
            return
        syncs = tuple(sorted(reader.key for reader in self.readers if person.id in reader.admins))
        # While another process uses the bot, nothing is written with it.
        if syncs and not self.stream.contested:
            self._desk.offer(update, syncs)

    async def _beat(self) -> None:
        """Not before the queue is drained: until then the gap is not over."""
        now = self._clock()
        if not self._stream.drained or now - self._beaten < HEARTBEAT:
            return
        if not all(reader.gap_recorded for reader in self.readers):
            return
        try:
            await self._heartbeat.write(now)
            self._beaten = now
        except Exception as error:
            log.warning("the time of the last poll could not be recorded: %s", error)

    def _tell(self, stream: Stream) -> None:
        if stream != self._stream:
            self._stream = stream
            self._notify()
