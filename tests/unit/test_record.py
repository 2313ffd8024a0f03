"""What is read of a Track, and what its history says."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from navaar.api.convert import manifest_of, status_of
from navaar.kube.errors import KubeError, NotFound, Unavailable, error_from
from navaar.store.record import events_between, record_from, revision_of
from reconcilers.model import Intent, Phase, Placement, State, Track
from reconcilers.services.protocol import ServiceName

TELEGRAM, YOUTUBE, SPOTIFY = ServiceName
PENDING = Placement(State.PENDING)


def test_the_history_gets_a_line_for_every_place_that_turned() -> None:
    before = Track("one", placements={SPOTIFY: PENDING})
    after = replace(
        before,
        placements={SPOTIFY: Placement(State.FAILED, reason="TooLong"), YOUTUBE: PENDING},
    )
    assert events_between(before, after) == ["spotify: Failed (TooLong)"]
    same = after.with_placement(SPOTIFY, Placement(State.NOT_FOUND, reason="NotFound"))
    assert events_between(before, same) == ["spotify: NotFound"], "a reason that only repeats the state"


def test_a_status_that_knows_less_than_the_memory_is_not_current() -> None:
    known = Track("one", (YOUTUBE, "yt1"), placements={TELEGRAM: Placement(State.PRESENT, id="7", seen=True)})
    resource = manifest_of(known, "tapes", "music", chat_id=-100)
    resource["metadata"] |= {"uid": "u", "resourceVersion": "1", "generation": 1}
    sending = Placement(State.ADDING, intent=Intent("add", "token", 100.0))
    for placement, current in ((sending, False), (known.placements[TELEGRAM], True)):
        said = status_of(known.with_placement(TELEGRAM, placement), phase=Phase.SYNCING, generation=1)
        track = record_from({**resource, "status": said}, -100)
        assert track.placements[TELEGRAM].state is State.PRESENT
        assert revision_of(track).current is current


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"reason": "NotFound", "details": {"name": "tapes-1", "kind": "tracks"}}, NotFound),
        (
            {"reason": "NotFound", "details": {}, "message": "the server could not find the requested resource"},
            Unavailable,
        ),
        (None, Unavailable),
    ],
)
def test_only_an_answer_that_names_the_object_says_that_it_is_gone(
    answer: dict[str, object] | None, error: type[KubeError]
) -> None:
    text = b"404 page not found" if answer is None else json.dumps(answer).encode()
    assert type(error_from(SimpleNamespace(status=404, headers={}), text)) is error  # type: ignore[arg-type]
