"""The simulated Spotify on the wire: its quotas, faults and journal, and answers as the vendor describes them."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from tests.contract.openapi import contract
from tests.contract.spotifyclient import PLAYLIST, REFRESH, STRANGE, TOKEN_URL, Stage, refused, staged
from tests.waiting import until


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with staged(monkeypatch) as stage:
        yield stage


def test_a_rate_limit_says_how_long_to_wait(stage: Stage) -> None:
    stage.api.current_user()
    stage.arm("rate-limit", seconds=7)
    problem = refused(stage.api.current_user)
    assert (problem.http_status, problem.headers["Retry-After"], problem.reason) == (429, "7", None)


def test_an_exceeded_quota_names_its_reason(stage: Stage) -> None:
    stage.api.current_user()
    stage.arm("quota", seconds=48_925)
    problem = refused(stage.api.current_user)
    assert (problem.reason, problem.headers["Retry-After"]) == ("QUOTA_EXCEEDED", "48925")


def test_the_daily_quota_runs_out_and_comes_back(stage: Stage) -> None:
    stage.world.spotify.quota.per_day = 2
    stage.api.current_user()
    stage.api.current_user()
    problem = refused(stage.api.current_user)
    assert (problem.http_status, problem.reason) == (429, "QUOTA_EXCEEDED")
    stage.box.call(lambda: stage.world.clock.advance(86_401))
    form = {"grant_type": "refresh_token", "refresh_token": REFRESH}
    token = stage.session.post(TOKEN_URL, data=form, auth=("client", "secret")).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert stage.session.get("https://api.spotify.com/v1/me", headers=headers).ok


def test_a_lost_answer_leaves_the_song_added(stage: Stage) -> None:
    stage.api.current_user()
    stage.arm("lost", call="POST /playlists/{id}/items")
    with pytest.raises(requests.ConnectionError):
        stage.add("yellow")
    assert stage.rows() == [stage.song("yellow")]


def test_a_reset_connection_leaves_the_song_out(stage: Stage) -> None:
    stage.api.current_user()
    stage.arm("reset", call="POST /playlists/{id}/items")
    with pytest.raises(requests.ConnectionError):
        stage.add("yellow")
    assert stage.rows() == []


def test_a_late_answer_comes_after_the_song_was_added(stage: Stage) -> None:
    stage.api.current_user()
    stage.api.requests_timeout = (5, 0.05)
    stage.arm("late", call="POST /playlists/{id}/items", seconds=30)
    with pytest.raises(requests.ReadTimeout):
        stage.add("yellow")
    until(lambda: stage.rows() == [stage.song("yellow")])


def test_an_add_can_happen_twice_or_with_another_recording(stage: Stage) -> None:
    stage.arm("doubled", call="POST /playlists/{id}/items")
    stage.add("yellow")
    stage.arm("substitute", call="POST /playlists/{id}/items", detail={"id": stage.song("fix-you-live")})
    stage.add("fix-you")
    assert stage.rows() == [stage.song("yellow")] * 2 + [stage.song("fix-you-live")]


@pytest.mark.parametrize(("kind", "rows", "total"), [("empty", 0, 0), ("short", 2, 2), ("truncated", 2, 5)])
def test_listings_can_be_wrong_in_three_ways(stage: Stage, kind: str, rows: int, total: int) -> None:
    stage.put("yellow", "creep", "jolene", "fix-you", "pol")
    stage.arm(kind, call="GET /playlists/{id}/items")
    page = stage.api.playlist_items(PLAYLIST)
    assert (len(page["items"]), page["total"], page["next"]) == (rows, total, None)


def test_a_dead_token_and_a_server_error_look_as_the_vendor_writes_them(stage: Stage) -> None:
    stage.api.current_user()
    stage.arm("revoked")
    assert refused(stage.api.current_user).http_status == 401
    stage.arm("error", status=502)
    assert refused(stage.api.current_user).http_status == 502


def test_every_request_is_in_the_journal_and_only_changes_are_writes(stage: Stage) -> None:
    stage.api.playlist(PLAYLIST)
    stage.add("yellow")
    stage.api.playlist_remove_all_occurrences_of_items(PLAYLIST, [stage.song("yellow")])
    journal = stage.world.journal
    assert journal.counts("spotify") == {
        "POST /api/token": 1,
        "GET /playlists/{id}": 1,
        "POST /playlists/{id}/items": 1,
        "DELETE /playlists/{id}/items": 1,
    }
    added, removed = journal.writes("spotify")
    assert added.detail["body"]["uris"] == [f"spotify:track:{stage.song('yellow')}"]
    assert (added.status, removed.status) == (201, 200)


def test_answers_are_as_the_vendors_description_says(stage: Stage) -> None:
    spec, checked = contract("spotify-web-api.openapi.yaml"), set()

    def check(response: requests.Response, *_: object, **__: object) -> None:
        method, path = response.request.method or "", urlsplit(response.url).path.removeprefix("/v1")
        checked.add((method, spec.check(method, path, response.status_code, response.json()), response.status_code))

    stage.put("yellow", "uptown-funk", "pol", "bom-nal", "jolene")
    stage.box.call(lambda: stage.world.spotify.add_episode(PLAYLIST, "A Talk"))
    stage.session.hooks["response"].append(check)
    api = stage.api
    api.current_user()
    api.playlist(PLAYLIST)
    api.playlist(STRANGE)
    api.playlist_items(PLAYLIST, limit=2, offset=2)
    api.playlist_items(PLAYLIST, offset=5)
    stage.add("creep")
    api.playlist_remove_all_occurrences_of_items(PLAYLIST, [stage.song("creep")])
    api.playlist_replace_items(PLAYLIST, [stage.song("creep")])
    api.track(stage.song("suliko"))
    api.search("fix you", limit=3)
    api.current_user_playlists()
    api.current_user_playlist_create("friday", "Another")
    refused(lambda: api.playlist_items(STRANGE))
    stage.arm("rate-limit", seconds=1)
    refused(api.current_user)
    items = "/playlists/{playlist_id}/items"
    assert checked - {("POST", None, 200)} == {
        ("GET", "/me", 200),
        ("GET", "/me", 429),
        ("GET", "/me/playlists", 200),
        ("POST", "/me/playlists", 201),
        ("GET", "/playlists/{playlist_id}", 200),
        ("GET", items, 200),
        ("GET", items, 403),
        ("POST", items, 201),
        ("PUT", items, 200),
        ("DELETE", items, 200),
        ("GET", "/tracks/{id}", 200),
        ("GET", "/search", 200),
    }
