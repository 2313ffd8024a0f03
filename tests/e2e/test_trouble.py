"""Bad input and broken accounts: a condition that says what to do, the others going on, and repair without a restart."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from sandbox import quickstart, scenario
from tests.e2e.conftest import Scene

TELEGRAM = {"channel": "@fridaytapes", "past": "Ignore", "credentialsSecretRef": {"name": "friday-tapes-telegram"}}
YOUTUBE = {"playlist": scenario.YOUTUBE_PLAYLIST, "credentialsSecretRef": {"name": "friday-tapes-google"}}
SPOTIFY = {"playlist": scenario.SPOTIFY_PLAYLIST, "credentialsSecretRef": {"name": "friday-tapes-spotify"}}


def test_a_missing_secret_and_a_missing_key_are_named_and_mended_without_a_restart(scene: Scene) -> None:
    scene.start()
    telegram, google, spotify = quickstart.secrets()
    scene.apply(telegram)
    scene.apply(google)
    scene.apply(quickstart.musicsync())
    scene.until("the missing Secret is named", lambda: scene.reason("SpotifyReady") == "SecretNotFound")
    assert "friday-tapes-spotify" in scene.conditions()["SpotifyReady"][2]
    scene.until("the others go on", lambda: len(scene.keys()["youtube"]) >= 5)
    key = spotify["stringData"].pop("refresh-token")
    scene.apply(spotify)
    scene.until("the missing key is named", lambda: scene.reason("SpotifyReady") == "SecretIncomplete")
    assert "refresh-token" in scene.conditions()["SpotifyReady"][2]
    scene.apply(quickstart.secret("friday-tapes-spotify", {**spotify["stringData"], "refresh-token": key}))
    scene.wait_converged()


def test_a_revoked_token_is_not_tried_again_and_a_new_one_takes_effect(scene: Scene) -> None:
    scene.start()
    scene.box.call(lambda: scene.box.world.spotify.revoke(scenario.SPOTIFY_REFRESH_TOKEN))
    scene.begin()
    scene.until("it says so", lambda: scene.reason("SpotifyReady") == "AuthExpired")
    mark = scene.box.world.journal.mark()
    scene.until("the others go on", lambda: len(scene.keys()["youtube"]) >= 5)
    assert not scene.box.world.journal.counts("spotify", mark)
    assert scene.conditions()["YouTubeMusicReady"][0] == "True"
    world = scene.box.world
    scene.box.call(lambda: world.spotify.grant("new-consent", scenario.SPOTIFY_USER, scenario.SPOTIFY_CLIENT_ID))
    values = {**quickstart.secrets()[2]["stringData"], "refresh-token": "new-consent"}
    scene.apply(quickstart.secret("friday-tapes-spotify", values))
    scene.wait_converged()


@pytest.mark.parametrize(
    ("change", "type", "reason", "says"),
    [
        ({"spotify": {**SPOTIFY, "playlist": "0NavaarNoSuchPlaylist0"}}, "SpotifyReady", "NotFound", "playlist"),
        ({"youtubeMusic": {**YOUTUBE, "playlist": "PLnosuchplaylist00"}}, "YouTubeMusicReady", "NotFound", "playlist"),
        ({"telegram": {**TELEGRAM, "channel": "@nosuchchannel"}}, "TelegramReady", "NotFound", "channel"),
    ],
    ids=["spotify", "youtube", "telegram"],
)
def test_a_place_that_is_not_there_is_named_and_the_other_two_go_on(
    scene: Scene, change: dict[str, Any], type: str, reason: str, says: str
) -> None:
    scene.start()
    scene.begin(**change)
    scene.until("it says so", lambda: scene.reason(type) == reason)
    assert says in scene.conditions()[type][2]
    assert scene.conditions()["Ready"][0] == "False"
    scene.until("the others go on", lambda: sum(map(len, scene.keys().values())) > sum(map(len, scenario.SMALL)))


def test_a_bot_that_is_no_admin_is_told_so_and_noticed_when_it_becomes_one(scene: Scene) -> None:
    world = scene.box.world
    scene.box.call(lambda: world.telegram.remove_admin(scenario.CHANNEL_ID, scenario.BOT_TOKEN))
    scene.start()
    scene.begin()
    scene.until("it says so", lambda: scene.reason("TelegramReady") == "Forbidden")
    assert "administrator" in scene.conditions()["TelegramReady"][2]
    scene.until("the others go on", lambda: len(scene.keys()["youtube"]) >= 5)
    scene.box.call(lambda: world.telegram.add_admin(scenario.CHANNEL_ID, scenario.BOT_TOKEN))
    scene.until("it is mended", lambda: scene.conditions()["TelegramReady"][0] == "True", 60)


def test_two_music_syncs_on_one_playlist_the_younger_is_claimed(scene: Scene) -> None:
    scene.start()
    scene.begin()
    scene.until("the first is at work", lambda: scene.reason() in ("Synced", "Backfilling"))
    second = quickstart.musicsync()
    second["metadata"]["name"] = "second"
    del second["spec"]["telegram"]
    scene.apply(second)
    scene.until("the younger says so", lambda: scene.conditions("second").get("Ready", ("", ""))[1] == "TargetClaimed")
    assert scene.conditions("second")["Stalled"][0] == "True"
    assert "friday-tapes" in scene.conditions("second")["Ready"][2]
    scene.wait_converged()
    scene.stage.delete("MusicSync", scene.namespace, quickstart.NAME)
    scene.until("it takes over", lambda: scene.conditions("second")["Ready"][1] in ("Synced", "Backfilling"))


def test_one_of_two_namespaces_is_broken_and_the_other_converges(scene_with: Callable[..., Scene]) -> None:
    scene = scene_with(extra_namespaces=1)
    other = scene.namespaces[1]
    scene.start()
    for manifest in quickstart.secrets():
        scene.apply(manifest, other)
    broken = quickstart.musicsync()
    del broken["spec"]["telegram"]
    broken["spec"]["spotify"]["playlist"] = "0NavaarNoSuchPlaylist0"
    broken["spec"]["youtubeMusic"]["playlist"] = "PLnosuchplaylist00"
    scene.apply(broken, other)
    scene.begin()
    scene.wait_converged()
    conditions = scene.conditions(namespace=other)
    assert conditions["Ready"][0] == "False" and conditions["Stalled"][0] == "True"
    assert scene.tracks(other) == []


def test_a_rotated_spotify_token_is_kept_and_outlives_the_operator(scene: Scene) -> None:
    world = scene.box.world

    def public_client() -> None:
        world.spotify.add_app("public-client", None, allowed=[scenario.SPOTIFY_USER])
        world.spotify.grant("first-consent", scenario.SPOTIFY_USER, "public-client")

    scene.box.call(public_client)
    scene.apply(quickstart.secrets()[1])
    values = {"client-id": "public-client", "refresh-token": "first-consent"}
    scene.apply(quickstart.secret("friday-tapes-spotify", values))
    made = quickstart.musicsync()
    del made["spec"]["telegram"]
    scene.apply(made)
    scene.start()
    scene.wait_converged()
    assert scene.operator.stop() == 0
    kept = scene.stage.get("Secret", scene.namespace, "navaar-tokens")
    (entry,) = kept["data"].values()
    assert "refreshToken" in base64.b64decode(entry).decode()
    scene.start()
    scene.sync_now()
    scene.until("it goes on with the new token", lambda: scene.conditions()["SpotifyReady"][0] == "True")
    assert "first-consent" not in scene.operator.log.read_text()


def test_no_secret_is_ever_logged(scene: Scene) -> None:
    scene.start("--log-level", "DEBUG")
    scene.begin()
    scene.wait_converged()
    scene.operator.stop()
    log = scene.operator.log.read_text()
    for secret in (
        scenario.BOT_TOKEN.partition(":")[2],
        scenario.SPOTIFY_CLIENT_SECRET,
        scenario.SPOTIFY_REFRESH_TOKEN,
        scenario.GOOGLE_CLIENT_SECRET,
        scenario.GOOGLE_REFRESH_TOKEN,
    ):
        assert secret not in log
