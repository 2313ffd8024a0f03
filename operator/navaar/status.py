"""What a MusicSync's status says, from what a pass left behind. Nothing in it changes when nothing changed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from navaar import outlook
from navaar.api.instant import written
from navaar.people.remedy import sign_in, with_sign_in
from reconcilers.model import NOTHING, Place, State, Track
from reconcilers.phase import phase_of
from reconcilers.plan import Plan
from reconcilers.plan.bulk import Held
from reconcilers.policy import Mode, Sync
from reconcilers.services.protocol import ServiceName

CONDITION = {
    ServiceName.TELEGRAM: "TelegramReady",
    ServiceName.YOUTUBE: "YouTubeMusicReady",
    ServiceName.SPOTIFY: "SpotifyReady",
}

MONTH, WEEK = 30 * 86400.0, 7 * 86400.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """One condition to be: status is ``True``, ``False`` or ``Unknown``."""

    type: str
    status: str
    reason: str
    message: str = ""


class Standing(NamedTuple):
    """Songs in one place: there, on their way, there although they should have gone; and how many are in each state."""

    present: int = 0
    pending: int = 0
    retained: int = 0
    states: Mapping[State, int] = NOTHING


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person gave us leave to do: the name of the Secret that holds it, and when it ends (Unix seconds)."""

    secret: str
    ends: float


@dataclass(frozen=True, slots=True)
class Facts:
    """What a status is made of, beside the plan.

    `problems` are per-place verdicts that come before what the planner knows: (reason, message, only a person can mend it).
    `stalled` is a reason and message for which nothing goes on at all. `said` is what the conditions said of this very
    generation: it stands until a place was read, so that a restart changes nothing. `cookies`: those of a browser sign in at
    YouTube Music.
    """

    sync: Sync | None
    generation: int
    places: Mapping[ServiceName, Place] = field(default_factory=dict)
    problems: Mapping[ServiceName, tuple[str, str, bool]] = field(default_factory=dict)
    plan: Plan | None = None
    stalled: tuple[str, str] | None = None
    suspended: bool = False
    said: Mapping[str, Verdict] = field(default_factory=dict)
    namespace: str = ""
    consents: Mapping[ServiceName, Consent] = field(default_factory=dict)
    cookies: bool = False
    now: float = 0.0


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
        return Verdict(type, "False", reason, _mended(facts, service, reason, message))
    if place.reason:
        return Verdict(type, "False", place.reason, _mended(facts, service, place.reason, place.message))
    held = _held(facts)
    if service in held.reasons:
        return Verdict(type, "False", "AwaitingApproval", f"{held.reasons[service]}; {_how(facts)}")
    if not place.started if service is ServiceName.TELEGRAM else place.looked is None:
        return facts.said.get(type) or Verdict(type, "Unknown", "Progressing", "not read yet")
    consent = facts.consents.get(service)
    if consent is None:
        return Verdict(type, "True", "Ready")
    assert facts.sync is not None
    line = sign_in(service, facts.sync.name, facts.namespace)
    return Verdict(type, "True", "Ready", expiring(consent, facts.now, line))


def _mended(facts: Facts, service: ServiceName, reason: str, message: str) -> str:
    assert facts.sync is not None
    return with_sign_in(message, reason, service, facts.sync.name, facts.namespace, cookies=facts.cookies)


def expiring(consent: Consent, now: float, line: str) -> str:
    """What to say of a consent that ends within a month; it is said anew in the last week, and never day by day.

    `line` gives a new one.
    """
    left = consent.ends - now
    if left > MONTH:
        return ""
    soon = ", in less than a week" if 0 < left <= WEEK else ""
    ends = "should have ended" if left <= 0 else "ends"
    return (
        f"The consent {ends} on {written(consent.ends)[:10]}{soon}, six months after it was given. Sign in again before "
        f"that and replace refresh-token in Secret {consent.secret}: {line}"
    )


def _held(facts: Facts) -> Held:
    """What waits for approval. In mode Plan nothing does: there everything waits."""
    planning = facts.sync is not None and facts.sync.mode is Mode.PLAN
    return facts.plan.held if facts.plan is not None and not planning else Held()


def _how(facts: Facts) -> str:
    assert facts.sync is not None
    return f"to approve exactly this: {outlook.approval(_held(facts), facts.namespace, facts.sync.name)}"


