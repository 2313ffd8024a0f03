"""Songs from Spotify's account data ("Download your data"): Playlist1.json … and YourLibrary.json.

What is in them: support.spotify.com/article/understanding-my-data, "Playlists" and "Your library".
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

from navaar.transfer.song import Song, Songs, Unreadable, Unused, song, spotify_id
from reconcilers.services.protocol import ServiceName


def read(text: str, playlist: str | None = None) -> Songs:
    """The songs of such a file: of every playlist in it, or of the one that is called `playlist`.

    Raises `Unreadable` for other JSON, and for a playlist that isn't there.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable(
            f"line {error.lineno}: the JSON ends or breaks there ({error.msg}); download or unpack the file again"
        ) from None
    except RecursionError:
        raise Unreadable("the JSON is nested too deep to be a list of songs") from None
    if isinstance(data, list):
        raise Unreadable(
            "this is not a playlist: Spotify's StreamingHistory says what was heard. Take Playlist1.json or YourLibrary.json"
        )
    if isinstance(data, dict) and isinstance(data.get("playlists"), list):
        return _playlists(data["playlists"], playlist)
    if isinstance(data, dict) and isinstance(data.get("tracks"), list):
        if playlist is not None:
            raise Unreadable("YourLibrary.json holds saved songs and no playlists; leave the playlist's name out")
        return _collected(_saved(data["tracks"]))
    if isinstance(data, dict) and ("messages" in data or "chats" in data):
        raise Unreadable("this is an export of Telegram's: read it with navaar import-channel")
    raise Unreadable('there are neither "playlists" nor "tracks" in this JSON. Take Playlist1.json or YourLibrary.json')


def _playlists(playlists: list[Any], wanted: str | None) -> Songs:
    known = [p for p in playlists if isinstance(p, dict)]
    names = [str(p.get("name") or "") for p in known]
    if wanted is not None:
        known = [p for p, name in zip(known, names, strict=True) if name == wanted]
        if not known:
            raise Unreadable(f"there is no playlist {wanted} in this file; it has: {', '.join(names) or 'none'}")
    found = _collected(entry for p in known for entry in _entries(p))
    if wanted is None and len(names) > 1:
        note = f"songs of all {len(names)} playlists were taken ({', '.join(names)}); name one to take only that"
        return Songs(found.songs, found.unused, (note,))
    return found


def _collected(entries: Iterator[Song | Unused]) -> Songs:
    songs: list[Song] = []
    unused: list[Unused] = []
    for entry in entries:
        if isinstance(entry, Song):
            songs.append(entry)
        else:
            unused.append(entry)
    return Songs(tuple(songs), tuple(unused))


def _entries(playlist: Mapping[str, Any]) -> Iterator[Song | Unused]:
    items = playlist.get("items")
    for number, item in enumerate(items if isinstance(items, list) else [], start=1):
        where = f"playlist {playlist.get('name')}, entry {number}"
        if not isinstance(item, dict):
            yield Unused(where, "it is not an entry of a playlist")
            continue
        track, local = item.get("track"), item.get("localTrack")
        if isinstance(track, dict):
            yield _named(where, track, "trackName", "artistName", "trackUri")
        elif local:
            yield _local(where, local)
        elif item.get("episode") or item.get("audiobook"):
            yield Unused(where, "it is an episode or an audiobook, not a song")
        else:
            yield Unused(where, "it names no song; Spotify has probably taken it down")


def _saved(tracks: list[Any]) -> Iterator[Song | Unused]:
    for number, track in enumerate(tracks, start=1):
        where = f"saved song {number}"
        if isinstance(track, dict):
            yield _named(where, track, "track", "artist", "uri")
        else:
            yield Unused(where, "it is not a song")


def _named(where: str, entry: Mapping[str, Any], title: str, artist: str, uri: str) -> Song | Unused:
    ids: dict[ServiceName, str] = {}
    found = spotify_id(str(entry.get(uri) or ""))
    if found is not None:
        ids[ServiceName.SPOTIFY] = found
    named = str(entry.get(artist) or "")
    return song(where, str(entry.get(title) or ""), [named] if named else [], ids=ids)


def _local(where: str, local: object) -> Song | Unused:
    """A file of somebody's own: its URI names artist, album, title and seconds."""
    uri = str(local.get("uri") or "") if isinstance(local, dict) else str(local)
    parts = [unquote_plus(part) for part in uri.split(":")]
    if len(parts) != 6 or parts[:2] != ["spotify", "local"]:
        return Unused(where, "it is a file of somebody's own on Spotify, and has no name")
    seconds = float(parts[5]) if parts[5].isdecimal() else None
    return song(where, parts[4], [parts[2]] if parts[2] else [], duration=seconds)
