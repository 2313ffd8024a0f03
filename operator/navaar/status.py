"""What a MusicSync's status says, from what a pass left behind. Nothing in it changes when nothing changed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from navaar.api.instant import written
from reconcilers.model import Place, State, Track
from reconcilers.phase import phase_of
from reconcilers.plan import Plan
from reconcilers.policy import Mode, Sync
from reconcilers.services.protocol import ServiceName

CONDITION = {
    ServiceName.TELEGRAM: "TelegramReady",
    ServiceName.YOUTUBE: "YouTubeMusicReady",
    ServiceName.SPOTIFY: "SpotifyReady",
}

MESSAGE_LIMIT = 1024


@dataclass(frozen=True, slots=True)
class Verdict:
    """One condition to be: status is ``True``, ``False`` or ``Unknown``."""

    type: str
    status: str
    reason: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a status is made of, beside the plan.

    `problems` are per-place verdicts that come before what the planner knows: (reason, message, only a person can mend it).
    `stalled` is a reason and message for which nothing goes on at all. `said` is what the conditions said of this very
    generation: it stands until a place was read, so that a restart changes nothing.
    """

    sync: Sync | None
    generation: int
    places: Mapping[ServiceName, Place] = field(default_factory=dict)
    problems: Mapping[ServiceName, tuple[str, str, bool]] = field(default_factory=dict)
    plan: Plan | None = None
    stalled: tuple[str, str] | None = None
    suspended: bool = False
    said: Mapping[str, Verdict] = field(default_factory=dict)


def verdicts(facts: Facts, counts: Mapping[str, int]) -> list[Verdict]:
    """Every condition that the status should have; one that is not named should not be there."""
    if facts.stalled is not None:
        reason, message = facts.stalled
        return [Verdict("Ready", "False", reason, message), Verdict("Stalled", "True", reason, message)]
    assert facts.sync is not None
    if facts.suspended:
        return [
            Verdict(
                "Ready",
                "False",
                "Suspended",
                "nothing is changed until spec.suspend is false; posts are still taken down",
            )
        ]
    services = [_service(facts, service) for service in facts.sync.targets]
    return [*_summary(facts, services, counts), *services]


def _service(facts: Facts, service: ServiceName) -> Verdict:
    type = CONDITION[service]
    place = facts.places.get(service, Place())
    problem = facts.problems.get(service)
    if problem is not None:
        reason, message, _ = problem
        return Verdict(type, "False", reason, message)
    if place.reason:
        return Verdict(type, "False", place.reason, place.message)
    held = facts.plan.held if facts.plan is not None else None
    if held is not None and service in held.reasons:
        message = (
            f"{held.reasons[service]}; to approve exactly this, set the annotation navaar.dev/approve: {held.hash}"
        )
        return Verdict(type, "False", "AwaitingApproval", message)
    if not place.started if service is ServiceName.TELEGRAM else place.looked is None:
        return facts.said.get(type) or Verdict(type, "Unknown", "Progressing", "not read yet")
    return Verdict(type, "True", "Ready", "")


def _summary(facts: Facts, services: list[Verdict], counts: Mapping[str, int]) -> list[Verdict]:
    assert facts.sync is not None
    broken = [v for v in services if v.status == "False"]
    unread = [v for v in services if v.status == "Unknown"]
    if broken:
        message = "; ".join(f"{v.type.removesuffix('Ready')}: {v.message}" for v in broken)
        ready = Verdict("Ready", "False", broken[0].reason, message)
        if all(_terminal(facts, service) for service in facts.sync.targets):
            return [ready, Verdict("Stalled", "True", broken[0].reason, message)]
        if unread:
            return [ready, Verdict("Reconciling", "True", "Progressing", "the places are being read")]
        return [ready]
    if unread:
        message = "the places are being read"
        return [
            Verdict("Ready", "Unknown", "Progressing", message),
            Verdict("Reconciling", "True", "Progressing", message),
        ]
    if facts.sync.mode is Mode.PLAN:
        return [Verdict("Ready", "True", "Planned", "mode is Plan: status.plan says what would be done")]
    syncing = counts.get("syncing", 0)
    if syncing:
        return [
            Verdict("Ready", "True", "Backfilling", f"{syncing} of {counts.get('songs', 0)} songs are on their way")
        ]
    return [Verdict("Ready", "True", "Synced", f"{counts.get('songs', 0)} songs")]


