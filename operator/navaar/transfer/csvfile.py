"""Songs from CSV: Exportify's, those of playlist converters, and what people keep in spreadsheets.

Exportify's columns: github.com/watsonbox/exportify, README, "Export Format" (Track URI, Track Name, Artist URI(s),
Artist Name(s), Track Duration (ms), ISRC …); its other edition and older files separate the artists by semicolons.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence

from navaar.transfer.song import Song, Songs, Unreadable, Unused, song, spotify_id, video_id
from reconcilers.services.protocol import ServiceName

_DELIMITERS = ",;\t|"
_WHOLE_FIELD = 1_000_000

# Names of columns, in lower case and without anything but letters and digits.
_COLUMNS = {
    "title": ("trackname", "title", "tracktitle", "song", "songname", "songtitle", "name", "track", "titel", "titre"),
    "artist": (
        "artistnames", "artistname", "artists", "artist", "trackartist", "trackartists", "performer", "singer", "band",
        "creator", "interpret", "artiste",
    ),
    "artist_ids": ("artisturis", "artistids"),
    "milliseconds": ("trackdurationms", "durationms", "lengthms", "msduration"),
    "duration": ("duration", "length", "time", "durationseconds", "durations", "seconds", "totaltime"),
    "isrc": ("isrc", "isrccode"),
    "spotify": ("trackuri", "spotifyuri", "spotifyid", "spotifytrackid", "trackid", "spotifyurl", "spotifytrackuri"),
    "youtube": ("videoid", "youtubeid", "youtubemusicid", "ytid", "ytvideoid", "youtubeurl", "youtubevideoid"),
    "address": ("uri", "url", "link", "address", "trackurl", "songurl", "href"),
}  # fmt: skip
_FIELDS = {name: field for field, names in _COLUMNS.items() for name in names}


def read(text: str) -> Songs:
    """The songs of a CSV file with a line of column names. Raises `Unreadable` where there is none."""
    first = text.lstrip("\ufeff\r\n ").split("\n", 1)[0]
    stated = re.fullmatch(r'"?sep=(.)"?\s*', first)
    if stated:
        # Excel's own way of saying which delimiter a file has.
        text = text.split("\n", 1)[1] if "\n" in text else ""
        first = text.lstrip("\r\n ").split("\n", 1)[0]
    delimiter = stated.group(1) if stated else _delimiter(first)
    csv.field_size_limit(_WHOLE_FIELD)
    rows = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=delimiter, skipinitialspace=True)
    columns: dict[str, int] | None = None
    width = 0
    songs: list[Song] = []
    unused: list[Unused] = []
    while True:
        start = rows.line_num + 1 + bool(stated)
        try:
            row = next(rows, None)
        except csv.Error as error:
            unused.append(
                Unused(f"line {start}", f"it can't be read as CSV ({error}); look for a quote that isn't closed")
            )
            continue
        if row is None:
            break
        if not any(cell.strip() for cell in row):
            continue
        if columns is None:
            columns, width = _columns(row, delimiter), len(row)
            continue
        if len(row) > width:
            why = f"it has {len(row)} fields and the first line {width}; put quotes around what holds the delimiter"
            unused.append(Unused(f"line {start}", why))
            continue
        found = _song(f"line {start}", row, columns)
        (songs if isinstance(found, Song) else unused).append(found)  # type: ignore[arg-type]
    if columns is None:
        raise Unreadable("the file is empty: its first line must name the columns, such as Artist,Title")
    return Songs(tuple(songs), tuple(unused))


def _delimiter(first: str) -> str:
    def known(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([first], delimiter=delimiter), [])
        return sum(_field(cell) is not None for cell in cells), len(cells)

    return max(_DELIMITERS, key=known)


def _field(cell: str) -> str | None:
    return _FIELDS.get(re.sub(r"[^a-z0-9]", "", cell.lower()))


def _columns(row: Sequence[str], delimiter: str) -> dict[str, int]:
    columns: dict[str, int] = {}
    order = {name: at for names in _COLUMNS.values() for at, name in enumerate(names)}
    ranks: dict[str, int] = {}
    for at, cell in enumerate(row):
        field = _field(cell)
        if field is None:
            continue
        rank = order[re.sub(r"[^a-z0-9]", "", cell.lower())]
        # "Track Name" before "Name", wherever they stand.
        if field not in columns or rank < ranks[field]:
            columns[field], ranks[field] = at, rank
    if "title" not in columns:
        shown = ", ".join(cell.strip()[:40] for cell in row[:8]) or "nothing"
        raise Unreadable(
            f"line 1 names no column for the title (it has: {shown}). Let the first line name the columns, such as "
            f"Artist{delimiter}Title; Exportify's files and those of playlist converters do"
        )
    return columns


def _song(where: str, row: Sequence[str], columns: Mapping[str, int]) -> Song | Unused:
    def cell(field: str) -> str:
        at = columns.get(field)
        return row[at].strip() if at is not None and at < len(row) else ""

    if "spotify:local:" in cell("spotify") + cell("address") and not cell("title"):
        return Unused(where, "it is a file of somebody's own on Spotify, and has no name")
    duration = _number(cell("milliseconds"))
    seconds = duration / 1000 if duration is not None else _length(cell("duration"))
    ids: dict[ServiceName, str] = {}
    spotify = spotify_id(cell("spotify"), bare=True) or spotify_id(cell("address"))
    video = video_id(cell("youtube"), bare=True) or video_id(cell("address"))
    if spotify is not None:
        ids[ServiceName.SPOTIFY] = spotify
    if video is not None:
        ids[ServiceName.YOUTUBE] = video
    artists = _artists(cell("artist"), cell("artist_ids"))
    return song(where, cell("title"), artists, duration=seconds, isrc=cell("isrc"), ids=ids)


def _artists(cell: str, ids: str) -> list[str]:
    """The artists of one cell. A comma separates them only where that is sure: "Tyler, The Creator" is one."""
    if ";" in cell:
        return [name.strip() for name in cell.split(";") if name.strip()]
    parts = [name.replace("\\,", ",").strip() for name in re.split(r"(?<!\\),\s*", cell)]
    parts = [name for name in parts if name]
    count = len(re.findall(r"spotify:artist:", ids))
    if "\\," in cell or (count and count == len(parts)):
        return parts
    return [cell] if cell else []


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _length(text: str) -> float | None:
    """Seconds from "215", "215.4", "3:35" or "1:03:35"."""
    parts = text.split(":")
    if len(parts) == 1:
        number = _number(text)
        # No song is three hours long: such a number counts milliseconds.
        return number / 1000 if number is not None and number > 10_800 else number
    if len(parts) > 3 or not all(part.strip().isdecimal() for part in parts):
        return None
    seconds = 0
    for part in parts:
        seconds = seconds * 60 + int(part)
    return float(seconds)
