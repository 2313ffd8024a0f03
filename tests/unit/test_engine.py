"""How plans are carried out: what is recorded when, and what a failure costs."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from reconcilers.account import Account
from reconcilers.budget import SPOTIFY as ALLOWANCE
from reconcilers.errors import AudioRefused, AuthError, OutcomeUnknown, QuotaError, TransientError
from reconcilers.logcontext import context, fields
from reconcilers.model import Intent, Placement, State, Track
from reconcilers.plan.operations import Listed
from reconcilers.policy import Past, Sync, Target
from reconcilers.recording import Recording
from reconcilers.services.protocol import Item
from reconcilers.store import StoreError
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE, World

TITLES = {"a": "Hyperballad", "b": "Teardrop", "c": "Sinnerman"}
SONGS = {n: Recording(title, ("Somebody",), duration=200.0 + 30 * i) for i, (n, title) in enumerate(TITLES.items())}


def run(body: Coroutine[Any, Any, None]) -> None:
    asyncio.run(body)


def world() -> World:
    w = World(
        Sync("tapes", {YOUTUBE: Target("PL1"), SPOTIFY: Target("sp1"), TELEGRAM: Target("-100")}, past=Past.IGNORE)
    )
    w.youtube.songs.update({f"yt-{n}": r for n, r in SONGS.items()})
    w.spotify.songs.update({f"sp-{n}": r for n, r in SONGS.items()})
    return w


async def until_adding(w: World, service: Any) -> None:
    """Steps until an addition to a place is planned and carried out."""
    for _ in range(30):
        before = w.places[service].calls.count("add")
        await w.step()
        if w.places[service].calls.count("add") > before:
            return
    raise AssertionError("nothing was added")


def test_a_post_is_stored_when_its_future_is_done_and_not_lost_when_the_store_fails() -> None:
    async def body() -> None:
        w = world()
        future = w.engine.submit(Listed(TELEGRAM, (Item("1", SONGS["a"]),), w.clock()))

        w.store.written = _fails
        with pytest.raises(RuntimeError):
            await w.engine.step(w.sync)
        assert not future.done()
        w.store.written = lambda when, call, name: None
        await w.engine.step(w.sync)
        assert future.done()
        assert [t.placements[TELEGRAM].id for t in w.tracks()] == ["1"]
        await w.engine.close()

    run(body())


def test_no_write_of_a_failed_pass_is_still_under_way_when_it_ends() -> None:
    async def body() -> None:
        w = world()
        done: list[str] = []

        async def record(before: Track | None, after: Track) -> None:
            if not done:
                done.append("failed")
                raise RuntimeError("the first fails")
            await asyncio.sleep(0.01)
            done.append(after.name)

        w.store.record = record  # type: ignore[method-assign]
        for n, song in enumerate(SONGS.values()):
            w.engine.submit(Listed(TELEGRAM, (Item(str(n), song),), w.clock()))
        with pytest.raises(RuntimeError):
            await w.engine.step(w.sync)
        assert len(done) == 3

    run(body())


def test_an_intent_is_stored_before_its_addition_and_voided_by_any_change() -> None:
    async def body() -> None:
        w = world()
        w.youtube.put("yt-a")
        order: list[str] = []
        w.store.written = lambda when, call, name: order.append(call) if when == "after" and call == "intend" else None
        w.spotify.written = lambda when, call, id: order.append(f"spotify {call}") if when == "before" else None
        await until_adding(w, SPOTIFY)
        assert order.index("intend") < order.index("spotify add")
        w.youtube.put("yt-b")
        intend = w.store.intend

        async def changed(name: str, service: Any, before: Placement, intent: Placement, wishes: Any) -> bool:
            return await intend(name, service, Placement(State.REVIEW), intent, wishes)

        w.store.intend = changed  # type: ignore[method-assign, assignment]
        writes = w.spotify.writes
        for _ in range(10):
            w.clock.now += 901
            await w.step()
        assert w.spotify.writes == writes

    run(body())


def test_a_store_that_takes_the_place_of_another_has_the_intents_too() -> None:
    """It comes when more is known of the MusicSync: its channel's number, say, without which no post is remembered."""
    asked: list[str] = []

    async def body() -> None:
        w = world()
        w.youtube.put("yt-a")

        class Second:
            def __getattr__(self, name: str) -> Any:
                asked.append(name)
                return getattr(w.store, name)

        second: Any = Second()
        w.engine.store = second
        await until_adding(w, SPOTIFY)

    run(body())
    assert "intend" in asked


