"""Every alert on scrapes of an operator that has that trouble, and silence where all is well or waits for good reason."""

import os
import signal
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from navaar.api.instant import read as read_instant
from navaar.telemetry.metrics import OPERATIONS
from sandbox import quickstart, scenario
from tests.e2e.conftest import Scene
from tests.monitoring import alerts, named, questions, rules
from tests.scrapes import History, Scrape, read, twice

pytestmark = [pytest.mark.timeout(1800), pytest.mark.time_travel]

HOUR, DAY = 3600.0, 86400.0
REQUESTS = "navaar_service_requests_total"
SINCE = ("navaar_sync_pass_age_seconds", "navaar_sync_stalled_seconds")
OF_PLACES = {
    "NavaarAccountParked", "NavaarApprovalWaits", "NavaarConsentEnds", "NavaarReviewWaits", "NavaarSignInRefused",
    "NavaarPlaceNotReady",
}  # fmt: skip


def scraped(scene: Scene) -> Scrape:
    return read(scene.operator.get("/metrics"), scene.namespace)


def labelled(scene: Scene) -> list[tuple[str, dict[str, str]]]:
    return [(name, dict(labels)) for name, labels in scraped(scene)]


def listened(scene: Scene) -> float:
    """When the bot was last listened to, as the next process will read it."""
    leases = scene.stage.list("Lease", scene.namespace)
    return max(read_instant(x["spec"]["renewTime"]) for x in leases if "-bot-" in x["metadata"]["name"])


