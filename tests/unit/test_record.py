"""What a Track's history says."""

from dataclasses import replace

from navaar.record import events_between
from reconcilers.model import Placement, State, Track
from reconcilers.services.protocol import ServiceName

SPOTIFY, YOUTUBE = ServiceName.SPOTIFY, ServiceName.YOUTUBE
PENDING = Placement(State.PENDING)


def test_the_history_gets_a_line_for_every_place_that_turned() -> None:
    before = Track("one", placements={SPOTIFY: PENDING})
    after = replace(
        before,
        placements={SPOTIFY: Placement(State.FAILED, reason="TooLong"), YOUTUBE: PENDING},
    )
    assert events_between(before, after) == ["spotify: Failed (TooLong)"]
