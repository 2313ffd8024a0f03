"""Old posts of the channel: uploads whose answer was lost, and what was posted when nobody listened."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest

from reconcilers.errors import ItemError, RateLimitError, TargetError, TransientError
from reconcilers.model import Intent, Origin, Place, Placement, Source, State, Stretch, Track
from reconcilers.plan import Plan, plan
from reconcilers.plan.lookback import MESSAGES, PAST_PATIENCE, PATIENCE, Lookback
from reconcilers.plan.operations import Remove, Scan
from reconcilers.policy import Mode, Past, Sync, Target
from reconcilers.recording import Recording
from reconcilers.services.protocol import AddRequest
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE, World

NOW = 1_800_000_000.0
NAMES = (
    "Amber Basalt Copper Denim Ember Fennel Garnet Hazel Indigo Juniper Kelp Lilac Maroon Nickel Ochre Pearl Quartz Russet "
    "Saffron Teal Umber Violet Walnut Xenon Yarrow Zircon Almond Birch Cedar Dahlia Elder Fern Ginger Heather Iris Jade"
)
SONGS = [Recording(f"{name} Song", (f"Singer {name}",), duration=180.0 + n) for n, name in enumerate(NAMES.split())]


def run(body: Coroutine[Any, Any, None]) -> None:
    asyncio.run(body)


def world(*, scratch: bool = True) -> World:
    targets = {TELEGRAM: Target("-100", max_adds=999), YOUTUBE: Target("PL1", max_adds=999), SPOTIFY: Target("sp1")}
    w = World(Sync("tapes", targets, past=Past.SCAN))
    w.youtube.songs.update({f"yt{n}": song for n, song in enumerate(SONGS)})
    w.spotify.songs.update({f"sp{n}": song for n, song in enumerate(SONGS)})
    w.scratch = scratch
    return w


def once(value: Any, otherwise: Any) -> Any:
    """The first upload meets with this, later ones with the other."""
    left = [value]
    return lambda request: left.pop() if left else otherwise


def lost(w: World, *, delivered: int) -> None:
    """The answer to the next upload is lost."""
    w.telegram.deliver, w.telegram.lose = once(delivered, 1), once(True, False)


def post_of(w: World, song: int) -> Placement:
    return w.track(SONGS[song].title).placements[TELEGRAM]


def titles(w: World) -> list[str]:
    return sorted(recording.title for recording in w.telegram.posts.values())


def looks(w: World) -> int:
    return w.telegram.calls.count("look")


# ------------------------------------------------------------------------------- an upload without an answer


def test_an_upload_that_arrived_without_an_answer_is_found_and_not_sent_again() -> None:
    async def body() -> None:
        w = world()
        lost(w, delivered=1)
        w.youtube.put("yt0")
        await w.wait(3600)
        placement = post_of(w, 0)
        assert (placement.state, placement.origin, placement.id) == (State.PRESENT, Origin.PLACED, "1")
        assert placement.intent is None
        assert w.telegram.calls.count("add") == 1
        assert titles(w) == ["Amber Song"]

    run(body())


def test_an_upload_that_did_not_arrive_is_counted_and_sent_once_more() -> None:
    async def body() -> None:
        w = world()
        lost(w, delivered=0)
        w.youtube.put("yt0")
        await w.wait(450)
        placement = post_of(w, 0)
        assert (placement.state, placement.reason, placement.attempts) == (State.PENDING, "NotApplied", 1)
        await w.wait(3600)
        assert w.telegram.calls.count("add") == 2
        assert titles(w) == ["Amber Song"]
        assert post_of(w, 0).state is State.PRESENT

    run(body())


def test_nothing_is_looked_at_before_the_upload_can_no_longer_arrive() -> None:
    async def body() -> None:
        w = world()
        lost(w, delivered=1)
        w.youtube.put("yt0")
        timing = w.sync.timing
        await w.wait(timing.deadline + timing.settle - 5)
        assert looks(w) == 0
        assert post_of(w, 0).state is State.ADDING
        await w.wait(10)
        assert post_of(w, 0).state is State.PRESENT

    run(body())


def test_an_upload_that_was_made_twice_leaves_one_post() -> None:
    async def body() -> None:
        w = world()
        lost(w, delivered=3)
        w.youtube.put("yt0")
        await w.wait(3600)
        assert list(w.telegram.posts) == ["1"]
        placement = post_of(w, 0)
        assert (placement.id, placement.intent, placement.others) == ("1", None, ())

    run(body())


def test_a_surplus_post_that_may_not_be_deleted_is_remembered() -> None:
    async def body() -> None:
        w = world()
        lost(w, delivered=2)
        w.telegram.fail = lambda call: ItemError("48 hours", permanent=True) if call == "remove" else None
        w.youtube.put("yt0")
        await w.wait(3600)
        assert (post_of(w, 0).id, post_of(w, 0).others, post_of(w, 0).intent) == ("1", ("2",), None)

    run(body())


def test_a_post_that_a_person_makes_meanwhile_stays_and_ours_goes() -> None:
    async def body() -> None:
        w = world()
        lost(w, delivered=1)
        w.youtube.put("yt0")
        await w.wait(60)
        theirs = w.telegram.post(SONGS[0])
        await w.wait(3600)
        assert list(w.telegram.posts) == [theirs]
        assert (post_of(w, 0).id, post_of(w, 0).origin, post_of(w, 0).intent) == (theirs, Origin.FOUND, None)

    run(body())


def test_deleted_posts_texts_and_service_messages_do_not_end_the_search() -> None:
    async def body() -> None:
        w = world()
        w.telegram.say()

        async def crowd(requests: tuple[AddRequest, ...]) -> Any:
            for _ in range(2 * PATIENCE):
                w.telegram.posts.pop(w.telegram.post(SONGS[5], heard=False))
            w.telegram.happen()
            outcome = await original(requests)
            w.telegram.say()
            return outcome

        original, w.telegram.add = w.telegram.add, crowd  # type: ignore[method-assign]
        lost(w, delivered=1)
        w.youtube.put("yt0")
        await w.wait(3600)
        assert titles(w) == ["Amber Song"]
        assert post_of(w, 0).state is State.PRESENT
        assert w.telegram.calls.count("add") == 1

    run(body())


def test_an_intent_holds_the_highest_message_id_that_is_known_texts_included() -> None:
    async def body() -> None:
        w = world()
        for n in (1, 2):
            w.telegram.post(SONGS[n])
        w.telegram.say()
        lost(w, delivered=1)
        w.youtube.put("yt0")
        await w.wait(60)
        intent = post_of(w, 0).intent
        assert intent is not None and intent.marker == 3

    run(body())


def test_a_pinned_number_that_no_update_told_of_marks_nothing() -> None:
    async def body() -> None:
        w = world()
        w.write(Track("wish", placements={TELEGRAM: Placement(State.PRESENT, id="999999", seen=True)}))
        track = w.store.tracks()["wish"]
        w.write(replace(track, wishes=replace(track.wishes, pins={TELEGRAM: "999999"}, title="Teal Song")))
        lost(w, delivered=1)
        w.youtube.put("yt0")
        await w.wait(3600)
        assert titles(w) == ["Amber Song"]
        assert w.telegram.calls.count("add") == 1

    run(body())


@pytest.mark.parametrize("why", ["no scratch chat", "protected"])
def test_where_nobody_can_look_a_person_is_asked_and_the_search_is_made_up_for_later(why: str) -> None:
    async def body() -> None:
        w = world(scratch=why == "protected")
        w.telegram.protected = why == "protected"
        lost(w, delivered=1)
        w.youtube.put("yt0")
        await w.wait(3600)
        placement = post_of(w, 0)
        assert (placement.state, placement.reason) == (State.REVIEW, "DeliveryUnknown")
        assert looks(w) == 0
        w.scratch, w.telegram.protected = True, False
        await w.wait(3600)
        assert post_of(w, 0).state is State.PRESENT
        assert titles(w) == ["Amber Song"]

    run(body())


def test_while_it_is_not_known_whether_one_can_look_nothing_is_decided() -> None:
    intent = Intent("add", "token", NOW - 3600, marker=4)
    tracks = {"t": Track("t", identity=SONGS[0], placements={TELEGRAM: Placement(State.ADDING, intent=intent)})}
    sync = Sync("tapes", {TELEGRAM: Target("-100")})
    made = plan(sync, tracks, {}, (), NOW, lookback=Lookback(None))
    assert made.records == () and TELEGRAM not in made.operations
    made = plan(sync, tracks, {}, (), NOW, lookback=Lookback(False, "there is no scratch chat"))
    (asked,) = made.records
    assert "there is no scratch chat" in asked.placements[TELEGRAM].message
    assert "spec.rejects.telegram: [token]" in asked.placements[TELEGRAM].message
    made = plan(sync, tracks, {}, (), NOW, lookback=Lookback(True))
    assert made.operations[TELEGRAM] == (Scan(TELEGRAM, 5, 0, patience=PATIENCE),)


def test_an_upload_that_a_reading_did_not_cover_is_looked_for_in_another() -> None:
    async def body() -> None:
        w = world()
        w.telegram.serial = 50
        old = Intent("add", "older", w.clock() - 3600, marker=10)
        w.write(Track("older", identity=SONGS[0], placements={TELEGRAM: Placement(State.ADDING, intent=old)}))
        w.telegram.posts["20"], w.telegram.tokens["20"] = SONGS[0], "older"
        w.telegram.ever["20"] = SONGS[0]
        # Its deadline passes while the first is read.
        late = Intent("add", "later", w.clock() - 299, marker=30)
        w.write(Track("later", identity=SONGS[1], placements={TELEGRAM: Placement(State.ADDING, intent=late)}))
        w.telegram.posts["40"], w.telegram.tokens["40"] = SONGS[1], "later"
        w.telegram.ever["40"] = SONGS[1]
        await w.wait(3600)
        assert (post_of(w, 0).id, post_of(w, 1).id) == ("20", "40")
        assert w.telegram.calls.count("add") == 0

    run(body())


# ---------------------------------------------------------------------------------- inside the rate limits


def test_no_more_than_twenty_messages_a_minute_go_to_the_scratch_chat() -> None:
    async def body() -> None:
        w = world()
        for n in range(70):
            w.telegram.post(SONGS[n % len(SONGS)], heard=False)
        times: list[float] = []
        original = w.telegram.look

        async def look(id: str) -> Any:
            post = await original(id)
            times.extend([w.clock()] if post is not None else [])
            return post

        w.telegram.look = look  # type: ignore[method-assign]
        w.past = Stretch()
        await w.wait(3600)
        assert len(times) == 70
        assert max(sum(at <= other < at + 60 for other in times) for at in times) <= MESSAGES
        assert times[-1] - times[0] <= 70 / MESSAGES * 60

    run(body())


def test_a_rate_limit_in_the_middle_of_a_batch_loses_nothing_and_stops_no_posting() -> None:
    async def body() -> None:
        w = world()
        for n in range(9):
            w.telegram.post(SONGS[n], heard=False)
        seen: list[str] = []
        original = w.telegram.look

        async def look(id: str) -> Any:
            seen.append(id)
            if seen.count("5") == 1 and id == "5":
                raise RateLimitError("wait", retry_at=w.clock() + 100)
            return await original(id)

        w.telegram.look = look  # type: ignore[method-assign]
        w.past = Stretch()
        await w.step()
        await w.step()
        assert len(w.tracks()) == 4
        place = w.engine.places[TELEGRAM]
        assert (place.parked, place.reason, place.reading.again) == (None, "", w.clock() + 100)
        await w.wait(99)
        assert seen[-1] == "5"
        await w.wait(3600)
        assert len(w.tracks()) == 9
        assert [seen.count(str(n)) for n in range(1, 10)] == [1, 1, 1, 1, 2, 1, 1, 1, 1]

    run(body())


def test_a_scratch_chat_that_turns_out_unusable_is_told_and_tried_again() -> None:
    async def body() -> None:
        w = world()
        w.telegram.post(SONGS[0], heard=False)
        w.telegram.fail = lambda call: TargetError("the bot is not in it") if call == "look" else None
        w.past = Stretch()
        await w.wait(60)
        place = w.engine.places[TELEGRAM]
        assert (place.reading.problem, place.reason) == ("the bot is not in it", "")
        w.telegram.fail = lambda call: None
        await w.wait(3600)
        assert w.past is None and len(w.tracks()) == 1

    run(body())


def test_when_telegram_is_in_trouble_the_reading_goes_on_where_it_was() -> None:
    async def body() -> None:
        w = world()
        for n in range(5):
            w.telegram.post(SONGS[n], heard=False)
        count = [0]

        def fail(call: str) -> Exception | None:
            count[0] += call == "look"
            return TransientError("no network") if count[0] == 3 else None

        w.telegram.fail = fail
        w.past = Stretch()
        await w.step()
        await w.step()
        assert w.engine.places[TELEGRAM].reason == "Unreachable"
        await w.wait(3600)
        assert len(w.tracks()) == 5 and w.past is None
        assert w.engine.places[TELEGRAM].reason == ""

    run(body())


# ------------------------------------------------------------------------------------------------- the past


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


def test_what_is_surplus_is_deleted_before_more_is_read() -> None:
    intent = Intent("add", "token", NOW - 3600, marker=4)
    placement = Placement(State.PRESENT, Origin.PLACED, "5", seen=True, intent=intent)
    tracks = {"t": Track("t", identity=SONGS[0], placements={TELEGRAM: placement})}
    sync = Sync("tapes", {TELEGRAM: Target("-100")})
    begun = plan(sync, tracks, {}, (), NOW, lookback=Lookback(True)).places[TELEGRAM]
    place = replace(begun, reading=replace(begun.reading, surplus=(("t", "7"),)))
    made = plan(sync, tracks, {TELEGRAM: place}, (), NOW, lookback=Lookback(True))
    assert made.operations[TELEGRAM] == (Remove(TELEGRAM, "t", "7"),)
