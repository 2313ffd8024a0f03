"""Nothing is added twice, before it may be, or against what a person says meanwhile."""

from dataclasses import replace
from typing import Any

import pytest

from reconcilers.errors import OutcomeUnknown
from reconcilers.model import State, Track, Wishes
from reconcilers.policy import Mode
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE
from tests.syncworld import SONGS, assert_union, fill, run, world


@pytest.mark.parametrize("service", [YOUTUBE, SPOTIFY])
def test_a_person_adding_the_song_between_search_and_addition_leaves_one_entry(service: Any) -> None:
    async def body() -> None:
        w = world()
        place = w.places[service]
        id = "yt0" if service is YOUTUBE else "sp0"
        searched = place.search

        async def search(query: Any) -> Any:
            answer = await searched(query)
            if id not in place.ids:
                place.put(id)
            return answer

        place.search = search  # type: ignore[method-assign]
        w.telegram.post(SONGS[0])
        await w.settle()
        await w.wait(1000)
        assert place.ids == [id]

    run(body())


@pytest.mark.parametrize("applied", [True, False])
def test_an_addition_without_an_answer_is_looked_for_and_never_doubled(applied: bool) -> None:
    async def body() -> None:
        w = world()
        lost: list[int] = []

        original = w.spotify.add

        async def add(requests: Any) -> Any:
            if not lost:
                lost.append(1)
                if applied:
                    await original(requests)
                raise OutcomeUnknown("no answer")
            return await original(requests)

        w.spotify.add = add  # type: ignore[method-assign]
        w.telegram.post(SONGS[0])
        await w.settle()
        await w.wait(3600)
        assert w.spotify.ids == ["sp0"]
        assert w.track("Hyperballad").placements[SPOTIFY].state is State.PRESENT

    run(body())


def test_a_post_without_an_answer_waits_for_a_person() -> None:
    async def body() -> None:
        w = world()

        async def add(requests: Any) -> Any:
            raise OutcomeUnknown("no answer")

        w.telegram.add = add  # type: ignore[method-assign]
        w.youtube.put("yt0")
        await w.wait(3600)
        placement = w.track("Hyperballad").placements[TELEGRAM]
        assert (placement.state, placement.reason) == (State.REVIEW, "DeliveryUnknown")
        assert placement.intent is not None and placement.intent.token in placement.message
        del w.telegram.add
        track = w.track("Hyperballad")
        w.write(replace(track, wishes=Wishes(rejects={TELEGRAM: frozenset({placement.intent.token})})))
        await w.settle()
        assert len(w.telegram.posts) == 1

    run(body())


def test_mode_plan_searches_and_writes_nothing_and_says_what_it_would_do() -> None:
    async def body() -> None:
        w = world()
        w.sync = replace(w.sync, mode=Mode.PLAN)
        fill(w)
        await w.settle()
        assert not any(c in ("add", "remove", "search") for p in w.places.values() for c in p.calls)
        preview = (await w.step()).preview
        assert preview is not None
        assert {s: o.adds for s, o in preview.places.items()} == {TELEGRAM: 3, YOUTUBE: 3, SPOTIFY: 2}
        assert len(preview.samples) == 8

    run(body())


def test_too_many_additions_wait_whole_until_their_hash_is_approved() -> None:
    async def body() -> None:
        w = world()
        w.sync = replace(w.sync, targets={s: replace(t, max_adds=2) for s, t in w.sync.targets.items()})
        fill(w)
        await w.settle()
        assert w.youtube.writes == 0 and w.telegram.writes == 0
        assert w.spotify.writes == 1  # two songs: within its limit
        held = (await w.step()).held
        assert len(held.keys) == 6
        w.sync = replace(w.sync, approved=held.hash)
        await w.settle()
        assert_union(w, {0, 1, 2, 3, 4, 5})

    run(body())


def test_nothing_is_posted_while_the_past_is_unknown_and_the_playlists_go_on() -> None:
    async def body() -> None:
        w = world()
        w.posting = False
        fill(w)
        await w.wait(2000)
        assert w.telegram.writes == 0
        assert len(w.youtube.ids) == len(w.spotify.ids) == 6

    run(body())


def test_what_a_person_writes_between_decision_and_intent_voids_the_addition() -> None:
    async def body() -> None:
        w = world()
        w.write(Track("wish", wishes=Wishes(title="Glory Box", artists=("Portishead",)), created=1.0))
        intend = w.store.intend

        async def late(name: str, *rest: Any) -> bool:
            w.store.intend = intend  # type: ignore[method-assign]
            track = w.store.tracks()[name]
            w.write(replace(track, wishes=replace(track.wishes, absent=True)))
            return await intend(name, *rest)

        w.store.intend = late  # type: ignore[method-assign, assignment]
        await w.wait(2000)
        assert w.youtube.writes == w.spotify.writes == w.telegram.writes == 0

    run(body())
