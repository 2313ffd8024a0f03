"""Quiet hours and digests come at their time whatever restarts and troubles there are, and a wrong time zone is said."""

import asyncio

from reconcilers.errors import TransientError
from tests.notifierhouse import HOUR, MINUTE, House, at_home


def test_what_waits_for_the_end_of_quiet_hours_is_told_when_they_end_and_not_much_later() -> None:
    async def scenario(house: House) -> None:
        house.wishes(quietHours={"from": "00:10", "to": "09:00"})
        house.says("True")
        await asyncio.sleep(1)
        house.says("False", "NotFound")
        await asyncio.sleep(12 * HOUR)
        (_, hello), (moment, news) = house.box.arrived
        assert (hello, news) == (["Hello"], ["Trouble"])
        assert 0 <= moment - 9 * HOUR < MINUTE, "however long the wait was"

    at_home(scenario)


def test_a_digest_comes_whatever_restarts_there_are_and_is_of_the_whole_week() -> None:
    async def scenario(house: House) -> None:
        """Time begins on a Thursday."""
        house.wishes(digest="Weekly")
        house.says("True")
        await asyncio.sleep(1)
        assert house.resource["status"]["notifications"]["digestUpTo"] == "1969-12-29T09:00:00Z"
        for _ in range(9):
            await house.notifier.close()
            house.operator()
            house.pass_made()
            await asyncio.sleep(24 * HOUR)
        digests = [moment for moment, news in house.box.arrived if news == ["Digest"]]
        assert len(digests) == 1 and 0 < digests[0] - (4 * 24 + 9) * HOUR < 3 * MINUTE
        assert house.resource["status"]["notifications"]["digestUpTo"] == "1970-01-05T09:00:00Z"
        writes = house.written
        for _ in range(100):
            house.pass_made()
            await asyncio.sleep(MINUTE)
        assert house.written == writes, "nothing in the status changes when nothing changed"

    at_home(scenario)


def test_a_digest_asked_for_later_is_remembered_though_nothing_is_told() -> None:
    async def scenario(house: House) -> None:
        house.says("True")
        await asyncio.sleep(1)
        house.wishes(digest="Weekly")
        house.pass_made()
        await asyncio.sleep(1)
        assert house.box.news == [["Hello"]]
        assert house.resource["status"]["notifications"]["digestUpTo"] == "1969-12-29T09:00:00Z"

    at_home(scenario)


def test_a_time_zone_that_there_is_not_is_said_and_a_restart_greets_nobody_because_of_it() -> None:
    async def scenario(house: House) -> None:
        house.wishes(quietHours={"from": "22:00", "to": "08:00", "timeZone": "Mars/Phobos"})
        house.says("True")
        await asyncio.sleep(1)
        assert house.delivered == ("False", "InvalidTimeZone") and house.box.news == [["Hello"]]
        house.says("False", "AuthExpired")
        await asyncio.sleep(1)
        await house.notifier.close()
        house.operator()
        house.pass_made()
        await asyncio.sleep(HOUR)
        assert house.box.news == [["Hello"], ["SignIn"]] and house.delivered == ("False", "InvalidTimeZone")
        house.wishes(quietHours={"from": "22:00", "to": "08:00", "timeZone": "Europe/Berlin"})
        house.pass_made()
        assert house.delivered == ("True", "Delivered")

    at_home(scenario)


def test_what_could_not_be_told_before_the_quiet_hours_is_not_taken_for_told_while_they_last() -> None:
    async def scenario(house: House) -> None:
        house.wishes(quietHours={"from": "00:30", "to": "09:00"})
        house.says("True")
        await asyncio.sleep(1)
        house.box.trouble = TransientError("The webhook is in trouble (HTTP 503).")
        house.says("False", "NotFound")
        await asyncio.sleep(4 * HOUR)
        tries = len(house.box.tries)
        assert house.delivered == ("False", "Unreachable")
        house.box.trouble = None
        house.pass_made()
        await asyncio.sleep(4 * HOUR)
        assert house.delivered == ("False", "Unreachable") and len(house.box.tries) == tries
        await asyncio.sleep(2 * HOUR)
        assert house.box.news == [["Hello"], ["Trouble"]] and house.delivered == ("True", "Delivered")

    at_home(scenario)


def test_once_nothing_is_left_to_deliver_it_is_said_that_the_time_zone_is_wrong() -> None:
    async def scenario(house: House) -> None:
        house.says("True")
        await asyncio.sleep(1)
        house.box.trouble = TransientError("The webhook is in trouble (HTTP 503).")
        house.says("False", "AuthExpired")
        await asyncio.sleep(1)
        house.wishes(quietHours={"from": "22:00", "to": "08:00", "timeZone": "Mars/Phobos"})
        house.pass_made()
        await asyncio.sleep(1)
        assert house.delivered == ("False", "Unreachable")
        house.says("True")
        await asyncio.sleep(HOUR)
        assert house.delivered == ("False", "InvalidTimeZone")

    at_home(scenario)
