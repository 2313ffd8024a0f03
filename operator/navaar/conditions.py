"""Conditions as kstatus and Flux read them. Pure functions over the list that stands in a status.

``Reconciling`` and ``Stalled`` are there only while they hold; a transition time changes only when the status does; the
order is that of the types' first appearance, so that a list is equal as long as it says the same.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from navaar.api.instant import written

Condition = dict[str, Any]

ONLY_WHILE_TRUE = frozenset({"Reconciling", "Stalled"})
"""Abnormal, so they are left out when they don't hold."""

_STATUSES = frozenset({"True", "False", "Unknown"})


def get(conditions: Iterable[Mapping[str, Any]], kind: str) -> Mapping[str, Any] | None:
    """The condition of that type, None where there is none."""
    return next((condition for condition in conditions if condition["type"] == kind), None)


def set_condition(
    conditions: Iterable[Mapping[str, Any]],
    kind: str,
    status: str,
    reason: str,
    message: str = "",
    *,
    generation: int,
    now: float,
) -> list[Condition]:
    """The list with that condition set. `now` is Unix seconds; it is used only if the status is another than before."""
    if status not in _STATUSES:
        raise ValueError(f"a condition is True, False or Unknown, not {status}")
    if kind in ONLY_WHILE_TRUE and status != "True":
        return remove(conditions, kind)
    known = [dict(condition) for condition in conditions]
    before = get(known, kind)
    stays = before is not None and before["status"] == status
    made: Condition = {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": before["lastTransitionTime"]
        if before is not None and stays
        else written(float(int(now))),
        "observedGeneration": generation,
    }
    if before is None:
        return [*known, made]
    return [made if condition["type"] == kind else condition for condition in known]


def remove(conditions: Iterable[Mapping[str, Any]], kind: str) -> list[Condition]:
    """The list without that condition."""
    return [dict(condition) for condition in conditions if condition["type"] != kind]


class Conditions:
    """The conditions of one pass: what is not `set` by its end is not there any more."""

    def __init__(self, previous: Iterable[Mapping[str, Any]], *, generation: int, now: float) -> None:
        self._known = [dict(condition) for condition in previous]
        self._generation = generation
        self._now = now
        self._set: set[str] = set()

    def set(self, kind: str, status: str, reason: str, message: str = "") -> None:
        """Sets a condition to ``True``, ``False`` or ``Unknown``."""
        self._known = set_condition(
            self._known, kind, status, reason, message, generation=self._generation, now=self._now
        )
        self._set.add(kind)

    def remove(self, kind: str) -> None:
        """Takes a condition out again."""
        self._known = remove(self._known, kind)

    def listed(self) -> list[Condition]:
        """The list for the status."""
        return [condition for condition in self._known if condition["type"] in self._set]
