"""From Secrets to adapters: what MusicSyncs share, however many they are and whichever namespaces they are in.

An account is what a service counts and locks out: a bot, a Spotify app, a Google project, a browser's session. A consent is
what a person gave to it; its tokens are refreshed by one hand, because a rotated one ends the one before.
"""

import asyncio
import json
import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from telegram import Bot
from telegram.error import InvalidToken

from navaar.account.book import AccountBook, keyed
from navaar.account.secrets import Consent, SecretProblem, Secrets
from navaar.api.duration import seconds
from navaar.api.instant import read
from navaar.intake import Intake
from navaar.unheard import Unheard
from reconcilers.account import Account
from reconcilers.audio import AudioSource, Worker
from reconcilers.budget import SPOTIFY, YOUTUBE
from reconcilers.delivery import Told, unheard
from reconcilers.errors import AuthError, RateLimitError
from reconcilers.services.found import Found
from reconcilers.services.protocol import Service, ServiceName
from reconcilers.services.spotify import SpotifyService
from reconcilers.services.spotify_auth import CONSENT, SpotifyCredentials, SpotifyTokens
from reconcilers.services.telegram import TelegramService, close_bot, new_bot
from reconcilers.services.telegram_chat import TelegramChat
from reconcilers.services.youtube_auth import GoogleCredentials, GoogleTokens
from reconcilers.services.youtube_data import YouTubeDataService
from reconcilers.services.youtube_music import YouTubeMusicService
from reconcilers.services.youtube_search import YouTubeSearch

TIMEOUT = (10.0, 30.0)
"""Seconds for connecting, and for an answer, of the clients of playlists."""


@dataclass(slots=True)
class BotAccount:
    """A bot, its stream of updates, what its account is called in numbers, and how many MusicSyncs use it."""

    bot: Bot
    intake: Intake
    account: Account
    name: str = ""
    users: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """An adapter, the account that it asks with, and when the consent ends (Unix seconds; None: it doesn't).

    `cookies`: what signs in are those of a browser.
    """

    service: Service
    account: Account
    consent_ends: float | None = None
    cookies: bool = False


