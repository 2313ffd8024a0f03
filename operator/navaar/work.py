"""What the active operator knows of a MusicSync beside its status."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconcilers.model import Place
from reconcilers.plan.bulk import Held
from reconcilers.services.protocol import ServiceName


@dataclass(frozen=True, slots=True)
class Work:
    """How it goes with a MusicSync. Times are Unix seconds, None before the first.

    `ended`, `seconds` and `failed` are of the last pass, `next` is when another is due.
    """

    places: Mapping[ServiceName, Place] = field(default_factory=dict)
    held: Held = field(default_factory=Held)
    ended: float | None = None
    seconds: float = 0.0
    failed: bool = False
    next: float | None = None
