"""What people are told is to come, in which order, and when at best."""

from navaar.people.outlook import following, setting
from navaar.people.progress import progress
from navaar.people.queue import queue
from tests.resources import NOW, SONG, SPOTIFY, sync, track


def test_new_songs_go_before_the_backlog_and_older_before_younger() -> None:
    pending = {"state": "Pending"}
    old, older, new = (
        track("tapes-old", created="2026-03-02T00:00:00Z", spotify=pending),
        track("tapes-older", created="2026-03-01T00:00:00Z", spotify=pending),
        track("tapes-new", created="2026-03-03T00:00:00Z", spotify=pending),
    )
    new["status"]["source"] = "New"
    going = track("tapes-going", spotify={"state": "Removing", "id": SONG})
    told = queue(sync(), [old, older, new, going, track("tapes-there", spotify={"state": "Present"})], NOW)
    assert [(one.track["metadata"]["name"], one.operation, one.turn) for one in told] == [
        ("tapes-going", "Remove", 1), ("tapes-new", "Add", 2), ("tapes-older", "Add", 3), ("tapes-old", "Add", 4),
    ]  # fmt: skip


def test_beyond_a_day_of_the_limits_the_queue_says_days() -> None:
    many = [track(f"tapes-{n:04d}", spotify={"state": "Pending"}) for n in range(400)]
    told = queue(sync(), many, NOW)
    assert told[0].next.when == "next"
    assert told[-1].next.when == "in 2 days"


def test_what_stands_in_the_way_is_said_in_place_of_a_turn() -> None:
    pending = {"state": "Pending"}
    held = sync()
    held["status"]["conditions"] = [
        {"type": "SpotifyReady", "status": "False", "reason": "AwaitingApproval", "message": "60 songs"}
    ]
    assert following(pending, setting(held, SPOTIFY), NOW).when == "once approved"
    assert following({**pending, "approved": True}, setting(held, SPOTIFY), NOW).when == "in turn"
    held["status"]["conditions"][0] |= {"reason": "QuotaExhausted", "message": "It goes on at 3."}
    told = following(pending, setting(held, SPOTIFY), NOW)
    assert told.when == "QuotaExhausted"
    assert "It goes on at 3." in told.says
    assert following(pending, setting(sync(suspend=True), SPOTIFY), NOW).when == "on hold"
    assert following(pending, setting(None, SPOTIFY), NOW).says == "nothing, as its MusicSync is gone"
    later = {**pending, "attempts": 2, "nextAttempt": "2026-03-06T13:26:40Z"}
    assert following(later, setting(sync(), SPOTIFY), NOW).when == "in an hour"


def test_progress_keeps_to_the_limits_and_to_what_was_measured() -> None:
    assert progress(SPOTIFY, {"placed": 5, "pending": 0}) is None
    few = progress(SPOTIFY, {"placed": 5, "pending": 15})
    assert few is not None
    assert (few.percent, few.lasts) == (25, "less than a minute at best")
    slow = progress(SPOTIFY, {"placed": 5, "pending": 15}, pace=0.01)
    assert slow is not None
    assert slow.lasts == "about 25 minutes"
    many = progress(SPOTIFY, {"placed": 0, "pending": 1320}, pace=100.0)
    assert many is not None
    assert many.lasts == "about 9 days"
