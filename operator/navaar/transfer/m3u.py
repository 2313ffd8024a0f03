"""Songs from M3U and M3U8 playlists: extended (``#EXTINF``) or bare lists of files and addresses."""

import re
from pathlib import PureWindowsPath
from urllib.parse import unquote, urlsplit

from navaar.transfer.song import Song, Songs, Unreadable, Unused, song, spotify_id, video_id
from reconcilers.services.protocol import ServiceName

_INFO = re.compile(r"#EXTINF:\s*(-?\d+(?:\.\d+)?)?((?:\s+[\w-]+=(?:\"[^\"]*\"|\S*))*)\s*,?(.*)", re.IGNORECASE)


def read(text: str) -> Songs:
    """The songs of a playlist. Raises `Unreadable` for what plays a stream and lists no songs."""
    if re.search(r"^#EXT-X-(?:TARGETDURATION|STREAM-INF|MEDIA-SEQUENCE)", text, re.MULTILINE):
        raise Unreadable("this M3U8 tells a player the pieces of one stream; it lists no songs")
    songs: list[Song] = []
    unused: list[Unused] = []
    info: tuple[int, str, float | None] | None = None
    artist = ""
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        line = raw.strip().strip("\ufeff\x00")
        if not line:
            continue
        if line.upper().startswith("#EXTINF"):
            if info is not None:
                _keep(_song(info[0], info, artist, ""), songs, unused)
                artist = ""
            found = _INFO.match(line)
            duration = float(found.group(1)) if found and found.group(1) else None
            info = number, found.group(3).strip() if found else line.partition(",")[2].strip(), duration
        elif line.upper().startswith("#EXTART:"):
            artist = line.partition(":")[2].strip()
        elif not line.startswith("#"):
            _keep(_song(number, info, artist, line), songs, unused)
            info, artist = None, ""
    if info is not None:
        _keep(_song(info[0], info, artist, ""), songs, unused)
    return Songs(tuple(songs), tuple(unused))


def _keep(found: Song | Unused, songs: list[Song], unused: list[Unused]) -> None:
    if isinstance(found, Song):
        songs.append(found)
    else:
        unused.append(found)


def _song(line: int, info: tuple[int, str, float | None] | None, artist: str, path: str) -> Song | Unused:
    number, name, duration = info if info is not None else (line, "", None)
    where = f"line {number}"
    ids: dict[ServiceName, str] = {}
    video, track = video_id(path), spotify_id(path)
    if video is not None:
        ids[ServiceName.YOUTUBE] = video
    if track is not None:
        ids[ServiceName.SPOTIFY] = track
    title, artists = name, [artist] if artist else []
    if not artists and " - " in name:
        # What every writer of extended playlists puts there: the artist, a dash, the title.
        before, _, after = name.partition(" - ")
        if before.strip() and after.strip():
            artists, title = [before.strip()], after.strip()
    found = song(where, title, artists, duration=duration, ids=ids, file_name=None if ids else _file_name(path))
    if isinstance(found, Unused) and ids:
        return Unused(where, f"it gives the address {path[:120]} and no name; write #EXTINF:0,Artist - Title above it")
    return found


def _file_name(path: str) -> str | None:
    if not path:
        return None
    if "://" in path:
        parts = urlsplit(path)
        if parts.scheme != "file":
            return None
        path = unquote(parts.path)
    return PureWindowsPath(path).name or None
