"""A day and a night of two MusicSyncs on one account, with everything going wrong now and then.

After every pass nothing may be anywhere twice and no song of a person gone; in any 24 hours no more may be asked than the
account's day allows; memory must not grow; and a day after the last trouble nothing of what was new may be missing.
"""

import asyncio
import gc
import random
import tracemalloc
from dataclasses import dataclass
from functools import partial

from reconcilers.budget import HOUR
from reconcilers.budget import SPOTIFY as SPOTIFY_DAY
from reconcilers.budget import YOUTUBE as YOUTUBE_DAY
from reconcilers.errors import OutcomeUnknown, QuotaError, RateLimitError, TransientError
from tests.memory import Playlist, World
from tests.soak.days import SPOTIFY, YOUTUBE, Days, put_on_sale

HOURS = 24
NEW_EVERY = 2


@dataclass(frozen=True, slots=True)
class Figures:
    """What a soak came to. Units are those of the worst 24 hours, or day in California."""

    seed: int
    passes: int
    troubles: int
    duplicates: int
    lost: int
    late: int
    spotify: int
    youtube: int
    grown_kb: int

    @property
    def well(self) -> bool:
        """Whether it went as promised."""
        within = self.spotify <= SPOTIFY_DAY.units and self.youtube <= YOUTUBE_DAY.units
        return within and not (self.duplicates or self.lost or self.late) and self.grown_kb < 2_000


class Soak:
    """One run. `songs` stand in the playlists of each sync at the start, half of them here and half there."""

    def __init__(self, seed: int, songs: int) -> None:
        self._seed = seed
        self._rng = random.Random(seed)
        self._days = Days({SPOTIFY: SPOTIFY_DAY, YOUTUBE: YOUTUBE_DAY}, songs)
        self._days.passed = self._look  # type: ignore[method-assign]
        self._songs = songs
        self._people: list[tuple[Playlist, str]] = [
            (playlist, id) for world in self._days.worlds for playlist in _playlists(world) for id in playlist.ids
        ]
        self._passes = self._troubles = self._duplicates = 0
        self._calm = False
        for world in self._days.worlds:
            for playlist in _playlists(world):
                playlist.fail = partial(self._fail, playlist)
                playlist.written = self._written

    def _fail(self, playlist: Playlist, call: str) -> Exception | None:
        chance = self._rng.random()
        if self._calm or chance > 0.05:
            return None
        self._troubles += 1
        now = self._days.clock()
        if chance < 0.0005 and playlist.name is SPOTIFY:
            return QuotaError("Enough for today.", retry_at=now + 3 * HOUR)
        if chance < 0.003:
            return RateLimitError("Not so fast.", retry_at=now + 30)
        if chance < 0.004:
            return KeyError("a mistake of ours")
        if call == "add":
            return OutcomeUnknown("cut off before it was done")
        return TransientError("down")

    def _written(self, when: str, call: str, id: str) -> None:
        if when == "after" and call == "add" and not self._calm and self._rng.random() < 0.05:
            self._troubles += 1
            raise OutcomeUnknown("done, and the answer lost")

    def _look(self) -> None:
        self._passes += 1
        for world in self._days.worlds:
            for playlist in _playlists(world):
                self._duplicates += len(playlist.ids) - len(set(playlist.ids))

    async def run(self) -> Figures:
        """The whole of it."""
        days = self._days
        new: list[tuple[World, int]] = []
        sizes: list[int] = []
        tracemalloc.start()
        for hour in range(HOURS):
            if hour and hour % NEW_EVERY == 0:
                # Somebody adds a song to either list, in turn.
                world, n = days.worlds[hour // NEW_EVERY % 2], 10_000 + hour
                put_on_sale(world, n)
                playlist, id = (world.spotify, f"sp{n}") if hour % 4 else (world.youtube, f"yt{n}")
                playlist.put(id)
                self._people.append((playlist, id))
                new.append((world, n))
            await days.go(HOUR)
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        self._calm = True
        await days.go(4 * HOUR)
        late = sum(f"yt{n}" not in w.youtube.ids or f"sp{n}" not in w.spotify.ids for w, n in new)
        lost = sum(id not in playlist.ids for playlist, id in self._people)
        # What grows in the first hours is the songs themselves.
        grown = (sizes[-1] - sizes[HOURS // 2]) // 1024
        worst = days.worst
        return Figures(
            self._seed,
            self._passes,
            self._troubles,
            self._duplicates,
            lost,
            late,
            worst(SPOTIFY),
            worst(YOUTUBE),
            grown,
        )


def _playlists(world: World) -> tuple[Playlist, Playlist]:
    return world.youtube, world.spotify


def soak(seed: int, songs: int) -> Figures:
    """One run's figures."""
    return asyncio.run(Soak(seed, songs).run())
