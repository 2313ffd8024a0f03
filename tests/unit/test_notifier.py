"""Telling people holds up nothing, goes on until it succeeds, and is remembered."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from navaar.api.instant import written
from navaar.notices.notifier import Notifier
from navaar.notices.tally import Tally
from navaar.notices.text import Message
from reconcilers.errors import OutcomeUnknown, RateLimitError, TargetError, TransientError
from tests.virtual_time import now, virtual

KEY = ("music", "friday-tapes")
MINUTE, HOUR = 60.0, 3600.0


class Mailbox:
    """Delivers, or fails as long as it is told to. `late` is how long an answer takes."""

    def __init__(self) -> None:
        self.arrived: list[tuple[float, list[str]]] = []
        self.tries: list[float] = []
        self.trouble: Exception | None = None
        self.lost = False
        self.late = 0.0

    async def deliver(self, sync: Mapping[str, Any], message: Message) -> None:
        self.tries.append(now())
        await asyncio.sleep(self.late)
        if self.trouble is not None:
            raise self.trouble
        self.arrived.append((now(), [one.item.news.value for one in message.paragraphs]))
        if self.lost:
            raise OutcomeUnknown("The answer was lost.")

    @property
    def news(self) -> list[list[str]]:
        return [news for _, news in self.arrived]


class House:
    """One MusicSync and its operator, as far as they matter here: passes write the status, and tell the notifier."""

    def __init__(self, name: str = KEY[1]) -> None:
        self.key = (KEY[0], name)
        self.box = Mailbox()
        self.leads = True
        self.remembering: Callable[[tuple[str, str]], Coroutine[Any, Any, None]] | None = None
        self.resource: dict[str, Any] = {
            "metadata": {"namespace": KEY[0], "name": name, "uid": name, "generation": 1},
            "spec": {"notifications": {"webhookSecretRef": {"name": "hook"}}},
        }
        self.written = 0
        self.conditions: list[dict[str, Any]] = []
        self.notifier = self.operator()

    def operator(self) -> Notifier:
        """A new process."""
        self.notifier = Notifier(self.box, self.remember, lambda: self.leads, clock=now)
        self.notifier.start()
        return self.notifier

    async def remember(self, key: tuple[str, str]) -> None:
        if self.remembering is not None:
            await self.remembering(key)
        else:
            assert key == self.key
            self.write()

    def says(self, status: str, reason: str = "Ready") -> None:
        """A pass that finds Spotify so."""
        known = self.conditions[0] if self.conditions else {}
        since = known["lastTransitionTime"] if known.get("status") == status else written(now())
        self.conditions = [
            {"type": "SpotifyReady", "status": status, "reason": reason, "message": "m", "lastTransitionTime": since}
        ]
        self.pass_made()

    def pass_made(self) -> None:
        self.write()
        self.notifier.saw(self.resource, {}, self.tally)

    def wishes(self, **spec: Any) -> None:
        """Somebody edits spec.notifications."""
        notifications = {"webhookSecretRef": {"name": "hook"}, **spec}
        self.resource = {**self.resource, "spec": {"notifications": notifications}}

    @staticmethod
    def tally(since: float, until: float) -> Tally:
        return Tally(came=round((until - since) / (24 * HOUR)))

    def write(self) -> None:
        status = self.notifier.stamped(self.resource, {"conditions": self.conditions})
        if status != self.resource.get("status"):
            self.written += 1
            self.resource = {**self.resource, "status": status}

    @property
    def delivered(self) -> tuple[str, str]:
        (found,) = [c for c in self.resource["status"]["conditions"] if c["type"] == "NotificationsDelivered"]
        return found["status"], found["reason"]


def at_home(scenario: Callable[[House], Coroutine[Any, Any, None]]) -> None:
    async def live() -> None:
        house = House()
        try:
            await scenario(house)
        finally:
            await house.notifier.close()

    virtual(live())


def test_what_was_told_is_remembered_at_once_and_a_restart_repeats_nothing() -> None:
    async def scenario(house: House) -> None:
        house.says("True")
        await asyncio.sleep(1)
        house.says("False", "AuthExpired")
        await asyncio.sleep(1)
        assert house.box.news == [["Hello"], ["SignIn"]]
        assert house.resource["status"]["notifications"]["told"][0]["about"] == "spotify"
        await house.notifier.close()
        house.operator()
        house.pass_made()
        await asyncio.sleep(HOUR)
        assert len(house.box.news) == 2 and house.delivered == ("True", "Delivered")
        writes = house.written
        for _ in range(100):
            house.pass_made()
            await asyncio.sleep(MINUTE)
        assert house.written == writes, "nothing in the status changes when nothing changed"

    at_home(scenario)


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


def test_a_message_under_way_at_shutdown_ends_and_is_remembered() -> None:
    async def scenario(house: House) -> None:
        house.says("True")
        await asyncio.sleep(1)
        house.box.late = 8.0
        house.says("False", "AuthExpired")
        await asyncio.sleep(1)
        await house.notifier.close()
        assert house.box.news == [["Hello"], ["SignIn"]]
        house.operator()
        house.pass_made()
        await asyncio.sleep(HOUR)
        assert len(house.box.news) == 2

    at_home(scenario)


def test_who_does_not_hold_the_lease_tells_nobody() -> None:
    async def scenario(house: House) -> None:
        house.leads = False
        house.says("False", "AuthExpired")
        await asyncio.sleep(HOUR)
        assert house.box.tries == []

    at_home(scenario)


def test_without_anybody_to_tell_nothing_is_told_or_remembered() -> None:
    async def scenario(house: House) -> None:
        house.says("False", "AuthExpired")
        await asyncio.sleep(1)
        assert "notifications" in house.resource["status"]
        house.resource = {**house.resource, "spec": {}}
        house.pass_made()
        await asyncio.sleep(HOUR)
        assert "notifications" not in house.resource["status"]
        assert [c["type"] for c in house.resource["status"]["conditions"]] == ["SpotifyReady"]
        assert len(house.box.news) == 1
        house.resource = {**house.resource, "spec": {"notifications": {"webhookSecretRef": {"name": "hook"}}}}
        house.pass_made()
        await asyncio.sleep(1)
        assert house.box.news[0] == house.box.news[1] == ["Hello", "SignIn"]

    at_home(scenario)


def test_people_who_are_told_of_many_music_syncs_hear_no_more_at_a_time_than_of_one() -> None:
    async def scenario(house: House) -> None:
        houses = [house]
        for n in range(1, 5):
            other = House(f"sync-{n}")
            await other.notifier.close()
            other.notifier, other.box = house.notifier, house.box
            houses.append(other)
        named = {one.key: one for one in houses}

        async def remember(key: tuple[str, str]) -> None:
            named[key].write()

        house.remembering = remember
        for one in houses:
            one.says("True")
        await asyncio.sleep(1)
        assert house.box.news == [["Hello"]] * 5, "greetings are not counted"
        for one in houses:
            one.says("False", "AuthExpired")
        await asyncio.sleep(1)
        assert house.box.news[5:] == [["SignIn"]] * 2
        assert all(one.delivered == ("True", "Delivered") for one in houses)
        await asyncio.sleep(HOUR)
        times = [moment for moment, news in house.box.arrived if news == ["SignIn"]]
        assert len(times) == 5
        assert all(later - sooner >= 10 * MINUTE for sooner, later in zip(times, times[2:], strict=False))

    at_home(scenario)


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
