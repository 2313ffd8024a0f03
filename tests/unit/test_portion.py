"""Long lists are stored in parts, and end where they would have ended at once."""

import asyncio
from dataclasses import replace

import pytest

from reconcilers import portion
from reconcilers.model import Place, Stretch, Track
from reconcilers.plan.operations import Listed
from reconcilers.recording import Recording
from reconcilers.services.protocol import Item
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE, World


def filled(count: int) -> World:
    """Songs of which a third is in both playlists, a third in one, a third in the other; some posts of both, some doubtful."""
    world = World()
    for n in range(count):
        song = Recording(f"Song {n}", (f"Singer {n % 7}",), duration=200.0)
        world.youtube.songs[f"v{n}"] = world.spotify.songs[f"s{n}"] = song
        if n % 3 != 1:
            world.youtube.put(f"v{n}")
        if n % 3 != 2:
            world.spotify.put(f"s{n}")
        if n % 5 == 0:
            world.telegram.post(replace(song, duration=200.0 if n % 10 else 208.0))
    return world


def what_there_is(world: World) -> list[tuple[str, list[tuple[str, str, str | None]]]]:
    def placed(track: Track) -> list[tuple[str, str, str | None]]:
        return sorted((s.value, p.state.value, p.id) for s, p in track.placements.items() if s is not TELEGRAM)

    return sorted((str(track.recording), placed(track)) for track in world.tracks())


def test_a_long_list_is_stored_in_parts_and_ends_where_it_would_have_ended_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def parts(most: int) -> tuple[World, list[int]]:
        monkeypatch.setattr(portion, "MOST_NEW", most)
        world = filled(60)
        sizes = []
        for _ in range(30):
            before = len(world.tracks())
            await world.step()
            sizes.append(len(world.tracks()) - before)
        await world.settle()
        return world, sizes

    async def body() -> None:
        in_parts, sizes = await parts(10)
        at_once, _ = await parts(10_000)
        assert max(sizes) == 10 and sum(sizes) == 60
        assert what_there_is(in_parts) == what_there_is(at_once)
        assert sorted(in_parts.youtube.ids) == sorted(at_once.youtube.ids)
        reviews = [state for _, places in what_there_is(at_once) for _, state, _ in places if state == "Review"]
        assert reviews, "some are doubtful"

    asyncio.run(body())


def test_until_a_list_is_stored_it_counts_as_unread_and_nothing_is_done_about_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is counted as read is not read again after a restart: what was not stored of it would be lost."""

    async def body() -> None:
        monkeypatch.setattr(portion, "MOST_NEW", 10)
        world = filled(60)
        await world.step()
        passes = 0
        while len(world.tracks()) < 60:
            place = world.engine.places.get(SPOTIFY, Place())
            assert place.count is None and place.looked is None
            assert not any(c in ("add", "search") for p in world.places.values() for c in p.calls)
            assert world.spotify.calls.count("list") == 1, "what is being stored is not asked for again"
            await world.step()
            passes += 1
        assert passes == 5
        await world.step()
        assert world.engine.places[SPOTIFY].count == len(world.spotify.ids)

    asyncio.run(body())


def test_a_post_counts_as_stored_only_when_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async def body() -> None:
        monkeypatch.setattr(portion, "MOST_NEW", 10)
        world = World()
        songs = [Recording(f"Song {n}", ("Somebody",), duration=200.0) for n in range(25)]
        stored = [
            world.engine.submit(Listed(TELEGRAM, (Item(str(n + 1), s),), world.clock())) for n, s in enumerate(songs)
        ]
        await world.engine.step(world.sync)
        assert not any(done.done() for done in stored) and len(world.tracks()) == 10
        await world.engine.step(world.sync)
        await world.engine.step(world.sync)
        assert all(done.done() for done in stored) and len(world.tracks()) == 25
        assert YOUTUBE in world.engine.places

    asyncio.run(body())


def test_old_posts_that_are_stored_in_parts_count_as_read_only_when_all_are(monkeypatch: pytest.MonkeyPatch) -> None:
    async def body() -> None:
        monkeypatch.setattr(portion, "MOST_NEW", 10)
        world = World()
        world.scratch, world.past = True, Stretch()
        for n in range(18):
            world.telegram.post(Recording(f"Song {n}", ("Somebody",), duration=200.0), heard=False)
        while not world.tracks():
            await world.step()
        assert len(world.tracks()) == 10
        world.restart()
        assert world.past.next == 1, "what was not stored has to be read again"
        await world.wait(3600)
        assert len(world.tracks()) == 18 and world.past is None

    asyncio.run(body())
