"""A silent stall is told from a backlog, from a wait, and from an account that is parked."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

import pytest

from reconcilers.budget import SPOTIFY as SPOTIFY_ALLOWANCE
from reconcilers.budget import YOUTUBE as YOUTUBE_ALLOWANCE
from reconcilers.budget import Budget
from reconcilers.model import Intent, Origin, Place, Placement, State, Track
from reconcilers.plan import Plan, decide, plan
from reconcilers.plan.progress import Due, Progress, moved
from reconcilers.policy import Access, Mode, Sync, Target
from reconcilers.recording import Recording
from tests.days import Days
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE, World

NOW = 1_800_000_000.0
HOUR = 3600.0
READ = Place(count=1, snapshot="s", looked=NOW, listed=NOW, started=True)


def song(placement: Placement, name: str = "a", **changes: Any) -> dict[str, Track]:
    track = Track(name, (YOUTUBE, name), Recording("Glory Box", ("Portishead",)), placements={SPOTIFY: placement})
    return {name: replace(track, **changes)}


def planned(tracks: Mapping[str, Track], place: Place = READ, **how: Any) -> Plan:
    sync = how.pop("sync", Sync("tapes", {SPOTIFY: Target("sp1", interval=900.0)}))
    return plan(sync, tracks, {SPOTIFY: place}, (), NOW, **how)


PENDING = Placement(State.PENDING, changed=NOW)


def test_a_song_that_could_be_looked_for_counts() -> None:
    assert planned(song(PENDING)).due[SPOTIFY] == Due(songs=True, look=NOW + 900)


SPENT = Budget(SPOTIFY_ALLOWANCE, spent={int(NOW // HOUR) - 1: SPOTIFY_ALLOWANCE.units})


@pytest.mark.parametrize(
    ("tracks", "how"),
    [
        (song(replace(PENDING, next_attempt=NOW + 60)), {}),
        (song(PENDING), {"place": replace(READ, terminal=True, reason="AuthExpired")}),
        (song(PENDING), {"place": replace(READ, parked=NOW + 13 * HOUR, reason="RateLimited")}),
        (song(PENDING), {"budgets": {SPOTIFY: SPENT}}),
        (song(Placement(State.REVIEW)), {}),
        (song(Placement(State.NOT_FOUND, next_attempt=NOW + 86400)), {}),
        (song(Placement(State.ADDING, intent=Intent("add", "t", NOW - 310))), {}),
        (song(PENDING), {"sync": Sync("tapes", {SPOTIFY: Target("sp1")}, mode=Mode.PLAN)}),
        (song(PENDING), {"sync": Sync("tapes", {SPOTIFY: Target("sp1", access=Access.READ_ONLY)})}),
        (
            {k: v for n in "abc" for k, v in song(replace(PENDING, id=n), n).items()},
            {"sync": Sync("tapes", {SPOTIFY: Target("sp1", max_adds=2)})},
        ),
    ],
    ids=[
        "later",
        "signed-out",
        "parked",
        "spent",
        "review",
        "unknown",
        "settling",
        "planning",
        "read-only",
        "awaiting-approval",
    ],
)
def test_what_waits_for_a_good_reason_does_not(tracks: Mapping[str, Track], how: dict[str, Any]) -> None:
    assert not planned(tracks, **how).due[SPOTIFY].songs


def test_an_addition_of_which_nothing_was_heard_counts_once_its_time_is_over() -> None:
    late = song(Placement(State.ADDING, id="x", intent=Intent("add", "t", NOW - 541)))
    assert planned(late).due[SPOTIFY].songs


def test_a_channel_that_may_not_be_posted_to_waits() -> None:
    sync = Sync("tapes", {TELEGRAM: Target("-100"), YOUTUBE: Target("PL1")})
    placements = {YOUTUBE: Placement(State.PRESENT, Origin.FOUND, "yt", seen=True), TELEGRAM: PENDING}
    tracks = song(PENDING, placements=placements, audio="yt")
    places = {YOUTUBE: READ, TELEGRAM: Place(started=True)}
    assert plan(sync, tracks, places, (), NOW).due[TELEGRAM].songs
    assert not plan(sync, tracks, places, (), NOW, posting=False).due[TELEGRAM].songs


def test_a_parked_place_is_due_when_it_is_open_again() -> None:
    due = planned(song(PENDING), replace(READ, parked=NOW + 13 * HOUR, reason="RateLimited")).due
    progress = Progress().after(due, set(), NOW)
    assert progress.stalled(SPOTIFY, NOW + 13 * HOUR) == 0
    assert progress.stalled(SPOTIFY, NOW + 14 * HOUR) == HOUR, "no pass was made when it opened"


def test_a_backlog_that_moves_never_stalls_and_one_that_does_not_is_counted_from_its_last_step() -> None:
    progress = Progress()
    for minute in range(10 * 60):
        now = NOW + 60 * minute
        progress = progress.after({SPOTIFY: Due(songs=True)}, {SPOTIFY}, now)
        assert progress.stalled(SPOTIFY, now + 60) <= 60
    for later in (60, 120, 1800):
        progress = progress.after({SPOTIFY: Due(songs=True)}, {YOUTUBE}, now + later)
    assert progress.stalled(SPOTIFY, now + 1800) == 1800
    assert progress.stalled(YOUTUBE, now + 1800) == 0
    assert progress.after({SPOTIFY: Due()}, set(), now + 1800).stalled(SPOTIFY, now + HOUR) == 0


def test_a_playlist_that_is_no_longer_read_stalls_without_a_pass() -> None:
    progress = Progress().after(planned({}).due, set(), NOW)
    assert progress.stalled(SPOTIFY, NOW + 900) == 0
    assert progress.stalled(SPOTIFY, NOW + 900 + HOUR) == HOUR


def test_an_addition_that_comes_to_nothing_is_no_step_and_neither_is_another_reading() -> None:
    found = replace(PENDING, id="x")
    adding = replace(found, state=State.ADDING, intent=Intent("add", "t", NOW))
    again = {SPOTIFY: replace(READ, looked=NOW + 900)}
    assert moved(song(adding), song(found).values(), {SPOTIFY: READ}, again) == set()
    assert moved(song(adding), song(replace(found, state=State.PRESENT)).values(), {}, {}) == {SPOTIFY}
    assert moved(song(PENDING), song(found).values(), {}, {}) == {SPOTIFY}
    assert moved(song(PENDING), song(replace(PENDING, attempts=1)).values(), {}, {}) == {SPOTIFY}
    assert moved({}, song(PENDING).values(), {SPOTIFY: Place()}, {SPOTIFY: READ}) == {YOUTUBE, SPOTIFY}


class Watched:
    """Two syncs on one account, and after every pass how long each of their places has stood still."""

    def __init__(self, songs: int) -> None:
        allowances = {SPOTIFY: replace(SPOTIFY_ALLOWANCE, units=60), YOUTUBE: replace(YOUTUBE_ALLOWANCE, units=1500)}
        self.days = Days(allowances, songs)
        self.worst = 0.0
        for world in self.days.worlds:
            world.step = self._watched(world)  # type: ignore[method-assign]

    def _watched(self, world: World) -> Callable[[], Coroutine[Any, Any, Plan]]:
        step, progress = world.step, Progress()

        async def watched() -> Plan:
            nonlocal progress
            now = world.clock()
            self.worst = max(self.worst, *(progress.stalled(service, now) for service in (SPOTIFY, YOUTUBE)))
            before, places = dict(world.store.tracks()), dict(world.engine.places)
            made = await step()
            progress = progress.after(made.due, moved(before, made.records, places, made.places), now)
            return made

        return watched


def test_a_backlog_of_days_under_two_quotas_never_stands_still() -> None:
    watched = Watched(songs=12)
    asyncio.run(watched.days.go(2 * 86400))
    assert watched.worst < 60
    assert all(len(world.spotify.ids) == 12 for world in watched.days.worlds), "it took its time, and is done"


def test_songs_that_nobody_looks_for_stand_still_from_the_first_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = decide._wanted
    nothing = decide._Wanted()
    monkeypatch.setattr(decide, "_wanted", lambda setting, s: nothing if s is SPOTIFY else wanted(setting, s))
    watched = Watched(songs=6)
    asyncio.run(watched.days.go(2 * HOUR))
    assert watched.worst >= HOUR
