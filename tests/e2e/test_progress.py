"""How far downloads and uploads are, from a running operator: told to those who look on, and never to the API server."""

import contextlib
import http.client
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from sandbox import quickstart, scenario
from sandbox.catalogue import crowd
from sandbox.world import World
from tests.e2e.conftest import API_TOKEN, Scene

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane, and Helm

SONGS = 10
SLOW = 2.0
"""Seconds that the media server takes for a song of a minute."""


def tapes(world: World) -> None:
    """The quickstart's accounts, and ten songs of a minute each in the YouTube playlist."""
    scenario.empty(world)
    known = [song for song in crowd(200)[1::17] if song.spotify_id and song.video_id]
    songs = [replace(song, duration=60) for song in known[:SONGS]]
    assert len(songs) == SONGS
    world.catalogue.extend(songs)
    for song in songs:
        assert song.video_id is not None
        world.youtube.add(scenario.YOUTUBE_PLAYLIST, song.video_id)


@dataclass
class Follower(threading.Thread):
    """Reads the stream until it ends."""

    port: int
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Authorization": f"Bearer {API_TOKEN}", "Accept": "text/event-stream"}
        self._connection.request("GET", "/api/progress", headers=headers)
        self.answer = self._connection.getresponse()
        assert self.answer.status == 200
        assert self.answer.headers["Content-Type"].startswith("text/event-stream")
        self.start()

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        name = ""
        # At the end of the test the operator goes away.
        with contextlib.suppress(OSError, http.client.HTTPException):
            for line in iter(self.answer.readline, b""):
                word, _, rest = line.decode().strip().partition(": ")
                if word == "event":
                    name = rest
                elif word == "data":
                    self.events.append((name, json.loads(rest)))

    def updates(self) -> list[dict[str, Any]]:
        return [item for name, told in list(self.events) if name == "progress" for item in told["items"]]


def test_ten_songs_are_followed_while_their_tracks_are_written_a_few_times_only(
    scene_with: Callable[..., Scene],
) -> None:
    scene = scene_with(tapes)
    scene.break_("slow", "youtube", "media", times=None, seconds=SLOW)
    port = scene.start("--api", "tokens").port
    with socket.socket() as idle:
        # Somebody who never reads what they are sent.
        idle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        idle.connect(("127.0.0.1", port))
        asked = f"GET /api/progress HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {API_TOKEN}\r\n"
        idle.sendall(f"{asked}Accept: text/event-stream\r\n\r\n".encode())
        first = Follower(port)
        started = time.monotonic()
        scene.begin(spotify=None)
        scene.until("half of them are there", lambda: len(over(first)) >= SONGS // 2)
        scene.until("one is being downloaded", lambda: first.updates()[-1]["step"] == "downloading")
        late = Follower(port)
        scene.wait_converged()
        scene.until("all are over", lambda: len(over(first)) == SONGS)
        seconds = time.monotonic() - started

    updates = first.updates()
    assert len(updates) >= 50
    assert len(updates) <= 4 * seconds + SONGS
    assert [name for name, _ in first.events[:1]] == ["now"]
    assert first.events[0][1]["operator"]["leading"] is True
    names = {track["metadata"]["name"] for track in scene.tracks()}
    assert {item["track"] for item in updates} == names
    for name in names:
        of = [item for item in updates if item["track"] == name]
        assert [item["step"] for item in of if item["step"] in ("arrived", "stopped")] == ["arrived"]
        assert of[-1]["step"] == "arrived"
        downloaded = [(item["done"], item["total"]) for item in of if item["step"] == "downloading" and "total" in item]
        assert downloaded == sorted(downloaded)
        assert len({done for done, _ in downloaded}) >= 2, of
        assert all(0 <= item.get("share", 0) <= 1 for item in of)

    name, now = late.events[0]
    assert name == "now"
    (item,) = now["items"]
    assert item["track"] in names
    assert (item["namespace"], item["sync"], item["service"]) == (scene.namespace, quickstart.NAME, "telegram")
    assert {one["track"] for one in late.updates()} < names

    writes = Counter(w.name for w in scene.kubernetes_writes() if w.resource == "tracks.navaar.dev/status")
    print(f"{len(updates)} updates in {seconds:.0f} s; status writes: {sorted(writes.values())}")
    assert set(writes) == names
    assert max(writes.values()) <= 5
    assert json.loads(asked_once(port))["items"] == []


def over(follower: Follower) -> set[str]:
    """The Tracks whose way is over, as far as one was told."""
    return {item["track"] for item in follower.updates() if item["step"] in ("arrived", "stopped")}


def asked_once(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/api/progress", headers={"Authorization": f"Bearer {API_TOKEN}"})
        return connection.getresponse().read().decode()
    finally:
        connection.close()
