"""What people are told of a song and of a MusicSync is what their status says, with what mends it."""

from navaar.people.failure import failures
from navaar.people.overview import overview
from navaar.people.remark import Remark, messages
from navaar.people.story import mends, story
from tests.resources import NOW, SONG, SPOTIFY, TELEGRAM, in_question, sync, track


def test_a_failure_that_trying_again_does_not_mend_comes_with_what_does() -> None:
    dead = track(spec={"pins": {"spotify": SONG}}, spotify={"state": "Failed", "reason": "PinDead", "message": "gone"})
    (failure,) = failures(dead)
    assert failure.mend is not None
    assert failure.mend.patch == {"spec": {"pins": {"spotify": None}}}
    (failure,) = failures(track(spotify={"state": "Failed", "reason": "NotStored", "attempts": 5}))
    assert (failure.mend, failure.attempts) == (None, 5)


def test_what_mends_a_song_is_told_as_lines_to_type() -> None:
    failed = {"state": "Failed", "reason": "NotStored", "attempts": 5}
    assert mends(track(spotify=failed, telegram=failed)) == ["navaar retry tapes-3f9a1c77d2 -n music"]
    dead = track(spec={"pins": {"spotify": SONG}}, spotify={"state": "Failed", "reason": "PinDead"}, telegram=failed)
    assert [line.partition(" ")[0] for line in mends(dead)] == ["navaar", "kubectl"]


def test_the_story_tells_all_that_the_track_says() -> None:
    one = track(
        spec={"pins": {"spotify": SONG}},
        telegram={"state": "Present", "id": "12", "seen": True, "match": {"method": "Origin"}},
        spotify=in_question(0.84),
    )
    one["status"]["history"] = [{"at": "2026-03-01T00:00:00Z", "event": "spotify: Review (Ambiguous)"}]
    told = story(one, sync(), NOW)
    assert "https://t.me/tapes/12" in told.came
    assert told.known == ("read as: Dariush – Cheshme Man", "4:54")
    assert told.wishes == (f"pinned in Spotify: {SONG}",)
    assert [chapter.service for chapter in told.chapters] == [TELEGRAM, SPOTIFY]
    assert told.chapters[0].evidence == ("it was first seen there",)
    assert [question.service for question in told.questions] == [SPOTIFY]
    assert told.history == (("2026-03-01T00:00:00Z", "spotify: Review (Ambiguous)"),)
    assert story(one, None, NOW).chapters[0].next.says == "nothing: it is there"
    one["status"]["message"] = "telegram: nothing to say"
    assert story(one, sync(), NOW).summary == "telegram: nothing to say"
    one["status"]["placements"]["spotify"]["message"] = "two candidates"
    one["status"]["message"] = "spotify: two candidates; see kubectl describe"
    assert story(one, sync(), NOW).summary == "", "what a chapter says is not said twice"


def test_an_overview_says_what_the_status_says() -> None:
    one = sync()
    one["status"] |= {
        "counts": {"songs": 1412, "synced": 1400, "review": 12},
        "spotify": {"items": 3, "placed": 3, "pending": 1},
        "conditions": [
            {"type": "Ready", "status": "True", "reason": "Backfilling", "message": "1 of 4"},
            {"type": "SpotifyReady", "status": "True", "reason": "Ready"},
        ],
    }
    view = overview(one)
    assert view.numbers == "1,412 songs: 1,400 synced, 12 in review"
    assert (view.ready.word, view.moving, view.behind) == ("Backfilling", True, False)
    assert [place.standing.word for place in view.places] == ["Waiting", "Ready"]
    assert overview({**one, "status": {}}).numbers == "not counted yet"
    assert view.notices.word == "Waiting" and list(messages(view)) == [Remark("1 of 4")]


def test_a_plan_is_no_progress_and_people_who_cannot_be_told_are_told_of_where_they_look() -> None:
    one = sync()
    one["status"] |= {
        "spotify": {"items": 3, "placed": 3, "pending": 1},
        "conditions": [
            {"type": "SpotifyReady", "status": "True", "reason": "Ready"},
            {
                "type": "NotificationsDelivered",
                "status": "False",
                "reason": "NotFound",
                "message": "No chat. Press Start.",
            },
        ],
    }
    assert overview(one).moving
    assert list(messages(overview(one))) == [Remark("Notifications: No chat. Press Start.", "ask")]
    for spec in ({"mode": "Plan"}, {"suspend": True}):
        assert not overview({**one, "spec": {**one["spec"], **spec}}).moving
