"""From Secrets to adapters: which keys a Secret must hold, and one client per account however many MusicSyncs share it."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from telegram import Bot
from telegram.error import InvalidToken

from navaar.api.duration import seconds
from navaar.intake import Intake
from navaar.secrets import SecretProblem, Secrets
from reconcilers.audio import AudioSource, Worker
from reconcilers.errors import AuthError
from reconcilers.services.calls import OnCall
from reconcilers.services.protocol import Service, ServiceName
from reconcilers.services.spotify import SpotifyService
from reconcilers.services.spotify_auth import SpotifyCredentials, SpotifyTokens
from reconcilers.services.telegram import TelegramService, close_bot, new_bot
from reconcilers.services.youtube_auth import GoogleCredentials
from reconcilers.services.youtube_data import YouTubeDataService
from reconcilers.services.youtube_music import YouTubeMusicService
from reconcilers.services.youtube_search import YouTubeSearch

TIMEOUT = (10.0, 30.0)
"""Seconds for connecting, and for an answer, of the clients of playlists."""

Call = Callable[[ServiceName], OnCall]


@dataclass(slots=True)
class BotAccount:
    """A bot, its stream of updates, and how many MusicSyncs use it."""

    bot: Bot
    intake: Intake
    users: int = 0


@dataclass
class Accounts:
    """What MusicSyncs share: bots by their token, and Spotify consents by their Secret.

    `open_intake` makes the intake of a bot, which is started with the first MusicSync that uses it. `on_call` gives the
    account of requests per service. Every method raises `SecretProblem` or `AuthError`, whose messages say what to do.
    """

    secrets: Secrets
    audio: Path
    open_intake: Callable[[Bot, str], Intake]
    on_call: Call
    _bots: dict[str, BotAccount] = field(default_factory=dict)
    _worker: Worker = field(default_factory=Worker)
    _consents: dict[tuple[str, str, str], SpotifyTokens] = field(default_factory=dict)

    async def telegram(self, namespace: str, spec: Mapping[str, Any]) -> tuple[TelegramService, BotAccount]:
        """The channel's adapter and its bot. Give the bot back with `leave`."""
        secret = await self.secrets.read(namespace, spec["credentialsSecretRef"]["name"], required=("token",))
        token = secret["token"].strip()
        account = self._bots.get(token)
        if account is None:
            try:
                bot = new_bot(token)
            except InvalidToken:
                raise AuthError(
                    "The key token of the Secret is not a bot token. Copy it from @BotFather: 123456789:AA….",
                    reason="InvalidCredentials",
                ) from None
            name = hashlib.sha256(token.encode()).hexdigest()[:16]
            account = self._bots[token] = BotAccount(bot, self.open_intake(bot, name))
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
            on_call=self.on_call(ServiceName.TELEGRAM),
        )
        return adapter, account

    async def leave(self, account: BotAccount) -> None:
        """Gives a bot back; the last to do so ends its stream."""
        account.users -= 1
        if account.users <= 0:
            self._bots = {token: known for token, known in self._bots.items() if known is not account}
            await account.intake.close()
            await close_bot(account.bot)

    async def youtube(self, namespace: str, spec: Mapping[str, Any]) -> Service:
        """The playlist's adapter: by Google's OAuth where the Secret holds that, else by a browser's cookies."""
        name = spec["credentialsSecretRef"]["name"]
        secret = await self.secrets.read(namespace, name)
        on_call = self.on_call(ServiceName.YOUTUBE)
        if "refresh-token" in secret or "headers.json" not in secret:
            secret = await self.secrets.read(namespace, name, required=("client-id", "client-secret", "refresh-token"))
            credentials = GoogleCredentials(
                secret["client-id"].strip(), secret["client-secret"].strip(), secret["refresh-token"].strip()
            )
            return YouTubeDataService(spec["playlist"], credentials, timeout=TIMEOUT, on_call=on_call)
        try:
            headers = json.loads(secret["headers.json"])
        except ValueError:
            headers = None
        if not isinstance(headers, dict):
            raise AuthError(
                f"headers.json in Secret {name} is not a JSON object. Copy the request headers of a signed-in browser anew.",
                reason="InvalidCredentials",
            )
        return YouTubeMusicService(spec["playlist"], headers, timeout=TIMEOUT, on_call=on_call)

    def youtube_search(self) -> Service:
        """YouTube's catalogue, without an account."""
        return YouTubeSearch(timeout=TIMEOUT, on_call=self.on_call(ServiceName.YOUTUBE))

    async def spotify(self, namespace: str, spec: Mapping[str, Any]) -> Service:
        """The playlist's adapter. MusicSyncs with the same Secret share one consent: its tokens rotate."""
        name = spec["credentialsSecretRef"]["name"]
        secret = await self.secrets.read(namespace, name, required=("client-id", "refresh-token"))
        given = secret["refresh-token"].strip()
        client_id, client_secret = secret["client-id"].strip(), secret.get("client-secret", "").strip() or None
        fingerprint = hashlib.sha256(f"{client_id}\n{client_secret}\n{given}".encode()).hexdigest()[:16]
        key = (namespace, name, fingerprint)
        tokens = self._consents.get(key)
        if tokens is None:
            rotated = await self.secrets.read_token(namespace, name, fingerprint)
            credentials = SpotifyCredentials(client_id, client_secret, rotated or given)
            tokens = SpotifyTokens(credentials, self._keeper(namespace, name, fingerprint), timeout=TIMEOUT)
            for old in [k for k in self._consents if k[:2] == key[:2]]:
                del self._consents[old]
            self._consents[key] = tokens
        return SpotifyService(
            spec["playlist"],
            SpotifyCredentials(client_id, client_secret, given),
            self._keeper(namespace, name, fingerprint),
            tokens=tokens,
            requests_timeout=TIMEOUT,
            on_call=self.on_call(ServiceName.SPOTIFY),
        )

    def _keeper(self, namespace: str, name: str, fingerprint: str) -> Callable[[str], Awaitable[None]]:
        async def keep(refresh_token: str) -> None:
            await self.secrets.write_token(namespace, name, fingerprint, refresh_token)

        return keep

    async def _source(self, namespace: str, audio: Mapping[str, Any]) -> AudioSource:
        reference = audio.get("cookiesSecretRef")
        cookies: str | None = None
        if reference is not None:
            secret = await self.secrets.read(namespace, reference["name"], required=("cookies.txt",))
            cookies = secret["cookies.txt"]
        return AudioSource(self.audio, cookies, worker=self._worker, longest=seconds(audio.get("maxDuration") or "20m"))

    async def close(self) -> None:
        """Ends every stream, and the process that fetches audio."""
        for account in list(self._bots.values()):
            account.users = 0
            await self.leave(account)
        await self._worker.close()


def _chat(channel: str) -> int | str:
    return channel if channel.startswith("@") else int(channel)


__all__ = ["Accounts", "BotAccount", "SecretProblem"]
