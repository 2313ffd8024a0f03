"""The simulated Spotify, as unmodified spotipy and its vendor's contract see it."""

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import spotipy
from spotipy.cache_handler import MemoryCacheHandler

from sandbox.catalogue import load, spotify_id
from sandbox.faults import Fault
from sandbox.thread import SandboxThread
from sandbox.world import World
from tests.contract.openapi import contract

PLAYLIST = spotify_id("the playlist")
STRANGE = spotify_id("somebody else's playlist")
REFRESH = "a-refresh-token"
TOKEN_URL = "https://accounts.spotify.com/api/token"
Json = dict[str, Any]


@dataclass
class Stage:
    """A world with one person, one application and one playlist, and a client in it."""

    box: SandboxThread
    session: requests.Session
    api: spotipy.Spotify
    cache: MemoryCacheHandler

    @property
    def world(self) -> World:
        return self.box.world

    def song(self, key: str) -> str:
        found = self.world.catalogue.by_key(key).spotify_id
        assert found is not None
        return found

    def put(self, *keys: str) -> None:
        self.box.call(lambda: [self.world.spotify.add(PLAYLIST, self.song(key)) for key in keys])

    def rows(self) -> list[str]:
        return self.box.call(lambda: self.world.spotify.song_ids(PLAYLIST))

    def arm(self, kind: str, **how: Any) -> None:
        self.box.call(lambda: self.world.faults.arm(Fault(kind, "spotify", **how)))

    def add(self, *keys: str, **more: Any) -> Json:
        body = {"uris": [f"spotify:track:{self.song(key)}" for key in keys], **more}
        answer: Json = self.api._post(f"playlists/{PLAYLIST}/items", payload=body)
        return answer

    def token(self, **form: str) -> requests.Response:
        return self.session.post(TOKEN_URL, data=form)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    world = World(catalogue=load())
    spotify = world.spotify
    spotify.add_user("friday", "Friday")
    spotify.add_app("client", "secret", allowed=["friday"])
    spotify.add_app("public", None)
    spotify.grant(REFRESH, "friday", "client")
    spotify.create_playlist(PLAYLIST, "Tapes", "friday")
    spotify.create_playlist(STRANGE, "Theirs", "somebody")
    with SandboxThread(world) as box:
        for name, value in box.environment().items():
            monkeypatch.setenv(name, value)
        session = requests.Session()
        cache = MemoryCacheHandler({"refresh_token": REFRESH, "access_token": "", "expires_at": 0, "scope": None})
        auth = spotipy.SpotifyOAuth(
            "client", "secret", "http://127.0.0.1/callback", requests_session=session, cache_handler=cache
        )
        yield Stage(box, session, spotipy.Spotify(auth_manager=auth, requests_session=session), cache)


def refused(call: Callable[[], object]) -> spotipy.SpotifyException:
    with pytest.raises(spotipy.SpotifyException) as caught:
        call()
    return caught.value


# The token endpoint


def test_an_expired_access_token_is_refreshed_and_a_client_with_a_secret_keeps_its_refresh_token(
    stage: Stage,
) -> None:
    assert stage.api.current_user()["id"] == "friday"
    cached = stage.cache.get_cached_token()
    assert (cached["refresh_token"], cached["expires_in"]) == (REFRESH, 3600)


def test_an_access_token_dies_after_an_hour(stage: Stage) -> None:
    stage.api.current_user()
    stage.box.call(lambda: stage.world.clock.advance(3601))
    problem = refused(stage.api.current_user)
    assert problem.http_status == 401
    assert "The access token expired" in problem.msg


def test_a_consent_older_than_six_months_is_an_invalid_grant(stage: Stage) -> None:
    stage.box.call(lambda: stage.world.spotify.expire(REFRESH))
    with pytest.raises(spotipy.SpotifyOauthError) as caught:
        stage.api.current_user()
    assert caught.value.error == "invalid_grant"


def test_a_revoked_consent_kills_the_refresh_token_and_the_access_token(stage: Stage) -> None:
    stage.api.current_user()
    stage.box.call(lambda: stage.world.spotify.revoke(REFRESH))
    assert refused(stage.api.current_user).http_status == 401
    answer = stage.token(grant_type="refresh_token", refresh_token=REFRESH, client_id="client", client_secret="secret")
    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_grant", "error_description": "Refresh token revoked"}


