"""What people can do is one patch and the line of kubectl that says the same, over what was read and nothing else."""

import json
import shlex

import pytest

from navaar.people import acts
from navaar.people.act import Act
from tests.resources import OTHER, SONG, SPOTIFY, YOUTUBE, Json, sync, track


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


def test_one_song_is_asked_for_again_by_its_own_annotation() -> None:
    (act,) = acts.retry(track(), "now")
    assert act.line == (
        "kubectl annotate track tapes-3f9a1c77d2 -n music --overwrite navaar.dev/reconcile-requested-at=now"
    )
    assert acts.retry(track(), "later") != [act]
