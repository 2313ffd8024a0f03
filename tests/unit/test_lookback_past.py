"""What was posted when nobody listened is read before anything is posted, once, and wherever a process ended."""

from dataclasses import replace

from reconcilers.errors import TransientError
from reconcilers.model import Place, Source, State, Stretch
from reconcilers.plan import Plan, plan
from reconcilers.plan.lookback import PAST_PATIENCE, Lookback
from reconcilers.plan.operations import Scan
from reconcilers.policy import Mode, Sync, Target
from tests.memory import SPOTIFY, TELEGRAM, World
from tests.oldposts import SONGS, looks, titles, world
from tests.planworld import NOW, run


def old_channel(w: World, songs: int = 12) -> None:
    """A channel with posts of all kinds, of which the bot was told nothing."""
    w.telegram.happen()
    for n in range(songs):
        w.telegram.post(SONGS[n], heard=False)
        w.telegram.say(heard=False)
        for _ in range(3):
            w.telegram.posts.pop(w.telegram.post(SONGS[n], heard=False))


def test_the_past_is_read_before_anything_is_posted_and_nothing_is_posted_twice() -> None:
    async def body() -> None:
        w = world()
        old_channel(w)
        for n in range(8, 16):
            w.youtube.put(f"yt{n}")
        w.past = Stretch()
        posted: list[Stretch | None] = []
        w.telegram.written = lambda when, call, id: posted.append(w.past)
        await w.wait(7200)
        assert titles(w) == sorted(song.title for song in SONGS[:16])
        assert set(posted) == {None}
        assert {w.track(SONGS[n].title).source for n in range(8)} == {Source.BACKLOG}
        assert len(w.youtube.ids) == len(w.spotify.ids) == 16

    run(body())


def test_posts_that_are_made_meanwhile_are_taken_up_at_once() -> None:
    async def body() -> None:
        w = world()
        old_channel(w, 30)
        w.past = Stretch()
        await w.step()
        await w.step()
        w.telegram.post(SONGS[32])
        await w.settle()
        assert w.past is not None
        assert w.track(SONGS[32].title).placements[SPOTIFY].state is State.PRESENT
        await w.wait(7200)
        assert w.past is None and len(w.tracks()) == 31

    run(body())


def test_a_restart_in_the_middle_goes_on_where_the_last_process_was() -> None:
    async def body() -> None:
        w = world()
        old_channel(w, 30)
        w.past = Stretch()
        await w.wait(100)
        before = looks(w)
        assert w.past is not None and len(w.tracks()) in range(10, 25)
        w.restart()
        assert w.past.next > 1 and w.past.found == len(w.tracks())
        await w.wait(7200)
        assert len(w.tracks()) == 30
        everything = w.telegram.serial + PAST_PATIENCE
        assert looks(w) <= everything + 5, "what had been read was read again"
        assert before > 40

    run(body())


def test_posts_that_are_known_are_not_read_again() -> None:
    async def body() -> None:
        w = world()
        for n in range(30):
            w.telegram.post(SONGS[n])
        await w.settle()
        w.telegram.post(SONGS[30], heard=False)
        w.past = Stretch(31, 31)
        await w.wait(3600)
        assert len(w.tracks()) == 31
        assert looks(w) == 1 + PAST_PATIENCE
        w.past = Stretch(1, 1, missing=1)
        await w.wait(3600)
        assert w.past is None and looks(w) == 1 + 2 * PAST_PATIENCE

    run(body())


def test_the_end_of_the_past_is_looked_for_anew_by_another_process() -> None:
    async def body() -> None:
        w = world()
        w.telegram.post(SONGS[0], heard=False)
        w.past = Stretch()
        w.telegram.fail = lambda call: TransientError("no") if call == "look" and looks(w) == 30 else None
        await w.step()
        await w.step()
        assert w.engine.places[TELEGRAM].reading.misses > 10
        # While nobody runs, and for longer than Telegram remembers:
        w.telegram.post(SONGS[1], heard=False)
        w.restart()
        w.telegram.fail = lambda call: None
        await w.wait(3600)
        assert len(w.tracks()) == 2

    run(body())


def test_tracks_that_go_missing_meanwhile_make_it_begin_anew() -> None:
    place = Place(started=True)
    sync = Sync("tapes", {TELEGRAM: Target("-100")})

    def step(place: Place, past: Stretch) -> Plan:
        return plan(sync, {}, {TELEGRAM: place}, (), NOW, posting=False, lookback=Lookback(True, "", 900, past))

    first = step(place, Stretch(1, 340, 12, missing=2))
    assert first.operations[TELEGRAM] == (Scan(TELEGRAM, 340, 900, patience=PAST_PATIENCE),)
    again = step(first.places[TELEGRAM], Stretch(1, 340, 12, missing=2))
    assert again.places[TELEGRAM].reading == first.places[TELEGRAM].reading
    worse = step(first.places[TELEGRAM], Stretch(1, 1, missing=3))
    assert worse.operations[TELEGRAM] == (Scan(TELEGRAM, 1, 900, patience=PAST_PATIENCE),)


def test_a_past_that_is_accepted_is_read_no_further() -> None:
    async def body() -> None:
        w = world()
        old_channel(w, 30)
        w.past = Stretch()
        await w.wait(30)
        before = looks(w)
        w.past = None
        await w.wait(3600)
        assert looks(w) == before

    run(body())


def test_mode_plan_looks_at_nothing() -> None:
    async def body() -> None:
        w = world()
        w.sync = replace(w.sync, mode=Mode.PLAN)
        old_channel(w)
        w.past = Stretch()
        await w.wait(3600)
        assert looks(w) == 0

    run(body())
