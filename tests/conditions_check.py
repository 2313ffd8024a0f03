"""What must hold of every status that the operator writes: Flux's rules for conditions."""

from collections.abc import Mapping
from typing import Any

NEGATIVE = ("Reconciling", "Stalled")


def check(status: Mapping[str, Any], generation: int) -> None:
    """Raises AssertionError with a sentence about the first rule that the conditions break."""
    conditions = status.get("conditions") or []
    types = [condition["type"] for condition in conditions]
    assert len(types) == len(set(types)), f"a type appears twice: {types}"
    by_type = {condition["type"]: condition for condition in conditions}
    assert "Ready" in by_type, "Ready is missing: it is there from the first status on"
    ready = by_type["Ready"]
    abnormal = [kind for kind in NEGATIVE if kind in by_type]
    for condition in conditions:
        kind = condition["type"]
        assert condition["status"] in ("True", "False", "Unknown"), f"{kind} is {condition['status']}"
        assert condition.get("reason"), f"{kind} has no reason"
        assert condition["reason"][:1].isupper(), f"the reason of {kind} isn't a word like this: {condition['reason']}"
        assert condition.get("lastTransitionTime"), f"{kind} has no transition time"
        assert condition.get("observedGeneration", 0) <= generation, f"{kind} is about a generation that is yet to come"
    for kind in abnormal:
        assert by_type[kind]["status"] == "True", f"{kind} is {by_type[kind]['status']}: it should have been left out"
    assert len(abnormal) < 2, "Reconciling and Stalled at once: is it going on, or not?"
    assert not abnormal or ready["status"] != "True", f"Ready is True beside {abnormal[0]}"
    assert ready["status"] != "Unknown" or "Reconciling" in by_type, "Ready is Unknown, and yet nothing is Reconciling"
    observed = status.get("observedGeneration", 0)
    assert observed <= generation, f"observedGeneration {observed} is beyond generation {generation}"
    if ready["status"] == "True":
        assert observed == generation, "Ready is True, and the status is about an older generation"
        assert ready.get("observedGeneration") == generation, "Ready is True of an older generation"
        broken = [c["type"] for c in conditions if c["type"].endswith("Ready") and c["status"] == "False"]
        assert not broken, f"Ready is True beside {broken[0]} False"