def test_nothing_is_written_by_one_who_may_not_write() -> None:
    async def body() -> None:
        w = world()
        w.engine._may_write = lambda: False
        w.youtube.put("yt-a")
        for _ in range(15):
            await w.step()
        assert w.spotify.writes == w.telegram.writes == 0
        assert w.engine.places[SPOTIFY].reason == "Standby"
        assert w.tracks()[0].placements[SPOTIFY].state is State.PENDING

    run(body())


@pytest.mark.parametrize("planned_with", [False, True])
def test_what_credentials_were_refused_for_is_past_once_they_are_replaced(planned_with: bool) -> None:
    async def body() -> None:
        w = world()
        w.spotify.fail = lambda call: AuthError("the consent has ended")
        await w.step()
        w.spotify.fail = lambda call: None
        if planned_with:
            await w.step()
            assert w.engine.places[SPOTIFY].terminal
        # The Secret is replaced, maybe at the moment at which the refusal has come and nothing was planned with it yet.
        w.engine.renewed(SPOTIFY)
        await w.step()
        assert (w.engine.places[SPOTIFY].reason, w.engine.places[SPOTIFY].terminal) == ("", False)
        await w.settle()
        assert w.engine.places[SPOTIFY].looked is not None
        await w.engine.close()

    run(body())


def test_what_is_slow_is_prepared_before_any_intent_and_its_quota_leaves_none_behind() -> None:
    async def body() -> None:
        w = world()

        async def prepare(request: Any) -> None:
            if request.id == "sp-b":
                raise QuotaError("used up", retry_at=w.clock() + 1000)

        w.spotify.prepare = prepare  # type: ignore[method-assign]
        w.youtube.put("yt-a")
        w.youtube.put("yt-b")
        for _ in range(15):
            await w.step()
        assert [t.placements[SPOTIFY].state for t in w.tracks()] == [State.PENDING] * 2
        assert w.engine.places[SPOTIFY].reason == "QuotaExhausted"

    run(body())


def test_the_deadline_of_an_intent_counts_from_when_preparation_ended() -> None:
    async def body() -> None:
        w = world()

        async def prepare(request: Any) -> None:
            w.clock.now += 600

        w.telegram.prepare = prepare  # type: ignore[method-assign]

        async def add(requests: Any) -> Any:
            raise OutcomeUnknown("no answer")

        w.telegram.add = add  # type: ignore[method-assign]
        w.youtube.put("yt-a")
        for _ in range(10):
            await w.step()
        intent = w.tracks()[0].placements[TELEGRAM].intent
        assert intent is not None
        assert intent.deadline == w.clock() + w.sync.timing.deadline

    run(body())


def test_an_unexpected_error_parks_its_place_only() -> None:
    async def body() -> None:
        w = world()

        def bug(call: str) -> Exception | None:
            return KeyError("a bug") if call == "search" else None

        w.spotify.fail = bug
        w.youtube.put("yt-a")
        w.spotify.put("sp-b")
        for _ in range(10):
            await w.step()
        assert w.engine.places[SPOTIFY].reason == "InternalError"
        assert "KeyError" in w.engine.places[SPOTIFY].message
        assert sorted(w.youtube.ids) == ["yt-a", "yt-b"]

    run(body())


def test_what_is_logged_during_an_operation_says_of_which_pass_service_and_track_it_is() -> None:
    async def body() -> None:
        w = world()
        about: list[tuple[str, dict[str, str]]] = []

        def note(call: str) -> None:
            about.append((call, dict(fields())))

        w.spotify.fail = note
        w.youtube.put("yt-a")
        for cycle in range(8):
            with context(sync="music/tapes", cycle=str(cycle)):
                await w.step()
        calls = dict(about)
        (track,) = w.tracks()
        for call in ("search", "add"):
            assert calls[call].items() >= {"sync": "music/tapes", "service": "spotify", "track": track.name}.items()
            assert int(calls[call]["cycle"]) > 0
        assert "track" not in calls["head"]

    run(body())


def test_a_look_that_fails_before_an_addition_costs_the_song_nothing() -> None:
    async def body() -> None:
        w = world()
        w.youtube.put("yt-a")
        w.spotify.fail = lambda call: TransientError("down") if call == "head" and "search" in w.spotify.calls else None
        for _ in range(8):
            await w.step()
        placement = w.tracks()[0].placements[SPOTIFY]
        assert (placement.state, placement.attempts) == (State.PENDING, 0)
        assert w.spotify.ids == []

    run(body())


