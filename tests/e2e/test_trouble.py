"""Bad input and broken accounts: a condition that says what to do, the others going on, and repair without a restart."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from navaar.api.instant import read
from sandbox import quickstart, scenario
from sandbox.faults import Fault
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


def test_secrets_that_nobody_has_filled_in_are_told_apart_and_nobody_is_asked_with_them(scene: Scene) -> None:
    for manifest in yaml.safe_load_all((quickstart.EXAMPLES / "secrets.yaml").read_text()):
        scene.apply(manifest)
    scene.apply(quickstart.musicsync())
    scene.start()
    places = {"TelegramReady": "telegram", "YouTubeMusicReady": "google", "SpotifyReady": "spotify"}
    for place, secret in places.items():
        scene.until(f"{place} is told", lambda place=place: scene.reason(place) == "SecretIncomplete")  # type: ignore[misc]
        said = f"Secret friday-tapes-{secret} in namespace {scene.namespace} still holds what an example put there"
        assert scene.conditions()[place][2].startswith(said)

    def told() -> list[str]:
        events = scene.stage.list("Event", scene.namespace)
        return sorted(event["note"].split()[1] for event in events if event["reason"] == "SecretIncomplete")

    scene.until("each is an Event", lambda: told() == sorted(f"friday-tapes-{name}" for name in places.values()))
    assert not scene.box.world.journal.counts()
    for manifest in quickstart.secrets():
        scene.apply(manifest)
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
    # The API server tells ages in whole seconds: of two that are as old, neither is the younger.
    made = read(scene.sync()["metadata"]["creationTimestamp"])
    scene.until("the second can only be younger", lambda: time.time() >= made + 2)
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


def test_a_sync_of_two_services_with_a_bad_token_and_a_wrong_playlist_keeps_that_of_another_namespace_from_nothing(
    scene_with: Callable[..., Scene],
) -> None:
    scene = scene_with(extra_namespaces=1)
    other = scene.namespaces[1]
    scene.start()
    _, google, spotify = quickstart.secrets()
    scene.apply(google, other)
    bad = {**spotify["stringData"], "refresh-token": "no-such-consent"}
    scene.apply(quickstart.secret("friday-tapes-spotify", bad), other)
    broken = quickstart.musicsync()
    del broken["spec"]["telegram"]
    broken["spec"]["spotify"]["playlist"] = "0NavaarNoSuchPlaylist0"
    broken["spec"]["youtubeMusic"]["playlist"] = "PLnosuchplaylist00"
    scene.apply(broken, other)
    scene.begin()
    scene.wait_converged()
    wrong = {"SpotifyReady": "AuthExpired", "YouTubeMusicReady": "NotFound"}
    scene.until("both are named", lambda: wrong.items() <= reasons(scene, other).items())
    conditions = scene.conditions(namespace=other)
    assert conditions["Ready"][0] == "False" and conditions["Stalled"][0] == "True"
    assert scene.tracks(other) == []


def reasons(scene: Scene, namespace: str) -> dict[str, str]:
    return {type: reason for type, (_, reason, _) in scene.conditions(namespace=namespace).items()}


def test_a_rotated_spotify_token_is_kept_and_outlives_the_operator(scene: Scene) -> None:
    public_client(scene)
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


def test_a_token_that_is_on_its_way_for_nobody_when_the_operator_stops_is_kept(scene: Scene) -> None:
    world = scene.box.world
    nora = scene.box.call(lambda: world.telegram.create_private("Nora", scenario.BOT_TOKEN, "en")).id
    public_client(scene, telegram={**TELEGRAM, "adminUserIds": [nora]})
    scene.apply(quickstart.secrets()[0])
    scene.start()
    scene.wait_converged()

    # Who asks for it is called off by the stop, and the old one is dead with the answer.
    late = Fault("late", "spotify", "POST /api/token", seconds=2.0)
    scene.box.call(lambda: world.clock.advance(2 * 3600))
    scene.box.call(lambda: world.faults.arm(late))
    scene.box.call(lambda: world.telegram.post_text(nora, "/search_sp hello", author="Nora"))
    scene.until("a token is asked for", lambda: late not in world.faults.armed)
    assert scene.operator.stop() == 0
    scene.start()
    scene.sync_now()
    scene.until("it goes on with the new token", lambda: scene.conditions()["SpotifyReady"][0] == "True")


def public_client(scene: Scene, **places: Any) -> None:
    """Playlists, and a Spotify consent whose refresh token is another after each use."""
    world = scene.box.world

    def consent() -> None:
        world.spotify.add_app("public-client", None, allowed=[scenario.SPOTIFY_USER])
        world.spotify.grant("first-consent", scenario.SPOTIFY_USER, "public-client")

    scene.box.call(consent)
    scene.apply(quickstart.secrets()[1])
    values = {"client-id": "public-client", "refresh-token": "first-consent"}
    scene.apply(quickstart.secret("friday-tapes-spotify", values))
    made = quickstart.musicsync()
    del made["spec"]["telegram"]
    made["spec"].update(places)
    scene.apply(made)


def _secrets(scene: Scene) -> set[str]:
    """Every secret that was put into a Secret or handed out by a service so far."""
    world = scene.box.world
    given = {value for secret in quickstart.secrets() for value in secret["stringData"].values()}
    given -= {scenario.SPOTIFY_CLIENT_ID, scenario.GOOGLE_CLIENT_ID}
    issued = scene.box.call(lambda: {*world.spotify.accounts.access, *world.youtube.accounts.access_tokens})
    consents = scene.box.call(lambda: {*world.spotify.accounts.grants, *world.youtube.accounts.grants})
    return given | {scenario.BOT_TOKEN.partition(":")[2]} | issued | consents


def _told(scene: Scene) -> str:
    """All that a person can read of the operator: its log, its metrics, objects and Events."""
    kinds = ("MusicSync", "Track", "Event", "Lease")
    objects = [scene.stage.list(kind, scene.namespace) for kind in kinds]
    return "\n".join([scene.operator.log.read_text(), scene.operator.get("/metrics"), json.dumps(objects)])


@pytest.mark.timeout(240)
def test_whatever_goes_wrong_no_secret_is_in_a_log_an_event_a_status_or_a_metric(scene: Scene) -> None:
    scene.start("--log-level", "DEBUG")
    secrets = _secrets(scene)
    scene.break_("error", "spotify", "POST /api/token", status=500)
    scene.break_("torn", "spotify", "GET /playlists/{id}*")
    scene.break_("reset", "youtube", "playlists.list")
    scene.break_("error", "telegram", "getChat", status=502)
    scene.break_("lost", "telegram", "getUpdates")
    scene.break_("lost", "spotify", "POST /playlists/{id}/items")
    scene.break_("error", "youtube", "playlistItems.insert", status=500)
    scene.break_("playability", "youtube", detail={"reason": "bot"})
    scene.break_("reset", "telegram", "sendAudio")
    scene.begin(retry={"backoff": "10s"})
    scene.until("some of it is done", lambda: len(scene.keys()["youtube"]) >= 5, 120)
    secrets |= _secrets(scene)
    for service, kind in (("spotify", "quota"), ("youtube", "quota"), ("telegram", "rate-limit")):
        scene.break_(kind, service, seconds=10)
    scene.listed("spotify", "bad-guy")
    scene.sync_now()
    scene.until("it is said", lambda: scene.reason("SpotifyReady") in ("QuotaExhausted", "RateLimited"))
    scene.mend()
    scene.break_("revoked", "spotify", times=None)
    scene.break_("revoked", "youtube", times=None)
    scene.sync_now()
    scene.until("it is said too", lambda: scene.reason("SpotifyReady") == "AuthExpired")
    scene.box.call(lambda: scene.box.world.telegram.revoke(scenario.BOT_TOKEN))
    scene.until("and of the bot", lambda: scene.reason("TelegramReady") not in ("Ready", "ChannelPastUnknown"))
    secrets |= _secrets(scene)
    told = _told(scene)
    assert len(secrets) >= 8 and len(told) > 10_000
    assert [secret for secret in secrets if secret in told] == []
