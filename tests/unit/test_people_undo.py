"""What was done of late is undone, and what cannot be is named with its reason."""

from navaar.api.instant import written
from navaar.people.undo import undo
from reconcilers.services.protocol import ServiceName
from tests.resources import NOW, SONG, TELEGRAM, track

PLACED = {"state": "Present", "origin": "Placed", "id": SONG, "seen": True}
FOUND = {"state": "Present", "origin": "Found", "id": "12", "seen": True}
HOUR_AGO = written(NOW - 3600)


def test_undoing_takes_out_what_we_placed_of_late_and_leaves_the_rest_alone() -> None:
    everywhere = list(ServiceName)
    one = track(
        telegram=FOUND,
        spotify={**PLACED, "placedAt": HOUR_AGO},
        youtubeMusic={**PLACED, "placedAt": written(NOW - 90_000)},
    )
    (act,), stays = undo(one, everywhere, NOW - 7200, NOW)
    assert act.patch == {"spec": {"excludeFrom": ["telegram", "youtubeMusic"], "state": "Absent"}}
    assert (act.version, stays) == ("7", [])
    assert (
        act.says
        == "takes Dariush – Cheshme Man out of Spotify again, and leaves it alone in Telegram and YouTube Music"
    )
    assert undo(one, everywhere, NOW - 600, NOW) == ([], [])
    asked_for = track(spotify={**PLACED, "placedAt": HOUR_AGO}, telegram={"state": "Pending"})
    (act,), _ = undo(asked_for, everywhere, NOW - 7200, NOW)
    assert act.patch == {"spec": {"state": "Absent"}}
    assert act.says == "takes Dariush – Cheshme Man out of Spotify again, and no longer adds it to Telegram"


def test_undoing_brings_back_what_was_taken_out() -> None:
    gone = track(spec={"state": "Absent"}, spotify={"state": "Removed", "reason": "Absent", "changedAt": HOUR_AGO})
    (act,), _ = undo(gone, list(ServiceName), NOW - 7200, NOW)
    assert act.patch == {"spec": {"state": "Present"}}
    assert undo(gone, list(ServiceName), NOW - 600, NOW) == ([], [])


def test_what_can_not_be_undone_is_named_with_its_reason_and_not_touched() -> None:
    old = written(NOW - 3 * 86400)
    posted = track(telegram={**PLACED, "placedAt": old}, spotify={**PLACED, "placedAt": old})
    (act,), (stays,) = undo(posted, list(ServiceName), NOW - 7 * 86400, NOW)
    assert act.patch == {"spec": {"excludeFrom": ["telegram"], "state": "Absent"}}
    assert (stays.service, "delete it by hand" in stays.why) == (TELEGRAM, True)
    taken = track(spotify={"state": "Removed", "reason": "Propagated", "changedAt": HOUR_AGO})
    acted, (stays,) = undo(taken, list(ServiceName), NOW - 7200, NOW)
    assert (acted, "add it again there" in stays.why) == ([], True)
