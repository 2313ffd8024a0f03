"""In which tone people are told how something stands."""

from collections.abc import Mapping
from typing import Literal

Tone = Literal["good", "bad", "ask", "busy", "dim", ""]
"""``good``, ``bad``, ``ask`` (a person should look at it), ``busy`` (it goes on), ``dim`` (at rest), or none."""

SIGNS: Mapping[str, tuple[str, Tone]] = {
    "Present": ("●", "good"), "Retained": ("●", "dim"),
    "Pending": ("↑", "busy"), "Adding": ("↑", "busy"), "Correcting": ("↑", "busy"), "Removing": ("↓", "busy"),
    "Review": ("?", "ask"), "Failed": ("✗", "bad"),
    "NotFound": ("–", "dim"), "Unavailable": ("–", "dim"),
    "Removed": ("·", "dim"), "Excluded": ("·", "dim"),
}  # fmt: skip
"""How a placement's state is shown where there is little room."""

PHASES: Mapping[str, Tone] = {"Synced": "good", "Review": "ask", "Failed": "bad", "Syncing": "busy"}

CONDITIONS: Mapping[str, Tone] = {"True": "good", "False": "bad", "Unknown": "busy", "": "busy"}
"""Of a condition that should be true, by its status."""
