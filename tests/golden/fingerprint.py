"""How the matcher does on real search results with verdicts from audio fingerprints.

The data isn't part of the project: the folder comes from ``NAVAAR_MATCHING_DATA``, else ``../shared/data/matching``
beside the project.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconcilers.matching import MatchPolicy, door

DATA = Path(os.environ.get("NAVAAR_MATCHING_DATA") or Path(__file__).parents[3] / "shared/data/matching")
_VERDICTS = {"match": "right", "potential": "right", "reject": "wrong", "other_song": "wrong"}


@dataclass(frozen=True, slots=True)
class Heard:
    """A search with its results as a line for the door, and by id what the fingerprint says: right, wrong, unverified."""

    row: dict[str, Any]
    labels: dict[str, str]


def heard(folder: Path | None = None) -> tuple[Heard, ...] | None:
    """The searches that found anything; None where the data isn't there."""
    path = (folder or DATA) / "youtube_candidates.jsonl"
    return tuple(_read(path)) if path.exists() else None


def _read(path: Path) -> Iterator[Heard]:
    with path.open(encoding="utf-8") as lines:
        for song in map(json.loads, lines):
            found = [{key: row[key] for key in ("id", "title", "duration_s")} for row in song["candidates"]]
            if found:
                asked = {key: song[key] for key in ("artist", "title", "album", "duration_s")}
                labels = {row["id"]: _VERDICTS.get(row["label"], "unverified") for row in song["candidates"]}
                yield Heard({**asked, "candidates": found}, labels)


def figures(
    searches: Sequence[Heard],
    policy: MatchPolicy | None = None,
    tell: Callable[[Heard, dict[str, Any]], None] | None = None,
) -> dict[str, int]:
    """The promised counts. `tell` is called with every search whose answer is wrong, or lacks though it was there."""
    counts: Counter[str] = Counter()
    for search in searches:
        first = search.labels[search.row["candidates"][0]["id"]]
        counts[f"first_hit_{first}"] += 1
        answer = door.match(search.row, policy)
        said = search.labels[answer["id"]] if answer["decision"] == "auto" else "abstained"
        counts[said] += 1
        if tell and (said == "wrong" or (said == "abstained" and "right" in search.labels.values())):
            tell(search, answer)
    names = ("right", "wrong", "unverified", "abstained", "first_hit_right", "first_hit_wrong")
    return {name: counts[name] for name in names}
