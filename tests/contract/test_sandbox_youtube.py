"""The simulated Data API, held to what Google documents, through the proxy with plain requests."""

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.catalogue import Song
from sandbox.faults import Fault
from sandbox.thread import SandboxThread
from sandbox.world import World
from sandbox.youtube.videos import Video

API = "https://www.googleapis.com/youtube/v3"
TOKEN = "https://oauth2.googleapis.com/token"
CLIENT = {"client_id": "42-app.apps.googleusercontent.com", "client_secret": "secret"}
MINE, THEIRS = "PLmine", "PLtheirs"
DAY = 86_400.0

SONGS = [
    Song("one", ("Ann",), "One & Only", "First", 213, isrc="XXABC2600001", video_id="audioOne_01"),
    Song("two", ("Ann", "Bob"), "Two", "First", 3_661, video_id="audioTwo_01", music_video_id="videoTwo_01"),
    Song("three", ("Cleo",), "Three", None, 60, video_id="audioThree1"),
]


class Google:
    """A signed-in client of the Data API."""

    def __init__(self, sandbox: SandboxThread) -> None:
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.proxies = {"https": sandbox.environment()["HTTPS_PROXY"]}
        self.http.verify = str(sandbox.sandbox.ca_file)
        self.token = ""

    def sign_in(self, refresh_token: str = "refresh") -> requests.Response:
        form = {**CLIENT, "grant_type": "refresh_token", "refresh_token": refresh_token}
        answer = self.http.post(TOKEN, data=form)
        self.token = answer.json().get("access_token", "")
        return answer

    def call(self, method: str, resource: str, body: Any = None, **query: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.http.request(method, f"{API}/{resource}", params=query, json=body, headers=headers)

    def insert(self, playlist_id: str, video_id: str) -> requests.Response:
        resource = {"kind": "youtube#video", "videoId": video_id}
        body = {"snippet": {"playlistId": playlist_id, "resourceId": resource}}
        return self.call("POST", "playlistItems", body, part="snippet")

    def rows(self, **query: Any) -> Any:
        asked = {"part": "snippet,contentDetails,status", "playlistId": MINE, "maxResults": 50, **query}
        return self.call("GET", "playlistItems", **asked).json()


@pytest.fixture
def world() -> World:
    world = World()
    world.catalogue.extend(SONGS)
    youtube = world.youtube
    youtube.add_account("me", "Me")
    youtube.add_account("them")
    youtube.add_oauth_client(CLIENT["client_id"], CLIENT["client_secret"])
    youtube.grant("refresh", "me", CLIENT["client_id"])
    youtube.create_playlist(MINE, "Mine", "me")
    youtube.create_playlist(THEIRS, "Theirs", "them")
    return world


@pytest.fixture
def sandbox(world: World) -> Iterator[SandboxThread]:
    with SandboxThread(world) as running:
        yield running


@pytest.fixture
def google(sandbox: SandboxThread) -> Google:
    client = Google(sandbox)
    client.sign_in()
    return client


def refused(answer: requests.Response) -> tuple[int, str]:
    """Status and reason, read where Google's own clients read them."""
    error = answer.json()["error"]
    assert error["code"] == answer.status_code
    assert error["message"]
    return answer.status_code, error["errors"][0]["reason"]


def test_a_refresh_token_becomes_an_access_token_for_an_hour(google: Google, world: World) -> None:
    answer = google.sign_in().json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3_599)
    assert "refresh_token" not in answer
    world.clock.advance(3_601)
    assert refused(google.call("GET", "playlists", part="id", mine="true")) == (401, "authError")
    google.sign_in()
    assert google.call("GET", "playlists", part="id", mine="true").status_code == 200


def test_tokens_of_a_client_in_testing_die_after_seven_days(google: Google, world: World) -> None:
    world.youtube.add_oauth_client(CLIENT["client_id"], CLIENT["client_secret"], testing=True)
    world.youtube.grant("weekly", "me", CLIENT["client_id"])
    assert google.sign_in("weekly").status_code == 200
    world.clock.advance(7 * DAY)
    answer = google.sign_in("weekly")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_revoking_kills_the_refresh_token_and_the_access_tokens_made_from_it(google: Google, world: World) -> None:
    world.youtube.revoke("refresh")
    assert refused(google.call("GET", "playlists", part="id", mine="true")) == (401, "authError")
    assert google.sign_in().json() == {
        "error": "invalid_grant",
        "error_description": "Token has been expired or revoked.",
    }


