"""A plan in words and numbers, as ``status.plan`` and the conditions give it to the person who decides."""

from collections.abc import Iterable
from typing import Any

from navaar.api.common import APPROVE_ANNOTATION
from reconcilers.plan.bulk import Held
from reconcilers.plan.preview import Outlook, Preview, Sample
from reconcilers.services.protocol import ServiceName

TEXT_BYTES = 160
"""Of a title or a reason in a sample, in UTF-8: a status is read as a whole, and often."""


def approval(held: Held, namespace: str, name: str) -> str:
    """The command that approves what is held."""
    return f"kubectl annotate musicsync {name} -n {namespace} --overwrite {APPROVE_ANNOTATION}={held.hash}"


def in_words(preview: Preview) -> str:
    """The plan in one sentence without its end; empty when there is nothing to do."""
    places = preview.places
    posts = places.get(ServiceName.TELEGRAM, Outlook())
    lists = [(service, outlook) for service, outlook in places.items() if service is not ServiceName.TELEGRAM]
    did = [_count(posts.adds, "post")] if posts.adds else []
    did += _each("addition", "to", [(outlook.adds, service) for service, outlook in lists])
    did += _each("removal", "from", [(outlook.removes, service) for service, outlook in places.items()])
    searches = sum(outlook.searches for outlook in places.values())
    if searches:
        did.append(f"{_count(searches, 'search', 'searches')} still to come")
    if not did:
        return ""
    lasting: dict[int, list[str]] = {}
    for service, outlook in places.items():
        if outlook.days:
            lasting.setdefault(outlook.days, []).append(service.title)
    if max(lasting, default=0) <= 1:
        return f"{', '.join(did)}; less than a day"
    times = [f"{_count(days, 'day')} ({', '.join(names)})" for days, names in sorted(lasting.items(), reverse=True)]
    return f"{', '.join(did)}; about {', '.join(times)}"


def questions(preview: Preview, namespace: str) -> str:
    """What waits for a person whatever is decided about the plan, as a sentence; empty when nothing does."""
    said = []
    if preview.doubtful:
        said.append(f"{_count(preview.doubtful, 'song')} may be one with another")
    if preview.unclear:
        said.append(f"{_count(preview.unclear, 'other song')} can't be placed")
    if not said:
        return ""
    command = f"kubectl get tracks -n {namespace} --field-selector status.phase=Review"
    return f"{' and '.join(said)}, until you decide: {command}"


def planned(preview: Preview, held: Held, namespace: str, name: str) -> str:
    """The message of the condition Ready in mode Plan."""
    words = in_words(preview)
    asked = questions(preview, namespace)
    if not words:
        return _sentences(["Plan: nothing to do", asked])
    limits = ""
    if held.keys:
        those = _listed(service.title for service in held.reasons)
        limits = f"{those}: more at once than maxAdds and maxDeletes let pass unasked; to approve exactly this: "
        limits += approval(held, namespace, name)
    return _sentences([f"Plan: {words}", asked, limits, "Set spec.mode: Apply to begin"])


def plan_status(preview: Preview | None, held: Held, namespace: str, name: str) -> dict[str, Any] | None:
    """``status.plan``; None when nothing would be done and nothing is in question."""
    if preview is None:
        return None
    words = in_words(preview)
    if not words and not preview.samples:
        return None
    outlooks = preview.places.values()
    status: dict[str, Any] = {
        "summary": words or "nothing to do",
        "adds": sum(outlook.adds for outlook in outlooks),
        "removes": sum(outlook.removes for outlook in outlooks),
        "searches": sum(outlook.searches for outlook in outlooks),
        "doubtful": preview.doubtful,
        "held": len(held.keys),
    }
    if held.keys:
        status["hash"] = held.hash
        status["approveWith"] = approval(held, namespace, name)
    for service, outlook in preview.places.items():
        status[service.value] = {
            "adds": outlook.adds,
            "removes": outlook.removes,
            "searches": outlook.searches,
            "held": outlook.held,
            "days": outlook.days,
        }
    status["samples"] = [_sample(sample) for sample in preview.samples]
    return status


def _sample(sample: Sample) -> dict[str, str]:
    made = {
        "op": sample.op.value,
        "service": sample.service.value,
        "title": _cut(sample.title),
        "track": sample.track,
    }
    if sample.other:
        made |= {"perhaps": _cut(sample.other_title), "perhapsTrack": sample.other}
    if sample.why:
        made["why"] = _cut(sample.why)
    return made


def _cut(text: str) -> str:
    data = text.encode()
    if len(data) <= TEXT_BYTES:
        return text
    return data[: TEXT_BYTES - 3].decode(errors="ignore") + "…"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _each(what: str, where: str, counts: Iterable[tuple[int, ServiceName]]) -> list[str]:
    """The places that something is done in; what it is, is said once."""
    some = [(number, service) for number, service in counts if number]
    return [
        f"{_count(number, what) if n == 0 else f'{number:,}'} {where} {service.title}"
        for n, (number, service) in enumerate(some)
    ]


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _sentences(parts: Iterable[str]) -> str:
    return ". ".join(part for part in parts if part) + "."
