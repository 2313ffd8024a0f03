"""A Telegram channel, through python-telegram-bot."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

from telegram import (
    Bot,
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberMember,
    ChatMemberOwner,
    ChatMemberRestricted,
    ChatPermissions,
    InputFile,
    InputMediaAudio,
    Message,
    MessageOriginChannel,
)
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from reconcilers.audio import Audio
from reconcilers.delivery import Report, Told, unheard
from reconcilers.errors import ItemError, ServiceError, TargetError
from reconcilers.recording import Candidate, Recording
from reconcilers.services import telegram_errors
from reconcilers.services.calls import Caller, OnCall, nobody, one_by_one
from reconcilers.services.protocol import Added, AddRequest, Head, Item, Listing, Post, Query, ServiceName
from reconcilers.services.telegram_posts import (
    audio_of,
    file_name,
    item_from_message,
    label,
    needs_tags,
    read_tags,
    token_in,
)
from reconcilers.services.telegram_upload import Upload

T = TypeVar("T")

log = logging.getLogger(__name__)

__all__ = ["PROTECTED", "ChannelInfo", "TelegramService", "item_from_message", "new_bot", "read_tags", "token_in"]

UPLOAD_TIMEOUT = 180.0
PROTECTED = "the channel protects its content, so its posts can't be forwarded and read"
# Audio that is prepared at a time: what was prepared before and never sent has been given up.
_KEPT = 1


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """A channel that the bot may post to. `protected` forbids forwarding, so nothing old can be read from it."""

    chat_id: int
    title: str
    protected: bool
    may_delete: bool
    may_edit: bool = True


class AudioFetcher(Protocol):
    """What is needed of `reconcilers.audio.AudioSource`."""

    async def fetch(self, video_id: str, recording: Recording, report: Report | None = None) -> Audio:
        """See `AudioSource.fetch`."""
        ...

    def release(self, audio: Audio) -> None:
        """See `AudioSource.release`."""
        ...


def new_bot(token: str) -> Bot:
    """A bot for one token; share it between intake and services. `close_bot` ends it."""
    request = HTTPXRequest(
        connection_pool_size=4, connect_timeout=10, read_timeout=20, write_timeout=20, pool_timeout=10
    )
    polling = HTTPXRequest(connection_pool_size=1, connect_timeout=10, read_timeout=20, pool_timeout=10)
    return Bot(token, request=request, get_updates_request=polling)


async def close_bot(bot: Bot) -> None:
    """Closes a bot's connections."""
    # `Bot.shutdown` does nothing unless `initialize`, which asks getMe, was called before.
    await bot.request.shutdown()
    await bot._request[0].shutdown()


