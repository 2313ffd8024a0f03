"""Every row of: is the channel's past known?"""

import pytest

from reconcilers.model import Origin, Placement, State, Track
from reconcilers.past import RETENTION, Channel, past_unknown, remembered
from reconcilers.policy import Past, Sync
from tests.memory import TELEGRAM

POST = Placement(State.PRESENT, Origin.FOUND, "1", seen=True)
ONE = {"t": Track("t", placements={TELEGRAM: POST})}

ROWS = [
    # past, channel, tracks, what the sentence says (None: known)
    (Past.IGNORE, Channel(drained=False), {}, "are being read"),
    (Past.IGNORE, Channel(drained=False, accepted=True), {}, "are being read"),
    (Past.IGNORE, Channel(drained=True), {}, None),
    (Past.SCAN, Channel(drained=True), {}, "past: Ignore"),
    (Past.SCAN, Channel(drained=True, accepted=True), {}, None),
    (Past.IGNORE, Channel(drained=True, first=True), ONE, None),
    (Past.SCAN, Channel(drained=True, first=True), ONE, "past: Ignore"),
    (Past.IGNORE, Channel(drained=True, first=False), {}, "how long nobody read"),
    (Past.IGNORE, Channel(drained=True, placed=2, gap=60.0), ONE, "2 posts were known and 1 are remembered"),
    (Past.IGNORE, Channel(drained=True, placed=2, gap=60.0), {}, "2 posts were known and 0 are remembered"),
    (Past.IGNORE, Channel(drained=True, placed=2, gap=60.0, accepted=True), {}, None),
    (Past.IGNORE, Channel(drained=True, placed=None, gap=None), ONE, "how long nobody read"),
    (Past.IGNORE, Channel(drained=True, placed=1, gap=None), ONE, "how long nobody read"),
    (Past.IGNORE, Channel(drained=True, placed=1, gap=RETENTION + 3600), ONE, "for 25 hours"),
    (Past.IGNORE, Channel(drained=True, placed=1, gap=RETENTION), ONE, None),
    (Past.SCAN, Channel(drained=True, placed=1, gap=60.0), ONE, None),
    (Past.SCAN, Channel(drained=True, placed=1, gap=60.0, unsettled=True), ONE, "an earlier outage"),
    (Past.SCAN, Channel(drained=True, placed=0, gap=60.0), {}, None),
]


@pytest.mark.parametrize(("past", "channel", "tracks", "says"), ROWS)
def test_the_past_is_known_or_the_sentence_says_how_to_settle_it(
    past: Past, channel: Channel, tracks: dict[str, Track], says: str | None
) -> None:
    why = past_unknown(Sync("tapes", past=past), channel, tracks)
    if says is None:
        assert why is None
    else:
        assert why is not None
        assert says in str(why)


@pytest.mark.parametrize(
    ("placement", "count"),
    [
        (Placement(), 0),
        (Placement(State.REVIEW, reason="DeliveryUnknown"), 0),
        (POST, 1),
        (Placement(State.REMOVED, id="1"), 1),
        (Placement(State.RETAINED, id="1"), 1),
        (Placement(State.EXCLUDED, id="1"), 1),
        (Placement(State.PRESENT, id="1", others=("2",)), 2),
        (Placement(State.PENDING, others=("1",)), 1),
    ],
)
def test_every_post_whose_song_is_known_is_remembered(placement: Placement, count: int) -> None:
    assert remembered({"t": Track("t", placements={TELEGRAM: placement})}) == count
