"""A MusicSync, its operator and the people it tells, in virtual time."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from navaar.api.instant import written
from navaar.notices.notifier import Notifier
from navaar.notices.tally import Tally
from navaar.notices.text import Message
from reconcilers.errors import OutcomeUnknown
from tests.virtual_time import now, virtual

KEY = ("music", "friday-tapes")
MINUTE, HOUR = 60.0, 3600.0


class Mailbox:
    """Delivers, or fails as long as it is told to. `late` is how long an answer takes."""

    def __init__(self) -> None:
        self.arrived: list[tuple[float, list[str]]] = []
        self.tries: list[float] = []
        self.trouble: Exception | None = None
        self.lost = False
        self.late = 0.0

    async def deliver(self, sync: Mapping[str, Any], message: Message) -> None:
        """Notes the try, and what arrived."""
        self.tries.append(now())
        await asyncio.sleep(self.late)
        if self.trouble is not None:
            raise self.trouble
        self.arrived.append((now(), [one.item.news.value for one in message.paragraphs]))
        if self.lost:
            raise OutcomeUnknown("The answer was lost.")

    @property
    def news(self) -> list[list[str]]:
        """What each message that arrived was of."""
        return [news for _, news in self.arrived]


class House:
    """One MusicSync and its operator, as far as they matter here: passes write the status, and tell the notifier."""

    def __init__(self, name: str = KEY[1]) -> None:
        self.key = (KEY[0], name)
        self.box = Mailbox()
        self.leads = True
        self.remembering: Callable[[tuple[str, str]], Coroutine[Any, Any, None]] | None = None
        self.resource: dict[str, Any] = {
            "metadata": {"namespace": KEY[0], "name": name, "uid": name, "generation": 1},
            "spec": {"notifications": {"webhookSecretRef": {"name": "hook"}}},
        }
        self.written = 0
        self.conditions: list[dict[str, Any]] = []
        self.notifier = self.operator()

    def operator(self) -> Notifier:
        """A new process."""
        self.notifier = Notifier(self.box, self.remember, lambda: self.leads, clock=now)
        self.notifier.start()
        return self.notifier

    async def remember(self, key: tuple[str, str]) -> None:
        """Writes the status outside of any pass, or does what `remembering` says."""
        if self.remembering is not None:
            await self.remembering(key)
        else:
            assert key == self.key
            self.write()

    def says(self, status: str, reason: str = "Ready") -> None:
        """A pass that finds Spotify so."""
        known = self.conditions[0] if self.conditions else {}
        since = known["lastTransitionTime"] if known.get("status") == status else written(now())
        self.conditions = [
            {"type": "SpotifyReady", "status": status, "reason": reason, "message": "m", "lastTransitionTime": since}
        ]
        self.pass_made()

    def pass_made(self) -> None:
        """A pass that finds all as it was."""
        self.write()
        self.notifier.saw(self.resource, {}, self.tally)

    def wishes(self, **spec: Any) -> None:
        """Somebody edits spec.notifications."""
        notifications = {"webhookSecretRef": {"name": "hook"}, **spec}
        self.resource = {**self.resource, "spec": {"notifications": notifications}}

    @staticmethod
    def tally(since: float, until: float) -> Tally:
        """One song has come every day."""
        return Tally(came=round((until - since) / (24 * HOUR)))

    def write(self) -> None:
        """Writes the status if it says anything else than before."""
        status = self.notifier.stamped(self.resource, {"conditions": self.conditions})
        if status != self.resource.get("status"):
            self.written += 1
            self.resource = {**self.resource, "status": status}

    @property
    def delivered(self) -> tuple[str, str]:
        """Status and reason of the condition that says whether people can be told."""
        (found,) = [c for c in self.resource["status"]["conditions"] if c["type"] == "NotificationsDelivered"]
        return found["status"], found["reason"]


def at_home(scenario: Callable[[House], Coroutine[Any, Any, None]]) -> None:
    """Lives through a scenario in a new house, from 1000 seconds after the epoch on."""

    async def live() -> None:
        house = House()
        try:
            await scenario(house)
        finally:
            await house.notifier.close()

    virtual(live())
