"""A MusicSync's channel: whether the bot may post there, what it hears, and whether the channel's past is known."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from telegram import Message

from navaar.accounts import Accounts, BotAccount
from navaar.api import instant
from navaar.intake import Stream
from reconcilers.errors import AuthError, ServiceError, TargetError
from reconcilers.model import Place, Track
from reconcilers.past import Channel as PastFacts
from reconcilers.past import past_unknown, remembered
from reconcilers.policy import Sync
from reconcilers.services.protocol import Item
from reconcilers.services.telegram import TelegramService

log = logging.getLogger(__name__)

RECHECK = 300.0
"""Seconds after which a channel that was not ours to post to is looked at again."""

Problem = tuple[str, str, bool]
"""A condition's reason and message, and whether only a person can mend it."""


class Channel:
    """The channel of one MusicSync. `store` returns once a post is stored; `wake` asks for another pass."""

    def __init__(
        self,
        name: str,
        accounts: Accounts,
        store: Callable[[Item], Awaitable[None]],
        wake: Callable[[], None],
        clock: Callable[[], float],
    ) -> None:
        self.channel = name
        self.chat: int | None = None
        """The channel's numeric id, once it is known."""
        self.service: TelegramService | None = None
        """The adapter, once it was seen that the bot may post."""
        self.problem: Problem | None = None
        """What keeps the bot from posting, as the last check saw it."""
        self.drained = False
        """Whether everything that was waiting at the start is stored, as the pass under way found it (`unknown`)."""
        self.recheck_at: float | None = None
        """When that is looked at again (Unix seconds)."""
        self._accounts = accounts
        self._store = store
        self._wake = wake
        self._clock = clock
        self._account: BotAccount | None = None
        self._adapter: TelegramService | None = None
        self._checking: asyncio.Task[None] | None = None
        self._checked = 0.0
        self._first: bool | None = None
        self._accepted: str | None = None
        self._gap_recorded = False
        self._begun = asyncio.Event()

    # -------------------------------------------------------------- the account

    async def open(self, namespace: str, section: Mapping[str, Any]) -> None:
        """Takes the bot of the Secret, and begins to hear. Raises `SecretProblem` and `AuthError`."""
        await self.close()
        self._adapter, self._account = await self._accounts.telegram(namespace, section)
        self._account.intake.readers.append(self)
        self._checked = 0.0

    async def close(self) -> None:
        """Gives the bot back."""
        if self._checking is not None:
            self._checking.cancel()
            self._checking = None
        self.service = None
        if self._adapter is not None:
            await self._adapter.close()
            self._adapter = None
        if self._account is not None:
            account, self._account = self._account, None
            if self in account.intake.readers:
                account.intake.readers.remove(self)
            await self._accounts.leave(account)

    def look(self, place: Place) -> None:
        """Sees to it, beside the pass, that the bot may post; and again when it may not, or its rights have changed."""
        if self._adapter is None:
            return
        now = self._clock()
        refused = place.terminal and place.parked is not None and now >= place.parked
        due = self._checked == 0.0 or ((self.problem is not None or refused) and now - self._checked >= RECHECK)
        if due and self._checking is None:
            self._checked = now
            self._checking = asyncio.create_task(self._check(self._adapter), name="channel-check")
        self.recheck_at = self._checked + RECHECK if self.problem is not None else None

    async def _check(self, adapter: TelegramService) -> None:
        try:
            self.chat = (await adapter.check()).chat_id
            self.service, self.problem = adapter, None
        except ServiceError as error:
            self.service = None
            self.problem = (error.reason, error.message, isinstance(error, (AuthError, TargetError)))
        except Exception:
            log.exception("the channel could not be checked")
            self.problem = ("InternalError", "the channel could not be checked; see the operator's log", False)
        finally:
            self._checking = None
            self._wake()

    # ------------------------------------------------------------------ hearing

    async def read(self, message: Message) -> None:
        """A post of the channel: returns once its Track is stored.

        No Track is stored before the status says that this is the first start: after a crash in between, posts that are
        remembered would look like a status that was lost.
        """
        await self._begun.wait()
        assert self._adapter is not None
        self.chat = message.chat.id
        item = await self._adapter.item(message)
        if item is not None:
            await self._store(item)

    def changed(self) -> None:
        """The bot's rights may have changed: they are looked at again."""
        self._checked = 0.0
        self._wake()

    @property
    def gap_recorded(self) -> bool:
        """Whether the status says what the time without a poll means for this channel."""
        return self._gap_recorded

    @property
    def contested(self) -> bool:
        """Whether another process reads the same bot's updates."""
        return self._account is not None and self._account.intake.stream.contested

    # ----------------------------------------------------------------- the past

    def begin(self, previous: Mapping[str, Any], tracks: Mapping[str, Track]) -> None:
        """Before anything is read: is this the first start? `previous` is the channel's part of the status."""
        if self.chat is None:
            self.chat = previous.get("chatId")
        if self._first is None:
            self._first = previous.get("past", "New") == "New" and ("past" in previous or remembered(tracks) == 0)

    def unknown(
        self, sync: Sync, previous: Mapping[str, Any], accepted: str | None, tracks: Mapping[str, Track]
    ) -> str | None:
        """Why the channel may not be posted to, None if it may. `accepted` is the annotation's value."""
        self.drained = False
        if self._account is None:
            return "the channel is not open yet"
        stream = self._account.intake.stream
        # Seen once for the whole pass: what it says of the past and what the past is judged by are of one moment.
        self.drained = stream.drained
        if accepted and accepted != previous.get("acceptedPast"):
            self._accepted = accepted
        facts = PastFacts(
            first=self._first,
            drained=stream.drained,
            gap=self._gap(stream, previous),
            placed=previous.get("placed") if previous.get("past", "New") != "New" else None,
            unsettled=previous.get("past") == "Unknown",
            accepted=self._accepted is not None,
        )
        if facts.placed is not None and self._gap_recorded and not facts.unsettled:
            # What the time before this process means was settled when it began.
            facts = replace(facts, gap=0.0)
        return past_unknown(sync, facts, tracks)

    def _gap(self, stream: Stream, previous: Mapping[str, Any]) -> float | None:
        """Seconds without a poll before this process.

        A crash right after the very first start leaves no heartbeat: then it counts from when the status last changed,
        which was with the channel being read.
        """
        if stream.gap is None and previous.get("past") == "Known" and previous.get("lastChanged"):
            return max(0.0, self._clock() - instant.read(previous["lastChanged"]))
        return stream.gap

    def status(
        self, previous: Mapping[str, Any], before: int, tracks: Mapping[str, Track], unknown: str | None
    ) -> dict[str, Any]:
        """What only the channel's part of the status holds. `before` is how many posts were remembered before the pass.

        The number of posts that are remembered falls by our own hand, or by leave of a person, and in no other way.
        """
        made: dict[str, Any] = {}
        if self.chat is not None:
            made["chatId"] = self.chat
        now = remembered(tracks)
        placed = previous.get("placed") if previous.get("past", "New") != "New" else None
        made["placed"] = now if placed is None or unknown is None else max(0, placed + now - before)
        if self.drained:
            made["past"] = "Known" if unknown is None else "New" if self._first else "Unknown"
        elif self._first or "past" in previous:
            made["past"] = previous.get("past") or "New"
        # What a person accepted is acted on, and said to be, once it is known what there is to accept.
        accepted = (self._accepted if self.drained else None) or previous.get("acceptedPast")
        if accepted:
            made["acceptedPast"] = accepted
        return made

    def status_written(self) -> None:
        """The status of the last pass is stored."""
        self._begun.set()
        if self.drained:
            self._gap_recorded = True
            self._accepted = None

    def trouble(self, unknown: str | None) -> Problem | None:
        """What the condition says of the channel, beyond what the planner knows."""
        if self.problem is not None:
            return self.problem
        stream = self._account.intake.stream if self._account is not None else None
        if stream is not None and stream.trouble is not None:
            return stream.trouble.reason, stream.trouble.message, isinstance(stream.trouble, AuthError)
        if self.contested:
            message = (
                "another process reads this bot's updates; nothing is posted until it has been quiet for ten minutes"
            )
            return "Conflict", message, False
        return ("ChannelPastUnknown", unknown, False) if unknown is not None and self.drained else None
