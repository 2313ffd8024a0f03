"""Where people's messages and presses wait for their answers, beside the stream of updates that brings them.

An update counts as stored once it waits here: intake goes on at once. A crash loses what waits, and every button with it.
"""

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from telegram import Bot, CallbackQuery, Message, Update

from navaar import words
from navaar.bot import markup
from navaar.bot.answer import Answer
from navaar.bot.buttons import Buttons
from navaar.bot.command import command_of
from navaar.bot.commands import COMMANDS, MENU, carried_out
from navaar.bot.house import House
from navaar.bot.visit import Refused, Visit
from navaar.bot.voice import Voice
from navaar.kube.errors import Conflict, Denied, KubeError, Unavailable
from navaar.store.index import SyncKey
from reconcilers.logcontext import context
from reconcilers.recording import Candidate, Recording
from reconcilers.services.calls import OnCall, nobody
from reconcilers.services.protocol import ServiceName

log = logging.getLogger(__name__)

WAITING = 50
"""Requests that wait at most; further ones are left out."""

LONGEST = 60.0
"""Seconds after which an answer is given up."""

SEARCHES = 30
"""Of all who use one bot, in an hour."""
HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class _Asked:
    update: Update
    syncs: tuple[SyncKey, ...]


class Desk:
    """One bot's. `start` begins to answer; `close` ends that. `elapsed` gives seconds that only go on."""

    def __init__(
        self, bot: Bot, house: House, *, on_call: OnCall = nobody, elapsed: Callable[[], float] = time.monotonic
    ) -> None:
        self._voice = Voice(bot, on_call)
        self._elapsed = elapsed
        self._buttons = Buttons(elapsed)
        self._waiting: asyncio.Queue[_Asked] = asyncio.Queue(WAITING)
        self._task: asyncio.Task[None] | None = None
        self._menus: dict[int, str] = {}
        self._searches: deque[float] = deque()
        self._house = replace(house, search=self._search)
        self._seek = house.search
        self._me = ""

    def offer(self, update: Update, syncs: tuple[SyncKey, ...]) -> None:
        """Takes a message or a press; `syncs` are those that the person is an admin of. Never waits, never raises."""
        try:
            self._waiting.put_nowait(_Asked(update, syncs))
        except asyncio.QueueFull:
            log.warning("more than %d requests to the bot wait: this one is left out", WAITING)

    def start(self) -> None:
        """Begins to answer, one after another, in a task of its own."""
        self._task = asyncio.create_task(self._run(), name="desk")

    async def close(self) -> None:
        """Answers no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            asked = await self._waiting.get()
            try:
                with context(sync="/".join(asked.syncs[0])):
                    if asked.update.callback_query is not None:
                        await self._pressed(asked.update.callback_query, asked.syncs)
                    elif asked.update.message is not None:
                        await self._told(asked.update.message, asked.syncs)
            except Exception:
                log.exception("a request to the bot could not be answered")

    # ------------------------------------------------------------------ messages

    async def _told(self, message: Message, syncs: tuple[SyncKey, ...]) -> None:
        person = message.from_user
        if person is None or person.is_bot:
            return
        private = message.chat.type == "private"
        command = command_of(message.text or "")
        if not private and (command is None or not (command.to or command.name in COMMANDS)):
            return
        if command is not None and command.to and command.to != await self._username():
            return
        language = words.language_of(person.language_code)
        name, given = (command.name, command.words) if command is not None else ("", "")
        visit = Visit(self._house, person.id, message.chat.id, language, syncs, name, given)
        if private:
            await self._menu(person.id, language)
        log.info("/%s of person %d", markup.text(name, 40), person.id)
        answer = await self._worked_out(visit, carried_out(visit))
        rows = self._buttons.made(answer.keys, person.id, message.chat.id, syncs, name)
        sent = await self._voice.say(message, answer.text, rows)
        if sent is not None:
            self._buttons.sent(rows, sent)

    async def _username(self) -> str:
        self._me = self._me or await self._voice.username()
        return self._me

    async def _menu(self, person: int, language: str) -> None:
        if self._menus.get(person) != language:
            self._menus[person] = language
            await self._voice.offer(person, [(name, words.say(language, f"menu.{name}")) for name in MENU])

    # ------------------------------------------------------------------- presses

    async def _pressed(self, query: CallbackQuery, syncs: tuple[SyncKey, ...]) -> None:
        language = words.language_of(query.from_user.language_code)
        if query.message is None or query.data is None:
            return
        chat, message = query.message.chat.id, query.message.message_id
        button = self._buttons.find(query.data, chat, message)
        if button is None:
            await self._voice.heard(query.id, words.say(language, "not.again"))
            return
        if button.user != query.from_user.id:
            await self._voice.heard(query.id, words.say(language, "not.mine", command=button.command))
            return
        # Before anything is done: whatever becomes of it, it is not done twice.
        self._buttons.used(button)
        left = tuple(key for key in button.syncs if key in syncs)
        if not left:
            return
        log.info("a button under /%s of person %d", button.command, button.user)
        visit = Visit(self._house, button.user, chat, language, left, button.command)
        await self._voice.heard(query.id)
        answer = await self._worked_out(visit, button.press(visit))
        rows = self._buttons.made(answer.keys, button.user, chat, left, button.command)
        self._buttons.sent(rows, message)
        await self._voice.change(chat, message, answer.text, rows)

    # ------------------------------------------------------------------- answers

    async def _worked_out(self, visit: Visit, answer: Awaitable[Answer]) -> Answer:
        """The answer, or why there is none, in a person's words."""
        say = visit.say
        try:
            async with asyncio.timeout(LONGEST):
                return await answer
        except Refused as refused:
            return Answer(say(refused.key, **refused.values))
        except TimeoutError:
            return Answer(say("not.in_time"))
        except Unavailable as error:
            log.warning("%s", error)
            return Answer(say("not.reached"))
        except Conflict:
            return Answer(say("review.changed"))
        except Denied as error:
            log.warning("%s", error)
            return Answer(say("not.allowed"))
        except KubeError as error:
            log.warning("%s", error)
            return Answer(say("not.done"))
        except Exception:
            log.exception("a command of the bot failed")
            return Answer(say("not.well"))

    async def _search(self, key: SyncKey, service: ServiceName, recording: Recording) -> tuple[Candidate, ...]:
        """Searches, unless that was done very often of late. Raises Refused and ServiceError."""
        now = self._elapsed()
        while self._searches and self._searches[0] <= now - HOUR:
            self._searches.popleft()
        if len(self._searches) >= SEARCHES:
            minutes = math.ceil((self._searches[0] + HOUR - now) / 60)
            raise Refused("not.so_often", most=SEARCHES, minutes=minutes)
        self._searches.append(now)
        return await self._seek(key, service, recording)
