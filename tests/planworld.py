"""What the tests of the planner's rules share: three songs, a world that knows them, and what a person does in it."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from reconcilers.model import Origin, Placement, State
from reconcilers.policy import Past, Sync, Target
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE, World

NOW = 1_800_000_000.0
PLACES = (TELEGRAM, YOUTUBE, SPOTIFY)
GLORY = Recording("Glory Box", ("Portishead",), duration=308.0)
TEARDROP = Recording("Teardrop", ("Massive Attack",), duration=330.0)
LIVE = Recording("Glory Box (Live)", ("Portishead",), duration=340.0, version=("live",))
SONGS = {"glory": GLORY, "tear": TEARDROP, "live": LIVE}


def run(body: Coroutine[Any, Any, None]) -> None:
    asyncio.run(body)


def world(**changes: Any) -> World:
    targets = changes.pop("targets", {TELEGRAM: Target("-100"), YOUTUBE: Target("PL1"), SPOTIFY: Target("sp1")})
    w = World(Sync("tapes", targets, past=Past.IGNORE, **changes))
    w.youtube.songs.update({f"yt-{n}": r for n, r in SONGS.items()})
    w.spotify.songs.update({f"sp-{n}": r for n, r in SONGS.items()})
    return w


def placed(w: World, title: str, service: ServiceName) -> Placement:
    return w.track(title).placements[service]


def wish(w: World, title: str, **wishes: Any) -> None:
    """A person writes into the track of a song."""
    track = w.track(title)
    w.write(replace(track, wishes=replace(track.wishes, **wishes)))


def here(id: str, **changes: Any) -> Placement:
    return Placement(State.PRESENT, Origin.FOUND, id, seen=True, **changes)
