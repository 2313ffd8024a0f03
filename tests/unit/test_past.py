"""Every row of: is the channel's past known?"""

from dataclasses import replace

import pytest

from reconcilers.model import NOT_READING, Match, Origin, Placement, Reading, State, Stretch, Track
from reconcilers.past import RETENTION, Channel, Unknown, known_by, learned, past_unknown, remembered, sentence
from reconcilers.plan import Plan
from reconcilers.plan.bulk import Held
from reconcilers.plan.lookback import NO_SCRATCH_CHAT, Lookback
from reconcilers.policy import Mode, Past, Sync
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
    (
        Past.IGNORE,
        Channel(drained=True, placed=1, gap=60.0, unsettled=True, begun=Stretch(1, 1, missing=1)),
        ONE,
        "Tracks were missing, and 1 posts are remembered by now; to go on without them",
    ),
    (Past.SCAN, Channel(drained=True, placed=0, gap=60.0), {}, None),
    (Past.SCAN, Channel(drained=True, first=True, read=True), ONE, None),
    (Past.SCAN, Channel(drained=True, placed=2, gap=RETENTION + 1, unsettled=True, read=True), ONE, None),
    (Past.SCAN, Channel(drained=False, read=True), ONE, "are being read"),
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


def test_what_a_plan_learns_of_posts_is_its_own_doing_and_no_restored_track() -> None:
    tracks = {f"t{id}": Track(f"t{id}", placements={TELEGRAM: replace(POST, id=id)}) for id in "12"}
    unposted = {name: Track(name) for name in ("new", "t1")}
    assert learned(tracks, made()) == 0
    assert learned(tracks, made(replace(tracks["t1"], created=7.0), unposted["new"])) == 0
    assert learned(tracks, made(Track("heard", placements={TELEGRAM: replace(POST, id="3")}))) == 1
    assert learned(tracks, made(unposted["t1"])) == -1
    both = replace(tracks["t1"], placements={TELEGRAM: replace(POST, others=("2",))})
    assert learned(tracks, made(both, t2="t1")) == 0, "of two that become one nothing is forgotten"


def made(*records: Track, **deleted: str) -> Plan:
    return Plan(records, deleted, {}, {}, Held(), None, None)


# ------------------------------------------------------------------------------- what of it has to be read

SCAN = Sync("tapes", past=Past.SCAN)
WEEK = 7 * 86400.0


def post(id: str, at: float | None, **changes: object) -> Track:
    placement = Placement(State.PRESENT, Origin.FOUND, id, seen=True, changed=at, **changes)  # type: ignore[arg-type]
    return Track(f"t{id}", placements={TELEGRAM: placement})


def known(*tracks: Track) -> dict[str, Track]:
    return {track.name: track for track in tracks}


BEFORE = known(post("7", 100.0), post("9", 200.0), post("12", WEEK))

STARTS = [
    (Channel(first=True), {}, Stretch(1, 1)),
    (Channel(first=True, begun=Stretch(1, 340, 12)), ONE, Stretch(1, 340, 12)),
    (Channel(placed=3, gap=WEEK, since=300.0), BEFORE, Stretch(10, 10)),
    (Channel(placed=3, gap=WEEK, since=300.0, unsettled=True, begun=Stretch(10, 11, 1)), BEFORE, Stretch(10, 11, 1)),
    (Channel(placed=3, gap=60.0, unsettled=True), BEFORE, Stretch(1, 1)),
    (Channel(placed=3, gap=60.0, unsettled=True, begun=Stretch(10, 11, 1)), BEFORE, Stretch(10, 11, 1)),
    (Channel(placed=3, gap=WEEK, since=300.0, unsettled=True, begun=Stretch(4, 6)), BEFORE, Stretch(4, 6)),
    (Channel(placed=5, gap=60.0), BEFORE, Stretch(1, 1, missing=2)),
    (Channel(placed=5, gap=60.0, unsettled=True, begun=Stretch(1, 6, 0, 2)), BEFORE, Stretch(1, 6, 0, 2)),
    (Channel(placed=5, gap=60.0, unsettled=True, begun=Stretch(1, 6, 0, 1)), BEFORE, Stretch(1, 1, missing=2)),
    (Channel(placed=3, gap=None), BEFORE, Stretch(1, 1)),
]


@pytest.mark.parametrize(("channel", "tracks", "past"), STARTS)
def test_what_has_to_be_read_begins_with_what_may_have_been_missed_and_goes_on_where_it_was(
    channel: Channel, tracks: dict[str, Track], past: Stretch
) -> None:
    found = past_unknown(SCAN, replace(channel, drained=True), tracks)
    assert found is not None
    assert found.past == past


def test_what_was_heard_after_a_gap_does_not_tell_what_was_known_before() -> None:
    assert known_by(BEFORE, 300.0) == 9
    assert known_by(known(post("7", None)), 300.0) == 0, "restored without its status: nobody knows since when"
    assert known_by(known(post("70000", 100.0, match=Match("Pin"))), 300.0) == 0
    assert known_by(BEFORE, None) == 0


GAP = Unknown("some may be lost", "accept it", Stretch(10, 340, 7))
SENTENCES = [
    (
        SCAN,
        Lookback(True),
        Reading(Stretch(10, 340, 7), past=True, upto=1500),
        "post 340 of about 1500, about 59 min left; 7",
    ),
    (
        SCAN,
        Lookback(True),
        Reading(Stretch(10, 340, 7), past=True, upto=300),
        "post 340, and whether there are later ones",
    ),
    (SCAN, Lookback(True), replace(NOT_READING, problem="the bot is out"), "but the bot is out"),
    (SCAN, Lookback(None), NOT_READING, "is being looked at"),
    (SCAN, Lookback(False, NO_SCRATCH_CHAT), NOT_READING, "no spec.telegram.scratchChat"),
    (SCAN, Lookback(False, "the channel protects its content"), NOT_READING, "or accept it"),
    (replace(SCAN, mode=Mode.PLAN), Lookback(True), NOT_READING, "once mode is Apply"),
    (replace(SCAN, past=Past.IGNORE), Lookback(True), NOT_READING, "telegram.past: Scan"),
]


@pytest.mark.parametrize(("sync", "lookback", "reading", "says"), SENTENCES)
def test_the_message_says_how_far_the_reading_is_or_what_would_help(
    sync: Sync, lookback: Lookback, reading: Reading, says: str
) -> None:
    assert says in sentence(GAP, sync, lookback, reading)
    assert sentence(GAP, sync, lookback, reading).startswith("some may be lost")