@dataclass
class Accounts:
    """What MusicSyncs share: bots by token, accounts by their client's id, consents by what a person put in.

    `open_intake` makes the intake of a bot, which is started with the first MusicSync that uses it. `book` has the
    accounts, `told` hears how audio gets on. The methods that open raise `SecretProblem` or `AuthError`, whose messages say
    what to do, and `KubeError`.
    """

    secrets: Secrets
    audio: Path
    open_intake: Callable[[Bot, str, Unheard], Intake]
    book: AccountBook
    told: Told = unheard
    clock: Callable[[], float] = time.time
    _bots: dict[str, BotAccount] = field(default_factory=dict)
    _unheard: dict[str, Unheard] = field(default_factory=dict)
    _worker: Worker = field(default_factory=Worker)
    _spotify_tokens: "WeakValueDictionary[str, SpotifyTokens]" = field(default_factory=WeakValueDictionary)
    _google_tokens: "WeakValueDictionary[str, GoogleTokens]" = field(default_factory=WeakValueDictionary)
    _consents: dict[tuple[str, str], tuple[str, float]] = field(default_factory=dict)
    _videos: Found = field(default_factory=Found)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def telegram(self, namespace: str, spec: Mapping[str, Any]) -> tuple[TelegramService, BotAccount]:
        """The channel's adapter and its bot. Give the bot back with `leave`."""
        secret = await self.secrets.read(namespace, spec["credentialsSecretRef"]["name"], required=("token",))
        token = secret["token"].strip()
        known = await self.book.open(ServiceName.TELEGRAM, token, None)
        account = self._bots.get(token)
        if account is None:
            try:
                bot = new_bot(token)
            except InvalidToken:
                raise AuthError(
                    "The key token of the Secret is not a bot token. Copy it from @BotFather: 123456789:AA….",
                    reason="InvalidCredentials",
                ) from None
            # By the bot's number: what nobody has read outlives a token, and those who used it.
            unheard = self._unheard.setdefault(token.partition(":")[0], Unheard(self.clock))
            intake = self.open_intake(bot, keyed(token), unheard)
            account = self._bots[token] = BotAccount(bot, intake, known.account, known.short)
            account.intake.start()
        account.users += 1
        source = None
        audio = spec.get("audio") or {}
        if audio.get("fetch", "YouTube") == "YouTube":
            source = await self._source(namespace, audio)
        adapter = TelegramService(
            account.bot,
            _chat(spec["channel"]),
            source,
            scratch_chat=spec.get("scratchChat"),
            told=self.told,
            on_call=known.counted(None),
        )
        return adapter, account

    async def chat(self, namespace: str, spec: Mapping[str, Any], chat_id: int) -> TelegramChat:
        """A chat that the channel's bot writes to, counted as all that the bot does. Raises `RateLimitError` too."""
        secret = await self.secrets.read(namespace, spec["credentialsSecretRef"]["name"], required=("token",))
        token = secret["token"].strip()
        known = await self.book.open(ServiceName.TELEGRAM, token, None)
        if (parked := known.account.parked) is not None:
            raise RateLimitError("Telegram asks the bot to wait.", retry_at=parked.until)
        return TelegramChat(token, chat_id, clock=self.clock, on_call=known.counted(None))

    async def leave(self, account: BotAccount) -> None:
        """Gives a bot back; the last to do so ends its stream."""
        account.users -= 1
        if account.users <= 0:
            self._bots = {token: known for token, known in self._bots.items() if known is not account}
            await account.intake.close()
            await close_bot(account.bot)

    async def youtube(self, namespace: str, spec: Mapping[str, Any], user: Hashable) -> Opened:
        """The playlist's adapter: by Google's OAuth where the Secret holds that, else by a browser's cookies."""
        name = spec["credentialsSecretRef"]["name"]
        secret = await self.secrets.read(namespace, name)
        if "refresh-token" in secret or "headers.json" not in secret:
            secret = await self.secrets.read(namespace, name, required=("client-id", "client-secret", "refresh-token"))
            credentials = GoogleCredentials(
                secret["client-id"].strip(), secret["client-secret"].strip(), secret["refresh-token"].strip()
            )
            # Google counts per project, which the number before the dash names.
            project = credentials.client_id.partition("-")[0]
            known = await self.book.open(ServiceName.YOUTUBE, project, YOUTUBE)
            fingerprint = keyed(credentials.client_id, credentials.client_secret, credentials.refresh_token)
            tokens = self._google_tokens.get(fingerprint)
            if tokens is None:
                tokens = self._google_tokens[fingerprint] = GoogleTokens(credentials, timeout=TIMEOUT)
            service: Service = YouTubeDataService(
                spec["playlist"],
                credentials,
                timeout=TIMEOUT,
                on_call=known.counted(user),
                tokens=tokens,
                found=self._videos,
            )
            return Opened(service, known.account)
        try:
            headers = json.loads(secret["headers.json"])
        except ValueError:
            headers = None
        if not isinstance(headers, dict):
            raise AuthError(
                f"headers.json in Secret {name} is not a JSON object. Copy the request headers of a signed-in browser anew.",
                reason="InvalidCredentials",
            )
        known = await self.book.open(ServiceName.YOUTUBE, secret["headers.json"], None)
        service = YouTubeMusicService(
            spec["playlist"], headers, timeout=TIMEOUT, on_call=known.counted(user), found=self._videos
        )
        return Opened(service, known.account, cookies=True)

    async def youtube_search(self, user: Hashable) -> Opened:
        """YouTube's catalogue, without an account: what it locks out is this address."""
        known = await self.book.open(ServiceName.YOUTUBE, "", None)
        service = YouTubeSearch(timeout=TIMEOUT, on_call=known.counted(user), found=self._videos)
        return Opened(service, known.account)

    async def spotify(self, namespace: str, spec: Mapping[str, Any], user: Hashable) -> Opened:
        """The playlist's adapter. All with the same refresh token share one consent, in whichever namespace they are."""
        name = spec["credentialsSecretRef"]["name"]
        secret = await self.secrets.read(namespace, name, required=("client-id", "refresh-token"))
        credentials = SpotifyCredentials(
            secret["client-id"].strip(),
            secret.get("client-secret", "").strip() or None,
            secret["refresh-token"].strip(),
        )
        given = _consented_at(namespace, name, secret)
        known = await self.book.open(ServiceName.SPOTIFY, credentials.client_id, SPOTIFY)
        fingerprint = keyed(credentials.client_id, credentials.client_secret or "", credentials.refresh_token)
        async with self._lock:
            consent = await self.secrets.consent(fingerprint)
            if consent is None:
                consent = Consent(float(int(self.clock())))
                await self.secrets.keep(fingerprint, consent)
            tokens = self._spotify_tokens.get(fingerprint)
            if tokens is None:
                current = replace(credentials, refresh_token=consent.token or credentials.refresh_token)
                keep = partial(self._keep_token, fingerprint, consent.seen)
                tokens = self._spotify_tokens[fingerprint] = SpotifyTokens(current, keep, timeout=TIMEOUT)
        service = SpotifyService(
            spec["playlist"],
            credentials,
            partial(self._keep_token, fingerprint, consent.seen),
            tokens=tokens,
            requests_timeout=TIMEOUT,
            on_call=known.counted(user),
            found=known.found,
        )
        ends = (consent.seen if given is None else given) + CONSENT
        self._consents[namespace, name] = (fingerprint, ends)
        return Opened(service, known.account, ends)

    async def _keep_token(self, fingerprint: str, seen: float, refresh_token: str) -> None:
        await self.secrets.keep(fingerprint, Consent(seen, refresh_token))

    def consents(self) -> Iterable[tuple[str, str, float]]:
        """The Spotify consents in use: namespace and name of the Secret, and seconds until it ends."""
        now = self.clock()
        for (namespace, name), (fingerprint, ends) in self._consents.items():
            if fingerprint in self._spotify_tokens:
                yield namespace, name, ends - now

    def polls(self) -> Iterable[tuple[str, float]]:
        """The account of each bot, and the seconds since its updates were last read."""
        for bot in self._bots.values():
            if (age := bot.intake.age) is not None:
                yield bot.name, age

    async def _source(self, namespace: str, audio: Mapping[str, Any]) -> AudioSource:
        reference = audio.get("cookiesSecretRef")
        cookies: str | None = None
        if reference is not None:
            try:
                secret = await self.secrets.read(namespace, reference["name"], required=("cookies.txt",))
            except SecretProblem as problem:
                raise SecretProblem(problem.message, reason="SecretForAudioMissing") from None
            cookies = secret["cookies.txt"]
        return AudioSource(self.audio, cookies, worker=self._worker, longest=seconds(audio.get("maxDuration") or "20m"))

    async def stop_reading(self) -> None:
        """No bot reads on: who reads a channel may be gone before who reads another one of the same bot."""
        await asyncio.gather(*(account.intake.stop_reading() for account in self._bots.values()))

    async def close(self) -> None:
        """Ends every stream, and the process that fetches audio. A token that is being asked for is waited for."""
        for account in list(self._bots.values()):
            account.users = 0
            await self.leave(account)
        await self._worker.close()
        await asyncio.gather(*(tokens.at_rest() for tokens in list(self._spotify_tokens.values())))


def _consented_at(namespace: str, name: str, secret: Mapping[str, str]) -> float | None:
    """When the consent was given, as a person wrote it down; None where nobody did."""
    said = secret.get("consented-at", "").strip()
    if not said:
        return None
    try:
        return read(said)
    except ValueError:
        raise SecretProblem(
            f"consented-at in Secret {name} in namespace {namespace} is not a time such as 2026-11-21T10:00:00Z. "
            "Correct it, or take it out.",
            reason="SecretIncomplete",
        ) from None


def _chat(channel: str) -> int | str:
    return channel if channel.startswith("@") else int(channel)


__all__ = ["Accounts", "BotAccount", "Opened", "SecretProblem"]
