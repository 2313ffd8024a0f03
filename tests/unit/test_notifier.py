"""What people are told is remembered at once, by the one who leads, and is no more for many MusicSyncs than for one."""

import asyncio

from tests.notifierhouse import HOUR, MINUTE, House, at_home


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
