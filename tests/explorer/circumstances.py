"""What is wrong all the time while a workload runs: how badly an operator hears of changes, and rivals without a Lease."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.explorer.client import Watching
from tests.explorer.faults import STOPS, Kind
from tests.explorer.stage import Stage

MOMENTS = (0.03, 0.1, 0.3, 1.0, 5.0, 60.0, 600.0, 7200.0)
"""Seconds between what happens at random: within a request, within a pass, within a workload."""


@dataclass(frozen=True, slots=True)
class Circumstance:
    """A lasting trouble, different by seed. `prepare` sets it up; `watching` says how changes are heard of."""

    name: str
    watching: Watching = field(default_factory=Watching)
    prepare: Callable[[Stage, random.Random], None] = lambda stage, chance: None


def jitter(stage: Stage, chance: random.Random) -> None:
    """Requests take more or less time: what is under way at once meets in another order."""
    stage.director.latency = lambda: chance.uniform(0.001, 0.2)


def crashes(stage: Stage, chance: random.Random) -> None:
    """The process is killed again and again, at any moment."""
    jitter(stage, chance)

    async def run() -> None:
        for _ in range(20):
            await asyncio.sleep(chance.choice(MOMENTS))
            for process in stage.alive:
                process.line.kill()

    stage.aside(run())


def rivals(stage: Stage, chance: random.Random) -> None:
    """Two operators at once for a while, again and again; and no Lease."""
    jitter(stage, chance)

    async def run() -> None:
        for _ in range(6):
            await asyncio.sleep(chance.choice(MOMENTS))
            if stage.alive:
                stage.begin()
            await asyncio.sleep(chance.choice(MOMENTS))
            alive = stage.alive
            if len(alive) > 1:
                chance.choice(alive).line.kill()

    stage.aside(run())


def troubled_writes(stage: Stage, chance: random.Random) -> None:
    """Now and then something befalls a write."""
    jitter(stage, chance)
    stage.director.chance = lambda kinds: (
        chance.choice([kind for kind in kinds if kind not in (*STOPS, Kind.DEPOSED)])
        if chance.random() < 0.15
        else None
    )


def lying_listings(stage: Stage, chance: random.Random) -> None:
    """Now and then a playlist shows one entry less, for less time than two listings have to be apart.

    It is one that it showed before: what was never shown can't be told from what is not there.
    """
    jitter(stage, chance)

    async def run() -> None:
        while True:
            await asyncio.sleep(chance.uniform(600.0, 3600.0))
            for place in (stage.youtube, stage.spotify):
                told = [entry for entry in place.entries if entry in place.told]
                if told:
                    place.hidden = {chance.choice(told)}
            await asyncio.sleep(40.0)
            for place in (stage.youtube, stage.spotify):
                place.hidden = set()

    stage.aside(run())


CIRCUMSTANCES = {
    circumstance.name: circumstance
    for circumstance in (
        Circumstance("jitter", prepare=jitter),
        Circumstance("crashes", prepare=crashes),
        Circumstance("rivals", prepare=rivals),
        Circumstance("troubled-writes", prepare=troubled_writes),
        Circumstance("listings-lie", prepare=lying_listings),
        Circumstance("events-late", Watching(lag=5.0), jitter),
        Circumstance("events-very-late", Watching(lag=60.0), jitter),
        Circumstance("events-twice", Watching(twice=True), jitter),
        Circumstance("events-swapped", Watching(lag=1.0, swapped=True), jitter),
        Circumstance("events-lost", Watching(cut=0.3), jitter),
        Circumstance("reads-fail", Watching(failing=0.2), jitter),
        Circumstance("list-stale", Watching(lag=30.0, stale=True), crashes),
        Circumstance("rivals-late", Watching(lag=5.0), rivals),
        Circumstance("rivals-stale", Watching(lag=20.0, stale=True), rivals),
    )
}
