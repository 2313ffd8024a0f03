"""The JSON objects of the Web API, in their 2026 shape."""

import hashlib
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus, urlencode

from sandbox.catalogue import Song, spotify_id
from sandbox.spotify.accounts import User
from sandbox.spotify.state import Entry, Playlist, SpotifyState

API = "https://api.spotify.com/v1"
Json = dict[str, Any]


def track(song: Song) -> Json:
    """A full track object. The world knows no release dates: Spotify writes those as "0000"."""
    artists, title = song.names("spotify")
    # No recording is a whole number of seconds long; the fraction depends on nothing but the key.
    fraction = hashlib.sha256(song.key.encode()).digest()[0] * 1000 // 256
    return {
        "album": _album(song, artists),
        "artists": [_artist(name) for name in artists],
        "disc_number": 1,
        "duration_ms": song.duration * 1000 + fraction,
        "explicit": False,
        "external_ids": {"isrc": song.isrc} if song.isrc else {},
        **_reference("track", song.spotify_id or ""),
        "is_local": False,
        "name": title,
        "preview_url": None,
        "track_number": 1,
    }


def entry(row: Entry, state: SpotifyState) -> Json:
    """One row of a playlist; `item` is null for what Spotify no longer shows."""
    return {
        "added_at": None if row.added_at is None else _timestamp(row.added_at),
        "added_by": None if row.added_by is None else _reference("user", row.added_by),
        "is_local": (row.uri or "").startswith("spotify:local:"),
        "item": _item(row, state),
        "primary_color": None,
        "video_thumbnail": {"url": None},
    }


def playlist(found: Playlist, owner: User, items: Json | None) -> Json:
    """A playlist object; `items` is left out for people who may not see the rows."""
    shown: Json = {
        "collaborative": bool(found.collaborators),
        "description": "",
        "followers": {"href": None, "total": 0},
        **_reference("playlist", found.id),
        "images": [],
        "name": found.name,
        "owner": {"display_name": owner.display_name, **_reference("user", owner.id)},
        "primary_color": None,
        "public": found.public,
        "snapshot_id": found.snapshot_id,
    }
    return shown if items is None else {**shown, "items": items}


def user(found: User) -> Json:
    """The current user's profile, without the fields that went away in 2026."""
    return {
        "account_id": found.account_id,
        "display_name": found.display_name,
        **_reference("user", found.id),
        "images": [],
    }


def paging(path: str, rows: list[Any], total: int, limit: int, offset: int, query: dict[str, str]) -> Json:
    """A page; `next` and `previous` are absolute addresses that repeat the rest of the query."""

    def address(at: int) -> str:
        return f"{API}{path}?{urlencode({**query, 'offset': at, 'limit': limit})}"

    return {
        "href": address(offset),
        "items": rows,
        "limit": limit,
        "next": address(offset + limit) if offset + limit < total else None,
        "offset": offset,
        "previous": address(max(0, offset - limit)) if offset > 0 else None,
        "total": total,
    }


def _item(row: Entry, state: SpotifyState) -> Json | None:
    kind, _, rest = (row.uri or "").removeprefix("spotify:").partition(":")
    if kind == "local":
        return _local(row.uri or "", rest)
    if kind == "episode":
        return _episode(rest, row.name)
    song = state.song(rest) if kind == "track" else None
    return None if song is None else track(song)


def _local(uri: str, rest: str) -> Json:
    artist, album, title, seconds = (unquote_plus(part) for part in rest.split(":"))
    nobody: Json = {"external_urls": {}, "href": None, "id": None, "uri": None}
    return {
        "album": {**nobody, "name": album, "type": "album", "album_type": None, "artists": [], "images": []},
        "artists": [{**nobody, "name": artist, "type": "artist"}],
        "disc_number": 0,
        "duration_ms": int(seconds) * 1000,
        "explicit": False,
        "external_ids": {},
        "external_urls": {},
        "href": None,
        "id": None,
        "is_local": True,
        "name": title,
        "preview_url": None,
        "track_number": 0,
        "type": "track",
        "uri": uri,
    }


def _episode(episode_id: str, name: str) -> Json:
    described = {
        "description": "",
        "html_description": "",
        "explicit": False,
        "images": [],
        "languages": ["en"],
    }
    show = {
        **described,
        **_reference("show", spotify_id(f"show:{name}")),
        "copyrights": [],
        "is_externally_hosted": False,
        "media_type": "audio",
        "name": f"{name} (the show)",
        "publisher": "Somebody",
        "total_episodes": 1,
    }
    return {
        **described,
        **_reference("episode", episode_id),
        "audio_preview_url": None,
        "duration_ms": 1_800_000,
        "is_externally_hosted": False,
        "is_playable": True,
        "name": name,
        "release_date": "2026-01-01",
        "release_date_precision": "day",
        "show": show,
    }


def _album(song: Song, artists: tuple[str, ...]) -> Json:
    name = song.album or song.names("spotify")[1]
    return {
        "album_type": "album" if song.album else "single",
        "artists": [_artist(artists[0])],
        **_reference("album", spotify_id(f"album:{artists[0]}/{name}")),
        "images": [],
        "name": name,
        "release_date": "0000",
        "release_date_precision": "year",
        "total_tracks": 12 if song.album else 1,
    }


def _artist(name: str) -> Json:
    return {**_reference("artist", spotify_id(f"artist:{name}")), "name": name}


def _reference(kind: str, identity: str) -> Json:
    return {
        "external_urls": {"spotify": f"https://open.spotify.com/{kind}/{identity}"},
        "href": f"{API}/{kind}s/{identity}",
        "id": identity,
        "type": kind,
        "uri": f"spotify:{kind}:{identity}",
    }


def _timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
