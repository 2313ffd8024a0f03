"""What an account's day suffices for, and that all who share it keep to it."""

import asyncio
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from reconcilers.account import Account
from reconcilers.budget import DAY, HOUR, SPOTIFY, YOUTUBE, Allowance, Budget, Claim, Parked, Use, next_midnight
from reconcilers.errors import QuotaError, RateLimitError
from reconcilers.model import Place, Placement, Source, State, Track
from reconcilers.plan import plan
from reconcilers.plan.operations import Observe, Resolve, Search, Troubled
from reconcilers.policy import Sync, Target
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName
from tests.days import Days
from tests.memory import Clock

NOW = 1_800_000_000.0  # the start of an hour
THIS_HOUR = int(NOW // HOUR)
SPOTIFY_NAME, YOUTUBE_NAME = ServiceName.SPOTIFY, ServiceName.YOUTUBE
PACIFIC = ZoneInfo("America/Los_Angeles")


def spent(units: int, hours_ago: int = 0, allowance: Allowance = SPOTIFY, **more: object) -> Budget:
    return Budget(allowance, {THIS_HOUR - hours_ago: units}, **more)  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------- the values


def test_new_songs_may_use_all_of_a_day_and_a_backlog_four_fifths() -> None:
    assert Budget(SPOTIFY).left(Use.NEW, NOW) == 450
    assert Budget(SPOTIFY).left(Use.BACKLOG, NOW) == 360
    assert spent(360).left(Use.BACKLOG, NOW) == 0
    assert spent(360).left(Use.NEW, NOW) == 90


def test_a_backlog_leaves_room_for_the_readings_that_the_day_will_bring() -> None:
    assert Budget(SPOTIFY, polls=96).left(Use.BACKLOG, NOW) == 360 - 96
    assert spent(50, polled={THIS_HOUR: 50}, polls=96).left(Use.BACKLOG, NOW) == 360 - 96
    assert Budget(SPOTIFY, polls=1000).left(Use.BACKLOG, NOW) == 180


def test_readings_take_at_most_two_fifths_while_songs_wait_and_are_stretched_to_that() -> None:
    four = Budget(SPOTIFY, polls=4 * 96, waiting=True)
    assert four.left(Use.POLL, NOW) == 180
    assert four.stretch == pytest.approx(384 / 180)
    assert replace(four, waiting=False).stretch == pytest.approx(384 / 360)
    assert Budget(SPOTIFY, polls=96, waiting=True).stretch == 1


@pytest.mark.parametrize(("hours", "counts"), [(0, True), (23, True), (24, True), (25, False)])
def test_any_24_hours_are_counted_and_never_too_few(hours: int, counts: bool) -> None:
    """A request of an hour's last second must still count a day later, less one second."""
    assert spent(100, hours).used(NOW + 1) == (100 if counts else 0)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 7, 1, 12, tzinfo=PACIFIC),
        datetime(2026, 11, 1, 0, 30, tzinfo=PACIFIC),  # this day has 25 hours
        datetime(2027, 3, 14, 0, 30, tzinfo=PACIFIC),  # and this one 23
        datetime(2026, 12, 31, 23, 59, 59, tzinfo=PACIFIC),
    ],
)
def test_youtubes_day_begins_at_midnight_in_california_summer_and_winter(moment: datetime) -> None:
    now = moment.timestamp()
    reset = datetime.fromtimestamp(next_midnight(now), PACIFIC)
    assert (reset.hour, reset.minute, (reset.date() - moment.date()).days) == (0, 0, 1)
    budget = Budget(YOUTUBE, {int(now // HOUR): 9000})
    assert budget.left(Use.NEW, now) == 0
    assert budget.opens(Use.NEW, 50, now) == reset.timestamp()
    assert budget.left(Use.NEW, reset.timestamp() - 1) == 0
    assert budget.left(Use.NEW, reset.timestamp()) == 9000


def test_units_come_back_as_the_hours_of_yesterday_pass() -> None:
    budget = Budget(SPOTIFY, {THIS_HOUR - 20: 100, THIS_HOUR - 10: 350})
    opens = budget.opens(Use.NEW, 60, NOW)
    assert opens == (THIS_HOUR - 19) * HOUR + DAY
    assert budget.left(Use.NEW, opens) >= 60 > budget.left(Use.NEW, opens - 1)
    assert budget.opens(Use.NEW, 101, NOW) == (THIS_HOUR - 9) * HOUR + DAY


def test_with_nothing_left_for_new_songs_an_account_is_closed_and_says_until_when() -> None:
    assert spent(440).closed(NOW) is None
    closed = spent(449).closed(NOW)
    assert closed is not None
    assert (closed.reason, closed.until) == ("QuotaExhausted", NOW + HOUR + DAY)
    assert "450 of the requests to Spotify are used" in closed.message
    assert "It goes on at 2027-01-16 09:00 UTC." in closed.message
    assert spent(449).closed(closed.until) is None


def test_backlogs_that_share_an_account_share_its_day() -> None:
    assert Budget(SPOTIFY, others=1).left(Use.BACKLOG, NOW) == 180
    account = Account(SPOTIFY, clock=Clock(NOW))
    for user in "ab":
        account.join(user, lambda: None)
        account.wants(user, 0, True)
    account.spend(150, "a")
    assert account.budget("a").left(Use.BACKLOG, NOW) == 30
    assert account.budget("b").left(Use.BACKLOG, NOW) == 180
    account.wants("b", 0, False)
    assert account.budget("a").left(Use.BACKLOG, NOW) == 210


def test_what_others_have_under_way_closes_nothing_but_is_left_to_them() -> None:
    busy = replace(spent(400), claimed=45)
    assert busy.left(Use.NEW, NOW) == 5
    assert replace(busy, claimed=50).closed(NOW) is None


# ------------------------------------------------------------------------------------------------ the account


def test_a_refusal_parks_the_account_for_all_who_share_it_and_wakes_them() -> None:
    clock, woken = Clock(NOW), []
    account = Account(SPOTIFY, clock=clock)
    account.join("a", lambda: woken.append("a"))
    account.join("b", lambda: woken.append("b"))
    account.park(QuotaError("Spotify has had enough.", retry_at=NOW + 13 * HOUR))
    assert woken == ["a", "b"]
    closed = account.budget("b").closed(NOW)
    assert closed == Parked(
        NOW + 13 * HOUR, "QuotaExhausted", "Spotify has had enough. It goes on at 2027-01-15 21:00 UTC."
    )
    account.park(RateLimitError("a moment", retry_at=NOW + 30))
    assert account.budget("a").closed(NOW) == closed, "a shorter wait does not end a longer one"
    clock.now += 13 * HOUR
    assert account.budget("a").closed(clock.now) is None


def test_another_process_goes_on_where_this_one_ended() -> None:
    clock = Clock(NOW)
    account = Account(SPOTIFY, clock=clock)
    account.join("a", lambda: None)
    account.spend(300)
    account.claim("a", Claim(3, 1))
    account.park(RateLimitError("wait", retry_at=NOW + 13 * HOUR))
    other = Account(SPOTIFY, clock=clock)
    other.recall(account.remember())
    assert other.budget("a") == account.budget("a")
    other.recall("{broken")
    other.recall('{"spent": [1]}')
    assert other.budget("a") == account.budget("a")
    clock.now += 3 * DAY
    assert other.remember() == '{"polled": {}, "spent": {}}'


def test_what_one_has_under_way_is_not_promised_to_another() -> None:
    account = Account(SPOTIFY, clock=Clock(NOW))
    for user in "ab":
        account.join(user, lambda: None)
    account.claim("a", Claim(100))
    assert account.budget("b").left(Use.NEW, NOW) == 350
    assert account.budget("a").left(Use.NEW, NOW) == 450
    account.spend(20)
    account.release("a")
    assert account.budget("b").left(Use.NEW, NOW) == 430
    account.leave("a")
    account.release("a")
    assert account.shared_by == 1


# ------------------------------------------------------------------------------------------------ the planner


def wanting(count: int, source: Source = Source.BACKLOG) -> dict[str, Track]:
    here = Placement(State.PRESENT, id="x", seen=True)
    return {
        f"t{source}{n:03d}": Track(
            f"t{source}{n:03d}",
            (YOUTUBE_NAME, f"y{source}{n}"),
            Recording(f"Song {n}", ("Somebody",)),
            placements={YOUTUBE_NAME: replace(here, id=f"y{source}{n}"), SPOTIFY_NAME: Placement()},
            source=source,
            created=float(n),
        )
        for n in range(count)
    }


SYNC = Sync("tapes", {SPOTIFY_NAME: Target("sp1", max_adds=5000), YOUTUBE_NAME: Target("PL1", max_adds=5000)})
READ = {SPOTIFY_NAME: Place(0, "s", looked=NOW, listed=NOW), YOUTUBE_NAME: Place(9, looked=NOW, listed=NOW)}


def searches(budget: Budget, tracks: dict[str, Track]) -> list[str]:
    made = plan(SYNC, tracks, READ, [], NOW, budgets={SPOTIFY_NAME: budget})
    return [o.track for o in made.operations.get(SPOTIFY_NAME, ()) if isinstance(o, Search)]


def test_a_backlog_waits_for_its_part_and_new_songs_do_not() -> None:
    both = {**wanting(30), **wanting(2, Source.NEW)}
    assert len(searches(Budget(SPOTIFY), both)) == 10
    assert searches(spent(360), both) == ["tNew000", "tNew001"]
    assert len(searches(spent(350), both)) == 2 + 1
    assert searches(spent(447), wanting(2)) == []


def vanished(count: int) -> dict[str, Track]:
    """Songs that the last listings of Spotify lacked, and whose ids are to be looked up."""
    gone = Placement(State.PRESENT, id="", seen=True, missing=2, missed=NOW)
    return {
        name: replace(t, name=name, placements={**t.placements, SPOTIFY_NAME: replace(gone, id=f"s{n}")})
        for n, (name, t) in enumerate(wanting(count, Source.NEW).items())
    }


def test_songs_that_vanished_are_looked_up_whatever_waits_for_its_part_of_the_day() -> None:
    tracks = {**wanting(30), **vanished(3)}
    made = plan(SYNC, tracks, READ, [], NOW, budgets={SPOTIFY_NAME: spent(360)})
    assert [o.id for o in made.operations[SPOTIFY_NAME] if isinstance(o, Resolve)] == ["s0", "s1", "s2"]
    assert made.claims[SPOTIFY_NAME].units == 3


def test_songs_that_vanished_do_not_make_every_look_a_whole_reading() -> None:
    read = {**READ, SPOTIFY_NAME: Place(0, "s", looked=NOW, listed=NOW)}
    resting = {
        name: replace(t, placements={**t.placements, YOUTUBE_NAME: Placement()}) for name, t in vanished(3).items()
    }
    made = plan(SYNC, resting, read, [], NOW + HOUR, budgets={SPOTIFY_NAME: Budget(SPOTIFY)})
    assert [o.full for o in made.operations[SPOTIFY_NAME] if isinstance(o, Observe)] == [False]


def test_a_plan_says_what_it_may_use_and_who_waits_how_long() -> None:
    made = plan(SYNC, wanting(100), READ, [], NOW, budgets={SPOTIFY_NAME: spent(354)})
    assert made.claims == {SPOTIFY_NAME: Claim(6, 0)}
    wait = made.waits[SPOTIFY_NAME]
    assert (wait.songs, wait.daily) == (100, 180)
    assert wait.seconds == pytest.approx(DAY * (200 - 6) / 360)
    waiting = plan(SYNC, wanting(100), READ, [], NOW, budgets={SPOTIFY_NAME: spent(360, 20)})
    assert waiting.operations == {}
    assert waiting.wake == NOW + 900, "the next reading comes first"
    later = {**READ, SPOTIFY_NAME: replace(READ[SPOTIFY_NAME], looked=NOW)}
    slow = replace(SYNC, targets={n: replace(t, interval=7 * DAY) for n, t in SYNC.targets.items()})
    waiting = plan(slow, wanting(100), later, [], NOW, budgets={SPOTIFY_NAME: spent(360, 20)})
    assert waiting.wake == (THIS_HOUR - 19) * HOUR + DAY
    assert waiting.places[SPOTIFY_NAME].reason == "", "waiting for a turn is no trouble"


def test_a_closed_account_closes_the_place_and_opens_it_again() -> None:
    parked = Parked(NOW + 13 * HOUR, "RateLimited", "Spotify asks to wait. It goes on at 14:00.")
    # What troubled the place itself some time ago plays no part in it.
    known = {**READ, SPOTIFY_NAME: replace(READ[SPOTIFY_NAME], failures=2)}
    made = plan(SYNC, wanting(3), known, [], NOW, budgets={SPOTIFY_NAME: Budget(SPOTIFY, parked=parked)})
    place = made.places[SPOTIFY_NAME]
    assert (place.reason, place.message, place.terminal) == ("RateLimited", parked.message, False)
    assert SPOTIFY_NAME not in made.operations
    assert made.wake == NOW + 900, "the other place's reading"
    after = NOW + 13 * HOUR
    opened = plan(SYNC, wanting(3), made.places, [], after, budgets={SPOTIFY_NAME: Budget(SPOTIFY)})
    assert opened.places[SPOTIFY_NAME].reason == ""
    assert SPOTIFY_NAME in opened.operations


def test_trouble_of_the_place_itself_ends_when_it_is_seen_to_end() -> None:
    error = RateLimitError("Spotify asks to wait.", retry_at=NOW + 30)
    made = plan(SYNC, {}, READ, [Troubled(SPOTIFY_NAME, error, NOW)], NOW)
    assert made.places[SPOTIFY_NAME].message == "Spotify asks to wait. It goes on at 2027-01-15 08:01 UTC."
    again = plan(SYNC, {}, made.places, [], NOW + 31, budgets={SPOTIFY_NAME: Budget(SPOTIFY)})
    assert again.places[SPOTIFY_NAME].reason == "RateLimited"


def test_searches_that_cost_nothing_go_on_while_youtubes_units_are_used_up() -> None:
    tracks = {
        name: replace(
            t, placements={SPOTIFY_NAME: replace(t.placements[YOUTUBE_NAME], id=name), YOUTUBE_NAME: Placement()}
        )
        for name, t in wanting(3).items()
    }
    budgets = {YOUTUBE_NAME: Budget(YOUTUBE, {THIS_HOUR: 9000})}
    made = plan(SYNC, tracks, READ, [], NOW, budgets=budgets)
    assert made.places[YOUTUBE_NAME].reason == "QuotaExhausted"
    assert {type(o) for o in made.operations[YOUTUBE_NAME]} == {Search}
    slow = {YOUTUBE_NAME: Budget(YOUTUBE, parked=Parked(NOW + 60, "RateLimited", "wait"))}
    assert YOUTUBE_NAME not in plan(SYNC, tracks, READ, [], NOW, budgets=slow).operations


# ---------------------------------------------------------------------------------------------------- together


SMALL_SPOTIFY = replace(SPOTIFY, units=60)
SMALL_YOUTUBE = replace(YOUTUBE, units=900)


def test_two_syncs_on_one_account_stay_within_every_day_and_place_everything_in_the_end() -> None:
    async def body() -> None:
        day = Days({SPOTIFY_NAME: SMALL_SPOTIFY, YOUTUBE_NAME: SMALL_YOUTUBE}, songs=24)
        await day.go(12 * HOUR)
        first = day.worlds[0]
        for name in day.accounts:
            placed = sum(len(world.places[name].entries) for world in day.worlds)
            assert 24 < placed < 48, "some of the backlog fits into half a day, and not all of it"
        fresh = Recording("Zorro", ("Late Comer",), duration=111.0)
        first.youtube.songs["new"] = first.spotify.songs["new"] = fresh
        first.spotify.put("new")
        await day.go(2 * HOUR)
        assert "new" in first.youtube.ids, "a new song does not wait for the backlog"
        for world in day.worlds:
            assert sum(len(playlist.entries) for playlist in world.places.values()) > 24, "and none for another's"
        await day.go(3 * DAY)
        for world in day.worlds:
            assert len(world.youtube.ids) == len(world.spotify.ids) == 24 + (world is first)
        assert day.worst(SPOTIFY_NAME) <= SMALL_SPOTIFY.units
        assert day.worst(YOUTUBE_NAME) <= SMALL_YOUTUBE.units

    asyncio.run(body())
