"""Measures `decide` on real search results with verdicts from audio fingerprints.

The data isn't part of the project: the folder comes from ``NAVAAR_MATCHING_DATA``, else ``../shared/data/matching``
beside the project. Without it the script says so and ends well. Prints one line of JSON; ``-v`` lists what was wrong.
"""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reconcilers.matching import MatchPolicy, Outcome, decide, recording
from reconcilers.recording import Candidate

DATA = Path(os.environ.get("NAVAAR_MATCHING_DATA") or Path(__file__).parents[2] / "shared/data/matching")
RIGHT, WRONG = frozenset({"match", "potential"}), frozenset({"reject", "other_song"})


def songs(path: Path) -> Iterator[dict[str, Any]]:
    """The songs of a data file, one a line."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def candidates(song: dict[str, Any]) -> list[Candidate]:
    """A song's search results; an artist is known only where the title says one."""
    return [Candidate(row["id"], recording(row["title"], duration=row["duration_s"])) for row in song["candidates"]]


def verdict(label: str) -> str:
    """``right``, ``wrong`` or ``unverified``."""
    return "right" if label in RIGHT else "wrong" if label in WRONG else "unverified"


def measure(path: Path, *, verbose: bool = False, policy: MatchPolicy | None = None) -> dict[str, Any]:
    """Counts over all songs of a data file."""
    counts: Counter[str] = Counter()
    first: Counter[str] = Counter()
    compared, elapsed = 0, 0.0
    for song in songs(path):
        labels = {row["id"]: row["label"] for row in song["candidates"]}
        if not song["candidates"]:
            continue
        first[verdict(song["candidates"][0]["label"])] += 1
        started = time.perf_counter()
        wanted = recording(song["title"], (song["artist"],), album=song["album"], duration=song["duration_s"])
        decision = decide(wanted, candidates(song), policy=policy or MatchPolicy())
        elapsed += time.perf_counter() - started
        compared += len(song["candidates"])
        if decision.choice is None:
            counts["review" if decision.band is Outcome.REVIEW else "none"] += 1
            if verbose and any(label in RIGHT for label in labels.values()):
                print("missed", wanted, wanted.duration, decision.reasons, file=sys.stderr)
                for each in decision.scored[:3]:
                    said = each.candidate.recording
                    print(
                        "      ",
                        each.score,
                        labels[each.candidate.id],
                        said,
                        said.duration,
                        each.reasons,
                        file=sys.stderr,
                    )
            continue
        choice = decision.choice
        said = choice.candidate.recording
        result = verdict(labels[choice.candidate.id])
        counts[result] += 1
        if verbose and result == "wrong":
            print(
                "WRONG ",
                wanted,
                wanted.duration,
                "->",
                said,
                said.duration,
                choice.score,
                choice.reasons,
                file=sys.stderr,
            )
    checked = counts["right"] + counts["wrong"]
    return {
        "songs": sum(first.values()),
        "auto": checked + counts["unverified"],
        "auto_right": counts["right"],
        "auto_wrong": counts["wrong"],
        "auto_unverified": counts["unverified"],
        "auto_precision_checked": round(counts["right"] / checked, 4) if checked else None,
        "review": counts["review"],
        "none": counts["none"],
        "first_hit_right": first["right"],
        "first_hit_wrong": first["wrong"],
        "right_to_first": round(counts["right"] / max(first["right"], 1), 3),
        "wrong_to_first": round(counts["wrong"] / max(first["wrong"], 1), 3),
        "comparisons_per_second": round(compared / elapsed) if elapsed else None,
    }


def main() -> int:
    """Runs the measurement where the data is."""
    path = DATA / "youtube_candidates.jsonl"
    if not path.exists():
        print(json.dumps({"skipped": "no matching data; set NAVAAR_MATCHING_DATA"}))
        return 0
    print(json.dumps(measure(path, verbose="-v" in sys.argv[1:])))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
