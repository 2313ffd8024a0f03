"""Old posts are read within Telegram's limits, and no trouble on the way loses any or stops the posting."""

from typing import Any

from reconcilers.errors import RateLimitError, TargetError, TransientError
from reconcilers.model import Stretch
from reconcilers.plan.lookback import MESSAGES
from tests.memory import TELEGRAM
from tests.oldposts import SONGS, world
from tests.planworld import run


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