def test_where_one_intent_of_a_request_cannot_be_stored_nothing_is_sent_and_the_others_lose_no_time() -> None:
    async def body() -> None:
        w = world()
        w.youtube.put("yt-a")
        w.youtube.put("yt-b")
        refused: set[str] = set()

        def written(when: str, call: str, name: str) -> None:
            if call == "intend" and when == "before" and (not refused or name in refused):
                refused.add(name)
                raise StoreError("tracks.navaar.dev is forbidden")

        w.store.written = written
        for _ in range(8):
            await w.step()
        assert refused
        assert w.spotify.ids == []
        place = w.engine.places[SPOTIFY]
        assert place.reason == "NotRecorded"
        assert "forbidden" in place.message
        states = {t.name: t.placements[SPOTIFY].state for t in w.tracks()}
        assert set(states.values()) == {State.PENDING}, "what was intended and never sent waits for nothing"
        assert not [t for t in w.tracks() if t.placements[SPOTIFY].attempts]
        w.store.written = lambda when, call, name: None
        w.clock.now += 60
        for _ in range(8):
            await w.step()
        assert sorted(w.spotify.ids) == ["sp-a", "sp-b"]
        await w.engine.close()

    run(body())


def test_what_a_step_may_use_is_set_aside_before_its_records_are_stored() -> None:
    async def body() -> None:
        w = world()
        account = Account(ALLOWANCE, clock=w.clock)
        w.engine.hold(SPOTIFY, account)
        account.join("another", lambda: None)
        aside: list[int] = []
        w.store.written = lambda when, call, name: aside.append(account.budget("another").claimed)
        w.engine.submit(Listed(TELEGRAM, (Item("1", SONGS["a"]),), w.clock()))
        await w.step()
        assert aside
        assert all(aside)
        assert account.budget("another").claimed == 0, "what was not used is given back"
        w.store.written = _fails
        w.engine.submit(Listed(TELEGRAM, (Item("2", SONGS["b"]),), w.clock()))
        with pytest.raises(RuntimeError):
            await w.engine.step(w.sync)
        assert account.budget("another").claimed == 0, "nor is what a failed step had set aside"
        await w.engine.close()

    run(body())


def _fails(when: str, call: str, name: str) -> None:
    raise RuntimeError("the API server is away")


def test_audio_that_is_refused_for_a_while_does_not_close_the_bots_account() -> None:
    async def body() -> None:
        w = world()
        account = Account(clock=w.clock)
        w.engine.hold(TELEGRAM, account)

        async def refused(request: Any) -> None:
            raise AudioRefused("YouTube takes this address for a robot.", retry_at=w.clock() + 900, reason="BotCheck")

        w.telegram.prepare = refused  # type: ignore[method-assign]
        w.youtube.put("yt-a")
        for _ in range(30):
            await w.step()
        assert w.engine.places[TELEGRAM].reason == "BotCheck"
        assert account.parked is None
        await w.engine.close()

    run(body())


def test_closing_lets_an_addition_under_way_come_to_its_end_and_stores_what_came_of_it() -> None:
    async def body() -> None:
        w = world()
        started, go = asyncio.Event(), asyncio.Event()
        original = w.spotify.add

        async def add(requests: Any) -> Any:
            started.set()
            await go.wait()
            return await original(requests)

        w.spotify.add = add  # type: ignore[method-assign]
        w.youtube.put("yt-a")
        while not started.is_set():
            await w.engine.step(w.sync)
            await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(0.01, go.set)
        await w.engine.close(grace=5.0)
        assert w.spotify.ids == ["sp-a"]
        (track,) = w.tracks()
        assert track.placements[SPOTIFY].state is State.PRESENT

    run(body())


def test_closing_puts_no_upload_in_doubt_that_the_next_process_can_look_for() -> None:
    async def body() -> None:
        w = world()
        await w.engine.step(w.sync)
        intent = Intent("add", "token", w.clock() - 2 * w.sync.timing.settle, marker=1)
        adding = Placement(State.ADDING, intent=intent)
        w.write(Track("tapes-b", (SPOTIFY, "sp-b"), SONGS["b"], placements={TELEGRAM: adding}))
        w.engine.submit(Listed(TELEGRAM, (Item("1", SONGS["a"]),), w.clock()))
        await w.engine.close()
        assert w.store.tracks()["tapes-b"].placements[TELEGRAM].state is State.ADDING

    run(body())
