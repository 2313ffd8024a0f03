"""What people are told and what they can do, from resources as the API server gives them."""

import json
import shlex
from typing import Any

import pytest

from navaar.api.instant import written
from navaar.people import acts
from navaar.people.act import Act
from navaar.people.failure import failures
from navaar.people.links import address, named
from navaar.people.outlook import following, setting
from navaar.people.overview import overview
from navaar.people.progress import progress
from navaar.people.question import approve, approve_all, questions, refuse
from navaar.people.queue import queue
from navaar.people.remark import Remark, messages
from navaar.people.song import named as tracks_named
from navaar.people.span import about, parsed, short
from navaar.people.story import mends, story
from navaar.people.undo import undo
from reconcilers.alike import asked, other_of
from reconcilers.services.protocol import ServiceName

TELEGRAM, YOUTUBE, SPOTIFY = ServiceName.TELEGRAM, ServiceName.YOUTUBE, ServiceName.SPOTIFY
SONG, OTHER = "6rqhFgbbKwnb9MLmUQDhG6", "5jXY9qDRm2sXlbpmqgwGb7"
NOW = 1_772_800_000.0

Json = dict[str, Any]


def track(
    name: str = "tapes-3f9a1c77d2", spec: Json | None = None, created: str = "2026-03-01T00:00:00Z", **placements: Json
) -> Json:
    return {
        "apiVersion": "navaar.dev/v1alpha1",
        "kind": "Track",
        "metadata": {"name": name, "namespace": "music", "resourceVersion": "7", "creationTimestamp": created},
        "spec": {"musicSyncRef": {"name": "tapes"}, "origin": {"service": "telegram", "id": "12"}, **(spec or {})},
        "status": {
            "phase": "Review", "artist": "Dariush", "title": "Cheshme Man", "source": "Backlog",
            "identity": {"title": "Cheshme Man", "artists": ["Dariush"], "durationSeconds": 294.0},
            "placements": placements,
        },
    }  # fmt: skip


def in_question(*scores: float) -> Json:
    ids = (SONG, OTHER, "4uLU6hMCjMI75M1A2tKUQC")
    found = [
        {"id": id, "text": f"candidate {id}", "score": score, "reasons": ["title equal"]}
        for id, score in zip(ids, scores, strict=False)
    ]
    return {"state": "Review", "reason": "Ambiguous", "message": "which?", "candidates": found}


def sync(**spec: Json | str | bool) -> Json:
    return {
        "metadata": {"name": "tapes", "namespace": "music", "resourceVersion": "3", "generation": 1},
        "spec": {"telegram": {"channel": "@tapes"}, "spotify": {"playlist": "p"}, **spec},
        "status": {"observedGeneration": 1, "conditions": []},
    }


