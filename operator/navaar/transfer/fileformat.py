"""Which reader a file is for."""

from pathlib import PurePath

from navaar.transfer import csvfile, m3u, spotifydata
from navaar.transfer.song import Songs, Unreadable
from navaar.transfer.text import decoded

LARGEST = 200_000_000
"""Bytes. A list of songs that is larger is none."""


def read(name: str, data: bytes, *, encoding: str | None = None, playlist: str | None = None) -> Songs:
    """The songs of a file called `name`: CSV, M3U or Spotify's account data. Raises `Unreadable`."""
    if len(data) > LARGEST:
        raise Unreadable(f"the file has {len(data) // 1_000_000} MB, which no list of songs has; name the right file")
    text, note = decoded(data, encoding)
    start, suffix = text.lstrip("\ufeff \r\n\t")[:16], PurePath(name).suffix.lower()
    if not start:
        raise Unreadable("the file is empty")
    if start.startswith("PK\x03\x04"):
        raise Unreadable("this is a ZIP archive: unpack it, and name the file in it")
    if start[0] in "{[" and suffix not in (".csv", ".m3u", ".m3u8"):
        found = spotifydata.read(text, playlist)
    elif playlist is not None:
        raise Unreadable("only Spotify's account data has several playlists in a file; leave the playlist's name out")
    elif start.upper().startswith("#EXTM3U") or suffix in (".m3u", ".m3u8"):
        found = m3u.read(text)
    elif suffix in (".csv", ".tsv", ".txt", ""):
        found = csvfile.read(text)
    else:
        raise Unreadable(f"a file that ends in {suffix} is not known; it can be CSV, M3U, M3U8 or Spotify's JSON")
    return Songs(found.songs, found.unused, (note, *found.notes)) if note else found
