"""Events: few, counted, and never in the way."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from navaar.kube.client import Kind, Kube, Resource
from navaar.kube.errors import NotFound, Unavailable
from navaar.kube.events import LIMIT, Events
from tests.virtual_time import now, virtual

SYNC = {
    "apiVersion": "navaar.dev/v1alpha1",
    "kind": "MusicSync",
    "metadata": {"name": "tapes", "namespace": "music", "uid": "u1"},
}


class Server:
    """Keeps Events, counts writes, and fails on demand."""

    def __init__(self) -> None:
        self.events: dict[str, Resource] = {}
        self.writes = 0
        self.trouble: Exception | None = None

    async def create(self, kind: Kind, namespace: str, body: Resource) -> Resource:
        self._write()
        assert kind.plural == "events"
        self.events[body["metadata"]["name"]] = dict(body)
        return body

    async def patch(self, kind: Kind, namespace: str, name: str, change: Mapping[str, Any]) -> Resource:
        self._write()
        if name not in self.events:
            raise NotFound("expired")
        self.events[name].update(change)
        return self.events[name]

    def _write(self) -> None:
        self.writes += 1
        if self.trouble is not None:
            raise self.trouble


def emitting(scenario: Callable[[Events, Server], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        server = Server()
        kube: Any = server
        typed: Kube = kube
        events = Events(typed, clock=now)
        task = asyncio.create_task(events.run())
        await scenario(events, server)
        task.cancel()

    virtual(run())


def test_an_event_names_its_object_its_reason_and_who_says_it() -> None:
    async def scenario(events: Events, server: Server) -> None:
        events.emit(SYNC, "AuthExpired", "Spotify refused the token.", "Warning")
        await asyncio.sleep(1)
        (event,) = server.events.values()
        assert event["involvedObject"] == {
            "apiVersion": "navaar.dev/v1alpha1",
            "kind": "MusicSync",
            "name": "tapes",
            "namespace": "music",
            "uid": "u1",
        }
        assert (event["type"], event["reason"], event["count"]) == ("Warning", "AuthExpired", 1)
        assert event["message"] == "Spotify refused the token."
        assert event["reportingComponent"] == "navaar.dev/navaar"

    emitting(scenario)


def test_two_places_in_the_same_trouble_are_two_events() -> None:
    async def scenario(events: Events, server: Server) -> None:
        for service in ("Google", "Spotify"):
            events.emit(SYNC, "InvalidClient", f"{service} doesn't know this client.", "Warning", f"{service}Ready")
        await asyncio.sleep(1)
        assert sorted(event["message"].split()[0] for event in server.events.values()) == ["Google", "Spotify"]

    emitting(scenario)


def test_what_happens_again_is_counted_and_written_once_a_minute() -> None:
    async def scenario(events: Events, server: Server) -> None:
        for second in range(300):
            events.emit(SYNC, "RateLimited", f"wait {second} s")
            await asyncio.sleep(1)
        assert server.writes <= 6
        await asyncio.sleep(120)
        (event,) = server.events.values()
        assert (event["count"], event["message"]) == (300, "wait 299 s")
        writes = server.writes
        await asyncio.sleep(3600)
        assert server.writes == writes

    emitting(scenario)


def test_different_reasons_do_not_wait_for_each_other() -> None:
    async def scenario(events: Events, server: Server) -> None:
        events.emit(SYNC, "RateLimited", "wait")
        events.emit(SYNC, "Synced", "12 songs")
        await asyncio.sleep(1)
        assert {event["reason"] for event in server.events.values()} == {"RateLimited", "Synced"}

    emitting(scenario)


def test_an_event_that_the_cluster_forgot_is_begun_anew() -> None:
    async def scenario(events: Events, server: Server) -> None:
        events.emit(SYNC, "Synced", "12 songs")
        await asyncio.sleep(4000)
        server.events.clear()
        events.emit(SYNC, "Synced", "13 songs")
        await asyncio.sleep(1)
        (event,) = server.events.values()
        assert (event["count"], event["message"]) == (1, "13 songs")

    emitting(scenario)


def test_an_api_server_that_is_away_costs_an_event_and_nothing_else() -> None:
    async def scenario(events: Events, server: Server) -> None:
        server.trouble = Unavailable("down")
        events.emit(SYNC, "Synced", "12 songs")
        await asyncio.sleep(600)
        assert server.writes == 1
        server.trouble = None
        events.emit(SYNC, "Synced", "12 songs")
        await asyncio.sleep(1)
        assert len(server.events) == 1

    emitting(scenario)


def test_what_is_remembered_is_bounded() -> None:
    async def scenario(events: Events, server: Server) -> None:
        for number in range(LIMIT + 100):
            events.emit(SYNC, f"Reason{number}", "…")
        await asyncio.sleep(1)
        assert len(server.events) == LIMIT
        assert "Reason99" not in {event["reason"] for event in server.events.values()}

    emitting(scenario)
