"""What one sync does over three places, in memory and in virtual time."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest

from reconcilers.errors import ItemError, OutcomeUnknown
from reconcilers.model import Origin, Phase, State, Track, Wishes
from reconcilers.phase import phase_of
from reconcilers.policy import Mode, RemovalPolicy
from reconcilers.recording import Recording
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE, World

SONGS = {
    n: Recording(title, (artist,), duration=length, version=())
    for n, (artist, title, length) in enumerate(
        [
            ("Björk", "Hyperballad", 321.0),
            ("Portishead", "Glory Box", 308.0),
            ("Massive Attack", "Teardrop", 330.0),
            ("Radiohead", "Karma Police", 264.0),
            ("Nina Simone", "Sinnerman", 622.0),
            ("Kino", "Gruppa krovi", 285.0),
            ("Talk Talk", "Life's What You Make It", 269.0),
            ("Cocteau Twins", "Heaven or Las Vegas", 298.0),
        ]
    )
}


def run(body: Coroutine[Any, Any, None]) -> None:
    asyncio.run(body)


def world(**missing: set[int]) -> World:
    """Every song can be found on both services, but for the ones named as missing."""
    w = World()
    w.youtube.songs.update({f"yt{n}": s for n, s in SONGS.items() if n not in missing.get("youtube", set())})
    w.spotify.songs.update({f"sp{n}": s for n, s in SONGS.items() if n not in missing.get("spotify", set())})
    return w


def unhurried(w: World) -> None:
    """Looks are twice a day, for tests in which weeks pass."""
    w.sync = replace(w.sync, targets={s: replace(t, interval=43_200.0) for s, t in w.sync.targets.items()})


def fill(w: World) -> None:
    """Overlapping: 0 everywhere, 1 and 2 in two places, 3 to 5 in one."""
    for n in (0, 1, 3):
        w.telegram.post(SONGS[n])
    for n in (0, 2, 4):
        w.youtube.put(f"yt{n}")
    for n in (0, 1, 2, 5):
        w.spotify.put(f"sp{n}")


def assert_union(w: World, songs: set[int]) -> None:
    assert sorted(w.youtube.ids) == sorted(f"yt{n}" for n in songs)
    assert sorted(w.spotify.ids) == sorted(f"sp{n}" for n in songs)
    assert sorted(r.title for r in w.telegram.posts.values()) == sorted(SONGS[n].title for n in songs)


def test_overlapping_lists_become_their_union_with_one_track_per_song() -> None:
    async def body() -> None:
        w = world()
        fill(w)
        await w.settle()
        assert len(w.tracks()) == 6
        assert_union(w, {0, 1, 2, 3, 4, 5})
        assert {phase_of(t, w.sync.targets) for t in w.tracks()} == {Phase.SYNCED}

    run(body())


def test_a_converged_sync_costs_one_look_per_playlist_and_no_write() -> None:
    async def body() -> None:
        w = world()
        fill(w)
        await w.wait(2000)
        for place in w.places.values():
            place.calls.clear()
        writes = w.store.writes
        w.clock.now += 901
        await w.settle()
        assert w.spotify.calls == ["head"]
        assert w.youtube.calls == ["head"]
        assert w.telegram.calls == []
        assert w.store.writes == writes

    run(body())


def test_a_song_that_a_service_lacks_is_not_found_there_and_partial() -> None:
    async def body() -> None:
        w = world(spotify={3}, youtube={5})
        fill(w)
        await w.settle()
        lacking = w.track("Karma Police")
        assert lacking.placements[SPOTIFY].state is State.NOT_FOUND
        assert phase_of(lacking, w.sync.targets) is Phase.PARTIAL
        unheard = w.track("Gruppa krovi")
        assert unheard.placements[YOUTUBE].state is State.NOT_FOUND
        assert unheard.placements[TELEGRAM].state is State.NOT_FOUND  # its audio would come from there
        assert "Gruppa krovi" not in {r.title for r in w.telegram.posts.values()}

    run(body())


def test_a_song_not_found_is_looked_for_again_after_a_month() -> None:
    async def body() -> None:
        w = world(spotify={3})
        unhurried(w)
        fill(w)
        await w.settle()
        w.spotify.songs["sp3"] = SONGS[3]
        await w.wait(34 * 86400)
        assert "sp3" in w.spotify.ids

    run(body())


def test_a_new_post_reaches_both_playlists_without_waiting_for_an_interval() -> None:
    async def body() -> None:
        w = world()
        fill(w)
        await w.settle()
        w.telegram.post(SONGS[6])
        await w.settle()
        assert "yt6" in w.youtube.ids and "sp6" in w.spotify.ids

    run(body())


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


def test_keep_remembers_a_removal_and_does_not_add_again() -> None:
    async def body() -> None:
        w = world()
        fill(w)
        await w.wait(3600)
        w.spotify.take("sp0")
        await w.wait(7200)
        assert w.track("Hyperballad").placements[SPOTIFY].state is State.REMOVED
        assert "sp0" not in w.spotify.ids and "yt0" in w.youtube.ids
        w.spotify.put("sp0")
        await w.wait(1800)
        assert w.track("Hyperballad").placements[SPOTIFY].state is State.PRESENT

    run(body())


def test_propagate_removes_what_was_found_elsewhere_and_our_posts_but_not_peoples() -> None:
    async def body() -> None:
        w = world()
        w.sync = replace(w.sync, removal=RemovalPolicy.PROPAGATE)
        fill(w)
        await w.wait(3600)
        w.spotify.take("sp0")  # posted by a person
        w.spotify.take("sp2")  # posted by us
        await w.wait(7200)
        assert "yt0" not in w.youtube.ids and "yt2" not in w.youtube.ids
        titles = {r.title for r in w.telegram.posts.values()}
        assert "Hyperballad" in titles and "Teardrop" not in titles
        assert w.track("Hyperballad").placements[TELEGRAM].state is State.RETAINED

    run(body())


def test_propagate_asks_first_when_a_recent_match_of_ours_is_removed() -> None:
    async def body() -> None:
        w = world()
        w.sync = replace(w.sync, removal=RemovalPolicy.PROPAGATE)
        fill(w)
        await w.wait(3600)
        w.spotify.take("sp4")
        await w.wait(7200)
        assert w.track("Sinnerman").placements[SPOTIFY].reason == "WrongMatch"
        assert "yt4" in w.youtube.ids

    run(body())


@pytest.mark.parametrize("lie", [lambda items: (), lambda items: items[:-2]], ids=["empty", "short"])
def test_a_false_listing_removes_nothing(lie: Any) -> None:
    async def body() -> None:
        w = world()
        w.sync = replace(w.sync, removal=RemovalPolicy.PROPAGATE)
        fill(w)
        await w.wait(3600)
        w.spotify.lie = w.youtube.lie = lie
        w.spotify.changes += 1
        unhurried(w)
        await w.wait(8 * 86400)
        assert not any(c == "remove" for p in w.places.values() for c in p.calls)
        assert_union(w, {0, 1, 2, 3, 4, 5})

    run(body())


def test_state_absent_removes_once_and_leaves_what_people_add_later() -> None:
    async def body() -> None:
        w = world()
        fill(w)
        await w.wait(3600)
        w.write(replace(w.track("Sinnerman"), wishes=Wishes(absent=True)))
        await w.wait(1800)
        assert "yt4" not in w.youtube.ids and "sp4" not in w.spotify.ids
        assert phase_of(w.track("Sinnerman"), w.sync.targets) is Phase.REMOVED
        w.youtube.put("yt4")
        await w.wait(7200)
        assert "yt4" in w.youtube.ids and "sp4" not in w.spotify.ids

    run(body())


def test_a_pin_repairs_what_the_wrong_match_had_placed() -> None:
    async def body() -> None:
        w = world()
        fill(w)
        await w.wait(3600)
        w.spotify.songs["right"] = replace(SONGS[4], title="Sinnerman (Live)", version=("live",))
        w.write(replace(w.track("Sinnerman"), wishes=Wishes(pins={SPOTIFY: "right"})))
        await w.wait(3600)
        assert "right" in w.spotify.ids and "sp4" not in w.spotify.ids
        assert len(w.tracks()) == 6

    run(body())


def test_a_dead_pin_says_so_and_never_falls_back_to_search() -> None:
    async def body() -> None:
        w = world()
        w.write(
            Track(
                "wish",
                wishes=Wishes(title="Teardrop", artists=("Massive Attack",), pins={SPOTIFY: "gone"}),
                created=1.0,
            )
        )
        await w.wait(3600)
        placement = w.store.tracks()["wish"].placements[SPOTIFY]
        assert (placement.state, placement.reason) == (State.FAILED, "PinDead")
        assert w.spotify.ids == []

    run(body())


def test_a_reject_removes_what_we_placed_and_it_is_not_placed_again() -> None:
    async def body() -> None:
        w = world()
        fill(w)
        await w.wait(3600)
        w.write(replace(w.track("Sinnerman"), wishes=Wishes(rejects={SPOTIFY: frozenset({"sp4"})})))
        await w.wait(7200)
        assert "sp4" not in w.spotify.ids
        assert len(w.tracks()) == 6
        assert w.track("Sinnerman").placements[SPOTIFY].state is State.NOT_FOUND

    run(body())


def test_a_reject_of_what_was_found_makes_it_a_song_of_its_own() -> None:
    async def body() -> None:
        w = world()
        fill(w)
        await w.wait(3600)
        track = w.track("Hyperballad")
        found = track.placements[SPOTIFY]
        assert found.origin is Origin.FOUND
        w.write(replace(track, wishes=Wishes(rejects={SPOTIFY: frozenset({"sp0"})})))
        await w.wait(3600)
        assert "sp0" in w.spotify.ids
        owners = [t.name for t in w.tracks() if t.placements[SPOTIFY].id == "sp0"]
        assert len(owners) == 1 and owners != [track.name]

    run(body())


def test_exclusion_neither_adds_nor_removes() -> None:
    async def body() -> None:
        w = world()
        wishes = Wishes(title="Teardrop", artists=("Massive Attack",), exclude_from=frozenset({SPOTIFY}))
        w.write(Track("wish", wishes=wishes, created=1))
        await w.wait(3600)
        assert w.youtube.ids == ["yt2"] and w.spotify.ids == []
        track = w.store.tracks()["wish"]
        assert track.placements[SPOTIFY].state is State.EXCLUDED
        w.write(replace(track, wishes=replace(track.wishes, exclude_from=frozenset({YOUTUBE}))))
        await w.wait(3600)
        assert w.youtube.ids == ["yt2"] and w.spotify.ids == ["sp2"]

    run(body())


def test_a_bare_track_ends_in_all_three_places() -> None:
    async def body() -> None:
        w = world()
        w.write(Track("wish", wishes=Wishes(title="Glory Box", artists=("Portishead",)), created=1.0))
        await w.wait(1000)
        assert w.youtube.ids == ["yt1"] and w.spotify.ids == ["sp1"] and len(w.telegram.posts) == 1
        assert [t.name for t in w.tracks()] == ["wish"]

    run(body())


def test_a_track_from_git_adopts_the_song_that_is_already_there() -> None:
    async def body() -> None:
        w = world()
        fill(w)
        await w.wait(3600)
        before = (w.youtube.ids, w.spotify.ids, dict(w.telegram.posts))
        w.write(Track("from-git", wishes=Wishes(title="Glory Box", artists=("Portishead",)), created=w.clock()))
        await w.wait(3600)
        assert (w.youtube.ids, w.spotify.ids, dict(w.telegram.posts)) == before
        assert w.track("Glory Box").name == "from-git"
        assert len(w.tracks()) == 6

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


def test_deleting_a_track_object_only_forgets_it() -> None:
    async def body() -> None:
        w = world()
        fill(w)
        await w.wait(3600)
        before = (list(w.youtube.ids), list(w.spotify.ids))
        w.posting = False  # the channel's memory is gone with the track
        w.store.lose(w.track("Hyperballad").name)
        await w.wait(7200)
        assert (w.youtube.ids, w.spotify.ids) == before
        assert len(w.tracks()) == 6

    run(body())


def test_a_restart_at_rest_changes_nothing() -> None:
    async def body() -> None:
        w = world()
        fill(w)
        await w.wait(3600)
        writes = w.store.writes
        w.restart()
        await w.wait(3600)
        assert w.store.writes == writes
        assert_union(w, {0, 1, 2, 3, 4, 5})

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


def test_what_was_given_up_is_tried_again_when_a_person_asks() -> None:
    async def body() -> None:
        w = world()
        w.spotify.fail = lambda call: ItemError("refused") if call == "add" else None
        w.telegram.post(SONGS[0])
        await w.wait(2 * 86400)
        assert w.track("Hyperballad").placements[SPOTIFY].state is State.FAILED
        w.spotify.fail = lambda call: None
        w.sync = replace(w.sync, again=frozenset({YOUTUBE}))
        await w.step()
        assert w.track("Hyperballad").placements[SPOTIFY].state is State.FAILED, "that place was not meant"
        w.sync = replace(w.sync, again=frozenset({SPOTIFY}))
        await w.step()
        w.sync = replace(w.sync, again=frozenset())
        await w.settle()
        assert w.spotify.ids == ["sp0"]

    run(body())


def test_one_song_is_tried_again_once_and_the_others_stay_given_up() -> None:
    async def body() -> None:
        w = world()
        w.spotify.fail = lambda call: ItemError("refused") if call == "add" else None
        w.telegram.post(SONGS[0])
        w.telegram.post(SONGS[1])
        await w.wait(2 * 86400)
        w.spotify.fail = lambda call: None
        w.write(replace(w.track("Hyperballad"), asked="now"))
        await w.settle()
        assert w.spotify.ids == ["sp0"]
        assert w.track("Glory Box").placements[SPOTIFY].state is State.FAILED
        assert w.track("Hyperballad").handled == "now"
        assert (await w.step()).empty

        # What was carried out is not done again, whatever happens to the song.
        w.spotify.fail = lambda call: ItemError("refused") if call == "add" else None
        w.write(replace(w.track("Glory Box"), asked="now"))
        await w.wait(2 * 86400)
        assert w.track("Glory Box").placements[SPOTIFY].state is State.FAILED
        assert w.track("Glory Box").handled == "now"

    run(body())


def test_a_song_that_is_asked_for_by_itself_is_looked_for_again_at_once() -> None:
    async def body() -> None:
        w = world(spotify={0})
        w.telegram.post(SONGS[0])
        await w.settle()
        assert w.track("Hyperballad").placements[SPOTIFY].state is State.NOT_FOUND
        w.spotify.songs["sp0"] = SONGS[0]
        w.sync = replace(w.sync, again=frozenset({SPOTIFY}))
        await w.step()
        w.sync = replace(w.sync, again=frozenset())
        await w.settle()
        assert w.spotify.ids == [], "thousands are not searched for because one failed"
        w.write(replace(w.track("Hyperballad"), asked="now"))
        await w.settle()
        assert w.spotify.ids == ["sp0"]
        assert (await w.step()).empty

    run(body())
