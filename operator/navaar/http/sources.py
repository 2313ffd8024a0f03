"""Where answers come from: what this process has in memory, and one read of one Track."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from navaar.deliveries import Delivery
from navaar.store.index import SyncKey
from navaar.store.syncs import Syncs
from navaar.store.trackstore import TrackStore
from navaar.telemetry.loglines import LogLines
from navaar.work import Work


@dataclass(frozen=True, slots=True)
class Leader:
    """Which operator answers: its name, whether it is the active one, and the name of that one as far as is known."""

    name: str
    leading: bool
    active: str | None


@dataclass(frozen=True, slots=True)
class Sources:
    """What the endpoints read.

    `namespaces` are those that are served (None: the whole cluster's); `work` gives None for a MusicSync that this process
    does nothing for; `deliveries` are the songs that it has under way.
    """

    namespaces: Sequence[str] | None
    tracks: TrackStore
    syncs: Syncs
    lines: LogLines
    leader: Callable[[], Leader]
    work: Callable[[SyncKey], Work | None]
    deliveries: Callable[[], Sequence[Delivery]] = tuple
