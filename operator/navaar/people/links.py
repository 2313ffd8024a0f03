"""What people paste to name a song in one place: an id, or the address of it."""

import re
from urllib.parse import parse_qs, urlsplit

from navaar.words import ENGLISH, say
from reconcilers.services.protocol import ServiceName

TELEGRAM, YOUTUBE, SPOTIFY = ServiceName.TELEGRAM, ServiceName.YOUTUBE, ServiceName.SPOTIFY

_IDS = {
    TELEGRAM: re.compile(r"[0-9]{1,19}"),
    YOUTUBE: re.compile(r"[A-Za-z0-9_-]{11}"),
    SPOTIFY: re.compile(r"[A-Za-z0-9]{22}"),
}
_WRITTEN = {
    TELEGRAM: "the number of the message, the last part of its address (t.me/fridaytapes/123)",
    YOUTUBE: 'the 11 characters after "v=" in its address',
    SPOTIFY: 'the 22 letters and digits after "track/" in its address',
}
_NAMES = {
    "telegram": TELEGRAM, "tg": TELEGRAM, "channel": TELEGRAM,
    "youtubemusic": YOUTUBE, "youtube-music": YOUTUBE, "youtube": YOUTUBE, "ytmusic": YOUTUBE, "yt": YOUTUBE, "ytm": YOUTUBE,
    "spotify": SPOTIFY, "sp": SPOTIFY,
}  # fmt: skip
_ADDRESSES = {
    TELEGRAM: "https://t.me/{channel}/{id}",
    YOUTUBE: "https://music.youtube.com/watch?v={id}",
    SPOTIFY: "https://open.spotify.com/track/{id}",
}


class NoSong(ValueError):
    """An address that isn't a song's: a text of the catalogue behind ``link.``, and its placeholders."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(say(ENGLISH, f"link.{key}", **values))
        self.key = f"link.{key}"
        self.values = values


def service_named(text: str) -> ServiceName:
    """The place of that name, in the ways people write it. Raises ValueError with a sentence."""
    found = _NAMES.get(text.strip().lower().replace("_", "-").replace(" ", ""))
    if found is None:
        raise ValueError(f"there is no place {text!r}: there are telegram, youtubeMusic and spotify")
    return found


def named(text: str) -> tuple[ServiceName, str]:
    """The place and the id that an address, an id, or `place=id` names. Raises ValueError with a sentence."""
    text = text.strip()
    place, sign, rest = text.partition("=")
    if sign and place.strip().lower() in _NAMES:
        return _of(service_named(place), rest.strip())
    if text.lower().startswith("spotify:"):
        return SPOTIFY, _spotify_uri(text)
    if "/" in text or "." in text:
        return _address(text)
    for service, written in _IDS.items():
        if written.fullmatch(text):
            return service, text
    raise ValueError(
        f"{text!r} is no id and no address of a song: {'; '.join(_said(service) for service in ServiceName)}"
    )


def address(service: ServiceName, id: str, channel: str = "") -> str:
    """Where a person can hear it; empty where that isn't known. `channel` is the channel's name or numeric id."""
    if service is TELEGRAM:
        if channel.startswith("@"):
            return _ADDRESSES[TELEGRAM].format(channel=channel[1:], id=id)
        return f"https://t.me/c/{channel.removeprefix('-100')}/{id}" if channel.startswith("-100") else ""
    return _ADDRESSES[service].format(id=id)


def _of(service: ServiceName, text: str) -> tuple[ServiceName, str]:
    """An id, or an address, that is said to be of a place."""
    if _IDS[service].fullmatch(text):
        return service, text
    if "/" in text or ":" in text:
        found, id = named(text)
        if found is not service:
            raise ValueError(f"{text} is an address of {found.title}, not of {service.title}")
        return found, id
    raise ValueError(f"{text!r} is no id of {service.title}: that is {_WRITTEN[service]}")


def _said(service: ServiceName) -> str:
    return f"of {service.title} it is {_WRITTEN[service]}"


def _spotify_uri(text: str) -> str:
    kind, _, id = text[len("spotify:") :].partition(":")
    return _song(kind, id)


def _song(kind: str, id: str) -> str:
    if not kind:
        raise NoSong("page", place=SPOTIFY.title)
    if kind != "track":
        raise NoSong("kind", place=SPOTIFY.title, kind=kind)
    if not _IDS[SPOTIFY].fullmatch(id):
        raise NoSong("cut")
    return id


def _address(text: str) -> tuple[ServiceName, str]:
    try:
        split = urlsplit(text if "://" in text else f"https://{text}")
        host = (split.hostname or "").removeprefix("www.").removeprefix("m.")
    except ValueError:
        raise NoSong("unreadable", given=text) from None
    parts = [part for part in split.path.split("/") if part]
    if host in ("open.spotify.com", "play.spotify.com"):
        if parts and parts[0].startswith("intl-"):
            parts = parts[1:]
        kind, id = (parts[0] if parts else "", parts[1] if len(parts) > 1 else "")
        return SPOTIFY, _song(kind, id)
    if host in ("youtube.com", "music.youtube.com", "youtu.be", "youtube-nocookie.com"):
        return YOUTUBE, _video(host, parts, parse_qs(split.query))
    if host in ("t.me", "telegram.me"):
        if len(parts) < 2 or not _IDS[TELEGRAM].fullmatch(parts[-1]):
            raise NoSong("channel")
        return TELEGRAM, parts[-1]
    if host in ("spotify.link", "spotify.app.link", "goo.gl", "bit.ly"):
        raise NoSong("hides", host=host)
    raise NoSong("elsewhere", host=host or text)


def _video(host: str, parts: list[str], query: dict[str, list[str]]) -> str:
    id = ""
    if host == "youtu.be":
        id = parts[0] if parts else ""
    elif parts[:1] in (["watch"], []) and "v" in query:
        id = query["v"][0]
    elif parts and parts[0] in ("shorts", "embed", "live", "v") and len(parts) > 1:
        id = parts[1]
    elif "list" in query or parts[:1] == ["playlist"]:
        raise NoSong("playlist")
    if not _IDS[YOUTUBE].fullmatch(id):
        raise NoSong("no_song")
    return id
