"""How far a song on its way is: told at its source, kept while it lasts, and said as people say it."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from navaar.deliveries import Deliveries, Delivery
from navaar.people.delivery import says
from reconcilers.delivery import EVERY, Paced, Step
from reconcilers.errors import ItemError, QuotaError
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName
from tests.browsing import FIRST, NOW
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE, World
from tests.underway import KEY, SONG, Clock, begun

TITLES = (("a", "Hyperballad"), ("b", "Teardrop"), ("c", "Sinnerman"))


def test_a_source_tells_no_more_than_four_times_a_second_but_begins_and_ends_of_steps_at_once() -> None:
    clock, told = Clock(), list[tuple[Step, int, int | None]]()
    report = Paced(lambda *said: told.append(said), clock)
    report(Step.STARTING)
    report(Step.DOWNLOADING, 0, 1000)
    for done in range(1, 1001):
        clock.now += 0.01
        report(Step.DOWNLOADING, done, 1000)
    report(Step.DOWNLOADING, 1000, 1000)
    report(Step.CONVERTING)
    steps = [step for step, _, _ in told]
    assert steps[:2] == [Step.STARTING, Step.DOWNLOADING]
    assert told[-2:] == [(Step.DOWNLOADING, 1000, 1000), (Step.CONVERTING, 0, None)]
    assert len(told) <= 10 / EVERY + 5
    assert len(set(told)) == len(told)


def test_the_engine_says_of_every_addition_that_it_begins_and_how_it_ended() -> None:
    heard: list[tuple[str, str, Any]] = []

    class Heard:
        def begun(self, token: str, track: str, service: ServiceName, recording: Recording) -> None:
            heard.append(("begun", token, (track, service, recording.title)))

        def ended(self, token: str, arrived: bool) -> None:
            if token not in [other for word, other, _ in heard if word == "ended"]:
                heard.append(("ended", token, arrived))

    async def body() -> None:
        w = World()
        songs = {n: Recording(title, ("Somebody",), duration=200.0 + 30 * i) for i, (n, title) in enumerate(TITLES)}
        w.youtube.songs.update({f"yt-{n}": r for n, r in songs.items()})
        w.spotify.songs.update({f"sp-{n}": r for n, r in songs.items()})
        w.engine._additions.onlooker = Heard()

        async def prepare(request: Any) -> None:
            if request.id == "sp-b":
                raise ItemError("it is nowhere", reason="Unavailable")
            if request.id == "sp-c":
                raise QuotaError("used up", retry_at=w.clock() + 1000)

        w.spotify.prepare = prepare  # type: ignore[method-assign]
        for n, _ in TITLES:
            w.youtube.put(f"yt-{n}")
            w.clock.now += 901
            for _ in range(8):
                await w.step()

    asyncio.run(body())
    begun = {token: about for word, token, about in heard if word == "begun"}
    ended = {token: arrived for word, token, arrived in heard if word == "ended"}
    assert begun.keys() == ended.keys()
    spotify = {about[2]: ended[token] for token, about in begun.items() if about[1] is SPOTIFY}
    assert spotify == {"Hyperballad": True, "Teardrop": False, "Sinnerman": False}
    order = [word for word, token, _ in heard if token == next(iter(begun))]
    assert order == ["begun", "ended"]
    assert YOUTUBE not in {about[1] for about in begun.values()}


def test_what_takes_no_time_is_not_told_of_and_what_is_over_is_not_kept() -> None:
    told: list[Delivery] = []
    all = Deliveries(told.append, Clock())
    begun(all, "quick")
    all.of(KEY).ended("quick", True)
    assert (told, all.under_way()) == ([], [])

    begun(all)
    assert all.under_way() == []
    all.told("t", Step.DOWNLOADING, 10, 100)
    assert [(one.track, one.share) for one in all.under_way()] == [(FIRST, 0.1)]
    all.of(KEY).ended("t", True)
    all.of(KEY).ended("t", False)
    all.told("t", Step.SENDING, 100, 100)
    all.told("nobody's", Step.SENDING, 1, 2)
    assert [one.step for one in told] == [Step.DOWNLOADING, Step.ARRIVED]
    assert all.under_way() == []
    assert not all._begun


def test_a_speed_is_of_the_last_seconds_and_of_one_step() -> None:
    clock = Clock()
    all = Deliveries(clock=clock)
    begun(all)

    def go(step: Step, seconds: int, speed: int) -> Delivery:
        done = all.under_way()[0].done if all.under_way() and all.under_way()[0].step is step else 0
        for _ in range(4 * seconds):
            clock.now += 0.25
            done += speed // 4
            all.told("t", step, done, 10_000_000)
        return all.under_way()[0]

    assert go(Step.DOWNLOADING, 20, 400_000).speed == pytest.approx(400_000, rel=0.01)
    slowed = go(Step.DOWNLOADING, 10, 40_000)
    assert slowed.speed == pytest.approx(40_000, rel=0.5)
    assert slowed.left == pytest.approx((10_000_000 - slowed.done) / 40_000, rel=0.5)
    all.told("t", Step.SENDING, 0, 10_000_000)
    assert all.under_way()[0].speed is None
    assert all.under_way()[0].left is None
    # A clock that is set back, and a download that begins anew, are no speed.
    clock.now -= 100
    all.told("t", Step.SENDING, 5000, 10_000_000)
    all.told("t", Step.SENDING, 10, 10_000_000)
    assert all.under_way()[0].speed is None


@pytest.mark.parametrize(
    ("delivery", "said"),
    [
        ({"step": Step.WAITING}, "Waiting for its turn"),
        ({"step": Step.DOWNLOADING, "done": 1_230_000, "total": 3_400_000}, "Downloading · 1.2 of 3.4 MB"),
        (
            {"step": Step.DOWNLOADING, "done": 1_200_000, "total": 3_400_000, "speed": 310_400.0},
            "Downloading · 1.2 of 3.4 MB · 310 kB/s · 7s left",
        ),
        ({"step": Step.DOWNLOADING, "done": 45_000}, "Downloading · 45 kB"),
        ({"step": Step.SENDING, "done": 0, "total": 812_345}, "Sending · 0 of 812 kB"),
        ({"step": Step.SENDING, "done": 80, "total": 99, "speed": 99.0}, "Sending · 80 of 99 bytes · 99 bytes/s"),
        ({"step": Step.DOWNLOADING, "done": 999_900, "total": 2_000_000}, "Downloading · 1.0 of 2.0 MB"),
        ({"step": Step.ARRIVED, "done": 5, "total": 5}, "It is there · 5 of 5 bytes"),
    ],
)
def test_how_far_it_is_is_told_as_people_tell_it(delivery: dict[str, Any], said: str) -> None:
    assert says(replace(Delivery(KEY, FIRST, TELEGRAM, SONG, NOW), **delivery)) == said
