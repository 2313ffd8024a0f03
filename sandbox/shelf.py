"""What is in each place, as a person would read it there, and which song of the catalogue each row is."""

import re
from difflib import get_close_matches
from typing import Any
from urllib.parse import unquote_plus

from sandbox.catalogue import Place, Song
from sandbox.world import World

Row = dict[str, Any]

_LINK = re.compile(r"(?:spotify:track:|open\.spotify\.com/track/|[?&]v=|youtu\.be/)([0-9A-Za-z_-]+)")


class Shelf:
    """Rows are {"id", "artist", "title", "key"}; `key` is None for what is not in the catalogue."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._spellings: dict[str, str] = {}
        self._read = 0

    def channel(self, chat_id: int | str) -> list[Row]:
        """The channel's posts with a file, oldest first; the id is the message's number."""
        rows = []
        for message in self.world.telegram.messages(chat_id):
            if message.media is not None:
                artist, title = message.media.performer or "", message.media.title or ""
                shown = title or message.media.file_name or message.caption or ""
                rows.append(_row(str(message.message_id), artist, shown, self._recognise(artist, title)))
        return rows

    def spotify(self, playlist_id: str) -> list[Row]:
        """The playlist's rows; the id is the track's, or the row's URI where it is none."""
        rows = []
        for entry in self.world.spotify.entries(playlist_id):
            uri = entry.uri or ""
            song = self.world.spotify.song(uri.removeprefix("spotify:track:"))
            if song is not None:
                artists, title = song.names("spotify")
                rows.append(_row(song.spotify_id or "", ", ".join(artists), title, song.key))
            else:
                name = entry.name or unquote_plus(uri.removeprefix("spotify:local:")) or "(not available)"
                rows.append(_row(uri, "", name, None))
        return rows

    def youtube(self, playlist_id: str) -> list[Row]:
        """The playlist's rows; the id is the video's."""
        rows = []
        for entry in self.world.youtube.entries(playlist_id):
            video = self.world.youtube.library.get(entry.video_id)
            song = self.world.catalogue.by_video_id(entry.video_id)
            if video is None:
                fate = self.world.youtube.library.fate(entry.video_id)
                rows.append(_row(entry.video_id, "", f"({fate} video)", song.key if song else None))
            else:
                artist = ", ".join(video.artists) if video.kind == "ATV" else ""
                rows.append(_row(entry.video_id, artist, video.title, song.key if song else None))
        return rows

    def find(self, query: str) -> list[Song]:
        """The songs that have every word of `query` in a name, in any spelling, or in their key."""
        words = _folded(query).split()
        return [song for song in self.world.catalogue.songs if all(word in _all_names(song) for word in words)]

    def named(self, what: str) -> Song | None:
        """The song with this key, id, URI or address."""
        link = _LINK.search(what)
        identity = link[1] if link else what
        try:
            return self.world.catalogue.by_key(identity)
        except KeyError:
            catalogue = self.world.catalogue
            return catalogue.by_spotify_id(identity) or catalogue.by_video_id(identity)

    def near(self, what: str) -> list[str]:
        """Keys of songs that the person may have meant."""
        found = [song.key for song in self.find(what)[:3]] if what.strip() else []
        keys = [song.key for song in self.world.catalogue.songs]
        return list(dict.fromkeys([*found, *get_close_matches(what.lower().replace(" ", "-"), keys, 3, 0.5)]))[:5]

    def _recognise(self, artist: str, title: str) -> str | None:
        for song in self.world.catalogue.songs[self._read :]:
            places: tuple[Place, ...] = ("telegram", "spotify", "youtube")
            for artists, name in ((song.artists, song.title), *(song.names(place) for place in places)):
                self._spellings.setdefault(_folded(f"{', '.join(artists)} {name}"), song.key)
        self._read = len(self.world.catalogue.songs)
        return self._spellings.get(_folded(f"{artist} {title}"))


def _row(identity: str, artist: str, title: str, key: str | None) -> Row:
    return {"id": identity, "artist": artist, "title": title, "key": key}


def _all_names(song: Song) -> str:
    places: tuple[Place, ...] = ("telegram", "spotify", "youtube")
    shown = [" ".join((*artists, title)) for artists, title in (song.names(place) for place in places)]
    return _folded(" ".join((song.key, *song.artists, song.title, *shown)))


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
