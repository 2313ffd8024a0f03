"""The endpoints: what the cluster reads of the operator's health and numbers."""

from collections.abc import AsyncIterator, Mapping
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from navaar.http.app import application
from navaar.http.server import HttpServer
from navaar.queue import WorkQueue
from navaar.telemetry.metrics import Metrics
from reconcilers.model import Origin, Placement, Source, State, Track
from reconcilers.plan.progress import Progress
from reconcilers.services.protocol import ServiceName


class Tracks:
    age = 3.0

    def phases(self) -> Mapping[tuple[str, str], Mapping[str, int]]:
        return {("music", "tapes"): {"Synced": 397, "Syncing": 3, "Failed": 1, "": 2}, ("music", "gone"): {"Synced": 0}}


class Endpoint:
    def __init__(self) -> None:
        self.problem: str | None = None
        self.unready: str | None = None
        self.time = 1_800_000_000.0
        self.metrics = Metrics(clock=lambda: self.time)
        app = application(alive=lambda: self.problem, ready=lambda: self.unready, metrics=self.metrics.render)
        self.server = HttpServer(app, host="127.0.0.1", port=0)

    async def get(self, path: str, accept: str = "") -> tuple[int, str, str]:
        host, port = self.server.addresses[0]
        async with (
            aiohttp.ClientSession(trust_env=False) as session,
            session.get(f"http://{host}:{port}{path}", headers={"Accept": accept}) as answer,
        ):
            return answer.status, await answer.text(), answer.headers["Content-Type"]


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    made = Endpoint()
    await made.server.start()
    yield made
    await made.server.close()


async def test_health_and_readiness_are_two_questions(endpoint: Endpoint) -> None:
    assert (await endpoint.get("/healthz"))[:2] == (200, "ok\n")
    endpoint.unready = "the Tracks are still being read"
    assert (await endpoint.get("/healthz"))[0] == 200
    assert (await endpoint.get("/readyz"))[:2] == (503, "the Tracks are still being read\n")
    endpoint.problem = "the watch is silent"
    assert (await endpoint.get("/healthz"))[:2] == (503, "the watch is silent\n")


async def test_the_numbers_are_those_of_now(endpoint: Endpoint) -> None:
    queue: WorkQueue[tuple[str, str]] = WorkQueue()
    queue.add(("music", "tapes"))
    elector: Any = SimpleNamespace(leading=True)
    endpoint.metrics.observe(Tracks(), SimpleNamespace(queue=queue), elector)
    endpoint.metrics.called(ServiceName.SPOTIFY, "search", 1, "ok", 0.2)
    endpoint.metrics.called(ServiceName.YOUTUBE, "add", 50, "QuotaExhausted", 0.3)
    endpoint.metrics.passed(("music", "tapes"), 0.01, False)
    spotify = ServiceName.SPOTIFY
    held = {(f"t{n}", spotify, "remove") for n in "ab"}
    states = {spotify: {State.PRESENT: 397}}
    progress = Progress(songs={spotify: endpoint.time - 60})
    endpoint.metrics.stands(("music", "tapes"), states, endpoint.time - 3600, held, progress)
    endpoint.metrics.said(("music", "tapes"), [{"type": "Ready", "status": "False", "reason": "AwaitingApproval"}])
    endpoint.metrics.stands(("music", "gone"), states, None, (), Progress())
    endpoint.metrics.forgotten(("music", "gone"))
    endpoint.time += 40
    status, text, content_type = await endpoint.get("/metrics")
    assert status == 200
    assert content_type.startswith("text/plain")
    for line in (
        'navaar_tracks{namespace="music",phase="Synced",sync="tapes"} 397.0',
        'navaar_tracks_pending{namespace="music",sync="tapes"} 5.0',
        'navaar_tracks_failed{namespace="music",sync="tapes"} 1.0',
        'navaar_service_requests_total{operation="search",outcome="ok",service="spotify"} 1.0',
        'navaar_service_units_total{service="youtubeMusic"} 50.0',
        'navaar_sync_errors_total{error_type="QuotaExhausted",service="youtubeMusic"} 1.0',
        'navaar_sync_cycles_total{namespace="music",result="ok",sync="tapes"} 1.0',
        'navaar_sync_cycles_total{namespace="music",result="failed",sync="tapes"} 0.0',
        'navaar_held_operations{namespace="music",operation="remove",service="spotify",sync="tapes"} 2.0',
        'navaar_held_operations{namespace="music",operation="add",service="spotify",sync="tapes"} 0.0',
        'navaar_place_songs{namespace="music",service="spotify",state="Present",sync="tapes"} 397.0',
        'navaar_place_songs{namespace="music",service="spotify",state="Failed",sync="tapes"} 0.0',
        'navaar_sync_stalled_seconds{namespace="music",service="spotify",sync="tapes"} 100.0',
        'navaar_review_oldest_seconds{namespace="music",sync="tapes"} 3640.0',
        'navaar_sync_pass_age_seconds{namespace="music",sync="tapes"} 40.0',
        'navaar_condition{namespace="music",reason="AwaitingApproval",status="False",sync="tapes",type="Ready"} 1.0',
        "navaar_queue_depth 1.0",
        "navaar_leader 1.0",
        "navaar_up 1.0",
        "navaar_informer_age_seconds 3.0",
    ):
        assert line in text.splitlines()
    assert 'sync="gone"' not in text
    assert "_created" not in text


