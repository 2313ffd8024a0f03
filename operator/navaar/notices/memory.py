"""What people were told of a MusicSync: kept in its status, where it outlives the operator and goes with the MusicSync."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from navaar.api.instant import read, written


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of one matter, and when (Unix seconds).

    `reason` is what was told, `times` how often of late; `over` is when it was told that it is well again, None while it
    isn't. Of songs, those that came to it up to the moment `mark` have been told of.
    """

    at: float
    reason: str = ""
    times: int = 1
    over: float | None = None
    mark: float | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """All that was told, by what it is about; `to` is who was told, `sent` when the last messages went out.

    The digests have counted up to `digest`; None while nobody has asked for one.
    """

    to: str = ""
    sent: tuple[float, ...] = ()
    told: Mapping[str, Told] = field(default_factory=dict)
    digest: float | None = None


def memory_from(status: Mapping[str, Any] | None) -> Memory:
    """From ``status.notifications``."""
    if not status:
        return Memory()
    told = {
        one["about"]: Told(
            read(one["at"]),
            one.get("reason") or "",
            one.get("times") or 1,
            read(one["recoveredAt"]) if one.get("recoveredAt") else None,
            read(one["upTo"]) if one.get("upTo") else None,
        )
        for one in status.get("told") or ()
    }
    digest = status.get("digestUpTo")
    sent = tuple(read(one) for one in status.get("sent") or ())
    return Memory(status.get("to") or "", sent, told, read(digest) if digest else None)


def memory_status(memory: Memory) -> dict[str, Any]:
    """As ``status.notifications``."""
    status: dict[str, Any] = {"to": memory.to, "sent": [written(one) for one in memory.sent]}
    status["told"] = [_told(about, one) for about, one in sorted(memory.told.items())]
    if memory.digest is not None:
        status["digestUpTo"] = written(memory.digest)
    return status


def _told(about: str, one: Told) -> dict[str, Any]:
    made: dict[str, Any] = {"about": about, "at": written(one.at)}
    if one.reason:
        made["reason"] = one.reason[:1024]
    if one.times > 1:
        made["times"] = one.times
    if one.over is not None:
        made["recoveredAt"] = written(one.over)
    if one.mark is not None:
        made["upTo"] = written(one.mark)
    return made
