"""One word and one sentence for a track."""

import pytest

from reconcilers.model import Phase, Placement, State, Track
from reconcilers.phase import message_of, phase_of
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE

ALL = (TELEGRAM, YOUTUBE, SPOTIFY)


@pytest.mark.parametrize(
    ("states", "phase"),
    [
        ("Present Present Present", Phase.SYNCED),
        ("Retained Present Present", Phase.SYNCED),
        ("Removed Present Present", Phase.SYNCED),
        ("Excluded Present Present", Phase.SYNCED),
        ("Removed Removed Removed", Phase.REMOVED),
        ("Excluded Excluded Excluded", Phase.EXCLUDED),
        ("Removed Excluded Removed", Phase.SYNCED),
        ("NotFound Present Present", Phase.PARTIAL),
        ("Unavailable Present Present", Phase.PARTIAL),
        ("NotFound Pending Present", Phase.SYNCING),
        ("NotFound Adding Present", Phase.SYNCING),
        ("Removing Removed Removed", Phase.SYNCING),
        ("Failed Pending NotFound", Phase.FAILED),
        ("Failed Review Pending", Phase.REVIEW),
        ("Removed Removed", Phase.SYNCING),
        ("Review", Phase.REVIEW),
        ("", Phase.SYNCING),
    ],
)
def test_the_first_phase_that_applies(states: str, phase: Phase) -> None:
    placements = {service: Placement(State(state)) for service, state in zip(ALL, states.split(), strict=False)}
    assert phase_of(Track("t", placements=placements), ALL) is phase


def test_a_merged_track_is_a_duplicate_whatever_it_holds() -> None:
    track = Track("t", placements={SPOTIFY: Placement(State.FAILED, message="x")}, duplicate_of="other")
    assert phase_of(track, ALL) is Phase.DUPLICATE
    assert message_of(track, ALL) == "the same song as other, which stands for it"


def test_places_that_are_not_declared_do_not_count() -> None:
    track = Track("t", placements={s: Placement(State.PRESENT) for s in (YOUTUBE, SPOTIFY)})
    assert phase_of(track, (YOUTUBE, SPOTIFY)) is Phase.SYNCED
    assert phase_of(track, (SPOTIFY,)) is Phase.SYNCED


def test_the_message_is_that_of_the_placements_that_decide_the_phase() -> None:
    track = Track(
        "t",
        placements={
            TELEGRAM: Placement(State.REVIEW, message="which one?"),
            YOUTUBE: Placement(State.REVIEW, message="2 candidates"),
            SPOTIFY: Placement(State.NOT_FOUND, message="not there"),
        },
    )
    assert message_of(track, ALL) == "telegram: which one?; youtubeMusic: 2 candidates"
    assert message_of(Track("t", placements={s: Placement(State.PRESENT) for s in ALL}), ALL) == ""


def test_a_post_that_can_no_longer_be_deleted_is_told() -> None:
    retained = Placement(State.RETAINED, message="too old")
    gone = {s: Placement(State.REMOVED, message="gone") for s in ALL if s is not TELEGRAM}
    track = Track("t", placements={TELEGRAM: retained, **gone})
    assert message_of(track, ALL) == "telegram: too old"
