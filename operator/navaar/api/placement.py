"""One placement as it stands in a Track's status, and back.

Plain dictionaries, no validation: the API server has validated them, and a start reads tens of thousands.
What repeats (reasons, matches, messages) is shared, since it outlives the object that it was read from; what is for
people to read (candidates) is kept small.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from sys import intern
from typing import Any, overload

from pydantic_core import from_json, to_json

from navaar.api.common import MESSAGE_LIMIT, WORD_LIMIT
from navaar.api.instant import read, written
from navaar.api.trackstatus import CANDIDATE_LIMIT, ID_COUNT_LIMIT, REASON_LIMIT
from reconcilers.model import Intent, Match, Origin, Placement, Scored, Shortlist, State

_STATES = {state.value: state for state in State}
_ORIGINS = {origin.value: origin for origin in Origin}
_BETWEEN = "\n"


def placement_status(placement: Placement, approval: Callable[[str], str] | None = None) -> dict[str, Any]:
    """The placement as a part of a status, without what is unset. Candidates go once the song is there.

    `approval` gives the command by which a person takes the candidate of that id.
    """
    status: dict[str, Any] = {"state": placement.state.value}
    if placement.origin is not None:
        status["origin"] = placement.origin.value
    if placement.requested is not None:
        status["requestedId"] = placement.requested
    if placement.id is not None:
        status["id"] = placement.id
    if placement.others:
        status["ids"] = list(placement.others[:ID_COUNT_LIMIT])
    if placement.taken is not None:
        status["takenId"] = placement.taken
    if placement.entry is not None:
        status["entryId"] = placement.entry
    if placement.seen:
        status["seen"] = True
    if placement.missing:
        status["missing"] = placement.missing
    if placement.missed is not None:
        status["missedAt"] = written(placement.missed)
    if placement.approved:
        status["approved"] = True
    if placement.intent is not None:
        status["intent"] = _intent_status(placement.intent)
    if placement.match is not None:
        status["match"] = _match_status(placement.match)
    if placement.candidates and placement.state is not State.PRESENT:
        shown = placement.candidates[:CANDIDATE_LIMIT]
        status["candidates"] = [_candidate_status(found, approval) for found in shown]
    if placement.attempts:
        status["attempts"] = placement.attempts
    if placement.sought:
        status["sought"] = placement.sought[:WORD_LIMIT]
    if placement.next_attempt is not None:
        status["nextAttempt"] = written(placement.next_attempt)
    if placement.placed is not None:
        status["placedAt"] = written(placement.placed)
    if placement.changed is not None:
        status["changedAt"] = written(placement.changed)
    if placement.reason:
        status["reason"] = placement.reason[:WORD_LIMIT]
    if placement.message:
        status["message"] = placement.message[:MESSAGE_LIMIT]
    return status


def placement_from(status: Mapping[str, Any]) -> Placement:
    """The placement that a part of a status describes. A state from a newer version asks a person."""
    get = status.get
    state = _STATES.get(get("state", State.PENDING))
    if state is None:
        return Placement(
            State.REVIEW,
            id=get("id"),
            reason="UnknownState",
            message=f"This operator doesn't know the state {get('state')}: a newer one wrote it.",
        )
    missed, next_attempt = get("missedAt"), get("nextAttempt")
    placed, changed = get("placedAt"), get("changedAt")
    intent, match = get("intent"), get("match")
    candidates = get("candidates") if state is not State.PRESENT else None
    return Placement(
        state=state,
        origin=_ORIGINS.get(get("origin", "")),
        id=get("id"),
        entry=get("entryId"),
        requested=get("requestedId"),
        others=tuple(get("ids", ())),
        taken=get("takenId"),
        seen=get("seen", False),
        missing=get("missing", 0),
        missed=read(missed) if missed else None,
        approved=get("approved", False),
        intent=_intent_from(intent) if intent else None,
        match=_match_from(match) if match else None,
        candidates=Packed(candidates) if candidates else (),
        attempts=get("attempts", 0),
        sought=intern(get("sought", "")),
        next_attempt=read(next_attempt) if next_attempt else None,
        placed=read(placed) if placed else None,
        changed=read(changed) if changed else None,
        reason=intern(get("reason", "")),
        message=intern(get("message", "")),
    )


class Packed(Shortlist):
    """Candidates as they were read, equal to a tuple of the same.

    They are most of what a status says, and are looked at when a person does: until then they are kept packed, which takes
    a tenth of the memory. Every plan asks for their ids.
    """

    __slots__ = ("_ids", "_packed")

    def __init__(self, candidates: Sequence[Mapping[str, Any]]) -> None:
        """`candidates` as they stand in a status. Raises KeyError for one that isn't whole."""
        # One string of all is a quarter of what they are singly; where an id holds its separator, they are kept singly.
        ids = tuple(c["id"] for c in candidates)
        joined = _BETWEEN.join(ids)
        self._ids: str | tuple[str, ...] = joined if joined.count(_BETWEEN) == len(ids) - 1 else ids
        rows = [(c["text"], float(c["score"]), c.get("reasons") or ()) for c in candidates]
        self._packed = zlib.compress(to_json(rows), 1)

    @property
    def ids(self) -> tuple[str, ...]:
        """Their ids, in the same order."""
        return tuple(self._ids.split(_BETWEEN)) if isinstance(self._ids, str) else self._ids

    def _unpacked(self) -> tuple[Scored, ...]:
        rows = from_json(zlib.decompress(self._packed))
        return tuple(
            Scored(id, text, score, tuple(reasons)) for id, (text, score, reasons) in zip(self.ids, rows, strict=True)
        )

    @overload
    def __getitem__(self, at: int) -> Scored: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Scored, ...]: ...
    def __getitem__(self, at: int | slice) -> Scored | tuple[Scored, ...]:
        return self._unpacked()[at]

    def __len__(self) -> int:
        return len(self.ids)

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Scored]:
        return iter(self._unpacked())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Packed):
            return self._ids == other._ids and self._packed == other._packed
        return self._unpacked() == other if isinstance(other, tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._unpacked())

    def __repr__(self) -> str:
        return repr(self._unpacked())