@pytest.mark.parametrize(("client", "secret"), [("client", "wrong"), ("nobody", "secret")])
def test_a_wrong_client_is_an_invalid_client(stage: Stage, client: str, secret: str) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": REFRESH}
    answer = stage.session.post(TOKEN_URL, data=form, auth=(client, secret))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


def test_a_public_client_gets_a_new_refresh_token_each_time_and_the_old_one_dies(stage: Stage) -> None:
    stage.box.call(lambda: stage.world.spotify.grant("first", "friday", "public"))
    form = {"grant_type": "refresh_token", "client_id": "public"}
    second = stage.token(**form, refresh_token="first").json()["refresh_token"]
    assert second != "first"
    assert stage.token(**form, refresh_token="first").json()["error"] == "invalid_grant"
    assert stage.token(**form, refresh_token=second).ok


def test_an_authorisation_code_is_good_once_and_only_with_its_verifier(stage: Stage) -> None:
    verifier = "v" * 64
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    back = "http://127.0.0.1/callback"
    stage.box.call(lambda: stage.world.spotify.add_code("code", "friday", "public", back, challenge))
    form = {"grant_type": "authorization_code", "client_id": "public", "code": "code", "redirect_uri": back}
    assert stage.token(**form, code_verifier="another").json()["error"] == "invalid_grant"
    assert stage.token(**form, code_verifier=verifier).json()["refresh_token"]
    assert stage.token(**form, code_verifier=verifier).json()["error"] == "invalid_grant"


def test_an_application_alone_may_search_but_has_no_playlists(stage: Stage) -> None:
    auth = spotipy.SpotifyClientCredentials(
        "client", "secret", requests_session=stage.session, cache_handler=MemoryCacheHandler()
    )
    api = spotipy.Spotify(auth_manager=auth, requests_session=stage.session)
    assert api.search("yellow coldplay")["tracks"]["items"]
    assert refused(lambda: api.playlist_items(PLAYLIST)).http_status == 403


@pytest.mark.parametrize(
    ("header", "status", "message"),
    [
        ({}, 401, "No token provided"),
        ({"Authorization": "Bearer nonsense"}, 401, "Invalid access token"),
        ({"Authorization": "Basic nonsense"}, 400, "Only valid bearer authentication supported"),
    ],
)
def test_a_request_without_a_good_token_is_refused(
    stage: Stage, header: dict[str, str], status: int, message: str
) -> None:
    answer = stage.session.get("https://api.spotify.com/v1/me", headers=header)
    assert answer.status_code == status
    assert answer.json() == {"error": {"status": status, "message": message}}


def test_a_user_who_is_not_on_the_development_list_gets_403_in_plain_text(stage: Stage) -> None:
    stage.box.call(lambda: stage.world.spotify.add_app("client", "secret", allowed=[]))
    problem = refused(stage.api.current_user)
    assert problem.http_status == 403
    assert "may not be registered" in problem.msg


# Playlists


def test_the_cheap_look_at_a_playlist_gives_only_what_was_asked_for(stage: Stage) -> None:
    stage.put("yellow", "creep")
    answer = stage.api.playlist(PLAYLIST, fields="snapshot_id,items(total),name,owner.id")
    assert set(answer) == {"snapshot_id", "items", "name", "owner"}
    assert (answer["items"], answer["owner"]) == ({"total": 2}, {"id": "friday"})


def test_fields_reach_into_rows_and_can_leave_things_out(stage: Stage) -> None:
    stage.put("yellow")
    answer = stage.api.playlist_items(PLAYLIST, fields="total,items(item(name,artists(!href,!uri)))")
    item = answer["items"][0]["item"]
    assert set(item) == {"name", "artists"}
    assert set(item["artists"][0]) == {"external_urls", "id", "name", "type"}


def test_rows_come_in_pages_of_fifty_with_absolute_links_until_there_are_no_more(stage: Stage) -> None:
    keys = [song.key for song in stage.world.catalogue.songs if song.spotify_id][:120]
    stage.put(*keys)
    page, seen = stage.api.playlist_items(PLAYLIST), []
    while page:
        assert page["total"] == 120
        assert (page["next"] or "https://api.spotify.com/").startswith("https://api.spotify.com/")
        seen += [row["item"]["id"] for row in page["items"]]
        page = stage.api.next(page)
    assert seen == [stage.song(key) for key in keys]


@pytest.mark.parametrize(("limit", "offset"), [(51, 0), (0, 0), (10, -1)])
def test_a_page_outside_the_limits_is_refused(stage: Stage, limit: int, offset: int) -> None:
    assert refused(lambda: stage.api.playlist_items(PLAYLIST, limit=limit, offset=offset)).http_status == 400