def test_a_code_is_exchanged_once(google: Google, world: World) -> None:
    world.youtube.add_code("code", "me", CLIENT["client_id"])
    form = {**CLIENT, "grant_type": "authorization_code", "code": "code", "redirect_uri": "http://localhost"}
    answer = google.http.post(TOKEN, data=form).json()
    assert google.sign_in(answer["refresh_token"]).status_code == 200
    assert google.http.post(TOKEN, data=form).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("wrong", ["client_id", "client_secret"])
def test_an_unknown_client_or_secret_is_invalid_client(google: Google, wrong: str) -> None:
    form = {**CLIENT, wrong: "?", "grant_type": "refresh_token", "refresh_token": "refresh"}
    answer = google.http.post(TOKEN, data=form)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_call_without_a_token_is_unauthorized(google: Google) -> None:
    google.token = ""
    assert google.call("GET", "playlists", part="id", mine="true").status_code == 401


def test_rows_come_fifty_at_a_time_with_a_count_that_is_the_whole(google: Google, world: World) -> None:
    for _ in range(40):
        for song in SONGS:
            world.youtube.add(MINE, str(song.video_id))
    pages = [google.rows()]
    while "nextPageToken" in pages[-1]:
        pages.append(google.rows(pageToken=pages[-1]["nextPageToken"]))
    assert [len(page["items"]) for page in pages] == [50, 50, 20]
    assert {page["pageInfo"]["totalResults"] for page in pages} == {120}
    rows = [item for page in pages for item in page["items"]]
    assert [row["snippet"]["position"] for row in rows] == list(range(120))
    assert len({row["id"] for row in rows}) == 120


def test_more_than_fifty_rows_a_page_and_foreign_page_tokens_are_refused(google: Google) -> None:
    query = {"part": "id", "playlistId": MINE}
    assert refused(google.call("GET", "playlistItems", maxResults=51, **query)) == (400, "invalidParameter")
    assert refused(google.call("GET", "playlistItems", pageToken="?", **query)) == (400, "invalidPageToken")


def test_a_row_names_the_labels_channel_as_a_topic(google: Google, world: World) -> None:
    entry = world.youtube.add(MINE, "audioTwo_01")
    row = google.rows()["items"][0]
    assert row["id"] == entry.playlist_item_id
    assert row["snippet"]["videoOwnerChannelTitle"] == "Ann - Topic"
    assert row["snippet"]["resourceId"] == {"kind": "youtube#video", "videoId": "audioTwo_01"}
    assert row["snippet"]["publishedAt"].endswith("Z")
    assert row["etag"]


def test_deleted_and_private_videos_keep_their_rows_and_lose_their_names(google: Google, world: World) -> None:
    for video in ("audioOne_01", "audioTwo_01", "audioThree1"):
        world.youtube.add(MINE, video)
    world.youtube.delete_video("audioOne_01")
    world.youtube.make_private("audioTwo_01")
    page = google.rows()
    assert [row["snippet"]["title"] for row in page["items"]] == ["Deleted video", "Private video", "Three"]
    assert "videoOwnerChannelTitle" not in page["items"][0]["snippet"]
    assert page["pageInfo"]["totalResults"] == 3
    videos = google.call("GET", "videos", part="id", id="audioOne_01,audioTwo_01,audioThree1").json()
    assert [video["id"] for video in videos["items"]] == ["audioThree1"]


def test_inserting_twice_makes_two_rows_and_deleting_takes_one(google: Google, world: World) -> None:
    first, second = google.insert(MINE, "audioOne_01").json(), google.insert(MINE, "audioOne_01").json()
    assert first["id"] != second["id"]
    assert google.call("DELETE", "playlistItems", id=first["id"]).status_code == 204
    assert [e.playlist_item_id for e in world.youtube.entries(MINE)] == [second["id"]]
    assert refused(google.call("DELETE", "playlistItems", id=first["id"])) == (404, "playlistItemNotFound")


def test_what_cannot_be_inserted_says_why(google: Google, world: World) -> None:
    world.youtube.delete_video("audioOne_01")
    world.youtube.make_private("audioTwo_01")
    assert refused(google.insert(MINE, "nevermade_1")) == (404, "videoNotFound")
    assert refused(google.insert(MINE, "audioOne_01")) == (404, "videoNotFound")
    assert refused(google.insert(MINE, "audioTwo_01")) == (400, "failedPrecondition")
    assert refused(google.insert("PLnowhere", "audioThree1")) == (404, "playlistNotFound")
    assert refused(google.insert(THEIRS, "audioThree1")) == (403, "playlistItemsNotAccessible")
    assert world.youtube.entries(MINE) == []


