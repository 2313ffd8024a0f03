"""What is written into a Track is what people need and the API server takes, and is held in little memory."""

from dataclasses import replace
from typing import Any

import pytest

from navaar.api.common import MEMORY_ANNOTATION
from navaar.api.convert import manifest_of, status_of, track_from
from navaar.api.sound import label_of, selector
from reconcilers.model import Phase, Placement, Scored, Shortlist, State, Track, Wishes
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName
from tests.storedtracks import full, stored

# ----------------------------------------------------------------------------------------------------------- the status


def test_history_keeps_the_last_twenty_events_and_what_others_wrote_is_carried_over() -> None:
    previous: dict[str, Any] = {
        "history": [{"at": "2026-01-01T00:00:00Z", "event": str(n)} for n in range(20)],
        "conditions": [{"type": "Theirs"}],
        "observedGeneration": 3,
    }
    status = status_of(full(), previous, phase=Phase.REVIEW, events=[(1_770_000_000.0, "placed in Spotify")])
    assert len(status["history"]) == 20
    assert status["history"][-1] == {"at": "2026-02-02T02:40:00Z", "event": "placed in Spotify"}
    assert status["conditions"] == [{"type": "Theirs"}]
    assert status["observedGeneration"] == 3
    assert len(previous["history"]) == 20


def test_texts_that_are_too_long_are_cut_rather_than_refused_by_the_api_server() -> None:
    long = Placement(State.FAILED, reason="x" * 999, message="x" * 99_999)
    track = Track("t", identity=Recording("x" * 9_999, ("x" * 9_999,) * 99), placements={ServiceName.SPOTIFY: long})
    status = status_of(track, phase=Phase.REVIEW)
    assert len(status["placements"]["spotify"]["message"]) == 2048
    assert len(status["identity"]["title"]) == 1024
    assert len(status["identity"]["artists"]) == 64
    assert len(status["artist"]) == 2048


def test_the_artist_and_title_columns_show_what_a_person_wrote_over_what_was_parsed() -> None:
    track = replace(full(), wishes=Wishes(title="Cheshme Man (Live)", artists=("Dariush Eghbali",)))
    status = status_of(track, phase=Phase.REVIEW)
    assert (status["artist"], status["title"]) == ("Dariush Eghbali", "Cheshme Man (Live)")
    assert status["identity"]["title"] == "Cheshme Man"


# ----------------------------------------------------------------------------------------------------------- candidates


def test_repeated_words_are_kept_once() -> None:
    first, second = (track_from(stored(full(number))) for number in (1, 2))
    one, other = first.placements[ServiceName.SPOTIFY], second.placements[ServiceName.SPOTIFY]
    assert one.message is other.message
    assert one.reason is other.reason
    one, other = first.placements[ServiceName.TELEGRAM], second.placements[ServiceName.TELEGRAM]
    assert one.match is other.match


def test_candidates_are_kept_packed_and_are_what_they_were() -> None:
    known = full().placements[ServiceName.SPOTIFY].candidates
    read, again = (track_from(stored(full())).placements[ServiceName.SPOTIFY].candidates for _ in range(2))
    assert read == known
    assert known == read
    assert read == again
    assert hash(read) == hash(known)
    assert (len(read), read[0], read[:2], list(read)) == (len(known), known[0], known[:2], list(known))
    other = track_from(stored(full(2))).placements[ServiceName.SPOTIFY].candidates
    assert read != other
    assert read != known[1:]


@pytest.mark.parametrize("ids", [("one",), ("one", "two"), ("",), ("one", "two\nthree")])
def test_what_a_candidate_is_called_is_known_without_unpacking_it(ids: tuple[str, ...]) -> None:
    choices = tuple(Scored(id, "text", 0.5) for id in ids)
    track = replace(full(), placements={ServiceName.SPOTIFY: Placement(State.REVIEW, candidates=choices)})
    read = track_from(stored(track)).placements[ServiceName.SPOTIFY]
    assert isinstance(read.candidates, Shortlist)
    assert read.candidate_ids == read.candidates.ids == ids
    assert tuple(read.candidates) == choices


def test_candidates_go_once_the_song_is_there() -> None:
    spotify = replace(full().placements[ServiceName.SPOTIFY], state=State.PRESENT, id="x")
    status = status_of(full().with_placement(ServiceName.SPOTIFY, spotify), phase=Phase.REVIEW)
    assert "candidates" not in status["placements"]["spotify"]


# --------------------------------------------------------------------------------------------------------------- labels


def test_labels_and_owner_of_a_new_track() -> None:
    owner = {"apiVersion": "navaar.dev/v1alpha1", "kind": "MusicSync", "name": "friday-tapes", "uid": "u"}
    metadata = manifest_of(full(), "friday-tapes", "music", owner=owner)["metadata"]
    assert metadata["labels"] == {
        "app.kubernetes.io/managed-by": "navaar",
        "navaar.dev/sync": "friday-tapes",
        **label_of(full().identity),
    }
    assert metadata["ownerReferences"] == [owner]
    assert MEMORY_ANNOTATION not in metadata


def test_tracks_of_one_song_are_listed_by_one_label_however_it_is_spelled() -> None:
    spellings = [
        Recording("Cheshme Man", ("Dariush",), duration=200.0),
        Recording("CHESHME MAN (Official Video)", ("Dariush Official",), isrc="QZABC2100001"),
        Recording("چشم من", ("داریوش",)),
    ]
    for one in spellings:
        (label,) = label_of(one).items()
        for other in spellings:
            asked = selector("tapes", other)
            assert asked is not None
            assert asked.startswith("navaar.dev/sync=tapes,navaar.dev/sounds-like in (")
            assert label[0] == "navaar.dev/sounds-like"
            assert label[1] in asked
    assert label_of(Recording("Taghdir", ("Shadmehr",))).items() != label_of(spellings[0]).items()
    assert label_of(None) == {}
    assert selector("tapes", None) is None