class TelegramService:
    """One channel.

    Telegram shows a bot no list of posts: a channel is observed by its updates (`item`), so `head` and `list` do not
    exist here. Nothing can be searched in it. Additions send audio that comes from YouTube; the upload's file name
    carries the request's token, by which it is known again (`token_in`). `entry` is never used; ids are message ids.

    `bot` is a token or a `Bot` shared with the intake, which stays open at `close`. `chat_id` is the channel's number
    or @name; `check` turns a name into the number. `audio` None: nothing can be added (``fetch: Never``).
    `scratch_chat` is a private group of the bot's in which old posts can be looked at. `told` hears how the
    audio of a request gets on. `clock` gives Unix seconds. A message costs 1 unit; Telegram takes about 20 a minute in one
    chat.
    """

    name = ServiceName.TELEGRAM
    batch = 1

    def __init__(
        self,
        bot: Bot | str,
        chat_id: int | str,
        audio: AudioFetcher | None = None,
        *,
        scratch_chat: int | None = None,
        upload_timeout: float = UPLOAD_TIMEOUT,
        told: Told = unheard,
        clock: Callable[[], float] = time.time,
        on_call: OnCall = nobody,
    ) -> None:
        self.chat_id = chat_id
        self.scratch_chat = scratch_chat
        self.bot = new_bot(bot) if isinstance(bot, str) else bot
        self._own_bot = isinstance(bot, str)
        self._audio = audio
        self._upload_timeout = upload_timeout
        self._told = told
        self._clock = clock
        self._caller = Caller("telegram", on_call)
        self._reading = asyncio.Semaphore(1)
        self._prepared: dict[tuple[str, str], Audio] = {}

    async def check(self) -> ChannelInfo:
        """Whether the bot may post here: three requests. Raises `TargetError` with what is missing."""
        me = await self._read("getMe", lambda: self.bot.get_me())
        chat = await self._read("getChat", lambda: self.bot.get_chat(self.chat_id))
        if chat.type != "channel":
            raise TargetError(
                f"{chat.title or 'This chat'} is a {chat.type}. Name a channel in spec.telegram.channel.",
                reason="NotAChannel",
            )
        member = await self._read("getChatMember", lambda: self.bot.get_chat_member(chat.id, me.id))
        if isinstance(member, ChatMemberOwner):
            may_post = may_delete = may_edit = True
        elif isinstance(member, ChatMemberAdministrator):
            may_post, may_delete = bool(member.can_post_messages), bool(member.can_delete_messages)
            may_edit = bool(member.can_edit_messages)
        else:
            raise TargetError(
                f"@{me.username} is not an administrator of {chat.title}. {telegram_errors.ADMIN}", reason="Forbidden"
            )
        if not may_post:
            raise TargetError(
                f"@{me.username} is an administrator of {chat.title} without the right to post messages. Grant it.",
                reason="Forbidden",
            )
        self.chat_id = chat.id
        return ChannelInfo(chat.id, chat.title or "", bool(chat.has_protected_content), may_delete, may_edit)

    async def item(self, message: Message) -> Item | None:
        """The post of an update as an item; None without audio.

        Where the message leaves the song open and the file is within Telegram's 20 MB, the file's tags are asked; their
        failure is none. One file at a time: it is held in memory. A post that can't be understood at all is an item
        without a title: whatever it is, the posts after it are not to wait for it.
        """
        try:
            tags = None
            if needs_tags(message):
                async with self._reading:
                    tags = await self._caller.once("getFile", 0, lambda: read_tags(self.bot, message))
            return item_from_message(message, tags)
        except Exception:
            log.exception("post %d can't be understood", message.message_id)
            audio = audio_of(message)
            token = token_in(audio.file_name) if audio is not None else None
            return Item(str(message.message_id), Recording("", method="message"), token=token)

    async def head(self) -> Head:
        """Not to be called: a channel can't be counted."""
        raise NotImplementedError("a channel is observed by its updates")

    async def list(self, start: int = 0) -> Listing:
        """Not to be called: a channel can't be listed."""
        raise NotImplementedError("a channel is observed by its updates")

    async def search(self, query: Query) -> tuple[Candidate, ...] | None:
        """Always None: there is nothing to ask."""
        return None

    async def resolve(self, id: str) -> Candidate | None:
        """The song of a post, as `look` reads it; None where there is no such post or no song in it."""
        post = await self.look(id)
        item = post.item if post is not None else None
        return Candidate(item.id, item.recording) if item is not None else None

    async def look(self, id: str) -> Post | None:
        """A post, forwarded silently to the scratch chat, read and deleted there; None where there is none.

        Two requests, one message of the scratch chat's 20 a minute; one request where there is no post. The item has a
        token only if the post was made in this channel, not forwarded to it. A post that can't be forwarded, as
        Telegram's own notes, is no item. Raises `TargetError` if no post at all can be read: without a scratch chat that
        the bot may use (``ScratchChatUnusable``), and where content is protected (``Protected``).
        """
        chat = self.scratch_chat
        if chat is None:
            raise TargetError("old posts can't be read without spec.telegram.scratchChat", reason="ScratchChatUnusable")
        try:
            copy = await self._write(
                "forwardMessage",
                1,
                lambda: self.bot.forward_message(chat, self.chat_id, int(id), disable_notification=True),
            )
        except telegram_errors.MessageGoneError:
            return None
        except TargetError as error:
            # Which of the two chats it is that keeps the bot out is not said.
            await self.check_scratch()
            raise TargetError(f"posts can't be forwarded: {error.message}", reason=error.reason) from None
        except ItemError as error:
            if (await self._read("getChat", lambda: self.bot.get_chat(self.chat_id))).has_protected_content:
                raise TargetError(PROTECTED, reason="Protected") from None
            if error.reason == "Unreadable":
                return Post(id)
            raise TargetError(f"post {id} can't be forwarded: {error.message}", reason=error.reason) from None
        try:
            item = await self.item(copy)
        finally:
            await self._discard(chat, copy.message_id)
        if item is None:
            return Post(id)
        origin = copy.forward_origin
        made_here = isinstance(origin, MessageOriginChannel) and origin.message_id == int(id)
        return Post(id, Item(id, item.recording, token=item.token if made_here else None))

    async def check_scratch(self) -> None:
        """Whether old posts can be forwarded to the scratch chat. Raises `TargetError` with what is missing."""
        chat_id = self.scratch_chat
        if chat_id is None or chat_id == self.chat_id:
            message = (
                "spec.telegram.scratchChat is the channel itself: give it a private group of its own with the bot in it"
            )
            raise TargetError(message, reason="ScratchChatUnusable")
        try:
            me = await self._read("getMe", lambda: self.bot.get_me())
            chat = await self._read("getChat", lambda: self.bot.get_chat(chat_id))
            member = await self._read("getChatMember", lambda: self.bot.get_chat_member(chat_id, me.id))
        except TargetError as error:
            raise telegram_errors.unusable(chat_id, error) from None
        permissions: ChatPermissions | ChatMemberRestricted | None = None
        if isinstance(member, ChatMemberRestricted):
            permissions = member
        elif isinstance(member, ChatMemberMember):
            permissions = chat.permissions
        silenced = permissions is not None and False in (permissions.can_send_messages, permissions.can_send_audios)
        if silenced or member.status in (ChatMember.LEFT, ChatMember.BANNED):
            raise telegram_errors.unusable(chat_id, TargetError("", reason="Forbidden"))

    async def _discard(self, chat: int, message_id: int) -> None:
        try:
            await self._write("deleteMessage", 0, lambda: self.bot.delete_message(chat, message_id))
        except ServiceError:
            # A copy left behind in a private group harms nobody.
            return

    async def prepare(self, request: AddRequest) -> None:
        """Fetches the audio, once for each id and token; `add` sends it. Raises what `AudioSource.fetch` raises."""
        key = (request.id, request.token)
        if key in self._prepared:
            return
        audio = await self._fetch(request)
        while len(self._prepared) >= _KEPT:
            self._release(self._prepared.pop(next(iter(self._prepared))))
        self._prepared[key] = audio

    async def _fetch(self, request: AddRequest) -> Audio:
        source = self._audio
        if source is None:
            raise ItemError("spec.telegram.audio.fetch is Never: nothing is posted.", reason="NoAudio", permanent=True)
        fetch, told = source.fetch, partial(self._told, request.token)
        return await self._caller.once("audio", 0, lambda: fetch(request.id, request.recording, told))

    async def add(self, requests: tuple[AddRequest, ...]) -> tuple[Added | Exception, ...]:
        """Posts one by one; see `one_by_one`. What was not prepared is fetched first; the audio is removed after.

        Where a request replaces a post of the bot's own, that one is edited, which Telegram allows in channels at any
        time; where it doesn't all the same, the outcome is an `ItemError` (``NotEditable``, or ``Gone``).
        """
        return await one_by_one(requests, self._add)

    async def _add(self, request: AddRequest) -> Added:
        await self.prepare(request)
        audio = self._prepared.pop((request.id, request.token))
        post = request.replaces
        try:
            if post is None:
                sent = await self._write("sendAudio", 1, lambda: self._send(request, audio))
                return Added(str(sent.message_id))
            with suppress(telegram_errors.UnmodifiedError):
                await self._write("editMessageMedia", 1, lambda: self._edit(int(post), request, audio))
            return Added(post)
        finally:
            self._release(audio)

    async def _edit(self, message_id: int, request: AddRequest, audio: Audio) -> None:
        recording, timeout = request.recording, self._upload_timeout
        name = file_name(recording, request.token, audio.path.suffix)
        with Upload(audio.path, partial(self._told, request.token)) as file:
            media = InputMediaAudio(
                InputFile(file, filename=name, attach=True, read_file_handle=False),
                title=label(recording.title),
                performer=label(recording.artist),
                duration=round(audio.duration),
                thumbnail=InputFile(audio.thumbnail, attach=True) if audio.thumbnail is not None else None,
            )
            await self.bot.edit_message_media(
                media, self.chat_id, message_id, connect_timeout=10, read_timeout=timeout, write_timeout=timeout
            )

    async def _send(self, request: AddRequest, audio: Audio) -> Message:
        recording, timeout = request.recording, self._upload_timeout
        name = file_name(recording, request.token, audio.path.suffix)
        with Upload(audio.path, partial(self._told, request.token)) as file:
            return await self.bot.send_audio(
                self.chat_id,
                # Read as it is sent: 50 MB need not be held in memory.
                InputFile(file, filename=name, read_file_handle=False),
                title=label(recording.title),
                performer=label(recording.artist),
                duration=round(audio.duration),
                thumbnail=audio.thumbnail,
                disable_notification=request.silent,
                connect_timeout=10,
                read_timeout=timeout,
                write_timeout=timeout,
            )

    async def remove(self, id: str, entry: str | None) -> None:
        """Deletes a post. Raises `ItemError` (``Retained``, permanent) where Telegram no longer allows it: 48 hours."""
        try:
            await self._write("deleteMessage", 0, lambda: self.bot.delete_message(self.chat_id, int(id)))
        except telegram_errors.MessageGoneError:
            return

    async def close(self) -> None:
        """Removes prepared audio; closes the bot where it was made here."""
        for audio in self._prepared.values():
            self._release(audio)
        self._prepared.clear()
        if self._own_bot:
            await close_bot(self.bot)
        self._caller.close()

    def _release(self, audio: Audio) -> None:
        if self._audio is not None:
            self._audio.release(audio)

    async def _read(self, operation: str, act: Callable[[], Awaitable[T]]) -> T:
        return await self._caller.read(operation, 0, lambda: self._perform(act, write=False))

    async def _write(self, operation: str, units: int, act: Callable[[], Awaitable[T]]) -> T:
        return await self._caller.once(operation, units, lambda: self._perform(act, write=True))

    async def _perform(self, act: Callable[[], Awaitable[T]], *, write: bool) -> T:
        try:
            return await act()
        except TelegramError as error:
            # Not chained: the client's errors may name the token.
            raise telegram_errors.of(error, write=write, now=self._clock()) from None
