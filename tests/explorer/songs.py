"""The songs of the workloads, and how each place writes them."""

from collections.abc import Iterable
from dataclasses import replace

from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE

SONGS = {
    "A": Recording("Army of Me", ("Björk",), duration=223.0),
    "B": Recording("Black Milk", ("Massive Attack",), duration=380.0),
    "C": Recording("Cowboys", ("Portishead",), duration=278.0),
    "D": Recording("Daydreaming", ("Radiohead",), duration=384.0),
    "E": Recording("Everyday People", ("Sly & the Family Stone",), duration=141.0),
    "F": Recording("Feeling Good", ("Nina Simone",), duration=174.0),
    "G": Recording("Golden Brown", ("The Stranglers",), duration=208.0),
    "H": Recording("Heroin", ("The Velvet Underground",), duration=432.0),
    "I": Recording("Inner City Blues", ("Marvin Gaye",), duration=328.0),
    "J": Recording("Jóga", ("Björk",), duration=305.0),
    "K": Recording("Kid A", ("Radiohead",), duration=284.0),
    "L": Recording("Lilac Wine", ("Jeff Buckley",), duration=272.0),
}
DRIFTING = frozenset("AG")
"""Songs of which YouTube stores another id than the one that was asked for."""

ONLY_YOUTUBE = frozenset("E")
"""Songs that Spotify does not have."""


def _word(n: int) -> str:
    return "".join("bdfgklmnprstvz"[n // 14**i % 14] + "aeiou"[(n + i) % 5] for i in range(3)).capitalize()


CROWD = {
    chr(0x4E00 + n): Recording(f"{_word(n)} {_word(n * 7 + 3)}", (f"Singer {n}",), duration=100.0 + n)
    for n in range(400)
}
"""Many more, invented, for a world that is to be full."""

_NAMES = {recording.title.lower(): name for name, recording in (SONGS | CROWD).items()}


def id_of(service: ServiceName, song: str) -> str:
    """The id under which a service finds a song. A second one ("A2") is another upload of the same song."""
    return f"{'yt' if service is YOUTUBE else 'sp'}:{song}"


def song_of(id: str) -> str:
    """The song that a playlist's entry is."""
    return id.split(":", 1)[1][0]


def spelled(service: ServiceName, song: str) -> Recording:
    """The song as a place writes it."""
    recording = SONGS.get(song[0]) or CROWD[song[0]]
    if service is YOUTUBE:
        return replace(recording, title=recording.title.upper(), duration=(recording.duration or 0) + 1)
    return recording


def titled(recording: Recording) -> str:
    """The song, however it is spelled; the title itself where it is none of ours."""
    return _NAMES.get(recording.title.lower(), recording.title)


def catalogue(service: ServiceName, songs: Iterable[str] = SONGS) -> dict[str, Recording]:
    """What can be found on a service, of these songs."""
    if service is TELEGRAM:
        return {}
    names = [name for name in songs if service is not SPOTIFY or name not in ONLY_YOUTUBE]
    return {id_of(service, name): spelled(service, name) for name in names}
