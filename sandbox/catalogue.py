"""The songs of the local world, as facts: who, what, how long, and where it can be found."""

import base64
import hashlib
import string
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

Place = Literal["spotify", "youtube", "telegram"]

_BASE62 = string.digits + string.ascii_lowercase + string.ascii_uppercase
_SONGS = Path(__file__).with_name("songs.yaml")


@dataclass(frozen=True, slots=True)
class Song:
    """One recording.

    `key` is a stable short name ("bohemian-rhapsody"). `duration` is in seconds. `version` lists what sets
    a recording apart ("live", "remix", "remaster", "cover", ...). An id is None where the service does not
    have the song. `spotify_spelling`, `youtube_spelling` and `telegram_spelling` are (artist, title) as that
    place writes it, where that differs; several artists in a spelling are separated by "; " (see `names`).
    `video_id` is the label's audio upload; `music_video_id` its official-video twin, whose (channel, title)
    is `music_video_spelling`.
    """

    key: str
    artists: tuple[str, ...]
    title: str
    album: str | None
    duration: int
    isrc: str | None = None
    version: tuple[str, ...] = ()
    spotify_id: str | None = None
    video_id: str | None = None
    music_video_id: str | None = None
    spotify_spelling: tuple[str, str] | None = None
    youtube_spelling: tuple[str, str] | None = None
    telegram_spelling: tuple[str, str] | None = None
    music_video_spelling: tuple[str, str] | None = None

    def names(self, place: Place) -> tuple[tuple[str, ...], str]:
        """The (artists, title) that `place` shows for this song."""
        spellings = {
            "spotify": self.spotify_spelling,
            "youtube": self.youtube_spelling,
            "telegram": self.telegram_spelling,
        }
        spelling = spellings[place]
        if spelling is None:
            return self.artists, self.title
        return tuple(spelling[0].split("; ")), spelling[1]

    @property
    def label(self) -> str:
        """Artists and title in one line, for people."""
        return f"{', '.join(self.artists)} – {self.title}"


@dataclass(slots=True)
class Catalogue:
    """All songs; ids are unique within a service."""

    songs: list[Song] = field(default_factory=list)
    _keys: dict[str, Song] = field(default_factory=dict, repr=False)
    _spotify: dict[str, Song] = field(default_factory=dict, repr=False)
    _videos: dict[str, Song] = field(default_factory=dict, repr=False)
    _indexed: int = field(default=0, repr=False)

    def add(self, song: Song) -> None:
        """Makes a song known.

        Raises ValueError when its key or one of its ids is taken.
        """
        self._index()
        self._enter(song)
        self.songs.append(song)
        self._indexed += 1

    def extend(self, songs: Iterable[Song]) -> None:
        """`add`, many times."""
        for song in songs:
            self.add(song)

    def by_key(self, key: str) -> Song:
        """Raises KeyError for an unknown key."""
        self._index()
        return self._keys[key]

    def by_spotify_id(self, spotify_id: str) -> Song | None:
        self._index()
        return self._spotify.get(spotify_id)

    def by_video_id(self, video_id: str) -> Song | None:
        """The song behind a label's audio upload or an official video."""
        self._index()
        return self._videos.get(video_id)

    def _index(self) -> None:
        # `songs` is a plain public list: what was appended to it directly is picked up at the next look-up.
        while self._indexed < len(self.songs):
            self._enter(self.songs[self._indexed])
            self._indexed += 1

    def _enter(self, song: Song) -> None:
        videos = [video for video in (song.video_id, song.music_video_id) if video]
        if song.key in self._keys or (song.spotify_id or "") in self._spotify or any(v in self._videos for v in videos):
            raise ValueError(f"the key or an id of {song.key!r} is already in the catalogue")
        self._keys[song.key] = song
        if song.spotify_id:
            self._spotify[song.spotify_id] = song
        for video in videos:
            self._videos[video] = song


