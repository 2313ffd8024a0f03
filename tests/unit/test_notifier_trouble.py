"""Telling people holds up nothing, and goes on until it succeeds or there is nothing left to tell."""

import asyncio

from reconcilers.errors import RateLimitError, TargetError, TransientError
from tests.notifierhouse import HOUR, MINUTE, House, at_home
from tests.virtual_time import now


def test_a_webhook_that_is_down_is_tried_again_and_passes_go_on_meanwhile() -> None:
    async def scenario(house: House) -> None:
        house.box.trouble, house.box.late = TransientError("The webhook is in trouble (HTTP 503)."), 10.0
        house.says("True")
        for _ in range(3600):
            before = now()
            house.pass_made()
            assert now() == before, "a pass waits for nobody"
            await asyncio.sleep(1)
        assert house.delivered == ("False", "Unreachable") and house.box.news == []
        assert 5 < len(house.box.tries) < 20, "again and again, and less and less often"
        house.box.trouble = None
        await asyncio.sleep(15 * MINUTE)
        assert house.box.news == [["Hello"]] and house.delivered == ("True", "Delivered")

    at_home(scenario)


def test_what_surely_did_not_arrive_does_not_count() -> None:
    async def scenario(house: House) -> None:
        house.says("True")
        await asyncio.sleep(1)
        house.box.trouble = TransientError("The webhook is in trouble (HTTP 503).")
        house.says("False", "AuthExpired")
        await asyncio.sleep(20)
        assert len(house.box.tries) > 3
        house.box.trouble = None
        await asyncio.sleep(MINUTE)
        assert house.box.news == [["Hello"], ["SignIn"]]

    at_home(scenario)


def test_what_has_passed_before_it_could_be_told_is_never_told() -> None:
    async def scenario(house: House) -> None:
        house.says("True")
        await asyncio.sleep(1)
        house.box.trouble = TransientError("down")
        house.says("False", "AuthExpired")
        await asyncio.sleep(MINUTE)
        assert house.delivered == ("False", "Unreachable")
        house.says("True")
        house.box.trouble = None
        await asyncio.sleep(HOUR)
        assert house.box.news == [["Hello"]] and house.delivered == ("True", "Delivered")

    at_home(scenario)


def test_a_message_whose_answer_is_lost_again_and_again_is_not_sent_again_and_again() -> None:
    async def scenario(house: House) -> None:
        house.says("True")
        await asyncio.sleep(1)
        house.box.lost = True
        house.says("False", "AuthExpired")
        for _ in range(360):
            house.pass_made()
            await asyncio.sleep(10)
        times = [moment for moment, _ in house.box.arrived[1:]]
        assert all(later - sooner >= 10 * MINUTE for sooner, later in zip(times, times[2:], strict=False))
        house.box.lost = False
        await asyncio.sleep(HOUR)
        heard = len(house.box.news)
        await asyncio.sleep(24 * HOUR)
        assert len(house.box.news) == heard and house.delivered == ("True", "Delivered")

    at_home(scenario)


def test_people_who_could_not_be_reached_are_greeted_when_they_can_be_and_a_new_secret_is_tried_at_once() -> None:
    async def scenario(house: House) -> None:
        house.says("True")
        await asyncio.sleep(1)
        house.box.trouble = TargetError("blocked", reason="Forbidden")
        house.says("False", "AuthExpired")
        await asyncio.sleep(HOUR)
        house.says("True")
        await asyncio.sleep(HOUR)
        assert house.delivered == ("False", "Forbidden"), "it is not known to be well before something arrives"
        await house.notifier.close()
        house.operator()
        house.pass_made()
        await asyncio.sleep(1)
        assert house.delivered == ("False", "Forbidden")
        await asyncio.sleep(HOUR)
        house.box.trouble = None
        house.notifier.secret_changed("music", "another")
        await asyncio.sleep(0.5)
        assert house.delivered == ("False", "Forbidden")
        house.notifier.secret_changed("music", "hook")
        await asyncio.sleep(0.5)
        assert house.box.news == [["Hello"], ["Hello"]] and house.delivered == ("True", "Delivered")

    at_home(scenario)


def test_where_it_is_asked_to_wait_it_waits() -> None:
    async def scenario(house: House) -> None:
        house.box.trouble = RateLimitError("Telegram asks to wait.", retry_at=now() + HOUR)
        house.says("True")
        await asyncio.sleep(1)
        house.box.trouble = None
        for _ in range(59):
            await asyncio.sleep(MINUTE)
            house.pass_made()
        assert house.box.tries == [1000.0]
        await asyncio.sleep(10 * MINUTE)
        assert house.box.news == [["Hello"]]

    at_home(scenario)
