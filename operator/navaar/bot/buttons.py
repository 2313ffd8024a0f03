"""Which button does what: each is bound to a person and a message, ends with time, and works once.

They are in memory only: after a restart none works, so nothing that a button did is done again.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from navaar.bot.answer import Keys, Press
from navaar.store.index import SyncKey

LIFE = 3600.0
"""Seconds for which a button works."""

MOST = 600
"""Buttons that are known at a time; the oldest go first."""


@dataclass(frozen=True, slots=True)
class Button:
    """`command` is what brought it forth; `message` is 0 until it was sent."""

    press: Press
    user: int
    chat: int
    message: int
    syncs: tuple[SyncKey, ...]
    command: str
    until: float


class Buttons:
    """The buttons of one bot. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: OrderedDict[str, Button] = OrderedDict()

    def made(
        self, keys: Keys, user: int, chat: int, syncs: tuple[SyncKey, ...], command: str
    ) -> list[list[tuple[str, str]]]:
        """Labels and the data of each button, row by row. They work once `sent` has said under which message they stand."""
        until = self._clock() + LIFE
        rows = []
        for row in keys:
            made = []
            for key in row:
                data = secrets.token_urlsafe(12)
                self._known[data] = Button(key.press, user, chat, 0, syncs, command, until)
                made.append((key.label, data))
            rows.append(made)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return rows

    def sent(self, rows: list[list[tuple[str, str]]], message: int) -> None:
        """They stand under that message."""
        for _, data in (key for row in rows for key in row):
            if data in self._known:
                self._known[data] = replace(self._known[data], message=message)

    def find(self, data: str, chat: int, message: int) -> Button | None:
        """The button, if it stands there and works yet."""
        button = self._known.get(data)
        if button is None or (button.chat, button.message) != (chat, message) or self._clock() >= button.until:
            return None
        return button

    def used(self, button: Button) -> None:
        """It was pressed: neither it nor those beside it work any more."""
        beside = [data for data, one in self._known.items() if (one.chat, one.message) == (button.chat, button.message)]
        for data in beside:
            del self._known[data]
