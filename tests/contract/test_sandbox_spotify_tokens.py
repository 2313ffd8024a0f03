"""The simulated Spotify's token endpoint: which tokens and codes are good for how long, and who is let in with them."""

import base64
import hashlib
from collections.abc import Iterator

import pytest
import spotipy
from spotipy.cache_handler import MemoryCacheHandler

from tests.contract.spotifyclient import PLAYLIST, REFRESH, TOKEN_URL, Stage, refused, staged


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with staged(monkeypatch) as stage:
        yield stage


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
