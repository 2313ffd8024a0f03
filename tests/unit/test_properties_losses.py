"""Whatever answer is lost and wherever the operator dies, every song ends where it does without, and once."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconcilers.services.protocol import AddRequest, ServiceName
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE
from tests.planworld import run
from tests.randomworlds import (
    NAMES,
    PLAYLISTS,
    SONGS,
    Songs,
    named,
    placings,
    worlds,
)

# --------------------------------------------------------------------------------------------------------- lost answers


uploads = st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=8)
"""What becomes of the first uploads: how many posts each makes, and whether its answer is lost."""


@given(placed=placings, fates=uploads, scratch=st.booleans(), noise=st.integers(0, 5), asked=st.booleans())
@worlds(12)
def test_an_upload_whose_answer_is_lost_is_in_the_channel_once_or_a_person_is_asked(
    placed: list[tuple[ServiceName, str]], fates: list[tuple[int, bool]], scratch: bool, noise: int, asked: bool
) -> None:
    async def body() -> None:
        w = Songs()
        w.scratch = scratch
        left = list(fates)
        twice: set[str] = set()

        def deliver(request: AddRequest) -> int:
            song = named(request.recording)
            if song in w.here(TELEGRAM):
                twice.add(song)
            count, lost = left[0] if left else (1, False)
            # An answer that comes is the truth, and is about one post.
            return count if lost else 1

        def lose(request: AddRequest) -> bool:
            for _ in range(noise):
                w.telegram.posts.pop(w.telegram.post(SONGS["sinnerman"], heard=False))
            return left.pop(0)[1] if left else False

        w.telegram.deliver, w.telegram.lose = deliver, lose
        w.fill(placed)
        await w.wait(1800)
        if asked:
            w.restart()
        await w.wait(8 * 3600)
        songs = sorted({song for _, song in placed})
        unsure = {
            named(t.recording)
            for t in w.tracks()
            if t.recording is not None and t.placements[TELEGRAM].reason == "DeliveryUnknown"
        }
        assert twice == set(), "sent again while it was there"
        assert all(w.here(service) == songs for service in PLAYLISTS)
        if scratch:
            assert unsure == set()
            assert w.here(TELEGRAM) == songs
        else:
            assert set(songs) - set(w.here(TELEGRAM)) <= unsure
        assert (await w.step()).empty

    run(body())


# -------------------------------------------------------------------------------------------------------------- crashes


class Crash(BaseException):
    """The process is gone: nothing that it would have done next happens."""


class Mortal(Songs):
    """A world whose operator dies at its n-th write, before or after it."""

    def __init__(self, at: int | None, *, forgetful: bool = False, scratch: bool = False) -> None:
        super().__init__()
        self.scratch = scratch
        self.writes, self.at, self.dead, self.forgetful = 0, at, False, forgetful
        self.store.written = self._written
        for place in self.places.values():
            place.written = self._written

    def _written(self, when: str, call: str, id: str) -> None:
        if self.dead:
            raise Crash
        self.writes += 1
        if self.writes == self.at:
            self.dead = True
            raise Crash

    async def step(self) -> Any:
        try:
            made = await super().step()
        except Crash:
            made = None
        if self.dead:
            for lane in list(self.engine._lanes.values()):
                lane.cancel()
            await asyncio.sleep(0)
            self.dead = False
            self.restart(forgetful=self.forgetful)
            return await self.step()
        return made


async def lived(
    at: int | None, placed: Sequence[tuple[ServiceName, str]], *, forgetful: bool = False, scratch: bool = False
) -> Mortal:
    w = Mortal(at, forgetful=forgetful, scratch=scratch)
    w.fill(placed)
    await w.wait(3600)
    w.fill([(YOUTUBE, NAMES[0]), (SPOTIFY, NAMES[1])])
    if w.here(SPOTIFY):
        w.act(SPOTIFY, placed[0][1], add=False)
    await w.wait(8 * 3600)
    return w


@given(placed=placings, at=st.integers(1, 120), forgetful=st.booleans(), scratch=st.booleans())
@worlds(20)
def test_a_crash_at_any_write_ends_where_a_clean_run_ends(
    placed: list[tuple[ServiceName, str]], at: int, forgetful: bool, scratch: bool
) -> None:
    async def body() -> None:
        clean = await lived(None, placed)
        crashed = await lived(1 + at % max(1, clean.writes), placed, forgetful=forgetful, scratch=scratch)
        unsure = {
            named(t.recording)
            for t in crashed.tracks()
            if t.recording is not None and t.placements[TELEGRAM].reason == "DeliveryUnknown"
        }
        assert len(unsure) <= (0 if scratch else 1), "where old posts can be looked at, a person is not asked"
        for service in PLAYLISTS:
            assert crashed.here(service) == clean.here(service)
        missing = set(clean.here(TELEGRAM)) - set(crashed.here(TELEGRAM))
        assert missing <= unsure
        assert not set(crashed.here(TELEGRAM)) - set(clean.here(TELEGRAM))
        assert max(Counter(crashed.here(TELEGRAM)).values()) == 1
        assert len(crashed.tracks()) == len(clean.tracks())

    run(body())
