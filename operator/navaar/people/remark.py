"""What there is to say of a MusicSync beside its numbers, in words and sentences."""

from collections.abc import Iterator
from dataclasses import dataclass

from navaar.people.overview import Overview
from navaar.people.remedy import parted
from navaar.people.tone import CONDITIONS, Tone


@dataclass(frozen=True, slots=True)
class Remark:
    """A word or a sentence, the tone that it is meant in, and the line to copy that does what it says; empty for none."""

    text: str
    tone: Tone = ""
    line: str = ""


def heading(view: Overview) -> Remark:
    """Its condition in a word."""
    if view.suspended:
        return Remark("Suspended", "ask")
    if view.stalled:
        return Remark(f"Stalled: {view.ready.word}", "bad")
    return Remark(f"{_READY[view.ready.status]}: {view.ready.word}", CONDITIONS[view.ready.status])


def notes(view: Overview) -> Iterator[Remark]:
    """What stands below the heading."""
    yield Remark(view.numbers)
    if view.mode == "Plan":
        yield Remark("Mode Plan: nothing is written to any service. `navaar plan` shows what would be done.", "ask")
    if view.behind:
        yield Remark("The operator has not seen the last change of its spec yet.", "ask")


def messages(view: Overview) -> Iterator[Remark]:
    """What there is to say of it, and of each place, in sentences."""
    own = {place.standing.message for place in view.places}
    spoken = view.ready.message
    repeated = spoken in own or any(message and message in spoken for message in own) or view.ready.reason == "Synced"
    if spoken and not repeated:
        yield _remark(spoken, CONDITIONS[view.ready.status] if view.ready.status == "False" else "")
    for place in view.places:
        if place.standing.message:
            yield _remark(f"{place.service.title}: {place.standing.message}", CONDITIONS[place.standing.status])
        if place.retained:
            said = f"{place.service.title}: {place.retained:,} should be gone and stay; each Track says why."
            yield Remark(said, "ask")
    if view.notices.status == "False":
        yield _remark(f"Notifications: {view.notices.message}", "ask")


def _remark(message: str, tone: Tone) -> Remark:
    says, line = parted(message)
    return Remark(says, tone, line)


_READY = {"True": "Ready", "False": "Not ready", "Unknown": "Being read", "": "New"}
