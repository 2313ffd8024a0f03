"""What can't be observed again, kept in a Track's metadata: which message of which channel is this song.

Backups and GitOps tools restore metadata and drop status. A playlist can be read again; a channel can't, and
a song that is forgotten there would be posted a second time. The annotation ``navaar.dev/telegram`` is
compact JSON: the chat's id, the placement's own facts under the names that they have in status, and the song,
so that it is recognised elsewhere.
"""

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from navaar.api.identity import identity_from, identity_status
from navaar.api.placement import placement_from, placement_status
from reconcilers.model import Placement, Source, State, Track
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName

_FACTS = ("origin", "requestedId", "id", "ids", "seen", "intent", "placedAt")
_CHAT = re.compile(r'\{"chat":(-?\d+),')
_SOURCES = {source.value: source for source in Source}


@dataclass(frozen=True, slots=True)
class Memory:
    """What an annotation holds. `chat` is None when it can't be read."""

    chat: int | None
    placement: Placement
    identity: Recording | None = None
    source: Source | None = None

    def recalled(self, known: Placement | None) -> Placement:
        """The placement in the channel, from this memory and what a status said of it.

        Memory and status are two writes, and a crash can come between them. The one that knows more is right:
        an id over an intent over nothing, and of two intents the later. Where they know the same, status has
        more of it.
        """
        if known is None:
            return self.placement
        mine, theirs = _knowledge(self.placement), _knowledge(known)
        if mine > theirs:
            return replace(self.placement, match=known.match, attempts=known.attempts)
        return known


def is_of(annotation: str, chat_id: int | None) -> bool:
    """Whether the annotation speaks of this chat, or of one that isn't known."""
    return chat_id is None or chat_of(annotation) in (None, chat_id)


def chat_of(annotation: str) -> int | None:
    """The chat that the annotation speaks of, None when it can't be read."""
    quick = _CHAT.match(annotation)
    return int(quick[1]) if quick else memory_from(annotation).chat


def is_complete(placement: Placement | None) -> bool:
    """Whether no memory can add to it: the message is known, and nothing is under way."""
    return placement is not None and placement.id is not None and placement.intent is None


def _knowledge(placement: Placement) -> tuple[int, float]:
    if is_complete(placement):
        return 2, 0.0
    return (1, placement.intent.deadline) if placement.intent is not None else (0, 0.0)


def memory_of(track: Track, chat_id: int | None) -> str | None:
    """The value of the annotation; None when there is nothing to remember, or the chat's id isn't known yet."""
    placement = track.placements.get(ServiceName.TELEGRAM)
    if placement is None or chat_id is None or not _tells(placement):
        return None
    status = placement_status(placement)
    memory: dict[str, Any] = {"chat": chat_id}
    if placement.state is not _implied(placement.id, placement.intent):
        memory["state"] = status["state"]
    memory.update((fact, status[fact]) for fact in _FACTS if fact in status)
    if track.identity is not None:
        memory["identity"] = identity_status(track.identity)
        memory["identity"].pop("artist", None)
    memory["source"] = track.source.value
    return json.dumps(memory, ensure_ascii=False, separators=(",", ":"))


def memory_from(annotation: str) -> Memory:
    """What the annotation's value says. One that can't be read asks a person, and never leads to a new post."""
    try:
        memory = json.loads(annotation)
        placement = placement_from(
            {**memory, "state": memory.get("state") or _implied(memory.get("id"), memory.get("intent"))}
        )
        identity = memory.get("identity")
        if not _tells(placement):
            return UNREADABLE
        return Memory(
            int(memory["chat"]),
            placement,
            identity_from(identity) if identity else None,
            _SOURCES.get(memory.get("source", "")),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return UNREADABLE


def song_of(track: Track) -> str:
    """The value of the annotation ``navaar.dev/song``: the song, and how its Track came to be."""
    assert track.identity is not None
    song = identity_status(track.identity)
    song.pop("artist", None)
    return json.dumps({**song, "source": track.source.value}, ensure_ascii=False, separators=(",", ":"))


def song_from(annotation: str, source: Source | None) -> tuple[Recording | None, Source | None]:
    """What that annotation says; a `source` that is known stands. What can't be read says nothing."""
    try:
        song = json.loads(annotation)
        return identity_from(song), source or _SOURCES.get(song.get("source", ""))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None, source


def _tells(placement: Placement) -> bool:
    """Whether there is something to remember: a post, one under way, or one that a person rejected."""
    refused = placement.state is State.REVIEW and placement.requested is not None
    return placement.id is not None or placement.intent is not None or refused


def _implied(id: str | None, intent: object) -> State:
    """The state of a placement that is simply known, or under way."""
    if intent is not None:
        return State.ADDING
    return State.PRESENT if id is not None else State.PENDING


UNREADABLE = Memory(
    None,
    Placement(
        State.REVIEW,
        reason="MemoryUnreadable",
        message="The annotation navaar.dev/telegram can't be read, so it is not known whether the song is in "
        "the channel: if it is, pin its message (spec.pins.telegram); if it isn't, remove the annotation.",
    ),
)