# --- what people paste ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (SONG, (SPOTIFY, SONG)),
        (f"spotify:track:{SONG}", (SPOTIFY, SONG)),
        (f"https://open.spotify.com/track/{SONG}?si=1234", (SPOTIFY, SONG)),
        (f"open.spotify.com/intl-de/track/{SONG}", (SPOTIFY, SONG)),
        (f"sp={SONG}", (SPOTIFY, SONG)),
        ("dQw4w9WgXcQ", (YOUTUBE, "dQw4w9WgXcQ")),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PLx&t=3", (YOUTUBE, "dQw4w9WgXcQ")),
        ("https://music.youtube.com/watch?v=dQw4w9WgXcQ", (YOUTUBE, "dQw4w9WgXcQ")),
        ("youtu.be/dQw4w9WgXcQ?si=1", (YOUTUBE, "dQw4w9WgXcQ")),
        ("https://m.youtube.com/shorts/dQw4w9WgXcQ", (YOUTUBE, "dQw4w9WgXcQ")),
        ("youtube=https://youtu.be/dQw4w9WgXcQ", (YOUTUBE, "dQw4w9WgXcQ")),
        ("17", (TELEGRAM, "17")),
        ("https://t.me/fridaytapes/17", (TELEGRAM, "17")),
        ("https://t.me/c/1234500001/17", (TELEGRAM, "17")),
        ("youtube=12345678901", (YOUTUBE, "12345678901")),
    ],
)  # fmt: skip
def test_songs_are_named_as_people_paste_them(text: str, found: tuple[ServiceName, str]) -> None:
    assert named(text) == found
    assert named(address(*found, channel="@tapes")) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no id and no address"),
        ("hello world", "no id and no address"),
        ("6rqhFgbbKwnb9MLmUQDhG", "no id and no address"),
        (f"https://open.spotify.com/playlist/{SONG}", "a playlist of Spotify"),
        (f"https://open.spotify.com/album/{SONG}", "album of Spotify"),
        (f"spotify:episode:{SONG}", "episode of Spotify"),
        ("https://open.spotify.com/track/6rqhFg", "cut off"),
        ("https://open.spotify.com/", "page of Spotify"),
        ("https://spotify.link/abc", "hides what it leads to"),
        ("https://www.youtube.com/playlist?list=PLx0sYbCqOb8TBPRdmBHs5Iftvv9TPboYG", "a playlist of YouTube"),
        ("https://www.youtube.com/@somebody", "no address of a song"),
        ("https://youtu.be/", "no address of a song"),
        ("https://t.me/fridaytapes", "not of a message"),
        ("https://soundcloud.com/a/b", "none of the three services"),
        ("spotify=dQw4w9WgXcQ", "no id of Spotify"),
        ("youtube=https://t.me/a/3", "not of YouTube Music"),
        ("https://[", "no address"),
    ],
)  # fmt: skip
def test_what_names_no_song_is_answered_with_what_would(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        named(text)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30m", 1800), ("1h30m", 5400), ("2d", 172_800)])
def test_spans_are_read(text: str, seconds: float) -> None:
    assert parsed(text) == seconds


@pytest.mark.parametrize("text", ["", "2", "h", "2 hours", "-1h", "1h30", "1y"])
def test_what_is_no_span_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="write it like 30m, 2h"):
        parsed(text)


def test_spans_are_told_as_kubectl_tells_ages() -> None:
    told = [short(s) for s in (8, 119, 270, 900, 11_000, 20_000, 90_000, 200_000, 21 * 86400)]
    assert told == ["8s", "119s", "4m30s", "15m", "3h3m", "5h33m", "25h", "2d7h", "21d"]
    assert [about(s) for s in (3, 60, 700, 3500, 7200, 86400, 3 * 86400)] == [
        "less than a minute", "about a minute", "about 12 minutes", "about an hour", "about 2 hours", "about a day",
        "about 3 days",
    ]  # fmt: skip


def test_a_track_is_named_by_its_name_the_end_of_it_or_words_of_its_song() -> None:
    one, other = track(), track("tapes-aaaa1c77d2")
    other["status"] |= {"artist": "داریوش", "title": "Déjà vu"}
    assert tracks_named("tapes-3f9a1c77d2", [one, other]) == [one]
    assert tracks_named("3f9a", [one, other]) == [one]
    assert tracks_named("dariush - cheshme man", [one, other]) == [one]
    assert tracks_named("deja", [one, other]) == [other]
    assert tracks_named("داریوش", [one, other]) == [other]
    assert tracks_named("", [one, other]) == []
    assert tracks_named("zzz", [one, other]) == []


# --- acts -------------------------------------------------------------------------------------------------------------


def patched(act: Act) -> Json:
    """The patch that the line of kubectl carries."""
    words = shlex.split(act.line)
    assert words[:3] == ["kubectl", "patch", act.kind.lower()]
    made: Json = json.loads(words[-1])
    return made


