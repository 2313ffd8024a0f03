"""What happens next with a song in one place, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from navaar.api.instant import read
from navaar.people.overview import CONDITIONS
from navaar.people.span import about
from reconcilers.services.protocol import ServiceName

Resource = Mapping[str, Any]

HELD = "AwaitingApproval"


@dataclass(frozen=True, slots=True)
class Next:
    """What happens next, in a sentence without its end; `when` in two or three words, empty where nothing does."""

    says: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a place's songs wait for beside their turn: `reason` and `message` of its condition, while it doesn't hold."""

    reason: str = ""
    message: str = ""
    idle: str = ""
    """Why nothing is done for the whole MusicSync; empty while it works."""


def setting(sync: Resource | None, service: ServiceName) -> Setting:
    """Of one place; None: the MusicSync is gone."""
    if sync is None:
        return Setting(idle="its MusicSync is gone")
    spec = sync["spec"]
    conditions = {one["type"]: one for one in (sync.get("status") or {}).get("conditions") or ()}
    if spec.get("suspend"):
        return Setting(idle="the MusicSync is suspended")
    if spec.get("mode") == "Plan":
        return Setting(idle="the MusicSync is in mode Plan")
    condition = conditions.get(CONDITIONS[service]) or {}
    if condition.get("status") == "False":
        return Setting(condition["reason"], condition.get("message") or "")
    return Setting()


def following(placement: Mapping[str, Any] | None, around: Setting, now: float) -> Next:
    """What happens next. `placement` None: the place was not thought about yet. `now` is in Unix seconds."""
    state = placement["state"] if placement is not None else "Pending"
    held = placement or {}
    said = _STEADY.get(state)
    if said is not None:
        at = held.get("nextAttempt")
        if at is not None and state in ("NotFound", "Unavailable"):
            return Next(f"{said}, on {at[:10]}", _until(read(at), now))
        return Next(said)
    if state == "Present":
        return Next("nothing: it is there" if held.get("seen") else "the next listing confirms that it is there")
    if around.idle:
        return Next(f"nothing, as {around.idle}", "on hold")
    what = _DOES[state]
    if state == "Adding":
        intent = held.get("intent") or {}
        return Next(
            "what came of the addition is looked for", _until(read(intent["deadline"]), now) if intent else "now"
        )
    if around.reason == HELD and not held.get("approved"):
        return Next(f"{what} once its plan is approved: see `navaar plan`", "once approved")
    if around.reason and around.reason != HELD:
        return Next(f"{what} when the place can be used again: {around.message or around.reason}", around.reason)
    at = held.get("nextAttempt")
    if at is not None and read(at) > now:
        tries = held.get("attempts") or 0
        return Next(f"{what} ({tries} attempt{'' if tries == 1 else 's'} so far)", _until(read(at), now))
    return Next(f"{what} when its turn comes: new songs first, then the backlog, oldest first", "in turn")


_DOES = {
    "Pending": "it is added",
    "Adding": "it is added",
    "Removing": "it is taken out",
    "Correcting": "its post is replaced",
}

_STEADY = {
    "Review": "nothing, until you answer: see `navaar review`",
    "NotFound": "it is looked for again",
    "Unavailable": "it is looked for again",
    "Failed": "nothing, until `navaar retry`",
    "Removed": "nothing; who adds it there again lifts that",
    "Excluded": "nothing: it is left alone there",
    "Retained": "nothing: it should be gone, and the service keeps it",
}


def _until(moment: float, now: float) -> str:
    return f"in {about(moment - now).removeprefix('about ')}" if moment > now else "now"
