"""Why a place is not ready, and why a song stands as it does, in a person's language.

In English it is what the condition or the placement says, unless that repeats an exception. In any other language it is made
of the reason, and of what else the object says: a sentence of its own, not a translation. A service's own words are in no
catalogue, so they stand behind.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from navaar.people.remedy import parted
from navaar.people.song import status_of
from navaar.words import ENGLISH, REASONS, say
from reconcilers.alike import other_of
from reconcilers.services.protocol import ServiceName

Resource = Mapping[str, Any]

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC")
_QUOTED = frozenset({"Refused"})
"""Reasons that say no more than that a service refused, in its own words."""


def of_place(
    sync: Resource | None, service: ServiceName | None, reason: str, message: str, language: str
) -> tuple[str, str]:
    """What a condition says of a place, or of the whole MusicSync (`service` None), and the line that mends it, if any."""
    said, line = parted(message)
    name = ((sync or {}).get("metadata") or {}).get("name", "Navaar")
    place, variant = (service.title, service.value) if service is not None else (name, "sync")
    sentence = _sentence(language, "place", reason, variant)
    if not (reason or message) or (language == ENGLISH and sentence is None):
        return said, line
    spec, status = (sync or {}).get("spec") or {}, (sync or {}).get("status") or {}
    section = spec.get(variant) or {}
    if reason == "Ready":
        # All is well, but for a consent that is about to end.
        ends = (status.get(variant) or {}).get("consentExpiresAt")
        return (say(language, "notice.consent", place=place, ends=ends[:10]) if ends else ""), line
    values = {
        "place": place,
        "secret": (section.get("credentialsSecretRef") or {}).get("name", "?"),
        "list": section.get("channel") or section.get("playlist") or "?",
    }
    told = _filled(language, sentence, reason, values)
    moment = _MOMENT.search(message)
    if moment is not None and reason in ("QuotaExhausted", "RateLimited"):
        told += f" {REASONS[language]['until'].format(moment=moment[0])}"
    return told + _quoted(reason, said), line


def of_song(service: ServiceName, placement: Mapping[str, Any], language: str) -> str:
    """What a placement says; empty where there is nothing to say."""
    reason, message = placement.get("reason") or "", placement.get("message") or ""
    if language == ENGLISH:
        return message
    if not reason:
        return ""
    other = other_of(message)
    candidates = placement.get("candidates") or ()
    values = {
        "place": service.title,
        "id": placement.get("id") or "?",
        "other": other or "?",
        "count": len(candidates),
        "best": f"{max((float(one['score']) for one in candidates), default=0.0):.2f}",
    }
    variant = "alone" if reason == "PossibleDuplicate" and other is None else service.value
    return _filled(language, _sentence(language, "song", reason, variant), reason, values) + _quoted(reason, message)


def of_track(track: Resource, language: str) -> str:
    """What a Track says beside its placements: in English all of it."""
    status = status_of(track)
    if language == ENGLISH:
        return status.get("message") or ""
    other = status.get("duplicateOf")
    return say(language, "same_as", other=other) if other else ""


def of_plan(plan: Mapping[str, Any], language: str) -> str:
    """What a plan (``status.plan``) would do, in a line."""
    if language == ENGLISH:
        return plan.get("summary") or ""
    return say(language, "comma").join(_counted(plan, language))


def _counted(plan: Mapping[str, Any], language: str) -> Iterator[str]:
    sentences = REASONS[language]
    for service in ServiceName:
        part = plan.get(service.value) or {}
        for name in ("adds", "removes"):
            if part.get(name):
                yield sentences[f"plan.{name}"].format(place=service.title, count=part[name])
    if plan.get("searches"):
        yield sentences["plan.searches"].format(count=plan["searches"])


def _sentence(language: str, group: str, reason: str, variant: str) -> str | None:
    """The sentence for a reason; what befalls a song as it befalls a place has that one's."""
    keys = (f"{group}.{reason}.{variant}", f"{group}.{reason}", f"place.{reason}.{variant}", f"place.{reason}")
    return next((found for key in keys if (found := REASONS[language].get(key)) is not None), None)


def _filled(language: str, sentence: str | None, reason: str, values: Mapping[str, object]) -> str:
    # Of a song, not all is at hand that a sentence about its place may want.
    known = defaultdict(lambda: "?", values, reason=reason)
    return (sentence or REASONS[language]["unknown"]).format_map(known)


def _quoted(reason: str, said: str) -> str:
    return f" «{said}»" if reason in _QUOTED and said else ""