def test_an_act_and_its_line_say_the_same() -> None:
    (act,) = acts.pin(track(), {SPOTIFY: SONG})
    assert patched(act) == act.patch == {"spec": {"pins": {"spotify": SONG}}}
    (act,) = acts.ask_for_pass(sync(), "it's now")
    assert shlex.split(act.line) == [
        "kubectl", "annotate", "musicsync", "tapes", "-n", "music", "--overwrite",
        "navaar.dev/reconcile-requested-at=it's now",
    ]  # fmt: skip
    (act,) = acts.request(sync(), ["Guns N' Roses"], "Don't Cry")
    assert json.loads(shlex.split(act.line)[1]) == act.manifest


def test_what_is_said_already_is_not_said_again() -> None:
    pinned = track(spec={"pins": {"spotify": SONG}, "rejects": {"spotify": [OTHER]}, "excludeFrom": ["spotify"]})
    assert acts.pin(pinned, {SPOTIFY: SONG}) == []
    assert acts.reject(pinned, {SPOTIFY: [OTHER]}) == []
    assert acts.exclude(pinned, [SPOTIFY]) == []
    assert acts.unpin(pinned, [YOUTUBE]) == []
    assert acts.present(pinned) == []


def test_a_pin_and_a_reject_never_contradict_each_other() -> None:
    rejected = track(spec={"rejects": {"spotify": [OTHER, SONG]}})
    (act,) = acts.pin(rejected, {SPOTIFY: SONG})
    assert act.patch == {"spec": {"pins": {"spotify": SONG}, "rejects": {"spotify": [OTHER]}}}
    pinned = track(spec={"pins": {"spotify": SONG}})
    (act,) = acts.reject(pinned, {SPOTIFY: [SONG]})
    assert act.patch == {"spec": {"rejects": {"spotify": [SONG]}, "pins": {"spotify": None}}}


def test_lists_are_written_only_over_what_was_read() -> None:
    before = track(spec={"rejects": {"spotify": [OTHER]}})
    (act,) = acts.reject(before, {SPOTIFY: [SONG]})
    assert act.patch == {"spec": {"rejects": {"spotify": [OTHER, SONG]}}}
    assert act.version == "7"
    (act,) = acts.exclude_songs(sync(exclude=[{"title": "x"}]), {"artist": "y"})  # type: ignore[arg-type]
    assert act.patch == {"spec": {"exclude": [{"title": "x"}, {"artist": "y"}]}}
    assert act.version == "3"


def test_only_the_plan_that_waits_is_approved() -> None:
    waiting = sync()
    waiting["status"]["plan"] = {"hash": "0123456789ab", "summary": "60 additions to Spotify"}
    (act,) = acts.approve_plan(waiting, "0123456789ab")
    assert act.patch == {"metadata": {"annotations": {"navaar.dev/approve": "0123456789ab"}}}
    with pytest.raises(ValueError, match="what waits by now is 0123456789ab"):
        acts.approve_plan(waiting, "ffffffffffff")
    with pytest.raises(ValueError, match="is no hash"):
        acts.approve_plan(waiting, "yes")
    with pytest.raises(ValueError, match="nothing of tapes waits"):
        acts.approve_plan(sync())


@pytest.mark.parametrize(
    ("text", "artists", "title"),
    [
        ("Adele - Hello", ["Adele"], "Hello"),
        ("Jay-Z, Alicia Keys – Empire State of Mind", ["Jay-Z", "Alicia Keys"], "Empire State of Mind"),
        ("Simon & Garfunkel - The Boxer", ["Simon & Garfunkel"], "The Boxer"),
        ("داریوش — چشم من", ["داریوش"], "چشم من"),
        ("Hello", [], "Hello"),
        ("Tocotronic - Hi - Freaks", ["Tocotronic"], "Hi - Freaks"),
    ],
)
def test_a_request_is_read_as_people_write_it(text: str, artists: list[str], title: str) -> None:
    assert acts.split_song(text) == (artists, title)


@pytest.mark.parametrize("text", ["", "   ", " - Hello", "Adele - ", "–"])
def test_a_request_without_a_song_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Adele - Hello"):
        acts.split_song(text)


