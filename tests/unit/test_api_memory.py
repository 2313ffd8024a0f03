"""The memory of the channel: never a second post, whatever was lost or came late."""

import json
from dataclasses import replace
from typing import Any

import pytest

from navaar.api.common import MEMORY_ANNOTATION
from navaar.api.convert import manifest_of, memory_of, status_of, track_from
from reconcilers.model import Intent, Origin, Phase, Placement, Source, State, Track
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName

CHAT, OTHER_CHAT = -1001234567890, -1009999999999
TELEGRAM = ServiceName.TELEGRAM
SONG = Recording("Cheshme Man", ("Dariush",), duration=281.0, method="tags")
POSTED = Placement(State.PRESENT, Origin.PLACED, "123", seen=True, placed=1.77e9)
SENDING = Placement(State.ADDING, Origin.PLACED, intent=Intent("Add", "tok", 1.77e9, 4, 120))


def song(placement: Placement | None) -> Track:
    track = Track("t", (ServiceName.SPOTIFY, "x"), SONG, source=Source.BACKLOG)
    return track.with_placement(TELEGRAM, placement) if placement else track


def resource(*, memory: Placement | None, status: Placement | None, chat: int = CHAT) -> dict[str, Any]:
    """A Track whose annotation knows one thing and whose status another."""
    found = manifest_of(song(memory), "s", "music", chat_id=chat)
    found["status"] = status_of(song(status), phase=Phase.REVIEW)
    return found


def channel(found: dict[str, Any], chat_id: int | None = CHAT) -> Placement | None:
    return track_from(found, chat_id).placements.get(TELEGRAM)


def test_it_is_compact_and_says_which_message_of_which_channel_is_which_song() -> None:
    memory = memory_of(song(POSTED), CHAT)
    assert memory is not None
    assert json.loads(memory) == {
        "chat": CHAT,
        "origin": "Placed",
        "id": "123",
        "seen": True,
        "placedAt": "2026-02-02T02:40:00Z",
        "identity": {
            "title": "Cheshme Man",
            "artists": ["Dariush"],
            "durationSeconds": 281.0,
            "method": "tags",
        },
        "source": "Backlog",
    }
    assert " " not in memory.replace("Cheshme Man", "")


@pytest.mark.parametrize("placement", [None, Placement(), Placement(State.NOT_FOUND)])
def test_there_is_nothing_to_remember_without_a_message_or_an_intent(placement: Placement | None) -> None:
    assert memory_of(song(placement), CHAT) is None


def test_there_is_no_memory_before_the_chat_is_known() -> None:
    assert memory_of(song(POSTED), None) is None


def test_a_state_other_than_the_usual_is_remembered() -> None:
    found = resource(memory=replace(POSTED, state=State.REMOVED), status=None)
    assert channel(found) == replace(POSTED, state=State.REMOVED)


@pytest.mark.parametrize(
    ("memory", "status", "wanted"),
    [
        pytest.param(POSTED, None, POSTED, id="status lost"),
        pytest.param(POSTED, Placement(), POSTED, id="the status was not written after the post"),
        pytest.param(POSTED, SENDING, POSTED, id="the status still has the intent"),
        pytest.param(SENDING, Placement(), SENDING, id="the status was not written before the post"),
        pytest.param(SENDING, POSTED, POSTED, id="the memory was not written after the post"),
        pytest.param(None, POSTED, POSTED, id="no memory"),
    ],
)
def test_of_two_writes_with_a_crash_between_them_the_one_that_knows_more_counts(
    memory: Placement | None, status: Placement | None, wanted: Placement
) -> None:
    assert channel(resource(memory=memory, status=status)) == wanted


def test_of_two_intents_the_later_counts() -> None:
    assert SENDING.intent is not None
    later = replace(SENDING, intent=replace(SENDING.intent, token="later", deadline=1.78e9))
    assert channel(resource(memory=later, status=SENDING)) == later
    assert channel(resource(memory=SENDING, status=later)) == later


def test_the_memory_of_another_channel_is_ignored_and_the_status_that_came_with_it() -> None:
    found = resource(memory=POSTED, status=POSTED, chat=OTHER_CHAT)
    assert channel(found) is None
    assert track_from(found, CHAT).identity == SONG


def test_while_the_chat_is_not_known_the_memory_is_believed() -> None:
    assert channel(resource(memory=POSTED, status=None, chat=OTHER_CHAT), None) == POSTED


@pytest.mark.parametrize("value", ["{", "[]", "3", '{"chat":"x"}', f'{{"chat":{CHAT},"intent":{{}}}}', '{"id":"1"}'])
def test_a_memory_that_cannot_be_read_asks_a_person(value: str) -> None:
    found = resource(memory=None, status=None)
    found["metadata"]["annotations"] = {MEMORY_ANNOTATION: value}
    placement = channel(found)
    assert placement is not None
    assert (placement.state, placement.reason) == (State.REVIEW, "MemoryUnreadable")
