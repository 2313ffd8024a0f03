"""Uploads whose answer was lost: what arrived is found and not sent again, and what did not is sent once more."""

from dataclasses import replace
from typing import Any

import pytest

from reconcilers.errors import ItemError
from reconcilers.model import Intent, Origin, Placement, State, Track
from reconcilers.plan import plan
from reconcilers.plan.lookback import PATIENCE, Lookback
from reconcilers.plan.operations import Remove, Scan
from reconcilers.policy import Sync, Target
from reconcilers.services.protocol import AddRequest
from tests.memory import TELEGRAM, World
from tests.oldposts import SONGS, looks, titles, world
from tests.planworld import NOW, run


def once(value: Any, otherwise: Any) -> Any:
    """The first upload meets with this, later ones with the other."""
    left = [value]
    return lambda request: left.pop() if left else otherwise


def lost(w: World, *, delivered: int) -> None:
    """The answer to the next upload is lost."""
    w.telegram.deliver, w.telegram.lose = once(delivered, 1), once(True, False)


def post_of(w: World, song: int) -> Placement:
    return w.track(SONGS[song].title).placements[TELEGRAM]


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


def test_what_is_surplus_is_deleted_before_more_is_read() -> None:
    intent = Intent("add", "token", NOW - 3600, marker=4)
    placement = Placement(State.PRESENT, Origin.PLACED, "5", seen=True, intent=intent)
    tracks = {"t": Track("t", identity=SONGS[0], placements={TELEGRAM: placement})}
    sync = Sync("tapes", {TELEGRAM: Target("-100")})
    begun = plan(sync, tracks, {}, (), NOW, lookback=Lookback(True)).places[TELEGRAM]
    place = replace(begun, reading=replace(begun.reading, surplus=(("t", "7"),)))
    made = plan(sync, tracks, {TELEGRAM: place}, (), NOW, lookback=Lookback(True))
    assert made.operations[TELEGRAM] == (Remove(TELEGRAM, "t", "7"),)
