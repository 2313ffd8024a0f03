"""Posts that a bot was given while no MusicSync read their channel: Telegram forgets them as soon as the bot reads on."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from telegram import Message

from reconcilers.past import RETENTION
from reconcilers.services.telegram_posts import audio_of

MOST = 1000
"""Posts that are kept of one bot's channels; the oldest go first. A post takes a few KB."""


Names = frozenset[str]
"""All that a manifest may call one channel: the numeric id, and ``@name`` in lower case."""


def names_of(message: Message) -> Names:
    """Those of the message's chat."""
    return frozenset({str(message.chat.id), f"@{message.chat.username or ''}".lower()})


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for who reads a channel from now on; further posts are lost since `lost` (Unix seconds, None: none is)."""

    messages: tuple[Message, ...] = ()
    lost: float | None = None


class Unheard:
    """One bot's posts that nobody has read, for as long as Telegram itself would keep them. `clock` gives Unix seconds.

    In memory: what was given to an earlier process and not read is lost with it, which `lose` tells.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.began = clock()
        """Unix seconds: whatever was not read before then is lost."""
        self._kept: deque[tuple[float, Message]] = deque()
        self._lost: dict[Names, float] = {}

    def put(self, message: Message) -> None:
        """Keeps a post for who will read its channel, once; one without audio is of no use to anybody."""
        if audio_of(message) is not None and _which(message) not in (_which(kept) for _, kept in self._kept):
            self._kept.append((self._clock(), message))
            self._forget()

    def lose(self, names: Names, since: float) -> None:
        """Remembers that posts of a channel are lost since then (Unix seconds)."""
        self._lost[names] = min(since, self._lost.get(names, since))

    def take(self, channel: str) -> Waiting:
        """Hands over what there is of a channel, oldest first; `channel` is as in the manifest."""
        self._forget()
        name = channel.lower()
        mine = tuple(message for _, message in self._kept if name in names_of(message))
        self._kept = deque(kept for kept in self._kept if name not in names_of(kept[1]))
        lost = [self._lost.pop(names) for names in list(self._lost) if name in names]
        return Waiting(mine, min(lost, default=None))

    def since(self) -> dict[Names, float]:
        """The channels of which there is something, or was, and since when (Unix seconds)."""
        found = dict(self._lost)
        for at, message in self._kept:
            found.setdefault(names_of(message), at)
        return found

    def _forget(self) -> None:
        old = self._clock() - RETENTION
        while self._kept and (len(self._kept) > MOST or self._kept[0][0] < old):
            at, message = self._kept.popleft()
            self.lose(names_of(message), at)


def _which(message: Message) -> tuple[object, ...]:
    """Tells a post from others, and from itself before it was edited."""
    return message.chat.id, message.message_id, message.edit_date