def consented(scene: Scene, days_ago: float) -> None:
    """A person says when the consent was given."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(scene.box.world.clock.now() - days_ago * DAY))
    values = {**quickstart.secrets()[2]["stringData"], "consented-at": at}
    scene.apply(quickstart.secret("friday-tapes-spotify", values))


def advance(scene: Scene, hours: float) -> None:
    """Hours pass at once; returns when what was due meanwhile is done, as it would have been all the time."""
    scene.advance(hours * HOUR)

    def caught_up() -> bool:
        numbers = [value for series, value in scraped(scene).items() if series[0] in SINCE]
        return bool(numbers) and max(numbers) < 60

    scene.until("what was due is done", caught_up)


def waits(scene: Scene, type: str, *reasons: str) -> None:
    scene.until(f"{type} says {reasons}", lambda: scene.reason(type) in reasons)


def test_alerts_about_places_and_people(scene: Scene, tmp_path: Path) -> None:
    history = History()
    world = scene.box.world

    def phase(name: str, minutes: int, *firing: str) -> None:
        history.add(name, minutes, firing, scraped(scene))

    scene.begin()
    consented(scene, 182 - 34.5)
    scene.start()
    scene.until("it is at work", lambda: scene.reason() == "Backfilling")
    for hours in range(2, 12, 2):
        phase(f"a backlog for {hours} hours", 120)
        time.sleep(0.2)
    scene.wait_converged()
    exists = {series[0] for series in scraped(scene)}
    for rule in rules():
        assert named(rule["expr"]) <= exists, rule
    for title, expr in questions():
        assert named(expr) <= exists, title
    asked = {(labels["service"], labels["operation"]) for name, labels in labelled(scene) if name == REQUESTS}
    assert asked == {(service.value, operation) for service, known in OPERATIONS.items() for operation in known}
    phase("in step", 120)

    # A Retry-After of 13 hours, with a song that waits for it: nothing is wrong.
    scene.break_("rate-limit", "spotify", seconds=13 * HOUR)
    advance(scene, 1)
    waits(scene, "SpotifyReady", "QuotaExhausted", "RateLimited")
    scene.post("bad-guy")
    scene.until("the other playlist has it", lambda: "bad-guy" in scene.keys()["youtube"])
    for hour in (1, 5, 9):
        phase(f"told to wait, hour {hour}", 240)
        advance(scene, 4)
    advance(scene, 2)
    scene.until("it goes on by itself", lambda: "bad-guy" in scene.keys()["spotify"])
    scene.wait_converged()
    phase("and went on", 60)

    # A quota that is used up until the morning, with songs that need it: they wait for good reason, too.
    project = scenario.GOOGLE_CLIENT_ID.partition("-")[0]
    scene.box.call(lambda: world.youtube.quota.exhaust(project, world.clock.now()))
    scene.post("creep")
    waits(scene, "YouTubeMusicReady", "QuotaExhausted")
    phase("a quota used up", 300)
    advance(scene, 5)
    phase("a quota used up, later", 300)
    advance(scene, 20)
    scene.wait_converged()

    scene.break_("rate-limit", "spotify", seconds=60 * HOUR)
    advance(scene, 1)
    waits(scene, "SpotifyReady", "QuotaExhausted", "RateLimited")
    phase("parked for a day", 24 * 60)
    advance(scene, 24)
    phase("parked for longer", 4 * 60, "NavaarAccountParked")
    scene.mend()
    advance(scene, 36)
    waits(scene, "SpotifyReady", "Ready")

    scene.patch_sync({"spec": {"spotify": {"maxAdds": 0}}})
    scene.listed("youtube", "yellow")
    advance(scene, 1)
    waits(scene, "SpotifyReady", "AwaitingApproval")
    phase("a question of numbers", 120, "NavaarApprovalWaits")
    scene.patch_sync({"spec": {"spotify": {"maxAdds": 50}}})
    scene.wait_converged()

    scene.box.call(partial(scenario.unsigned, world, world.catalogue.by_key("hello-adele")))
    scene.until("it asks which", lambda: any((t.get("status") or {}).get("phase") == "Review" for t in scene.tracks()))
    advance(scene, 24)
    scene.until("it is said", lambda: "ends on" in scene.conditions()["SpotifyReady"][2])
    phase("soon", 60, "NavaarConsentEnds")
    advance(scene, 23 * 24)
    scene.until("it is said again", lambda: "less than a week" in scene.conditions()["SpotifyReady"][2])
    phase("very soon", 60, "NavaarConsentEnds", "NavaarReviewWaits")

    scene.box.call(lambda: world.spotify.revoke(scenario.SPOTIFY_REFRESH_TOKEN))
    advance(scene, 2)
    waits(scene, "SpotifyReady", "AuthExpired")
    questions_asked = {"NavaarConsentEnds", "NavaarReviewWaits"}
    phase("signed out", 60, "NavaarSignInRefused", *questions_asked)
    scene.break_("missing", "youtube")
    advance(scene, 1)
    waits(scene, "YouTubeMusicReady", "NotFound")
    phase("a playlist gone", 120, "NavaarSignInRefused", "NavaarPlaceNotReady", *questions_asked)

    assert history.complaints(tmp_path) == ""
    assert set().union(*history.expected) == OF_PLACES


@pytest.mark.slow
def test_alerts_about_the_operator(scene: Scene, tmp_path: Path) -> None:
    history = History()
    look = partial(scraped, scene)

    def phase(name: str, minutes: int, *firing: str) -> None:
        history.add(name, minutes, firing, look())

    # Somebody who is not there holds the Lease.
    lease = scene.release.deployment["metadata"]["name"]
    spec = {"holderIdentity": "somebody", "leaseDurationSeconds": 3600, "leaseTransitions": 1}
    metadata = {"name": lease, "namespace": scene.namespace}
    leases = f"/apis/coordination.k8s.io/v1/namespaces/{scene.namespace}/leases"
    scene.stage.api.create(
        leases, {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}
    )
    scene.begin()
    scene.start()
    phase("nobody leads", 30, "NavaarNoLeader")
    scene.stage.api.delete(f"{leases}/{lease}")
    scene.wait_converged()
    phase("in step", 60)

    pid = scene.operator.process.pid
    busy = look()
    for _ in range(6):
        os.kill(pid, signal.SIGSTOP)
        time.sleep(1.5)
        os.kill(pid, signal.SIGCONT)
        time.sleep(0.3)
    history.add("busy", 30, ["NavaarLoopLate"], busy, look())
    phase("busy no more", 30)

    server = next(p for p in scene.stage.plane.processes if p.name == "kube-apiserver")
    os.kill(server.pid, signal.SIGSTOP)
    try:
        first, second = twice(look)
    finally:
        os.kill(server.pid, signal.SIGCONT)
    history.growing("a silent API server", 30, ["NavaarInformerStale"], first, second, "navaar_informer_age_seconds")

    scene.break_("error", "telegram", "getUpdates", times=10**6, status=502)
    waits(scene, "TelegramReady", "Unreachable")
    first, second = twice(look)
    firing = ["NavaarBotSilent", "NavaarPlaceNotReady"]
    history.growing("a bot that is not heard", 90, firing, first, second, "navaar_bot_poll_age_seconds")
    scene.mend()
    waits(scene, "TelegramReady", "Ready")

    role = next(m for m in scene.release.manifests if m["kind"] == "Role" and m["metadata"]["name"] == "navaar")
    rule: dict[str, Any] = next(rule for rule in role["rules"] if rule["resources"] == ["tracks"])
    rule["verbs"].remove("create")
    scene.stage.apply_everywhere([role])
    scene.post("blinding-lights")
    waits(scene, "Ready", "Forbidden")
    first, second = twice(look)
    firing = ["NavaarPassOverdue", "NavaarSyncStopped"]
    history.growing("a right that is missing", 30, firing, first, second, "navaar_sync_overdue_seconds")
    rule["verbs"].append("create")
    scene.stage.apply_everywhere([role])
    scene.nudge()
    scene.until("it is stored", lambda: "blinding-lights" in scene.keys()["spotify"])
    scene.wait_converged()
    phase("mended", 60)

    for number in range(3):
        scene.operator.kill()
        scene.start()
        scene.until("it leads", lambda: "navaar_leader 1.0" in scene.operator.get("/metrics"))
        scene.until("a pass was made", lambda: "navaar_sync_pass_age_seconds{" in scene.operator.get("/metrics"))
        phase(f"restart {number}", 10, *(["NavaarRestarts"] if number > 1 else []))
    phase("it stays", 120)

    scene.operator.stop()
    history.add("nobody there", 30, ["NavaarDown"], {})
    scene.advance(26 * HOUR)
    scene.start()
    waits(scene, "TelegramReady", "ChannelPastUnknown")
    phase("after more than a day", 60, "NavaarChannelPastUnknown")
    scene.annotate(accept_past="2026-11-21")
    waits(scene, "TelegramReady", "Ready")
    scene.until("it is known that somebody listens again", lambda: listened(scene) > scene.box.world.clock.now() - HOUR)

    # A mistake of ours: songs that nobody looks for. The numbers are of a part that has nothing to do with it.
    scene.operator.stop()
    assert scene.time is not None
    real, scene.time.module = scene.time.module, "tests.planted"
    scene.start()
    scene.listed("youtube", "karma-police")
    scene.sync_now()
    scene.until("the channel has it", lambda: "karma-police" in scene.keys()["telegram"])
    phase("it stands still for a moment", 30)
    scene.advance(HOUR)
    assert scene.reason() == "Backfilling", "nothing else says so"
    phase("it stands still", 30, "NavaarStalled")
    scene.operator.stop()
    scene.time.module = real
    scene.start()
    scene.until("it is looked for", lambda: "karma-police" in scene.keys()["spotify"])
    phase("and goes on", 30)

    scene.break_("playability", "youtube", times=10**6, detail={"reason": "unavailable"})
    songs = ("yellow", "creep", "shape-of-you", "bad-guy", "viva-la-vida", "hello-adele", "smells-like-teen-spirit")
    scene.listed("spotify", *songs)
    scene.sync_now()
    failed = partial(scene.stage.list, "Track", scene.namespace, "?fieldSelector=status.phase%3DFailed")
    scene.until("they are given up", lambda: len(failed()) == len(songs))
    phase("no audio", 60, "NavaarSongsFail")

    assert history.complaints(tmp_path) == ""
    assert set().union(*history.expected) >= {alert["alert"] for alert in alerts()} - OF_PLACES