async def test_what_a_pass_recorded_is_counted_once_and_the_wait_of_new_songs_is_told(endpoint: Endpoint) -> None:
    spotify, youtube = ServiceName.SPOTIFY, ServiceName.YOUTUBE

    def song(name: str, source: Source, spotify_state: State, youtube_state: State) -> Track:
        placements = {
            spotify: Placement(spotify_state, Origin.PLACED, "x", changed=endpoint.time),
            youtube: Placement(youtube_state, reason="TooLarge"),
        }
        origin = (ServiceName.TELEGRAM, name)
        return Track(name, origin, placements=placements, source=source, created=endpoint.time - 45)

    before = {n: song(n, s, State.ADDING, State.PENDING) for n, s in (("a", Source.NEW), ("b", Source.BACKLOG))}
    after = [song(n, t.source, State.PRESENT, State.FAILED) for n, t in before.items()]
    endpoint.metrics.recorded(before, [*after, song("c", Source.NEW, State.PENDING, State.PENDING)])
    text = (await endpoint.get("/metrics"))[1].splitlines()
    assert 'navaar_tracks_synced_total{service="spotify"} 2.0' in text
    assert 'navaar_track_lag_seconds_count{service="spotify"} 1.0' in text, "a backlog waits for no reason to complain"
    assert 'navaar_track_lag_seconds_sum{service="spotify"} 45.0' in text
    assert 'navaar_tracks_given_up_total{reason="TooLarge",service="youtubeMusic"} 2.0' in text
    assert 'navaar_tracks_discovered_total{service="telegram"} 1.0' in text


async def test_every_known_label_is_there_before_anything_happened(endpoint: Endpoint) -> None:
    _, text, _ = await endpoint.get("/metrics")
    for service in ServiceName:
        assert f'navaar_sync_errors_total{{error_type="RateLimited",service="{service.value}"}} 0.0' in text
        assert f'navaar_tracks_synced_total{{service="{service.value}"}} 0.0' in text
        assert f'navaar_tracks_given_up_total{{reason="NotStored",service="{service.value}"}} 0.0' in text
        assert f'navaar_track_lag_seconds_count{{service="{service.value}"}} 0.0' in text


async def test_where_the_api_is_off_there_is_none_of_it(endpoint: Endpoint) -> None:
    for path in ("/api/counts", "/docs", "/openapi.json", "/"):
        assert (await endpoint.get(path))[0] == 404


async def test_openmetrics_is_given_to_who_asks_for_it(endpoint: Endpoint) -> None:
    _, text, content_type = await endpoint.get("/metrics", "application/openmetrics-text; version=1.0.0")
    assert content_type.startswith("application/openmetrics-text")
    assert text.endswith("# EOF\n")


async def test_a_port_that_is_taken_is_an_error_at_the_start(endpoint: Endpoint) -> None:
    host, port = endpoint.server.addresses[0]
    second = HttpServer(
        application(alive=lambda: None, ready=lambda: None, metrics=lambda _: (b"", "")), host=host, port=port
    )
    with pytest.raises(OSError, match="in use"):
        await second.start()
    await second.close()
