"""The settings of the older service, and what becomes of each: a MusicSync, Secrets, or nothing, and why."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from navaar.api.common import API_VERSION, NAME_LIMIT
from navaar.api.places import ADMINS_LIMIT
from navaar.transfer.song import Unreadable

PREFIX = "NAVAAR_"
PLACEHOLDER = "PUT-YOUR-{}-HERE"

Manifest = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one setting. `dropped`: nothing does."""

    setting: str
    becomes: str
    dropped: bool = False


@dataclass(slots=True)
class Setup:
    """What the settings make. `todo` is what a person must still do, in sentences; `database` is where they say it is."""

    musicsync: Manifest
    secrets: list[Manifest]
    fates: list[Fate]
    todo: list[str] = field(default_factory=list)
    database: str | None = None

    @property
    def channel(self) -> str:
        """The channel, as the MusicSync names it."""
        return str(self.musicsync["spec"]["telegram"]["channel"])

    def playlist(self, section: str) -> str | None:
        """The playlist of ``youtubeMusic`` or ``spotify``; None where that is off."""
        return (self.musicsync["spec"].get(section) or {}).get("playlist")


Reader = Callable[[str], str | None]
"""Gives the text of a file that a setting names, None where there is none."""


def setup(
    values: Mapping[str, str],
    name: str,
    namespace: str | None,
    file: Reader,
) -> Setup:
    """The MusicSync called `name` and its Secrets. Raises `Unreadable` where the settings declare no sync."""
    if len(name) > NAME_LIMIT or not re.fullmatch(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?", name):
        raise Unreadable(
            f"{name} is no name for a MusicSync: take lower-case letters, digits and dashes, {NAME_LIMIT} at most"
        )
    known = {key.removeprefix(PREFIX): value.strip() for key, value in values.items() if key.startswith(PREFIX)}
    if not known:
        raise Unreadable(f"there is no {PREFIX}… setting in this file: name the .env file of the older service")
    made = _Making(name, namespace, known, file)
    spec = made.spec()
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    musicsync = {"apiVersion": API_VERSION, "kind": "MusicSync", "metadata": metadata, "spec": spec}
    database = made.database()
    return Setup(musicsync, made.secrets, made.fated(), made.todo, database)


class _Making:
    def __init__(self, name: str, namespace: str | None, known: Mapping[str, str], file: Reader) -> None:
        self.name = name
        self.namespace = namespace
        self.known = known
        self.file = file
        self.secrets: list[Manifest] = []
        self.todo: list[str] = []
        self._fates: dict[str, Fate] = {}

    def spec(self) -> dict[str, Any]:
        spec: dict[str, Any] = {"telegram": self._telegram()}
        if self.known.get("YTMUSIC_PLAYLIST_ID"):
            spec["youtubeMusic"] = self._youtube()
        else:
            self._becomes("YTMUSIC_PLAYLIST_ID", "empty: no YouTube Music", dropped=True)
        if self.known.get("SPOTIFY_PLAYLIST_ID"):
            spec["spotify"] = self._spotify()
        else:
            self._becomes("SPOTIFY_PLAYLIST_ID", "empty: no Spotify", dropped=True)
        if len(spec) < 2:
            raise Unreadable(
                f"neither {PREFIX}YTMUSIC_PLAYLIST_ID nor {PREFIX}SPOTIFY_PLAYLIST_ID is set: a channel alone has nothing to be "
                "kept equal with"
            )
        retries = self.known.get("MAX_RETRIES", "")
        if retries.isdecimal():
            spec["retry"] = {"max": min(20, max(1, int(retries)))}
            self._becomes("MAX_RETRIES", f"spec.retry.max: {spec['retry']['max']}")
        return spec

    def fated(self) -> list[Fate]:
        for setting in self.known:
            if setting not in self._fates:
                why = _DROPPED.get(setting) or next((w for p, w in _DROPPED_ALL.items() if setting.startswith(p)), None)
                self._becomes(setting, why or "not known to this version", dropped=True)
        return [self._fates[setting] for setting in self.known if setting in self._fates]

    def database(self) -> str | None:
        address = self.known.get("DATABASE_URL", "")
        self._becomes("DATABASE_URL", "read once, for the Tracks; Navaar has no database", dropped=True)
        scheme, _, path = address.partition(":///")
        return path if scheme.startswith("sqlite") and path else None

    def _becomes(self, setting: str, what: str, *, dropped: bool = False) -> None:
        if setting in self.known:
            self._fates[setting] = Fate(PREFIX + setting, what, dropped)

    def _secret(self, kind: str, values: Mapping[str, str]) -> dict[str, str]:
        name = f"{self.name}-{kind}"
        metadata = {"name": name, **({"namespace": self.namespace} if self.namespace else {})}
        self.secrets.append({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": dict(values)})
        return {"name": name}

    def _value(self, setting: str, kind: str, key: str) -> str:
        value = self.known.get(setting, "")
        self._becomes(setting, f"Secret {self.name}-{kind}, key {key}")
        if value:
            return value
        self.todo.append(f"put {key} into the Secret {self.name}-{kind}: {PREFIX}{setting} was not set")
        return PLACEHOLDER.format(key.upper())

    def _telegram(self) -> dict[str, Any]:
        section: dict[str, Any] = {"channel": _channel(self.known.get("TELEGRAM_CHANNEL_ID", ""))}
        self._becomes("TELEGRAM_CHANNEL_ID", f"spec.telegram.channel: {section['channel']}")
        token = self._value("TELEGRAM_BOT_TOKEN", "telegram", "token")
        section["credentialsSecretRef"] = self._secret("telegram", {"token": token})
        admins = self._admins()
        if admins:
            section["adminUserIds"] = admins
        cookies = self.known.get("YTDLP_COOKIES_FILE")
        if cookies:
            text = self.file(cookies)
            if text is None:
                self.todo.append(
                    f"{PREFIX}YTDLP_COOKIES_FILE names {cookies}, which isn't there: audio is fetched without it"
                )
                self._becomes("YTDLP_COOKIES_FILE", f"{cookies} isn't there", dropped=True)
            else:
                self._becomes("YTDLP_COOKIES_FILE", f"Secret {self.name}-cookies, key cookies.txt")
                reference = self._secret("cookies", {"cookies.txt": text})
                section["audio"] = {"cookiesSecretRef": reference}
        return section

    def _admins(self) -> list[int]:
        """Whom the bot answers."""
        text = self.known.get("TELEGRAM_ADMIN_USER_IDS", "")
        found = list(dict.fromkeys(int(id) for id in re.findall(r"(?<![-\d])[1-9]\d{0,17}(?!\d)", text)))
        kept = found[:ADMINS_LIMIT]
        if not kept:
            self._becomes("TELEGRAM_ADMIN_USER_IDS", "names nobody: the bot talks to nobody", dropped=True)
            return []
        told = f"spec.telegram.adminUserIds: {', '.join(map(str, kept))}"
        more = f" (the first {ADMINS_LIMIT} of {len(found)})" if len(found) > len(kept) else ""
        self._becomes("TELEGRAM_ADMIN_USER_IDS", told + more)
        return kept

    def _youtube(self) -> dict[str, Any]:
        playlist = _playlist(
            self.known["YTMUSIC_PLAYLIST_ID"], "YTMUSIC_PLAYLIST_ID", r"(?:VL)?([A-Za-z0-9_-]{10,64})", "list="
        )
        self._becomes("YTMUSIC_PLAYLIST_ID", f"spec.youtubeMusic.playlist: {playlist}")
        path = self.known.get("YTMUSIC_AUTH_FILE") or "oauth.json"
        token = self._json(path)
        headers = token is not None and any(key.lower() == "cookie" for key in token)
        if headers and token is not None:
            self._becomes("YTMUSIC_AUTH_FILE", f"Secret {self.name}-google, key headers.json")
            reference = self._secret("google", {"headers.json": json.dumps(token, ensure_ascii=False)})
        else:
            values = {
                "client-id": self._value("YTMUSIC_CLIENT_ID", "google", "client-id"),
                "client-secret": self._value("YTMUSIC_CLIENT_SECRET", "google", "client-secret"),
            }
            refresh = token.get("refresh_token") if token is not None else None
            self._becomes("YTMUSIC_AUTH_FILE", f"Secret {self.name}-google, key refresh-token")
            if not isinstance(refresh, str) or not refresh:
                refresh = PLACEHOLDER.format("REFRESH-TOKEN")
                self.todo.append(
                    f"{path} {_lacks(token)}: sign in to Google again, and put refresh-token into the Secret {self.name}-google"
                )
            reference = self._secret("google", {**values, "refresh-token": refresh})
        section = {"playlist": playlist, "credentialsSecretRef": reference}
        return {**section, **self._interval("YT_TO_TG", "YT_TO_SP", "youtubeMusic")}

    def _spotify(self) -> dict[str, Any]:
        playlist = _playlist(
            self.known["SPOTIFY_PLAYLIST_ID"], "SPOTIFY_PLAYLIST_ID", r"([A-Za-z0-9]{22})", "playlist/"
        )
        self._becomes("SPOTIFY_PLAYLIST_ID", f"spec.spotify.playlist: {playlist}")
        path = self.known.get("SPOTIFY_CACHE_PATH") or ".spotify_cache"
        token = self._json(path)
        refresh = token.get("refresh_token") if token is not None else None
        values: dict[str, str] = {}
        client = self.known.get("SPOTIFY_CLIENT_ID")
        if client:
            self._becomes("SPOTIFY_CLIENT_ID", f"Secret {self.name}-spotify, key client-id")
            values["client-id"] = client
            secret = self.known.get("SPOTIFY_CLIENT_SECRET")
            if secret:
                values["client-secret"] = secret
                self._becomes("SPOTIFY_CLIENT_SECRET", f"Secret {self.name}-spotify, key client-secret")
            else:
                self._becomes("SPOTIFY_CLIENT_SECRET", "empty: the consent was given with PKCE", dropped=True)
            if not isinstance(refresh, str) or not refresh:
                self.todo.append(
                    f"{path} {_lacks(token)}: sign in to Spotify again, and put refresh-token into the Secret "
                    f"{self.name}-spotify"
                )
                refresh = None
        else:
            # The consent belongs to an app that isn't the person's, and can't be carried on with another.
            values["client-id"], refresh = PLACEHOLDER.format("CLIENT-ID"), None
            self._becomes(
                "SPOTIFY_CLIENT_ID", "empty: a borrowed app, whose consent can't be taken along", dropped=True
            )
            self.todo.append(
                "make a Spotify app of your own (https://developer.spotify.com/dashboard), sign in to it, and put client-id and "
                f"refresh-token into the Secret {self.name}-spotify: the older service borrowed somebody's"
            )
        kept = isinstance(refresh, str)
        told = f"Secret {self.name}-spotify, key refresh-token" if kept else "no consent of use in it"
        self._becomes("SPOTIFY_CACHE_PATH", told, dropped=not kept)
        values["refresh-token"] = refresh if refresh is not None else PLACEHOLDER.format("REFRESH-TOKEN")
        section = {"playlist": playlist, "credentialsSecretRef": self._secret("spotify", values)}
        return {**section, **self._interval("SP_TO_TG", "SP_TO_YT", "spotify")}

    def _interval(self, first: str, second: str, section: str) -> dict[str, str]:
        """How often a playlist is read: the shorter of the two that were set, and not below what is allowed."""
        settings = [f"SYNC_INTERVAL_{first}", f"SYNC_INTERVAL_{second}"]
        found = [int(self.known[s]) for s in settings if self.known.get(s, "").isdecimal()]
        if not found:
            return {}
        seconds = min(max(min(found), 300), 604_800)
        interval = f"{seconds // 60}m" if seconds % 60 == 0 else f"{seconds}s"
        told = f"spec.{section}.interval: {interval}"
        for setting in settings:
            self._becomes(setting, told + (" (5m is the least)" if min(found) < 300 else ""))
        return {"interval": interval}

    def _json(self, path: str) -> dict[str, Any] | None:
        text = self.file(path)
        if text is None:
            return None
        try:
            found = json.loads(text)
        except ValueError:
            return None
        return found if isinstance(found, dict) else None


def _lacks(token: dict[str, Any] | None) -> str:
    return "isn't there, or isn't JSON" if token is None else "holds no refresh token"


def _channel(text: str) -> str:
    text = re.sub(r"\A(?:https?://)?(?:t\.me|telegram\.me)/", "@", text)
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{3,31}", text):
        text = f"@{text}"
    if re.fullmatch(r"@[A-Za-z][A-Za-z0-9_]{3,31}|-100[0-9]{5,13}", text):
        return text
    said = f"is {text}" if text else "is not set"
    raise Unreadable(
        f"{PREFIX}TELEGRAM_CHANNEL_ID {said}: it must be the channel's @name, or its number, which begins with -100"
    )


def _playlist(text: str, setting: str, pattern: str, after: str) -> str:
    part = text.partition(after)[2] if after in text else text
    found = re.fullmatch(pattern, re.split(r"[&?#]", part)[0])
    if found is None:
        raise Unreadable(
            f"{PREFIX}{setting} is {text}, which is no playlist's id: copy the part after {after} of its address"
        )
    return found[1]


_PUSHED = "Telegram pushes its posts: there is nothing to ask for in intervals"
_DROPPED = {
    "TELEGRAM_MAX_UPLOAD_MB": "Telegram's limit holds, and audio is made to fit; spec.telegram.audio.maxDuration bounds it",
    "TRACK_CARDS_ENABLED": "no cards are posted",
    "SPOTIFY_REDIRECT_URI": "only signing in needs one, which chooses its own",
    "SYNC_INTERVAL_TG_TO_YT": _PUSHED,
    "SYNC_INTERVAL_TG_TO_SP": _PUSHED,
    "API_PORT": "the Service's port is the chart's",
    "LOG_LEVEL": "it is an argument of the operator: --log-level",
    "BACKOFF_MAX_SECONDS": "each service's own wishes are followed",
    "CIRCUIT_OPEN_AFTER": "each service's own wishes are followed",
    "READINESS_STALE_MULTIPLIER": "readiness is told by the Lease and the last passes",
}
_DROPPED_ALL = {
    "ALERT_": "alerts come from Prometheus: the chart's prometheusRule",
    "NL_": "there is no assistant",
}
