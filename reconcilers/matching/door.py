"""The matcher for others' data: plain JSON objects in, plain JSON objects out. The shapes are kept stable."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconcilers.matching.decide import decide
from reconcilers.matching.identify import PostFacts, identify
from reconcilers.matching.normalise import compact
from reconcilers.matching.parse import normal_isrc, parse, recording
from reconcilers.matching.people import clean
from reconcilers.matching.policy import MatchPolicy
from reconcilers.matching.rows import TOPIC, from_row
from reconcilers.matching.upload import upload
from reconcilers.recording import Candidate, Recording

Json = Mapping[str, Any]

KINDS = {"song": "ATV", "video": "OMV", "ugc": "UGC"}
"""The words for a candidate's kind, and the services'."""

_VEVO = "vevo"


def match(row: Json, policy: MatchPolicy | None = None) -> dict[str, Any]:
    """Which candidate is the song: ``decision`` (``auto``, ``review``, ``none``), ``id``, ``score``, ``reasons``, ``ranked``.

    `id` is None unless the decision is ``auto``; `ranked` are the ids of all candidates, best first. Raises `ValueError`
    with a sentence that says what is wrong with `row`.
    """
    answer = matched(wanted(row), candidates(row), policy)
    # Who numbers candidates gets numbers back.
    given = {str(each["id"]): each["id"] for each in row["candidates"]}
    return answer | {"id": given.get(answer["id"]), "ranked": [given[id] for id in answer["ranked"]]}


def matched(song: Recording, found: tuple[Candidate, ...], policy: MatchPolicy | None = None) -> dict[str, Any]:
    """The answer of `match` to what it made of a row."""
    decision = decide(song, found, policy=replace(policy or MatchPolicy(), shown=max(1, len(found))))
    best = decision.choice or (decision.scored[0] if decision.scored else None)
    return {
        "decision": decision.band.value,
        "id": decision.choice.candidate.id if decision.choice else None,
        "score": best.score if best else 0.0,
        "reasons": list(decision.reasons),
        "ranked": [scored.candidate.id for scored in decision.scored],
    }


def wanted(row: Json) -> Recording:
    """The song that `row` asks for."""
    title = _text(row, "title")
    if not title:
        raise ValueError('"title" is missing: say at least what the song is called.')
    return recording(title, _names(row, "artist"), _text(row, "album"), _seconds(row), _text(row, "isrc"))


def candidates(row: Json) -> tuple[Candidate, ...]:
    """The candidates of `row`, in its order."""
    rows = row.get("candidates")
    if not isinstance(rows, list):
        raise ValueError('"candidates" is missing or no list: give what the search found, [] for nothing.')
    found = []
    for place, each in enumerate(rows, 1):
        try:
            found.append(candidate(each))
        except ValueError as error:
            raise ValueError(f"candidate {place}: {error}") from None
    return tuple(found)


def candidate(row: Json) -> Candidate:
    """One search result, as the services' adapters make it of the same facts.

    A channel stands for the artists where there are none. Without a kind it says what the row is: a label's audio
    (``… - Topic``), an artist's video (``…VEVO``, or the artist's own name), else somebody's upload.
    """
    if not isinstance(row, Mapping):
        raise ValueError("it is no JSON object.")
    # Deleted videos stand in lists without a title: no song, and no error.
    id, title = row.get("id"), _text(row, "title") or ""
    if isinstance(id, bool) or not isinstance(id, (str, int)) or id == "":
        raise ValueError('"id" is missing: it must be a text or a whole number.')
    if "title" not in row:
        raise ValueError('"title" is missing.')
    word = row.get("kind")
    if word is not None and word not in KINDS:
        raise ValueError(f'"kind" is {word!r}; it must be one of {", ".join(KINDS)}, or be left out.')
    artists, channel, duration = _names(row, "artists"), _text(row, "channel"), _seconds(row)
    kind = KINDS.get(word, "") if word else ""
    if artists or kind or not channel:
        credited = artists or ((channel,) if channel else ())
        said = from_row(title, credited, kind, album=_text(row, "album"), duration=duration)
    else:
        kind, said = _of_channel(title, channel, duration)
    isrc = normal_isrc(_text(row, "isrc"))
    return Candidate(str(id), replace(said, isrc=isrc) if isrc else said, kind)


def _of_channel(title: str, channel: str, duration: float | None) -> tuple[str, Recording]:
    for kind, theirs in (("ATV", channel.endswith(TOPIC)), ("OMV", channel.casefold().endswith(_VEVO))):
        if theirs:
            return kind, from_row(title, (channel,), kind, duration=duration)
    said = upload(title, channel, official=True, duration=duration)
    own = {compact(clean(channel))} & {compact(name) for name in said.artists}
    return "OMV" if own else "UGC", said


def post(row: Json) -> dict[str, Any]:
    """What song a post is: ``artists``, ``title``, ``version``, ``method``; no title where there is nothing to go on.

    ``edition`` (``explicit``, ``clean``, ``remaster``) is there where the title says one.

    Raises `ValueError` with a sentence that says what is wrong with `row`.
    """
    tags = row.get("tags")
    if tags is not None and not isinstance(tags, Mapping):
        raise ValueError('"tags" must be an object, such as {"title": …, "artist": …}.')
    names = ("file_name", "performer", "title", "caption")
    said = {name: _text(row, name) for name in names}
    lower = {str(name).casefold(): value for name, value in (tags or {}).items()}
    found = identify(PostFacts(tags=lower or None, duration=_seconds(row), **said))
    if found is None:
        return {"artists": [], "title": None, "version": [], "method": None}
    edition = sorted(parse(found.title).edition)
    return {
        "artists": list(found.artists),
        "title": found.title,
        "version": list(found.version),
        "method": found.method,
        **({"edition": edition} if edition else {}),
    }


def _text(row: Json, name: str) -> str | None:
    value = row.get(name)
    if value is None or isinstance(value, str):
        return value if value and value.strip() else None
    raise ValueError(f'"{name}" must be a text.')


def _names(row: Json, name: str) -> tuple[str, ...]:
    value = row.get(name)
    if value is None:
        return ()
    names = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) for each in names):
        raise ValueError(f'"{name}" must be a text or a list of texts.')
    return tuple(each for each in names if each.strip())


def _seconds(row: Json) -> float | None:
    value = row.get("duration_s")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
        raise ValueError('"duration_s" must be a number of seconds.')
    return float(value)