@lru_cache(maxsize=1024)
def _shared_reasons(reasons: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(intern, reasons))


@lru_cache(maxsize=1024)
def _shared_match(method: str, score: float, reasons: tuple[str, ...]) -> Match:
    return Match(intern(method), score, _shared_reasons(reasons))


def _clipped(reasons: tuple[str, ...]) -> list[str]:
    return [reason[:WORD_LIMIT] for reason in reasons[:REASON_LIMIT]]


def _intent_status(intent: Intent) -> dict[str, Any]:
    status: dict[str, Any] = {"op": intent.op, "token": intent.token, "deadline": written(intent.deadline)}
    if intent.epoch:
        status["epoch"] = intent.epoch
    if intent.marker:
        status["marker"] = intent.marker
    return status


def _intent_from(status: Mapping[str, Any]) -> Intent:
    return Intent(
        intern(status["op"]),
        status["token"],
        read(status["deadline"]),
        status.get("epoch", 0),
        status.get("marker", 0),
    )


def _match_status(match: Match) -> dict[str, Any]:
    status: dict[str, Any] = {"method": match.method, "score": match.score}
    if match.reasons:
        status["reasons"] = _clipped(match.reasons)
    return status


def _match_from(status: Mapping[str, Any]) -> Match:
    return _shared_match(status["method"], float(status.get("score", 1)), tuple(status.get("reasons", ())))


def _candidate_status(found: Scored, approval: Callable[[str], str] | None) -> dict[str, Any]:
    status: dict[str, Any] = {"id": found.id, "text": found.text[:MESSAGE_LIMIT], "score": found.score}
    if found.reasons:
        status["reasons"] = _clipped(found.reasons)
    if approval is not None:
        status["approve"] = approval(found.id)[:MESSAGE_LIMIT]
    return status