def _summary(facts: Facts, services: list[Verdict], counts: Mapping[str, int]) -> list[Verdict]:
    assert facts.sync is not None
    broken = [v for v in services if v.status == "False"]
    unread = [v for v in services if v.status == "Unknown"]
    if broken:
        held = _held(facts).reasons
        told = [_said_of(service, held.get(service, v.message)) for service, v in _by_place(facts, broken)]
        if held:
            told.append(_how(facts))
        message = "; ".join(told)
        ready = Verdict("Ready", "False", broken[0].reason, message)
        if all(_terminal(facts, service) for service in facts.sync.targets):
            return [ready, Verdict("Stalled", "True", broken[0].reason, message)]
        if unread:
            message = f"the places are being read; {counts.get('songs', 0):,} songs so far"
            return [ready, Verdict("Reconciling", "True", "Progressing", message)]
        return [ready]
    if unread:
        message = f"the places are being read; {counts.get('songs', 0):,} songs so far"
        return [
            Verdict("Ready", "Unknown", "Progressing", message),
            Verdict("Reconciling", "True", "Progressing", message),
        ]
    if facts.sync.mode is Mode.PLAN:
        return [Verdict("Ready", "True", "Planned", _planned(facts))]
    syncing = counts.get("syncing", 0)
    if syncing:
        message = f"{syncing} of {counts.get('songs', 0)} songs are on their way"
        return [Verdict("Ready", "True", "Backfilling", f"{message}{_waits(facts)}")]
    return [Verdict("Ready", "True", "Synced", f"{counts.get('songs', 0)} songs")]


def _said_of(service: ServiceName, message: str) -> str:
    return message if message.startswith(service.title) else f"{service.title}: {message}"


def _planned(facts: Facts) -> str:
    assert facts.sync is not None
    if facts.plan is None or facts.plan.preview is None:
        return "mode is Plan: nothing is changed"
    return outlook.planned(facts.plan.preview, facts.plan.held, facts.namespace, facts.sync.name)


def _by_place(facts: Facts, verdicts: list[Verdict]) -> list[tuple[ServiceName, Verdict]]:
    assert facts.sync is not None
    return [(service, v) for service in facts.sync.targets for v in verdicts if v.type == CONDITION[service]]


def _waits(facts: Facts) -> str:
    """What the songs wait for, where a day of an account doesn't suffice for them."""
    waits = facts.plan.waits if facts.plan is not None else {}
    said = [
        f"{service.title} takes about {wait.daily:.0f} a day, so its {wait.songs} need about {_days(wait.seconds)}"
        for service, wait in sorted(waits.items())
    ]
    return f"; {'; '.join(said)}" if said else ""


def _days(seconds: float) -> str:
    days = max(1, round(seconds / 86400))
    return "a day" if days == 1 else f"{days} days"


def _terminal(facts: Facts, service: ServiceName) -> bool:
    problem = facts.problems.get(service)
    return problem[2] if problem is not None else facts.places.get(service, Place()).terminal


def count(tracks: Mapping[str, Track], sync: Sync) -> tuple[dict[str, int], dict[ServiceName, Standing]]:
    """Songs per phase, under the names of ``status.counts``; and how they stand per place."""
    phases = Counter(phase_of(track, sync.targets).value.lower() for track in tracks.values())
    songs = len(tracks) - phases.get("duplicate", 0)
    places: dict[ServiceName, Standing] = {}
    for service in sync.targets:
        states = Counter(p.state for t in tracks.values() if (p := t.placements.get(service)) is not None)
        pending = states[State.PENDING] + states[State.ADDING] + states[State.CORRECTING]
        places[service] = Standing(states[State.PRESENT], pending, states[State.RETAINED], states)
    names = ("synced", "partial", "review", "failed", "syncing", "removed", "excluded", "duplicate")
    return {"songs": songs, **{name: phases.get(name, 0) for name in names}}, places


def oldest_question(tracks: Iterable[Track]) -> float | None:
    """Since when the song has waited that has waited longest for a person's answer (Unix seconds); None: none does."""
    asked = (
        placement.changed
        for track in tracks
        if track.rest is None and track.duplicate_of is None
        for placement in track.placements.values()
        if placement.told is State.REVIEW and placement.changed is not None
    )
    return min(asked, default=None)


def assembled(
    previous: Mapping[str, Any],
    facts: Facts,
    counts: Mapping[str, int],
    places: Mapping[ServiceName, Standing],
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
        standing = places.get(service, Standing())
        entry: dict[str, Any] = dict(telegram) if service is ServiceName.TELEGRAM else {}
        if place.count is not None:
            entry["items"] = place.count
        if place.snapshot is not None:
            entry["snapshot"] = place.snapshot
        entry.setdefault("placed", standing.present)
        entry["pending"] = standing.pending
        if standing.retained:
            entry["retained"] = standing.retained
        before = dict(previous.get(service.value) or {})
        stamp = before.pop("lastChanged", None)
        moved = any(before.get(name) != entry.get(name) for name in ("items", "snapshot", "placed"))
        if moved or stamp is None:
            stamp = written(now)
        entry["lastChanged"] = stamp
        if service in facts.consents:
            entry["consentExpiresAt"] = written(facts.consents[service].ends)
        status[service.value] = entry
    if facts.plan is not None:
        planned = outlook.plan_status(facts.plan.preview, facts.plan.held, facts.namespace, facts.sync.name)
        if planned is not None:
            status["plan"] = planned
    stamp = previous.get("lastChanged")
    changed = any(previous.get(k) != v for k, v in status.items() if k not in ("observedGeneration", "plan"))
    status["lastChanged"] = written(now) if changed or stamp is None else stamp
    return status
