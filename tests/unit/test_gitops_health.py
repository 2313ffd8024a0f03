"""What Argo CD and Flux are told of Navaar's kinds, on statuses that the operator's own code makes."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from lupa.lua51 import LuaError

from navaar.api.convert import status_of
from navaar.session import conditions
from navaar.status import Facts, assembled
from reconcilers.model import Phase, Place, Placement, State, Track
from reconcilers.phase import message_of, phase_of
from reconcilers.plan import Plan
from reconcilers.plan.bulk import Held
from reconcilers.policy import Mode, Sync, Target
from reconcilers.services.protocol import ServiceName
from sandbox.argocd.health import HealthScripts

TELEGRAM, YOUTUBE, SPOTIFY = ServiceName.TELEGRAM, ServiceName.YOUTUBE, ServiceName.SPOTIFY
ALL = (TELEGRAM, YOUTUBE, SPOTIFY)
SYNC = Sync("tapes", {TELEGRAM: Target("@c"), YOUTUBE: Target("PL1"), SPOTIFY: Target("sp1")})
READ = Place(20, "s1", looked=1.0, started=True)
PLACES = {TELEGRAM: Place(started=True), YOUTUBE: READ, SPOTIFY: READ}
WELL = Facts(SYNC, 3, PLACES, namespace="music")
HELD = Held(frozenset({("t", SPOTIFY, "add")}), {SPOTIFY: "60 new songs would be added"})
APPROVAL = replace(WELL, plan=Plan((), {}, PLACES, {}, HELD, None, None))
ACCOUNT = ("AuthExpired", "sign in again", True)
PAST = ("ChannelPastUnknown", "how to settle it", False)

SCRIPTS = HealthScripts()


def place(service: ServiceName, reason: str, facts: Facts = WELL) -> Facts:
    """A place says so."""
    told = Place(20, "s1", looked=1.0, started=True, reason=reason, message="what to do")
    return replace(facts, places={**facts.places, service: told})


def musicsync(facts: Facts, counts: dict[str, int] | None = None, generation: int = 3) -> dict[str, Any]:
    """The MusicSync with the status that a pass over these facts ends with."""
    if facts.sync is None:
        status: dict[str, Any] = {"observedGeneration": facts.generation}
    else:
        status = assembled({}, facts, counts or {"songs": 4}, {}, {}, None, 1_800_000_000.0)
    status["conditions"] = conditions({}, facts, counts or {"songs": 4}, 1_800_000_000.0)
    return {
        "apiVersion": "navaar.dev/v1alpha1",
        "kind": "MusicSync",
        "metadata": {"name": "tapes", "namespace": "music", "generation": generation},
        "spec": {"suspend": facts.suspended},
        "status": status,
    }


@pytest.mark.parametrize(
    ("facts", "counts", "status", "says"),
    [
        (WELL, {"songs": 4}, "Healthy", "Synced: 4 songs"),
        (WELL, {"songs": 4, "syncing": 2}, "Healthy", "Backfilling: 2 of 4"),
        (WELL, {"songs": 4, "review": 2, "failed": 1}, "Healthy", "Synced"),
        (replace(WELL, sync=replace(SYNC, mode=Mode.PLAN)), None, "Healthy", "Planned"),
        (
            replace(WELL, places={**PLACES, SPOTIFY: Place()}),
            None,
            "Progressing",
            "Progressing: the places are being read",
        ),
        (replace(WELL, suspended=True), None, "Suspended", "spec.suspend is true"),
        (APPROVAL, None, "Suspended", "AwaitingApproval: Spotify: 60 new songs"),
        (place(SPOTIFY, "QuotaExhausted"), None, "Progressing", "QuotaExhausted: Spotify: what to do"),
        (place(YOUTUBE, "RateLimited", place(SPOTIFY, "RateLimited")), None, "Progressing", "RateLimited"),
        (place(YOUTUBE, "QuotaExhausted", APPROVAL), None, "Suspended", "QuotaExhausted"),
        (place(YOUTUBE, "Unreachable", APPROVAL), None, "Degraded", "Unreachable"),
        (place(SPOTIFY, "NotFound"), None, "Degraded", "NotFound: Spotify: what to do"),
        (place(SPOTIFY, "NotFound", replace(WELL, places={**PLACES, YOUTUBE: Place()})), None, "Degraded", "NotFound"),
        (replace(WELL, problems={SPOTIFY: ACCOUNT}), None, "Degraded", "AuthExpired: Spotify: sign in again"),
        (replace(WELL, problems=dict.fromkeys(ALL, ACCOUNT)), None, "Degraded", "AuthExpired"),
        (replace(WELL, problems={TELEGRAM: PAST}), None, "Degraded", "ChannelPastUnknown: Telegram: how to settle it"),
        (replace(WELL, sync=None, stalled=("TargetClaimed", "another writes it")), None, "Degraded", "TargetClaimed"),
        (replace(WELL, sync=None, stalled=("Forbidden", "a right is missing")), None, "Degraded", "Forbidden"),
    ],
)
def test_a_music_sync_is_as_well_as_a_person_on_call_would_say(
    facts: Facts, counts: dict[str, int] | None, status: str, says: str
) -> None:
    health = SCRIPTS.health(musicsync(facts, counts))
    assert health is not None
    assert (health.status, health.message[: len(says)]) == (status, says)


def test_what_the_operator_has_not_looked_at_yet_is_under_way() -> None:
    fresh = musicsync(WELL)
    del fresh["status"]
    changed = musicsync(WELL, generation=4)
    for seen in (fresh, changed):
        health = SCRIPTS.health(seen)
        assert health is not None and health.status == "Progressing"
        assert "has not looked at it yet" in health.message
    health = SCRIPTS.health({**fresh, "metadata": {**fresh["metadata"], "deletionTimestamp": "2026-11-21T10:00:00Z"}})
    assert health is not None and health.status == "Progressing"


def test_healthy_is_what_is_ready_whatever_the_places_say() -> None:
    reasons = ("", "AuthExpired", "QuotaExhausted", "RateLimited", "Unreachable", "NotFound")
    for told in product(reasons, repeat=3):
        facts = WELL
        for service, reason in zip(ALL, told, strict=True):
            facts = place(service, reason, facts) if reason else facts
        made = musicsync(facts)
        (ready,) = [c for c in made["status"]["conditions"] if c["type"] == "Ready"]
        health = SCRIPTS.health(made)
        assert health is not None
        assert (health.status == "Healthy") == (ready["status"] == "True"), told
        trouble = {*told} - {"", "QuotaExhausted", "RateLimited"}
        assert (health.status == "Degraded") == bool(trouble), told


def track(states: tuple[State, ...], generation: int = 1) -> dict[str, Any]:
    placements = {s: Placement(state, message="why") for s, state in zip(ALL, states, strict=True)}
    made = Track("t", placements=placements)
    phase, message = phase_of(made, ALL), message_of(made, ALL)
    return {
        "apiVersion": "navaar.dev/v1alpha1",
        "kind": "Track",
        "metadata": {"name": "t", "namespace": "music", "generation": generation},
        "spec": {"musicSyncRef": {"name": "tapes"}, "title": "Hyperballad"},
        "status": status_of(made, phase=phase, message=message, generation=1),
    }


@pytest.mark.parametrize(
    ("states", "status", "says"),
    [
        ("Present Present Present", "Healthy", "Synced"),
        ("Present NotFound Present", "Healthy", "Partial: youtubeMusic: why"),
        ("Removed Removed Removed", "Healthy", "Removed"),
        ("Excluded Excluded Excluded", "Healthy", "Excluded"),
        ("Adding Present Present", "Progressing", "Syncing"),
        ("Review Present Present", "Suspended", "Review: telegram: why"),
        ("Present Failed Present", "Degraded", "Failed: youtubeMusic: why"),
    ],
)
def test_a_track_is_degraded_only_when_it_was_given_up(states: str, status: str, says: str) -> None:
    health = SCRIPTS.health(track(tuple(State(state) for state in states.split())))
    assert health is not None
    assert (health.status, health.message[: len(says)]) == (status, says)


def test_a_song_without_an_answer_degrades_nothing() -> None:
    for others in product((State.PRESENT, State.PENDING, State.NOT_FOUND, State.FAILED), repeat=2):
        health = SCRIPTS.health(track((State.REVIEW, *others)))
        assert health is not None and health.status == "Suspended"


def test_every_phase_has_a_health_and_a_stale_or_missing_status_is_under_way() -> None:
    made = track((State.PRESENT,) * 3)
    for phase in Phase:
        health = SCRIPTS.health({**made, "status": {**made["status"], "phase": phase.value}})
        assert health is not None and health.status != "Unknown", phase
    for seen in ({**made, "status": None}, track((State.PRESENT,) * 3, generation=2)):
        health = SCRIPTS.health(seen)
        assert health is not None
        assert (health.status, "is there a MusicSync tapes?" in health.message) == ("Progressing", True)


def test_no_more_of_lua_is_at_hand_than_argo_cd_gives(tmp_path: Any) -> None:
    """A script that needs more works here and fails there."""
    settings = tmp_path / "argocd-cm.yaml"
    for script in ('return { status = ("x"):upper() }', "return { status = string.upper('x') }", "math.floor(1)"):
        settings.write_text(f"data: {{resource.customizations.health.navaar.dev_Track: {script!r}}}")
        with pytest.raises(LuaError):
            HealthScripts(settings).health(track((State.PRESENT,) * 3))