def test_adding_appends_or_inserts_never_deduplicates_and_moves_the_snapshot(stage: Stage) -> None:
    stage.put("yellow")
    before = stage.api.playlist(PLAYLIST)["snapshot_id"]
    first = stage.add("creep", "yellow")
    second = stage.add("jolene", position=0)
    assert len({before, first["snapshot_id"], second["snapshot_id"]}) == 3
    assert stage.api.playlist(PLAYLIST)["snapshot_id"] == second["snapshot_id"]
    assert stage.rows() == [stage.song(key) for key in ("jolene", "yellow", "creep", "yellow")]


def test_a_look_does_not_move_the_snapshot(stage: Stage) -> None:
    stage.put("yellow")
    snapshots = {stage.api.playlist(PLAYLIST)["snapshot_id"] for _ in range(3)}
    stage.api.playlist_items(PLAYLIST)
    assert snapshots == {stage.api.playlist(PLAYLIST)["snapshot_id"]}


def test_the_bare_array_that_spotipy_adds_with_is_refused(stage: Stage) -> None:
    assert refused(lambda: stage.api.playlist_add_items(PLAYLIST, [stage.song("yellow")])).http_status == 400
    assert stage.rows() == []


@pytest.mark.parametrize(
    "uris",
    [
        [],
        ["spotify:local:a:b:c:1"],
        ["nonsense"],
        [f"spotify:track:{spotify_id('nothing')}"],
        [f"spotify:track:{spotify_id('x')}"] * 101,
    ],
)
def test_what_cannot_be_added_is_refused_as_a_whole(stage: Stage, uris: list[str]) -> None:
    good = f"spotify:track:{stage.song('yellow')}"
    body = {"uris": [*uris, good] if uris and len(uris) < 100 else uris}
    problem = refused(lambda: stage.api._post(f"playlists/{PLAYLIST}/items", payload=body))
    assert problem.http_status == 400
    assert stage.rows() == []


def test_removing_takes_every_copy_and_only_a_change_moves_the_snapshot(stage: Stage) -> None:
    stage.put("yellow", "creep", "yellow")
    before = stage.api.playlist(PLAYLIST)["snapshot_id"]
    after = stage.api.playlist_remove_all_occurrences_of_items(PLAYLIST, [stage.song("yellow")], before)
    again = stage.api.playlist_remove_all_occurrences_of_items(PLAYLIST, [stage.song("yellow")])
    assert stage.rows() == [stage.song("creep")]
    assert before != after["snapshot_id"] == again["snapshot_id"]


def test_a_removal_against_a_snapshot_that_never_was_is_refused(stage: Stage) -> None:
    stage.put("yellow")
    remove = stage.api.playlist_remove_all_occurrences_of_items
    assert refused(lambda: remove(PLAYLIST, [stage.song("yellow")], "nonsense")).http_status == 400
    assert stage.rows() == [stage.song("yellow")]


def test_rows_can_be_replaced_and_moved(stage: Stage) -> None:
    stage.put("yellow")
    stage.api.playlist_replace_items(PLAYLIST, [stage.song(key) for key in ("creep", "jolene", "fix-you")])
    stage.api.playlist_reorder_items(PLAYLIST, range_start=0, insert_before=3)
    assert stage.rows() == [stage.song(key) for key in ("jolene", "fix-you", "creep")]


def test_rows_without_a_song_look_as_they_do_in_old_playlists(stage: Stage) -> None:
    def fill() -> None:
        stage.world.spotify.add_null(PLAYLIST)
        stage.world.spotify.add_local(PLAYLIST, "Some Body", "A Demo: No. 1", seconds=77)
        stage.world.spotify.add_episode(PLAYLIST, "A Talk")
        stage.world.spotify.add(PLAYLIST, stage.song("yellow"))
        stage.world.spotify.withdraw(stage.song("yellow"))

    stage.box.call(fill)
    null, local, episode, withdrawn = stage.api.playlist_items(PLAYLIST)["items"]
    assert (null["item"], null["added_at"], null["added_by"]) == (None, None, None)
    assert local["is_local"]
    assert (local["item"]["id"], local["item"]["name"]) == (None, "A Demo: No. 1")
    assert local["item"]["duration_ms"] == 77_000
    assert episode["item"]["type"] == "episode"
    assert withdrawn["item"] is None
    assert refused(lambda: stage.api.track(stage.song("yellow"))).http_status == 404


