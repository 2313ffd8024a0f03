"""What the decisions about one plan rest on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconcilers.model import Place
from reconcilers.plan.board import Board
from reconcilers.plan.bulk import Held
from reconcilers.plan.lookback import NO_LOOKBACK, Lookback
from reconcilers.plan.purse import Purse
from reconcilers.policy import Sync
from reconcilers.services.protocol import ServiceName


@dataclass(frozen=True, slots=True)
class Setting:
    """What a decision is made in. `posting` is False while the channel's past is unknown; `epoch` is the Lease's."""

    sync: Sync
    board: Board
    places: Mapping[ServiceName, Place]
    held: Held
    now: float
    posting: bool = True
    lookback: Lookback = NO_LOOKBACK
    epoch: int = 0
    purses: Mapping[ServiceName, Purse] = field(default_factory=dict)

    def purse(self, service: ServiceName) -> Purse:
        """What may be used of the account there."""
        return self.purses.get(service) or Purse()
