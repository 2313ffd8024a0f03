"""What of a new status is announced by an Event: what people see at the end of ``kubectl describe``. Pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from navaar.conditions import ONLY_WHILE_TRUE
from navaar.status import CONDITION
from reconcilers.services.protocol import ServiceName


@dataclass(frozen=True, slots=True)
class Announcement:
    """One Event. `about`: the type of the condition that says it, so that no place's is taken for another's."""

    about: str
    reason: str
    message: str
    kind: str = "Warning"


def announcements(previous: Mapping[str, Any], status: Mapping[str, Any]) -> list[Announcement]:
    """What turned between two statuses of a MusicSync: a condition that became false, or Ready that became true.

    That Ready is false is left to the place that says why, where one does.
    """
    before = {c["type"]: c for c in previous.get("conditions") or []}
    said = {c["message"] for c in before.values()}
    now = [c for c in status["conditions"] if c["type"] not in ONLY_WHILE_TRUE]
    found = []
    for condition in now:
        type, reason, message = condition["type"], condition["reason"], condition["message"]
        if type == CONDITION[ServiceName.SPOTIFY] and condition["status"] == "True" and message and message not in said:
            # What it says while all is well is that the consent is about to end.
            found.append(Announcement(type, "ConsentExpiring", message))
        known = before.get(type)
        if known is not None and (known["status"], known["reason"]) == (condition["status"], reason):
            continue
        if condition["status"] == "False":
            if type != "Ready" or not any(_false_for(other, reason) for other in now if other is not condition):
                found.append(Announcement(type, reason, message or reason))
        elif type == "Ready" and condition["status"] == "True":
            found.append(Announcement(type, reason, message or reason, "Normal"))
    return found


def _false_for(condition: Mapping[str, Any], reason: str) -> bool:
    return (condition["status"], condition["reason"]) == ("False", reason)