def test_other_peoples_playlists_show_their_name_but_not_their_rows(stage: Stage) -> None:
    assert "items" not in stage.api.playlist(STRANGE)
    assert refused(lambda: stage.api.playlist_items(STRANGE)).http_status == 403
    body = {"uris": [f"spotify:track:{stage.song('yellow')}"]}
    assert refused(lambda: stage.api._post(f"playlists/{STRANGE}/items", payload=body)).http_status == 403


def test_a_collaborator_may_add(stage: Stage) -> None:
    stage.box.call(lambda: stage.world.spotify.playlists[STRANGE].collaborators.add("friday"))
    body = {"uris": [f"spotify:track:{stage.song('yellow')}"]}
    assert stage.api._post(f"playlists/{STRANGE}/items", payload=body)["snapshot_id"]
    assert stage.api.playlist_items(STRANGE)["items"][0]["added_by"]["id"] == "friday"


def test_an_unknown_playlist_is_404(stage: Stage) -> None:
    assert refused(lambda: stage.api.playlist(spotify_id("nothing"))).http_status == 404


@pytest.mark.parametrize(
    "path",
    [f"playlists/{PLAYLIST}/tracks", f"tracks?ids={spotify_id('x')}", f"tracks/?ids={spotify_id('x')}"],
)
def test_what_went_away_in_2026_is_403(stage: Stage, path: str) -> None:
    assert refused(lambda: stage.api._get(path)).http_status == 403


def test_a_consent_without_the_scope_cannot_write(stage: Stage) -> None:
    stage.box.call(lambda: stage.world.spotify.grant(REFRESH, "friday", "client", ("playlist-read-private",)))
    problem = refused(lambda: stage.add("yellow"))
    assert (problem.http_status, "Insufficient client scope" in problem.msg) == (403, True)


# Songs and search


def test_a_track_has_its_isrc_and_all_its_artists(stage: Stage) -> None:
    track = stage.api.track(stage.song("uptown-funk"))
    assert track["external_ids"] == {"isrc": "GBARL1401524"}
    assert [artist["name"] for artist in track["artists"]] == ["Mark Ronson", "Bruno Mars"]
    assert track["duration_ms"] // 1000 == 269


def test_a_search_by_isrc_finds_the_one_recording(stage: Stage) -> None:
    found = stage.api.search("isrc:USQX91300809")["tracks"]["items"]
    assert [item["id"] for item in found] == [stage.song("get-lucky-radio-edit")]


def test_a_search_by_filters_finds_only_what_has_them(stage: Stage) -> None:
    found = stage.api.search('track:"Hello" artist:"Lionel Richie"')["tracks"]["items"]
    assert [item["id"] for item in found] == [stage.song("hello-lionel-richie")]


def test_a_search_in_words_finds_the_song_and_the_wrong_twins_with_it(stage: Stage) -> None:
    found = [item["id"] for item in stage.api.search("hallelujah jeff buckley")["tracks"]["items"]]
    assert stage.song("hallelujah-jeff-buckley") in found
    assert stage.song("hallelujah-leonard-cohen") in found


@pytest.mark.parametrize(
    ("query", "key"),
    [("گوگوش پل", "pol"), ("Googoosh Pol", "pol"), ("bohemian rapsody queen", "bohemian-rhapsody")],
)
def test_a_search_forgives_the_script_and_a_typo(stage: Stage, query: str, key: str) -> None:
    assert stage.api.search(query)["tracks"]["items"][0]["id"] == stage.song(key)


def test_a_song_that_spotify_lacks_is_not_found(stage: Stage) -> None:
    found = stage.api.search('track:"Plastic Love"')["tracks"]
    assert (found["items"], found["total"]) == ([], 0)


def test_a_search_page_has_five_results_unless_asked_for_up_to_ten(stage: Stage) -> None:
    assert stage.api._get("search", q="love", type="track")["tracks"]["limit"] == 5
    assert stage.api.search("love", limit=10)["tracks"]["limit"] == 10
    problem = refused(lambda: stage.api.search("love", limit=11))
    assert (problem.http_status, "Invalid limit" in problem.msg) == (400, True)


# Trouble


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
    stage.api.requests_timeout = 0.05
    stage.arm("late", call="POST /playlists/{id}/items", seconds=30)
    with pytest.raises(requests.ReadTimeout):
        stage.add("yellow")
    assert stage.rows() == [stage.song("yellow")]


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


# The vendor's contract


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
