"""What the tests of corrections share: songs that are taken for one another, and one track that a person corrects."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from reconcilers.model import Phase, Placement
from reconcilers.phase import phase_of
from reconcilers.policy import Past, Sync, Target
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE, World

HELLO = Recording("Hello", ("Adele",), duration=295.0)
AGAIN = Recording("Hello", ("Adele",), duration=296.0)
RICHIE = Recording("Hello", ("Lionel Richie",), duration=251.0)
LIVE = Recording("Hello (Live)", ("Adele",), duration=310.0, version=("live",))
ROADS = Recording("Roads", ("Portishead",), duration=305.0)


def run(body: Coroutine[Any, Any, None]) -> None:
    """The whole of a test."""
    asyncio.run(body)


def world(**changes: Any) -> World:
    """Both services know every song, and the past is ignored; `changes` are of its `Sync`."""
    targets = changes.pop("targets", {TELEGRAM: Target("-100"), YOUTUBE: Target("PL1"), SPOTIFY: Target("sp1")})
    w = World(Sync("tapes", targets, past=Past.IGNORE, **changes))
    songs = {"hello": HELLO, "again": AGAIN, "richie": RICHIE, "live": LIVE, "roads": ROADS}
    w.youtube.songs.update({f"yt-{n}": r for n, r in songs.items()})
    w.spotify.songs.update({f"sp-{n}": r for n, r in songs.items()})
    return w


def wish(w: World, **wishes: Any) -> None:
    """A person writes into the one track."""
    (track,) = w.tracks()
    w.write(replace(track, wishes=replace(track.wishes, **wishes)))


def of(w: World, service: ServiceName) -> Placement:
    """Where the one track stands in a place."""
    (track,) = w.tracks()
    return track.placements[service]


def phase(w: World) -> Phase:
    """The phase of the one track."""
    (track,) = w.tracks()
    return phase_of(track, w.sync.targets)


def from_spotify(w: World) -> World:
    """A song that a person put into the Spotify playlist, and that we brought to the other places."""
    w.spotify.put("sp-hello")
    return w