def _terminal(facts: Facts, service: ServiceName) -> bool:
    problem = facts.problems.get(service)
    return problem[2] if problem is not None else facts.places.get(service, Place()).terminal


def count(tracks: Mapping[str, Track], sync: Sync) -> tuple[dict[str, int], dict[ServiceName, tuple[int, int]]]:
    """Songs per phase, under the names of ``status.counts``; and per place how many are there and how many on their way."""
    phases = Counter(phase_of(track, sync.targets).value.lower() for track in tracks.values())
    songs = len(tracks) - phases.get("duplicate", 0)
    places: dict[ServiceName, tuple[int, int]] = {}
    for service in sync.targets:
        states = Counter(p.state for t in tracks.values() if (p := t.placements.get(service)) is not None)
        places[service] = (states[State.PRESENT], states[State.PENDING] + states[State.ADDING])
    names = ("synced", "partial", "review", "failed", "syncing", "removed", "excluded", "duplicate")
    return {"songs": songs, **{name: phases.get(name, 0) for name in names}}, places


def plan_status(plan: Plan, tracks: Mapping[str, Track]) -> dict[str, Any] | None:
    """``status.plan``: what would be done, in mode Plan or while it waits for approval."""
    preview = plan.preview
    if preview is None or not (any(preview.adds.values()) or any(preview.removes.values())):
        return None
    samples = []
    for name, service, op in preview.samples:
        track = tracks.get(name)
        recording = track.recording if track is not None else None
        title = str(recording)[:MESSAGE_LIMIT] if recording is not None else ""
        samples.append({"track": name, "service": service.value, "op": op.capitalize(), "title": title})
    return {
        "hash": plan.held.hash or "none",
        "adds": sum(preview.adds.values()),
        "removes": sum(preview.removes.values()),
        "samples": samples,
    }


def assembled(
    previous: Mapping[str, Any],
    facts: Facts,
    counts: Mapping[str, int],
    places: Mapping[ServiceName, tuple[int, int]],
    tracks: Mapping[str, Track],
    telegram: Mapping[str, Any],
    handled: str | None,
    now: float,
) -> dict[str, Any]:
    """The whole status but for its conditions.

    `telegram` is what only the channel's entry holds; `handled` echoes the annotation that asked for a pass.
    """
    status: dict[str, Any] = {"observedGeneration": facts.generation, "counts": dict(counts)}
    if handled:
        status["lastHandledReconcileAt"] = handled[:1024]
    assert facts.sync is not None
    for service in facts.sync.targets:
        place = facts.places.get(service, Place())
        present, pending = places.get(service, (0, 0))
        entry: dict[str, Any] = dict(telegram) if service is ServiceName.TELEGRAM else {}
        if place.count is not None:
            entry["items"] = place.count
        if place.snapshot is not None:
            entry["snapshot"] = place.snapshot
        entry.setdefault("placed", present)
        entry["pending"] = pending
        before = dict(previous.get(service.value) or {})
        stamp = before.pop("lastChanged", None)
        moved = any(before.get(name) != entry.get(name) for name in ("items", "snapshot", "placed"))
        if moved or stamp is None:
            stamp = written(now)
        entry["lastChanged"] = stamp
        status[service.value] = entry
    if facts.plan is not None:
        planned = plan_status(facts.plan, tracks)
        if planned is not None:
            status["plan"] = planned
    stamp = previous.get("lastChanged")
    changed = any(previous.get(k) != v for k, v in status.items() if k not in ("observedGeneration", "plan"))
    status["lastChanged"] = written(now) if changed or stamp is None else stamp
    return status
