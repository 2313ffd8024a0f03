"""How far a channel's past was read, as it stands in a MusicSync's status, and back."""

from collections.abc import Mapping

from reconcilers.model import Reading, Stretch
from reconcilers.plan.lookback import resumed


def scan_status(past: Stretch | None, reading: Reading) -> dict[str, int] | None:
    """``status.telegram.scan``, of a `past` that has to be read; None: none of it has to, or had to in this process."""
    stretch = resumed(reading) or past
    if stretch is None:
        return None
    made = {"first": stretch.first, "next": stretch.next, "last": reading.upto, "found": stretch.found}
    made["missing"] = stretch.missing
    return {name: count for name, count in made.items() if count}


def stretch_from(scan: Mapping[str, int] | None) -> Stretch | None:
    """What an earlier process left to be read."""
    return Stretch(scan["first"], scan["next"], scan.get("found", 0), scan.get("missing", 0)) if scan else None
