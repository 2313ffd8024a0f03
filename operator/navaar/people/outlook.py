"""What happens next with a song in one place, and when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from navaar.api.instant import read
from navaar.people.overview import CONDITIONS
from navaar.people.span import coming
from navaar.people.why import of_place
from navaar.words import ENGLISH, say, word
from reconcilers.services.protocol import ServiceName

Resource = Mapping[str, Any]

HELD = "AwaitingApproval"


@dataclass(frozen=True, slots=True)
class Next:
    """What happens next, in a sentence without its end; `when` in two or three words, empty where nothing does.

    `word` is the catalogue's word for `when`, where it has one.
    """

    says: str
    when: str = ""
    word: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a place's songs wait for beside their turn: `reason` of its condition, while it doesn't hold.

    `idle` is why nothing is done for the whole MusicSync, as the catalogue names it; empty while it works. `why` tells in a
    language what the condition says.
    """

    reason: str = ""
    idle: str = ""
    why: Callable[[str], str] = lambda _: ""


def setting(sync: Resource | None, service: ServiceName) -> Setting:
    """Of one place; None: the MusicSync is gone."""
    if sync is None:
        return Setting(idle="gone")
    spec = sync["spec"]
    conditions = {one["type"]: one for one in (sync.get("status") or {}).get("conditions") or ()}
    if spec.get("suspend"):
        return Setting(idle="suspended")
    if spec.get("mode") == "Plan":
        return Setting(idle="planning")
    condition = conditions.get(CONDITIONS[service]) or {}
    if condition.get("status") == "False":
        return Setting(condition["reason"], why=partial(_why, sync, service, condition))
    return Setting()


def _why(sync: Resource, service: ServiceName, condition: Mapping[str, Any], language: str) -> str:
    told, line = of_place(sync, service, condition["reason"], condition.get("message") or "", language)
    # In a sentence of English it stands as the condition has it.
    return (
        " ".join(filter(None, (told, line and (line if language == ENGLISH else f"`{line}`")))) or condition["reason"]
    )


def following(placement: Mapping[str, Any] | None, around: Setting, now: float, language: str = ENGLISH) -> Next:
    """What happens next. `placement` None: the place was not thought about yet. `now` is in Unix seconds."""

    def said(key: str, **values: object) -> str:
        return say(language, f"next.{key}", **values)

    def waits(says: str, when: str) -> Next:
        return Next(says, word(language, "when", when), when)

    state = placement["state"] if placement is not None else "Pending"
    held = placement or {}
    at = held.get("nextAttempt")
    if state in _SOUGHT:
        if at is None:
            return Next(said("sought"))
        return Next(said("sought_on", day=at[:10]), _until(read(at), now, language))
    if state in _STEADY:
        return Next(said(_STEADY[state]))
    if state == "Present":
        return Next(said("there" if held.get("seen") else "listing"))
    if around.idle:
        return waits(said(around.idle), "on hold")
    what = said(_DOES[state])
    if state == "Adding":
        intent = held.get("intent") or {}
        when = _until(read(intent["deadline"]), now, language) if intent else word(language, "when", "now")
        return Next(said("outcome"), when)
    if around.reason == HELD and not held.get("approved"):
        return waits(said("approval", what=what), "once approved")
    if around.reason and around.reason != HELD:
        return Next(said("place", what=what, why=around.why(language)), around.reason, "stopped")
    if at is not None and read(at) > now:
        tries = held.get("attempts") or 0
        key = "attempts.one" if tries == 1 else "attempts.some"
        return Next(said(key, what=what, tries=tries), _until(read(at), now, language))
    return waits(said("turn", what=what), "in turn")


_DOES = {"Pending": "add", "Adding": "add", "Removing": "remove", "Correcting": "correct"}

_SOUGHT = frozenset({"NotFound", "Unavailable"})

_STEADY = {
    "Review": "review",
    "Failed": "failed",
    "Removed": "removed",
    "Excluded": "excluded",
    "Retained": "retained",
}


def _until(moment: float, now: float, language: str) -> str:
    return coming(moment - now, language) if moment > now else word(language, "when", "now")
