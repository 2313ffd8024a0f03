"""Accounts that several MusicSyncs share: one hand for their tokens, one waiting for all, and nothing forgotten."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from reconcilers.budget import next_midnight
from sandbox import quickstart, scenario
from sandbox.world import World
from tests.e2e.conftest import Scene

HOUR, DAY = 3600.0, 86400.0
CLIENT, CONSENT = "public-client", "first-public-consent"


def seeded(world: World) -> World:
    """The quickstart's accounts, a public (PKCE) application, and four pairs of playlists."""
    scenario.empty(world)
    world.spotify.add_app(CLIENT, None, allowed=[scenario.SPOTIFY_USER], developer="another")
    world.spotify.grant(CONSENT, scenario.SPOTIFY_USER, CLIENT)
    for n in range(4):
        world.spotify.create_playlist(spotify_playlist(n), f"Tapes {n}", scenario.SPOTIFY_USER)
        world.youtube.create_playlist(youtube_playlist(n), f"Tapes {n}", scenario.YOUTUBE_ACCOUNT, "UNLISTED")
    return world


def spotify_playlist(n: int) -> str:
    return f"{n}NavaarShared0000000000"[:22]


def youtube_playlist(n: int) -> str:
    return f"PLNavaarShared{n}0000000000000000000"


def sync(n: int, spotify: str = "friday-tapes-spotify") -> dict[str, Any]:
    """A MusicSync of two playlists."""
    made = quickstart.musicsync()
    made["metadata"]["name"] = f"tapes-{n}"
    del made["spec"]["telegram"]
    made["spec"]["youtubeMusic"]["playlist"] = youtube_playlist(n)
    made["spec"]["spotify"]["playlist"] = spotify_playlist(n)
    made["spec"]["spotify"]["credentialsSecretRef"] = {"name": spotify}
    return made


def public_consent(**values: str) -> dict[str, Any]:
    return quickstart.secret("friday-tapes-spotify", {"client-id": CLIENT, "refresh-token": CONSENT, **values})


def ready(scene: Scene, n: int, namespace: str | None = None, type: str = "Ready") -> tuple[str, str, str]:
    return scene.conditions(f"tapes-{n}", namespace).get(type, ("", "", ""))


def asked_for(scene: Scene, since: int) -> tuple[int, int]:
    """How often Spotify and Google were asked for an access token."""
    journal = scene.box.world.journal
    return journal.counts("spotify", since)["POST /api/token"], journal.counts("youtube", since)["token"]


def read_again(scene: Scene, since: int) -> bool:
    """Whether all four pairs of playlists were looked at."""
    entries = scene.box.world.journal.entries[since:]
    return all(
        any(id in e.detail.values() and e.status == 200 for e in entries)
        for n in range(4)
        for id in (spotify_playlist(n), youtube_playlist(n))
    )


