"""A day of two MusicSyncs on one account, with trouble and people all day long: what must hold after every pass.

`python -m tests.explorer.soak` lives it with several seeds and a backlog that is more than the account's day allows; the
last line is JSON.
"""

import argparse
import asyncio
import gc
import json
import logging
import random
import sys
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from functools import partial

from reconcilers.account import Account
from reconcilers.budget import DAY, HOUR, allowance_of, next_midnight
from reconcilers.budget import SPOTIFY as DAY_OF_SPOTIFY
from reconcilers.budget import YOUTUBE as DAY_OF_YOUTUBE
from reconcilers.errors import QuotaError, RateLimitError, ServiceError, TransientError
from reconcilers.plan.operations import Observation
from reconcilers.services.protocol import ServiceName
from tests.explorer.faults import STOPS, Director, Kind
from tests.explorer.ground import PLACES, Ground, syncs
from tests.explorer.line import count_tasks
from tests.explorer.process import Process
from tests.explorer.songs import CROWD, ONLY_YOUTUBE, SONGS, catalogue, song_of, titled
from tests.explorer.stage import Stage
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE
from tests.reference import Reference
from tests.virtual_time import VirtualLoop

INTERVAL = 900.0

QUIET = 7 * 24
"""Hours at the end, at most: until the accounts' days have allowed for the whole backlog."""

EVERYWHERE = sorted(set(SONGS) - ONLY_YOUTUBE)
"""What every service has: the reference model knows nothing of songs that can't be found."""


@dataclass
class Day:
    """What a day came to. `wrongs` are breaches of an invariant, in words; `units` the most of any 24 hours,
    or of any day in California, by service."""

    passes: int = 0
    troubles: Counter[str] = field(default_factory=Counter)
    edits: int = 0
    added: int = 0
    wrongs: list[str] = field(default_factory=list)
    units: dict[ServiceName, int] = field(default_factory=dict)
    objects: list[int] = field(default_factory=list)
    """Python's objects, hour by hour."""

    @property
    def line(self) -> dict[str, int | float]:
        """The figures; `grown` is how many times as many objects there were at the end as after the first hours."""
        return {
            "passes": self.passes,
            "edits": self.edits,
            "added": self.added,
            "troubles": sum(self.troubles.values()),
            "wrong": len(self.wrongs),
            "spotify": self.units[SPOTIFY],
            "youtube": self.units[YOUTUBE],
            "grown": round(max(self.objects[-6:]) / max(self.objects[6:12]), 3),
        }

    @property
    def good(self) -> bool:
        """Whether every promise was kept: no invariant broken, within the budgets, nothing left behind in memory."""
        within = self.units[SPOTIFY] <= DAY_OF_SPOTIFY.units and self.units[YOUTUBE] <= DAY_OF_YOUTUBE.units
        return not self.wrongs and within and self.line["grown"] < 1.05


class Soaked(Stage):
    """One of the MusicSyncs, watched."""

    def __init__(self, day: Day, chance: random.Random, accounts: dict[ServiceName, Account]) -> None:
        super().__init__(syncs(interval=INTERVAL), Director(), scratch=True)
        self.day = day
        self.chance = chance
        self.accounts = accounts
        self.calm = False
        self.names: dict[str, str] = {}
        self.touched: dict[tuple[ServiceName, str], float] = {}
        self.reference = Reference(self.sync, self._song_of, lambda track: self.names[track])
        self.director.latency = lambda: chance.uniform(0.001, 0.3)
        self.director.chance = self._befalls
        for service, place in self.places.items():
            place.fail = self._fails
            place.written = partial(self._check, service)

    def begin(self) -> Process:
        """One more process: it uses the accounts that all share."""
        process = super().begin()
        process.accounts = self.accounts
        process.observed = self._observed
        process.passed = self._passed
        return process

    def _song_of(self, service: ServiceName, id: str) -> str:
        return titled(self.telegram.ever[id]) if service is TELEGRAM else song_of(id)

    # ------------------------------------------------------------------ trouble

    def _befalls(self, kinds: tuple[Kind, ...]) -> Kind | None:
        if self.calm or self.chance.random() > 0.1:
            return None
        kind = self.chance.choice([kind for kind in kinds if kind not in (*STOPS, Kind.DEPOSED)])
        self.day.troubles[kind.value] += 1
        return kind

    def _fails(self, call: str) -> ServiceError | None:
        """Reads fail at times; writes are the director's."""
        if self.calm or call in ("add", "remove") or self.chance.random() > 0.03:
            return None
        made: ServiceError = self.chance.choice(
            [
                TransientError("in trouble"),
                TransientError("the connection was reset"),
                RateLimitError("too fast", retry_at=self.clock() + self.chance.choice([5.0, 300.0, 3600.0])),
                QuotaError("used up", retry_at=self.clock() + 2 * HOUR),
            ]
        )
        self.day.troubles[made.reason] += 1
        return made

    # ------------------------------------------------------------------ people

    async def people(self) -> None:
        """They post, add and take out, at any time; and rest at last."""
        while not self.calm:
            await asyncio.sleep(self.chance.expovariate(1 / 1200.0))
            if self.calm:
                return
            service, song = self.chance.choice(PLACES), self.chance.choice(EVERYWHERE)
            here = self.here(service)
            if service is TELEGRAM:
                if song not in here:
                    self._touch(service, song)
                    self.post(song)
            elif song in here:
                self._touch(service, song)
                self.take(service, song)
            else:
                self._touch(service, song)
                self.put(service, song)

    def _touch(self, service: ServiceName, song: str) -> None:
        self.day.edits += 1
        self.touched[service, song] = self.clock()

    # ------------------------------------------------------------------ what must hold

    def _check(self, service: ServiceName, when: str, call: str, id: str) -> None:
        """Before a write: nothing twice by our hand, and nothing taken out (the policy is Keep)."""
        if when != "before":
            return
        song = titled(self.youtube.songs[id]) if service is TELEGRAM and call == "add" else self._song_of(service, id)
        if call == "remove":
            self.day.wrongs.append(f"{self.clock():.0f}: {song} was taken out of {service.value}")
            return
        self.day.added += 1
        # What a person does during the very request is outside the promise.
        recent = self.clock() - self.touched.get((service, song), 0.0) < 5.0
        if song in self.here(service) and not recent:
            self.day.wrongs.append(f"{self.clock():.0f}: {song} was added to {service.value} a second time")

    def _observed(self, observations: list[Observation]) -> None:
        self.reference.observe(observations)

    def _passed(self, process: Process) -> None:
        """After a pass: every Track says what its song is, once."""
        self.day.passes += 1
        assert process.engine is not None
        for track in process.engine.store.tracks().values():
            if track.recording is not None:
                self.names[track.name] = titled(track.recording)

    def settled(self) -> list[str]:
        """At the end of the day: what is otherwise than the reference model says."""
        wrongs = []
        for service in PLACES:
            here, expected = Counter(self.here(service)), self.reference.expected(service)
            wrongs += [f"{service.value}: {song} is missing" for song in sorted(expected - here.keys())]
            wrongs += [f"{service.value}: {song} is not to be there" for song in sorted(here.keys() - expected)]
            wrongs += [f"{service.value}: {song} twice" for song, count in here.items() if count > 1]
        songs = Counter(self.song(track) for track in self.tracks())
        wrongs += [f"{song} has {count} Tracks" for song, count in songs.items() if count > 1]
        wrongs += [
            f"process {p.number} is still at it: {p.plan and p.plan.operations}" for p in self.alive if not p.resting
        ]
        return wrongs

    def forget(self) -> None:
        """Lets go of what only the test remembers."""
        self.director.writes.clear()
        for place in self.places.values():
            place.calls.clear()
        for process in self.processes:
            process.trouble.clear()
        self.cluster.trim(600.0)


