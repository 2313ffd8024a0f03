"""A MusicSync's channel: whether the bot may post there, what it hears, and whether the channel's past is known."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from telegram import Message

from navaar.account.accounts import Accounts, BotAccount
from navaar.api import instant
from navaar.api.scan import scan_status, stretch_from
from navaar.intake import Stream
from reconcilers.account import Account
from reconcilers.errors import AuthError, ServiceError, TargetError
from reconcilers.model import Place, Reading, Track
from reconcilers.past import RETENTION, Unknown, past_unknown, remembered, sentence, unproved
from reconcilers.past import Channel as PastFacts
from reconcilers.plan.lookback import NO_SCRATCH_CHAT, Lookback
from reconcilers.policy import Mode, Past, Sync
from reconcilers.services.protocol import Item
from reconcilers.services.telegram import PROTECTED, ChannelInfo, TelegramService

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
        key: tuple[str, str] = ("", ""),
    ) -> None:
        self.channel = name
        self.key = key
        """Namespace and name of the MusicSync."""
        self.admins: frozenset[int] = frozenset()
        """Whom the bot answers about it."""
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
        self.readable: bool | None = None
        """Whether old posts can be looked at, as the last check saw it; None: it is not known yet."""
        self.why = NO_SCRATCH_CHAT
        """Why they can't."""
        self.unusable: str | None = None
        """What keeps the bot from using the scratch chat."""
        self.heard = 0
        """The highest message id that an update told of."""
        self._accounts = accounts
        self._store = store
        self._wake = wake
        self._clock = clock
        self._account: BotAccount | None = None
        self._adapter: TelegramService | None = None
        self._checking: asyncio.Task[None] | None = None
        self._catching: asyncio.Task[None] | None = None
        self._missed: tuple[float, float] | None = None
        self._checked = 0.0
        self._first: bool | None = None
        self._placed: int | None = None
        self._accepted: str | None = None
        self._read = False
        self._known = False
        self._judged: tuple[float | None, float | None] | None = None
        self._recorded: tuple[float | None, float | None] | None = None
        self._begun = asyncio.Event()

    # -------------------------------------------------------------- the account

    async def open(self, namespace: str, section: Mapping[str, Any]) -> None:
        """Takes the bot of the Secret, and begins to hear. Raises `SecretProblem` and `AuthError`."""
        await self.close()
        self._adapter, self._account = await self._accounts.telegram(namespace, section)
        self._missed = None
        self._catching = self._account.intake.readers.join(self)
        if self._catching is not None:
            self._catching.add_done_callback(lambda _: self._wake())
        self._checked = 0.0
        self.readable, self.why, self.unusable = None if section.get("scratchChat") else False, NO_SCRATCH_CHAT, None

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
            self._account.intake.readers.part(self)
            account, self._account = self._account, None
            await self._accounts.leave(account)

    def look(self, place: Place) -> None:
        """Sees to it, beside the pass, that the bot may post; and again when it may not, or its rights have changed."""
        if self._adapter is None:
            return
        now = self._clock()
        refused = place.terminal and place.parked is not None and now >= place.parked
        blind = self._adapter.scratch_chat is not None and (self.readable is not True or bool(place.reading.problem))
        doubtful = self.problem is not None or blind
        due = self._checked == 0.0 or ((doubtful or refused) and now - self._checked >= RECHECK)
        if due and self._checking is None:
            self._checked = now
            self._checking = asyncio.create_task(self._check(self._adapter), name="channel-check")
        self.recheck_at = self._checked + RECHECK if doubtful else None

    async def _check(self, adapter: TelegramService) -> None:
        try:
            info = await adapter.check()
            self.chat = info.chat_id
            self.service, self.problem = adapter, None
            await self._check_scratch(adapter, info)
        except ServiceError as error:
            self.service = None
            self.problem = (error.reason, error.message, isinstance(error, (AuthError, TargetError)))
        except Exception:
            log.exception("the channel could not be checked")
            self.problem = ("InternalError", "the channel could not be checked; see the operator's log", False)
        finally:
            self._checking = None
            self._wake()

    async def _check_scratch(self, adapter: TelegramService, info: ChannelInfo) -> None:
        """Whether old posts can be looked at. When Telegram doesn't say, that stays as it was."""
        if adapter.scratch_chat is None:
            return
        try:
            await adapter.check_scratch()
        except TargetError as error:
            self.readable, self.unusable, self.why = False, error.message, error.message
            return
        except ServiceError:
            return
        self.unusable, self.why = None, PROTECTED if info.protected else ""
        self.readable = not info.protected

    # ------------------------------------------------------------------ hearing

    async def read(self, message: Message) -> None:
        """A post of the channel: returns once its Track is stored.

        No Track is stored before the status says that this is the first start: after a crash in between, posts that are
        remembered would look like a status that was lost.
        """
        await self._begun.wait()
        assert self._adapter is not None
        self.chat = message.chat.id
        if message.edit_date is None:
            self.heard = max(self.heard, message.message_id)
        item = await self._adapter.item(message)
        if item is not None:
            await self._store(replace(item, edited=message.edit_date is not None))

    def answers(self, people: Iterable[int]) -> None:
        """From here on the bot answers these about the MusicSync."""
        admins = frozenset(people)
        if admins != self.admins:
            self.admins = admins
            if self._account is not None:
                self._account.intake.heed()

    def changed(self) -> None:
        """The bot's rights may have changed: they are looked at again."""
        self._checked = 0.0
        self._wake()

    @property
    def account(self) -> Account | None:
        """The bot as something that Telegram counts and locks out."""
        return self._account.account if self._account is not None else None

    @property
    def gap_recorded(self) -> bool:
        """Whether the status says what the time without a poll means for this channel."""
        stream = self._account.intake.stream if self._account is not None else None
        return stream is not None and self._recorded == (self._lost or (stream.since, stream.gap))

    @property
    def _lost(self) -> tuple[float, float] | None:
        """Unix seconds since which posts that were given to the bot are lost, and for how many; None where none is."""
        since = self._account.intake.readers.lost(self) if self._account is not None else None
        if since is not None and (self._missed is None or self._missed[0] != since):
            # However short the time: Telegram has forgotten what was given to the bot.
            self._missed = since, max(self._clock() - since, RETENTION + 1)
        return None if since is None else self._missed

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
            self._placed = previous.get("placed") if previous.get("past", "New") != "New" else None

    def unknown(
        self, sync: Sync, previous: Mapping[str, Any], accepted: str | None, tracks: Mapping[str, Track], place: Place
    ) -> Unknown | None:
        """Why the channel may not be posted to, None if it may. `accepted` is the annotation's value."""
        self.drained = False
        if self._account is None:
            return Unknown("the channel is not open yet")
        stream = self._account.intake.stream
        # Seen once for the whole pass: what it says of the past and what the past is judged by are of one moment.
        self.drained = stream.drained and (self._catching is None or self._catching.done())
        self._judged = self._lost or (stream.since, stream.gap)
        doubt = ""
        if accepted and accepted != previous.get("acceptedPast"):
            doubt = unproved(accepted, tracks)
            self._accepted = None if doubt else accepted
        self._read = self._read or place.reading.done
        settled = previous.get("past") == "Known"
        gap, since = self._gap(stream, previous)
        facts = PastFacts(
            first=self._first,
            drained=self.drained,
            gap=gap,
            since=since,
            placed=self._placed,
            unsettled=previous.get("past") == "Unknown",
            begun=None if settled else stretch_from(previous.get("scan")),
            accepted=self._accepted is not None,
            read=self._read,
        )
        if facts.placed is not None and self.gap_recorded and not facts.unsettled:
            # What the time before this process means was settled when it began.
            facts = replace(facts, gap=0.0)
        unknown = past_unknown(sync, facts, tracks)
        return replace(unknown, remedy=f"{doubt}; {unknown.remedy}") if unknown is not None and doubt else unknown

    def _gap(self, stream: Stream, previous: Mapping[str, Any]) -> tuple[float | None, float | None]:
        """Seconds without a poll, or of posts that nobody read, and since when.

        A crash right after the very first start leaves no heartbeat: then it counts from when the status last changed,
        which was with the channel being read.
        """
        if self._lost is not None:
            since, gap = self._lost
            return gap, since
        if stream.gap is None and previous.get("past") == "Known" and previous.get("lastChanged"):
            since = instant.read(previous["lastChanged"])
            return max(0.0, self._clock() - since), since
        return stream.gap, stream.since

    def lookback(self, sync: Sync, unknown: Unknown | None) -> Lookback:
        """What the planner is told of old posts."""
        wanted = unknown is not None and sync.past is Past.SCAN and sync.mode is Mode.APPLY
        past = unknown.past if wanted and unknown is not None else None
        # What is forwarded is written: that waits as everything does while another process uses the bot.
        return Lookback(None if self.contested else self.readable, self.why, self.heard, past)

    def status(
        self,
        previous: Mapping[str, Any],
        tracks: Mapping[str, Track],
        unknown: Unknown | None,
        reading: Reading,
        learned: int,
        lost: int = 0,
    ) -> dict[str, Any]:
        """What only the channel's part of the status holds.

        The number of posts that are to be remembered changes by our own hand (`learned`: by how many in this pass), or by
        leave of a person, and in no other way: `lost` are those whose Tracks somebody deleted meanwhile.
        """
        made: dict[str, Any] = {}
        if self.chat is not None:
            made["chatId"] = self.chat
        now = remembered(tracks)
        if unknown is None:
            self._placed = now + lost
        elif self._placed is not None:
            self._placed = max(0, self._placed + learned)
        made["placed"] = self._placed if self._placed is not None else now
        self._known = self.drained and unknown is None
        if self.drained:
            made["past"] = "Known" if unknown is None else "New" if self._first else "Unknown"
        elif self._first or "past" in previous:
            made["past"] = previous.get("past") or "New"
        scan = scan_status(unknown.past if unknown is not None else None, reading) or previous.get("scan")
        if scan:
            made["scan"] = scan
        # What a person accepted is acted on, and said to be, once it is known what there is to accept.
        accepted = (self._accepted if self.drained else None) or previous.get("acceptedPast")
        if accepted:
            made["acceptedPast"] = accepted
        return made

    def status_written(self) -> None:
        """The status of the last pass is stored."""
        self._begun.set()
        if self.drained:
            self._recorded = self._judged
            self._accepted, self._read = None, False
            if self._known:
                self._first = False

    def trouble(self, sync: Sync, unknown: Unknown | None, place: Place) -> Problem | None:
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
        if unknown is not None and self.drained:
            message = sentence(unknown, sync, self.lookback(sync, unknown), place.reading)
            return "ChannelPastUnknown", message, False
        unusable = self.unusable or place.reading.problem
        if unusable and not place.reason:
            return "ScratchChatUnusable", f"{unusable}; until then old posts can't be read, and the rest goes on", False
        return None