@pytest.mark.time_travel
def test_four_musicsyncs_in_two_namespaces_refresh_an_expired_token_once(scene_with: Callable[..., Scene]) -> None:
    scene = scene_with(seeded, extra_namespaces=1)
    where = [scene.namespaces[n // 2] for n in range(4)]
    for namespace in scene.namespaces:
        scene.apply(quickstart.secrets()[1], namespace)
        scene.apply(public_consent(), namespace)
    for n in range(4):
        scene.apply(sync(n), where[n])
    scene.start()
    scene.until("all are ready", lambda: all(ready(scene, n, where[n])[1] == "Synced" for n in range(4)))
    assert asked_for(scene, 0) == (1, 1), "and not each for itself"

    mark = scene.box.world.journal.mark()
    scene.advance(2 * HOUR)
    scene.until("all have looked again", lambda: read_again(scene, mark))
    assert asked_for(scene, mark) == (1, 1)

    # The services call the tokens expired, and nobody here knew.
    mark = scene.box.world.journal.mark()
    scene.box.call(lambda: scene.box.world.clock.advance(2 * HOUR))
    for n in range(4):
        body = {"metadata": {"annotations": {"navaar.dev/reconcile-requested-at": str(time.time_ns())}}}
        scene.stage.patch("MusicSync", where[n], f"tapes-{n}", body)
    scene.until("all have looked again", lambda: read_again(scene, mark))
    assert asked_for(scene, mark) == (1, 1)
    assert all(ready(scene, n, where[n])[0] == "True" for n in range(4))

    # The next process goes on with the token that came last.
    scene.operator.stop()
    mark = scene.box.world.journal.mark()
    scene.start()
    scene.until("all have looked again", lambda: read_again(scene, mark))
    assert asked_for(scene, mark) == (1, 1)
    for namespace in scene.namespaces:
        given = scene.stage.get("Secret", namespace, "friday-tapes-spotify")
        assert set(given["data"]) == {"client-id", "refresh-token"}, "what a person put in stays as it is"
    assert CONSENT not in scene.operator.log.read_text()


@pytest.mark.time_travel
def test_a_wait_of_13_hours_parks_that_account_and_no_other_and_a_restart_asks_nothing(
    scene_with: Callable[..., Scene],
) -> None:
    scene = scene_with(seeded)
    for manifest in quickstart.secrets()[1:]:
        scene.apply(manifest)
    scene.apply({**public_consent(), "metadata": {"name": "other-spotify"}})
    for n in range(2):
        scene.apply(sync(n))
    scene.apply(sync(2, "other-spotify"))
    scene.start()
    scene.until("all are ready", lambda: all(ready(scene, n)[1] == "Synced" for n in range(3)))
    scene.break_("rate-limit", "spotify", about=spotify_playlist(0), seconds=13 * HOUR)
    mark = scene.box.world.journal.mark()
    scene.advance(HOUR)
    for n in range(2):
        scene.until("it says so", partial(parked, scene, n))
        assert "It goes on at" in ready(scene, n, type="SpotifyReady")[2]
        assert ready(scene, n, type="YouTubeMusicReady")[0] == "True"
    scene.until("the other account was used", lambda: looks(scene, mark, 2) > 0)
    assert ready(scene, 2)[1] == "Synced"
    assert looks(scene, mark, 0) + looks(scene, mark, 1) <= 2
    assert 'navaar_account_waits_seconds{account="' in scene.operator.get("/metrics")
    scene.operator.get("/healthz")

    mark = scene.box.world.journal.mark()
    scene.operator.kill()
    scene.start()
    scene.until("the other account was used", lambda: looks(scene, mark, 2) > 0)
    before = looks(scene, mark, 2)
    for hours in (10, 1):  # in the first of them it may still be busy with what it found at its start
        scene.advance(hours * HOUR)
    scene.until("the other account was used again", lambda: looks(scene, mark, 2) > before)
    assert looks(scene, mark, 0) + looks(scene, mark, 1) == 0
    assert parked(scene, 0) and parked(scene, 1)
    scene.mend()
    scene.advance(3 * HOUR)
    scene.until("it goes on by itself", lambda: all(ready(scene, n)[1] == "Synced" for n in range(3)))


def parked(scene: Scene, n: int) -> bool:
    return ready(scene, n, type="SpotifyReady")[1] == "QuotaExhausted"


def looks(scene: Scene, since: int, n: int) -> int:
    """Requests about a Spotify playlist."""
    entries = scene.box.world.journal.entries[since:]
    return sum(e.service == "spotify" and spotify_playlist(n) in e.detail.values() for e in entries)


@pytest.mark.time_travel
def test_youtubes_quota_is_over_for_a_day_and_all_recovers_by_itself(scene: Scene) -> None:
    world = scene.box.world
    scene.start()
    scene.begin()
    scene.wait_converged()
    project = scenario.GOOGLE_CLIENT_ID.partition("-")[0]
    scene.box.call(lambda: world.youtube.quota.exhaust(project, world.clock.now()))
    scene.post("bad-guy")
    scene.until("it says so", lambda: scene.reason("YouTubeMusicReady") == "QuotaExhausted")
    conditions = scene.conditions()
    assert (conditions["Ready"][0], conditions["Ready"][1]) == ("False", "QuotaExhausted")
    assert conditions["SpotifyReady"][0] == conditions["TelegramReady"][0] == "True"
    scene.until("Spotify goes on", lambda: "bad-guy" in scene.keys()["spotify"])
    scene.listed("spotify", "creep")
    mark = world.journal.mark()
    scene.advance(HOUR)
    # Its audio is searched for without the account, so the channel needs none of its units.
    scene.until("the channel goes on", lambda: "creep" in scene.keys()["telegram"])
    assert not any(call.startswith("playlistItems") for call in world.journal.counts("youtube", mark))
    assert "bad-guy" not in scene.keys()["youtube"]
    now = world.clock.now()
    scene.advance(next_midnight(now) - now + 1)
    scene.until("YouTube catches up", lambda: {"bad-guy", "creep"} <= {*scene.keys()["youtube"]})
    scene.wait_converged()
    assert not any(call.startswith("search") for call in world.journal.counts("youtube")), "the bucket of search.list"


@pytest.mark.time_travel
def test_a_consent_that_nears_its_end_is_announced_and_its_end_is_final(scene: Scene) -> None:
    world = scene.box.world
    google, spotify = quickstart.secrets()[1:]
    written = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(world.clock.now() - 160 * DAY))
    scene.apply(google)
    scene.apply(quickstart.secret("friday-tapes-spotify", {**spotify["stringData"], "consented-at": written}))
    made = quickstart.musicsync()
    del made["spec"]["telegram"]
    scene.apply(made)
    scene.start()
    scene.wait_converged()
    status, reason, message = scene.conditions()["SpotifyReady"]
    assert (status, reason) == ("True", "Ready")
    assert message.startswith("The consent ends on ") and "friday-tapes-spotify" in message
    assert scene.sync()["status"]["spotify"]["consentExpiresAt"][:10] in message
    assert f'navaar_consent_seconds_left{{namespace="{scene.namespace}",secret="friday-tapes-spotify"}}' in (
        scene.operator.get("/metrics")
    )
    scene.until("it is announced", lambda: events(scene, "ConsentExpiring"))
    scene.advance(16 * DAY)
    scene.until("and again", lambda: "less than a week" in scene.conditions()["SpotifyReady"][2])

    scene.box.call(lambda: world.spotify.expire(scenario.SPOTIFY_REFRESH_TOKEN))
    scene.advance(7 * DAY)
    scene.until("it is over", lambda: scene.reason("SpotifyReady") == "AuthExpired")
    assert "Sign in again" in scene.conditions()["SpotifyReady"][2]
    assert scene.conditions()["YouTubeMusicReady"][0] == "True"
    mark = world.journal.mark()
    scene.advance(DAY)
    scene.until("the others go on", lambda: world.journal.counts("youtube", mark))
    assert not world.journal.counts("spotify", mark), "there is no use in asking again"


def events(scene: Scene, reason: str) -> list[Any]:
    found: list[Any] = scene.stage.api.get(f"/api/v1/namespaces/{scene.namespace}/events")["items"]
    return [event for event in found if event["reason"] == reason]