def load() -> Catalogue:
    """The songs of songs.yaml, in a catalogue of the caller's own."""
    catalogue = Catalogue()
    catalogue.extend(_read())
    return catalogue


def crowd(count: int) -> list[Song]:
    """`count` invented songs for benchmarks, the same each time.

    Every 50th is missing on Spotify, every 71st on YouTube. The keys are "crowd-00000" and so on; the ISRCs
    have a country code that no country has.
    """
    first = ("Amber", "Broken", "Copper", "Distant", "Electric", "Frozen", "Golden", "Hollow", "Iron", "Jade")
    second = (
        "Harbour",
        "Lanterns",
        "Mirrors",
        "Orchard",
        "Parade",
        "Rivers",
        "Satellites",
        "Thunder",
        "Winter",
        "Years",
    )
    third = (
        "at Dawn",
        "Forever",
        "for Two",
        "in Colour",
        "of Glass",
        "on Fire",
        "Tonight",
        "Underwater",
        "Unknown",
        "Y",
    )
    songs = []
    for n in range(count):
        key = f"crowd-{n:05d}"
        words = (first[n % 10], second[n // 10 % 10], third[n // 100 % 10])
        songs.append(
            Song(
                key=key,
                artists=(f"The {second[n // 7 % 10]} {n // 40:03d}",),
                title=f"{' '.join(words)} No. {n // 1000}" if n >= 1000 else " ".join(words),
                album=f"{first[n // 12 % 10]} Sessions {n // 12}",
                duration=120 + n * 37 % 300,
                isrc=f"XXSBX26{n:05d}" if n < 100_000 else None,
                spotify_id=None if n % 50 == 49 else spotify_id(f"track:{key}"),
                video_id=None if n % 71 == 70 else video_id(f"audio:{key}"),
            )
        )
    return songs


def spotify_id(seed: str) -> str:
    """A 22-character base62 id that depends on nothing but `seed`."""
    number = int.from_bytes(hashlib.sha256(f"spotify:{seed}".encode()).digest()[:16])
    digits = ""
    for _ in range(22):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits


def video_id(seed: str) -> str:
    """An 11-character YouTube id that depends on nothing but `seed`."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"youtube:{seed}".encode()).digest()[:8]).decode().rstrip("=")


@lru_cache(maxsize=1)
def _read() -> tuple[Song, ...]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    table: dict[str, dict[str, Any]] = yaml.load(_SONGS.read_text(encoding="utf-8"), Loader=loader)
    return tuple(_song(key, row) for key, row in table.items())


def _song(key: str, row: dict[str, Any]) -> Song:
    def spelling(place: str) -> tuple[str, str] | None:
        found = row.get(place)
        return (str(found[0]), str(found[1])) if isinstance(found, list) else None

    artists = tuple(str(artist) for artist in row["artists"])
    video = row.get("video")
    on_youtube = row.get("youtube") != "none"
    upload = bool(row.get("upload"))
    if upload or video is True:
        channel, title = spelling("youtube") or (artists[0], row["title"])
        shown = (channel, f"{channel} - {title}" + ("" if upload else " (Official Video)"))
    else:
        shown = (str(video[0]), str(video[1])) if video else ("", "")
    return Song(
        key=key,
        artists=artists,
        title=str(row["title"]),
        album=row["album"],
        duration=int(row["duration"]),
        isrc=row.get("isrc"),
        version=tuple(row.get("version", ())),
        spotify_id=None if row.get("spotify") == "none" else spotify_id(f"track:{key}"),
        video_id=video_id(f"audio:{key}") if on_youtube and not upload else None,
        music_video_id=video_id(f"video:{key}") if on_youtube and (upload or video) else None,
        spotify_spelling=spelling("spotify"),
        youtube_spelling=spelling("youtube"),
        telegram_spelling=spelling("telegram"),
        music_video_spelling=shown if on_youtube and shown != ("", "") else None,
    )