def soak(seed: int, hours: int = 24, crowd: int = 0) -> Day:
    """Lives that many hours, then quiet ones until all is done. `crowd` songs stand in each MusicSync's playlists before."""
    loop = VirtualLoop()
    count_tasks(loop)
    try:
        return loop.run_until_complete(_soak(seed, hours, list(CROWD)[:crowd]))
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.1))
        loop.close()


async def _soak(seed: int, hours: int, crowd: list[str]) -> Day:
    chance, day = random.Random(seed), Day()
    accounts = {s: Account(allowance_of(s), clock=Ground.clock) for s in (SPOTIFY, YOUTUBE)}
    stages = [Soaked(day, chance, accounts) for _ in range(2)]
    spent: dict[ServiceName, deque[tuple[float, int]]] = {service: deque() for service in accounts}
    for stage in stages:
        for song in chance.sample(EVERYWHERE, 6):
            stage.put(chance.choice(PLACES), song)
        for service in accounts:
            stage.places[service].songs.update(catalogue(service, crowd))
        for song in crowd:
            stage.put(chance.choice((YOUTUBE, SPOTIFY)), song)
        for service in accounts:
            stage.places[service].spend = partial(_spent, stage, service, spent[service], day)
        stage.start()
        stage.aside(stage.people())
    for hour in range(hours + QUIET):
        await asyncio.sleep(HOUR)
        if hour == hours:
            for stage in stages:
                stage.calm = True
        for stage in stages:
            stage.forget()
        gc.collect()
        day.objects.append(len(gc.get_objects()))
        if hour >= hours + 6 and not any(stage.settled() for stage in stages):
            break
    for stage in stages:
        day.wrongs += stage.settled()
    return day


def _spent(stage: Soaked, service: ServiceName, spent: deque[tuple[float, int]], day: Day, units: int) -> None:
    """Counts units as a service does, and tells the account of them."""
    now = stage.clock()
    spent.append((now, units))
    allowance = stage.accounts[service].allowance
    assert allowance is not None
    began = next_midnight(now) - DAY if allowance.pacific else now - DAY
    while spent and spent[0][0] <= began:
        spent.popleft()
    day.units[service] = max(day.units.get(service, 0), sum(n for _, n in spent))
    user = stage.alive[-1].engine if stage.alive else None
    stage.accounts[service].spend(units, user)


def main() -> int:
    """Tells each day's figures; 1 if one of them broke a promise."""
    parser = argparse.ArgumentParser("python -m tests.explorer.soak", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--seeds", type=int, default=3, help="days to live (%(default)s)")
    parser.add_argument("--songs", type=int, default=200, help="in the playlists at the start (%(default)s)")
    chosen = parser.parse_args()
    logging.disable(logging.CRITICAL)
    days = []
    for seed in range(chosen.seeds):
        began = time.monotonic()
        days.append(soak(seed, crowd=chosen.songs))
        for wrong in days[-1].wrongs:
            print(f"seed {seed}: {wrong}")
        print(f"seed {seed}: {json.dumps(days[-1].line)}, {time.monotonic() - began:.0f} s", flush=True)
    figures = {name: max(day.line[name] for day in days) for name in days[0].line}
    print(json.dumps({"seeds": chosen.seeds, "songs": chosen.songs, **figures}))
    return 1 if any(not day.good for day in days) else 0


if __name__ == "__main__":
    sys.exit(main())
