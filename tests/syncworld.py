"""What the tests of one sync over three places share: eight songs, a world that knows them, and lists that overlap."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from reconcilers.recording import Recording
from tests.memory import World

SONGS = {
    n: Recording(title, (artist,), duration=length, version=())
    for n, (artist, title, length) in enumerate(
        [
            ("Björk", "Hyperballad", 321.0),
            ("Portishead", "Glory Box", 308.0),
            ("Massive Attack", "Teardrop", 330.0),
            ("Radiohead", "Karma Police", 264.0),
            ("Nina Simone", "Sinnerman", 622.0),
            ("Kino", "Gruppa krovi", 285.0),
            ("Talk Talk", "Life's What You Make It", 269.0),
            ("Cocteau Twins", "Heaven or Las Vegas", 298.0),
        ]
    )
}


def run(body: Coroutine[Any, Any, None]) -> None:
    """The whole of a test."""
    asyncio.run(body)


def world(**missing: set[int]) -> World:
    """Every song can be found on both services, but for the ones named as missing."""
    w = World()
    w.youtube.songs.update({f"yt{n}": s for n, s in SONGS.items() if n not in missing.get("youtube", set())})
    w.spotify.songs.update({f"sp{n}": s for n, s in SONGS.items() if n not in missing.get("spotify", set())})
    return w


def unhurried(w: World) -> None:
    """Looks are twice a day, for tests in which weeks pass."""
    w.sync = replace(w.sync, targets={s: replace(t, interval=43_200.0) for s, t in w.sync.targets.items()})


def fill(w: World) -> None:
    """Overlapping: 0 everywhere, 1 and 2 in two places, 3 to 5 in one."""
    for n in (0, 1, 3):
        w.telegram.post(SONGS[n])
    for n in (0, 2, 4):
        w.youtube.put(f"yt{n}")
    for n in (0, 1, 2, 5):
        w.spotify.put(f"sp{n}")


def assert_union(w: World, songs: set[int]) -> None:
    """These songs are in every place, each once."""
    assert sorted(w.youtube.ids) == sorted(f"yt{n}" for n in songs)
    assert sorted(w.spotify.ids) == sorted(f"sp{n}" for n in songs)
    assert sorted(r.title for r in w.telegram.posts.values()) == sorted(SONGS[n].title for n in songs)