def test_a_private_playlist_of_another_is_not_accessible_and_an_unlisted_one_is_read_only(
    google: Google, world: World
) -> None:
    query = {"part": "id", "playlistId": THEIRS}
    assert refused(google.call("GET", "playlistItems", **query)) == (403, "playlistItemsNotAccessible")
    world.youtube.playlists[THEIRS].privacy = "UNLISTED"
    assert google.call("GET", "playlistItems", **query).status_code == 200
    assert refused(google.insert(THEIRS, "audioThree1")) == (403, "playlistItemsNotAccessible")


def test_playlists_are_found_by_id_or_as_mine_with_count_and_privacy(google: Google, world: World) -> None:
    world.youtube.add(MINE, "audioOne_01")
    parts = "snippet,contentDetails,status"
    mine = google.call("GET", "playlists", part=parts, mine="true").json()["items"]
    assert mine == google.call("GET", "playlists", part=parts, id=f"{MINE},{THEIRS}").json()["items"]
    assert mine[0]["contentDetails"]["itemCount"] == 1
    assert mine[0]["status"]["privacyStatus"] == "private"
    channels = google.call("GET", "channels", part="snippet", mine="true").json()["items"]
    assert channels[0]["id"] == mine[0]["snippet"]["channelId"]


def test_videos_give_durations_in_iso_8601_for_fifty_ids_at_most(google: Google) -> None:
    ids = ",".join(str(song.video_id) for song in SONGS)
    videos = google.call("GET", "videos", part="contentDetails", id=ids).json()["items"]
    assert [video["contentDetails"]["duration"] for video in videos] == ["PT3M33S", "PT1H1M1S", "PT1M"]
    many = ",".join(f"{n:011}" for n in range(51))
    assert refused(google.call("GET", "videos", part="id", id=many)) == (400, "invalidFilters")


def test_calls_cost_their_units_and_refused_ones_cost_one(google: Google, world: World) -> None:
    google.rows()
    google.insert(MINE, "audioOne_01")
    google.insert(MINE, "nevermade_1")
    google.call("DELETE", "playlistItems", id=world.youtube.entries(MINE)[0].playlist_item_id)
    costs = [(e.call, e.cost, e.status, e.write) for e in world.journal if e.call.startswith("playlistItems")]
    assert costs == [
        ("playlistItems.list", 1, 200, False),
        ("playlistItems.insert", 50, 200, True),
        ("playlistItems.insert", 1, 404, True),
        ("playlistItems.delete", 50, 204, True),
    ]
    assert world.youtube.quota.units("42", world.clock.now()) == 102


def test_the_day_has_ten_thousand_units_and_begins_at_midnight_in_california(google: Google, world: World) -> None:
    quota = world.youtube.quota
    assert quota.spend("42", 9_960, world.clock.now())
    assert refused(google.insert(MINE, "audioOne_01")) == (403, "quotaExceeded")
    assert google.call("GET", "playlists", part="id", mine="true").status_code == 200
    world.clock.advance(25 * 3600)
    google.sign_in()
    assert google.insert(MINE, "audioOne_01").status_code == 200


def test_search_has_a_bucket_of_its_own(google: Google, world: World) -> None:
    found = google.call("GET", "search", part="snippet", q="ann one only", type="video").json()["items"]
    assert found[0]["id"]["videoId"] == "audioOne_01"
    assert found[0]["snippet"]["title"] == "One &amp; Only"
    world.youtube.quota.searches_per_day = 1
    assert refused(google.call("GET", "search", part="snippet", q="ann")) == (403, "quotaExceeded")
    assert world.youtube.quota.units("42", world.clock.now()) == 0


def test_an_etag_that_still_holds_is_answered_304_without_a_body(google: Google, world: World) -> None:
    query = {"part": "id", "playlistId": MINE}
    tag = google.call("GET", "playlistItems", **query).headers["ETag"]
    headers = {"Authorization": f"Bearer {google.token}", "If-None-Match": tag}
    again = google.http.get(f"{API}/playlistItems", params=query, headers=headers)
    assert (again.status_code, again.content) == (304, b"")
    world.youtube.add(MINE, "audioOne_01")
    assert google.http.get(f"{API}/playlistItems", params=query, headers=headers).status_code == 200


def test_a_lost_answer_has_been_acted_on_and_a_reset_has_not(google: Google, world: World) -> None:
    world.faults.arm(Fault("lost", "youtube", "playlistItems.insert"))
    with pytest.raises(requests.ConnectionError):
        google.insert(MINE, "audioOne_01")
    world.faults.arm(Fault("reset", "youtube", "playlistItems.insert"))
    with pytest.raises(requests.ConnectionError):
        google.insert(MINE, "audioTwo_01")
    assert [e.video_id for e in world.youtube.entries(MINE)] == ["audioOne_01"]
    assert [e.status for e in world.journal.writes("youtube")] == [200, 0]