def test_the_same_request_is_the_same_track() -> None:
    (one,), (other,) = acts.request(sync(), ["Adele"], "Hello"), acts.request(sync(), ["ADELE"], "hello")
    assert one.name == other.name
    assert one.name.startswith("tapes-ask-")


# --- questions --------------------------------------------------------------------------------------------------------


def test_yes_takes_the_first_candidate_and_no_none_of_them() -> None:
    one = track(spotify=in_question(0.84, 0.71))
    (act,) = approve(one)
    assert act.patch == {"spec": {"pins": {"spotify": SONG}}}
    assert act.version == "7"
    (act,) = approve(one, OTHER)
    assert act.patch == {"spec": {"pins": {"spotify": OTHER}}}
    (act,) = refuse(one)
    assert act.patch == {"spec": {"rejects": {"spotify": [SONG, OTHER]}}}
    with pytest.raises(ValueError, match="is no candidate"):
        approve(one, "nobody")
    with pytest.raises(ValueError, match="nothing is asked"):
        approve(track(spotify={"state": "Present"}))


def test_answers_in_two_places_are_one_act() -> None:
    (act,) = approve(track(spotify=in_question(0.8), youtubeMusic=in_question(0.9)))
    assert act.patch == {"spec": {"pins": {"youtubeMusic": SONG, "spotify": SONG}}}


def test_only_the_clearly_likeliest_is_taken_with_many() -> None:
    clear, tied, unlikely = (
        track("tapes-a", spotify=in_question(0.9, 0.7)),
        track("tapes-b", spotify=in_question(0.9, 0.9)),
        track("tapes-c", spotify=in_question(0.79)),
    )
    assert [act.name for act in approve_all([clear, tied, unlikely], 0.8)] == ["tapes-a"]


def test_whether_two_songs_are_one_is_asked_once_and_answered_on_the_right_track() -> None:
    message = asked("Dariush – Cheshm", "tapes-other", "telegram", "12")
    assert other_of(message) == "tapes-other"
    assert other_of("the same (as that)") is None
    doubt = {"state": "Review", "reason": "PossibleDuplicate", "message": message}
    one = track(spotify=doubt, youtubeMusic=doubt)
    assert len(questions(one)) == 1
    (act,) = approve(one)
    assert (act.name, act.patch) == ("tapes-other", {"spec": {"pins": {"telegram": "12"}}})
    (act,) = refuse(one)
    assert (act.name, act.patch) == (one["metadata"]["name"], {"spec": {"title": "Cheshme Man"}})


@pytest.mark.parametrize(
    ("placement", "yes", "no"),
    [
        (
            {"state": "Review", "reason": "WrongMatch", "id": SONG},
            {"excludeFrom": ["spotify"]}, {"rejects": {"spotify": [SONG]}},
        ),
        (
            {"state": "Present", "reason": "Doubtful", "id": SONG},
            {"pins": {"spotify": SONG}}, {"rejects": {"spotify": [SONG]}},
        ),
        (
            {"state": "Review", "reason": "DeliveryUnknown", "intent": {"token": "t0ken"}},
            None, {"rejects": {"spotify": ["t0ken"]}},
        ),
        ({"state": "Review", "reason": "Unidentified", "message": "set a title"}, None, None),
    ],
)  # fmt: skip
def test_each_question_has_the_answers_that_its_message_names(
    placement: Json, yes: Json | None, no: Json | None
) -> None:
    one = track(spotify=placement)
    for say, expected in ((approve, yes), (refuse, no)):
        if expected is None:
            with pytest.raises(ValueError, match="wants more than"):
                say(one)
        else:
            assert [act.patch for act in say(one)] == [{"spec": expected}]


# --- what is to come --------------------------------------------------------------------------------------------------


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


def test_one_song_is_asked_for_again_by_its_own_annotation() -> None:
    (act,) = acts.retry(track(), "now")
    assert act.line == (
        "kubectl annotate track tapes-3f9a1c77d2 -n music --overwrite navaar.dev/reconcile-requested-at=now"
    )
    assert acts.retry(track(), "later") != [act]


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
