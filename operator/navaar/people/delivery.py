"""A song on its way, in words."""

from collections.abc import Mapping

from navaar.deliveries import Delivery
from navaar.people.span import short
from reconcilers.delivery import Step

WORTH = 3.0
"""Seconds from which it is worth telling how long it takes yet."""

_STEPS: Mapping[Step, str] = {
    Step.WAITING: "Waiting for its turn",
    Step.STARTING: "Asking YouTube for it",
    Step.DOWNLOADING: "Downloading",
    Step.CONVERTING: "Making it fit the channel",
    Step.TAGGING: "Writing its tags",
    Step.SENDING: "Sending",
    Step.ARRIVED: "It is there",
    Step.STOPPED: "Stopped",
}


def says(delivery: Delivery) -> str:
    """What is being done, and how far it is: `Downloading · 1.2 of 3.4 MB · 310 kB/s · 7s left`."""
    parts = [_STEPS[delivery.step]]
    if delivery.total is not None:
        parts.append(_of(delivery.done, delivery.total))
    elif delivery.done:
        parts.append(_size(delivery.done))
    if delivery.speed is not None:
        parts.append(f"{_size(delivery.speed)}/s")
    if delivery.left is not None and delivery.left >= WORTH:
        parts.append(f"{short(delivery.left)} left")
    return " · ".join(parts)


def _of(done: int, total: int) -> str:
    number, unit = _size(total).split()
    divisor = _UNITS[unit]
    return f"{done / divisor:.{1 if '.' in number else 0}f} of {number} {unit}"


def _size(size: float) -> str:
    """Bytes as people tell them, in units of a thousand."""
    if size < 999.5:
        return f"{size:.0f} bytes"
    if size < 999_500:
        return f"{size / 1e3:.0f} kB"
    return f"{size / 1e6:.1f} MB"


_UNITS: Mapping[str, float] = {"bytes": 1, "kB": 1e3, "MB": 1e6}