@pytest.mark.parametrize(
    ("kind", "status", "reason"),
    [
        ("quota", 403, "quotaExceeded"),
        ("rate-limit", 429, "rateLimitExceeded"),
        ("revoked", 401, "authError"),
        ("error", 503, "backendError"),
    ],
)
def test_armed_faults_answer_in_googles_words_and_do_nothing(
    google: Google, world: World, kind: str, status: int, reason: str
) -> None:
    world.faults.arm(Fault(kind, "youtube", "playlistItems.insert", status=503, seconds=7))
    answer = google.insert(MINE, "audioOne_01")
    assert refused(answer) == (status, reason)
    assert answer.headers.get("Retry-After") == ("7" if kind == "rate-limit" else None)
    assert world.youtube.entries(MINE) == []


@pytest.mark.parametrize(
    ("kind", "rows", "count", "more"),
    [("short", 30, 30, False), ("empty", 0, 0, False), ("truncated", 50, 60, False)],
)
def test_a_spoilt_listing_hides_rows(
    google: Google, world: World, kind: str, rows: int, count: int, more: bool
) -> None:
    for _ in range(60):
        world.youtube.add(MINE, "audioOne_01")
    world.faults.arm(Fault(kind, "youtube", "playlistItems.list"))
    page = google.rows()
    assert (len(page["items"]), page["pageInfo"]["totalResults"]) == (rows, count)
    assert ("nextPageToken" in page) is more
    assert google.rows()["pageInfo"]["totalResults"] == 60


def test_an_add_can_be_doubled_or_put_in_the_twin_instead(google: Google, world: World) -> None:
    world.faults.arm(Fault("doubled", "youtube", "playlistItems.insert"))
    google.insert(MINE, "audioOne_01")
    world.faults.arm(Fault("substitute", "youtube", "playlistItems.insert"))
    google.insert(MINE, "audioTwo_01")
    assert [e.video_id for e in world.youtube.entries(MINE)] == ["audioOne_01", "audioOne_01", "videoTwo_01"]


def test_people_are_heard_when_they_change_a_playlist(world: World) -> None:
    heard: list[tuple[str, str | None]] = []
    world.youtube.on_change.append(lambda change: heard.append((change.kind, change.video_id)))
    world.youtube.add_video(Video("upload__001", "UGC", "Mine", ("Me",), 61))
    world.youtube.add(MINE, "upload__001")
    assert world.youtube.remove(MINE, "upload__001") == 1
    world.youtube.delete_video("upload__001")
    assert heard == [("add", "upload__001"), ("remove", "upload__001"), ("delete-video", "upload__001")]


def test_answers_hold_nothing_that_googles_discovery_document_does_not_know(google: Google, world: World) -> None:
    spec = importlib.util.find_spec("googleapiclient")
    if spec is None or spec.origin is None:
        pytest.skip("google-api-python-client, which ships the document, is not installed")
    document = Path(spec.origin).parent / "discovery_cache" / "documents" / "youtube.v3.json"
    schemas = json.loads(document.read_text())["schemas"]
    world.youtube.add(MINE, "audioOne_01")
    parts = "snippet,contentDetails,status"
    asked: dict[str, dict[str, str]] = {
        "PlaylistItemListResponse": {"resource": "playlistItems", "playlistId": MINE},
        "PlaylistListResponse": {"resource": "playlists", "mine": "true"},
        "VideoListResponse": {"resource": "videos", "id": "audioOne_01"},
        "SearchListResponse": {"resource": "search", "q": "ann"},
        "ChannelListResponse": {"resource": "channels", "mine": "true"},
    }
    for schema, query in asked.items():
        answer = google.call("GET", query.pop("resource"), part=parts, **query).json()
        assert answer["items"]
        assert_known(answer, {"$ref": schema}, schemas, schema)


def assert_known(value: Any, schema: Any, schemas: Any, where: str) -> None:
    """Every property is in the schema, with the type it has there."""
    schema = schemas[schema["$ref"]] if "$ref" in schema else schema
    kinds: dict[str, Any] = {
        "string": str,
        "boolean": bool,
        "integer": int,
        "number": (int, float),
        "array": list,
        "object": dict,
    }
    assert isinstance(value, kinds[schema["type"]]), where
    if isinstance(value, list):
        for item in value:
            assert_known(item, schema["items"], schemas, where)
    elif isinstance(value, dict):
        for name, item in value.items():
            assert name in schema["properties"], f"{where}.{name}"
            assert_known(item, schema["properties"][name], schemas, f"{where}.{name}")
