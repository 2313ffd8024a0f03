"""The switchboard that makes a simulated service misbehave on demand.

A fault is armed for a service and a call (or ``*``) and is consumed a given number of times. Each service
asks `Faults.take` at the start of a request, and does what the returned `Fault` says.
"""

from dataclasses import dataclass, field
from typing import Any

KINDS = (
    "error",
    "lost",
    "reset",
    "late",
    "rate-limit",
    "quota",
    "revoked",
    "short",
    "empty",
    "truncated",
    "doubled",
    "substitute",
)
SERVICES = ("telegram", "youtube", "youtube-music", "spotify")


@dataclass(slots=True)
class Fault:
    """What goes wrong.

    `kind` is one of:

    - ``error``: answer `status` and `body` instead of acting;
    - ``lost``: act, then cut the connection; ``reset``: cut it without acting;
    - ``late``: act, and answer after `seconds` (with `detail` ``{"act": "late"}``, act after them);
    - ``rate-limit``: 429, `seconds` is Retry-After; ``quota``: the vendor's own quota answer;
    - ``revoked``: the vendor's own answer for a dead token;
    - listings: ``short`` (`detail` ``{"keep": n}``, by default half) and ``empty`` lack rows and count only
      what they show (unless `detail` has ``{"honest": True}``), ``truncated`` counts all and stops after this
      page, or in the middle of the last one;
    - adds: ``doubled`` adds twice, ``substitute`` puts another recording in than was asked for.
    """

    kind: str
    service: str
    call: str = "*"
    times: int = 1
    status: int = 500
    seconds: float = 0.0
    body: Any = None
    detail: dict[str, Any] = field(default_factory=dict)


class Faults:
    """The armed faults, first armed first served."""

    def __init__(self) -> None:
        self.armed: list[Fault] = []

    def arm(self, fault: Fault) -> None:
        self.armed.append(fault)

    def clear(self, service: str | None = None) -> None:
        """Mends one service, or all."""
        self.armed = [f for f in self.armed if service is not None and f.service != service]

    def take(self, service: str, call: str, *kinds: str) -> Fault | None:
        """The first armed fault for this call (of `kinds`, when given), used up by one; None: all is well."""
        for fault in self.armed:
            if fault.service == service and fault.call in ("*", call) and (not kinds or fault.kind in kinds):
                fault.times -= 1
                if fault.times <= 0:
                    self.armed.remove(fault)
                return fault
        return None
