"""Who reads the channels of one bot: a post is stored by all of them, or waits for the next that reads its channel."""

import asyncio
import logging
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Protocol

from telegram import Message

from navaar.unheard import Names, Unheard, names_of

log = logging.getLogger(__name__)

AGAIN = 5.0
"""Seconds until what waited is given to a reader again that could not store it: Telegram does not bring it again."""


class Reader(Protocol):
    """Who reads a channel."""

    channel: str
    """``@name`` or the numeric id, as in the manifest."""

    key: tuple[str, str]
    """Its MusicSync."""

    admins: frozenset[int]
    """The people whom the bot answers."""

    async def read(self, message: Message) -> None:
        """Returns once the post is stored, however long that takes."""
        ...

    def changed(self) -> None:
        """The bot's rights in the channel may have changed."""
        ...

    @property
    def gap_recorded(self) -> bool:
        """Whether what the gap before this process means is recorded: only then may the time of a poll be renewed."""
        ...


class Readers:
    """The readers of one bot. `unheard` has what was given to it while nobody read the channel."""

    def __init__(self, unheard: Unheard) -> None:
        self._all: list[Reader] = []
        self._unheard = unheard
        self._reading: dict[asyncio.Task[None], tuple[Reader, Message]] = {}
        self._behind: dict[asyncio.Task[None], tuple[Reader, deque[Message]]] = {}
        self._lost: dict[Reader, float] = {}

    def __iter__(self) -> Iterator[Reader]:
        return iter(self._all)

    def join(self, reader: Reader) -> asyncio.Task[None] | None:
        """From here on it reads its channel, and before all else what was posted there while nobody did.

        The task is done once all of that is stored, None where nothing was.
        """
        self._all.append(reader)
        waiting = self._unheard.take(reader.channel)
        if waiting.lost is not None:
            self._lost[reader] = waiting.lost
        if not waiting.messages:
            return None
        log.info("%d posts in %s were made while nobody read it", len(waiting.messages), reader.channel)
        behind = deque(waiting.messages)
        task = asyncio.create_task(self._catch_up(reader, behind), name="catch-up")
        self._behind[task] = reader, behind
        task.add_done_callback(self._behind.pop)
        return task

    def lost(self, reader: Reader) -> float | None:
        """Unix seconds since which posts of its channel are lost, None where none is."""
        return self._lost.get(reader)

    def recall(self, unread: Mapping[Names, float]) -> None:
        """Of what was noted, all that processes before this one were given is lost."""
        for names, since in unread.items():
            if since >= self._unheard.began:
                continue
            there = [reader for reader in self._all if reader.channel.lower() in names]
            for reader in there:
                self._lost[reader] = min(since, self._lost.get(reader, since))
            if not there:
                self._unheard.lose(names, since)

    def unread(self, noted: Mapping[Names, float]) -> dict[Names, float]:
        """The channels with posts that would be lost with this process, and since when; `noted` is what was said last.

        One that is read by now stays among them until its posts are stored, or its status says that they are lost.
        """
        found = self._unheard.since()
        behind = [reader for reader, _ in self._behind.values()]
        for names, since in noted.items():
            there = [reader for reader in self._all if reader.channel.lower() in names]
            if any(reader in behind or not reader.gap_recorded for reader in there):
                found.setdefault(names, since)
        return found

    def part(self, reader: Reader) -> None:
        """It reads no more. What it has not stored yet waits for the next that reads its channel."""
        if reader in self._all:
            self._all.remove(reader)
        lost = self._lost.get(reader)
        if lost is not None and not reader.gap_recorded:
            self._unheard.lose(frozenset({reader.channel.lower()}), lost)
        # Not before: what it has recorded is compared with what is lost.
        self._lost.pop(reader, None)
        for task, (who, message) in list(self._reading.items()):
            if who is reader:
                task.cancel()
                self._unheard.put(message)
        for who, behind in list(self._behind.values()):
            while who is reader and behind:
                self._unheard.put(behind.popleft())

    async def read(self, message: Message) -> None:
        """Returns once everybody who reads the post's channel has stored it; it waits where nobody does."""
        names = names_of(message)
        there = [reader for reader in self._all if reader.channel.lower() in names]
        if not there:
            self._unheard.put(message)
        await asyncio.gather(*(self._given(reader, message) for reader in there))

    async def _given(self, reader: Reader, message: Message) -> None:
        """Returns once the reader has stored the post, or has parted."""
        if reader not in self._all:
            self._unheard.put(message)
            return
        task = asyncio.create_task(reader.read(message), name="reading")
        self._reading[task] = reader, message
        try:
            await asyncio.wait((task,))
            if not task.cancelled():
                task.result()
        finally:
            del self._reading[task]
            task.cancel()

    async def _catch_up(self, reader: Reader, behind: deque[Message]) -> None:
        while behind:
            message = behind.popleft()
            try:
                await self._given(reader, message)
            except Exception:
                log.exception("a post that was made while nobody read %s could not be stored yet", reader.channel)
                if reader not in self._all:
                    self._unheard.put(message)
                    return
                behind.appendleft(message)
                await asyncio.sleep(AGAIN)
