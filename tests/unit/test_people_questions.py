"""What people are asked has the answers that it names, each on the right track."""

import pytest

from navaar.people.question import approve, approve_all, questions, refuse
from reconcilers.alike import asked, other_of
from tests.resources import OTHER, SONG, Json, in_question, track


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
