"""How often the matcher takes the right song: `python -m tests.bench_matching [-v] [--held-out]`. The last line is JSON.

`golden` are the hand-written cases in tests/golden (README.md there): `auto_precision` is the share of right ones in what
was taken unasked, `recall` the share taken in what was there to be taken, `review` the share of questions in all cases,
`wrong_per_1000` wrong songs in a thousand cases. `tuning` and `held_out` are the same of the two parts, `alike_wrong` what
was wrongly taken among "looks equal, is different". `identification` are shares of the posts. `fingerprint` are counts on
real search results with verdicts from audio, where that data is (see tests/golden/fingerprint.py), else null.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

from reconcilers.matching import decide, door
from tests.golden import ablation, fingerprint
from tests.golden.cases import PostCase, SongCase, Split, posts, songs
from tests.golden.figures import (
    Finding,
    Tally,
    decisions,
    identification,
    identification_figures,
)
from tests.golden.fingerprint import Heard


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the tables and the figures."""
    parser = argparse.ArgumentParser("python -m tests.bench_matching", description=__doc__)
    parser.add_argument("-v", "--verbose", action="store_true", help="every wrong or missed case of the tuning part")
    parser.add_argument("--held-out", action="store_true", help="with -v: those of the held-out part as well")
    parser.add_argument("--only", metavar="CLASS", help="with -v: only cases of this class")
    parser.add_argument("--ablate", action="store_true", help="what each rule of the scorer is worth")
    chosen = parser.parse_args(arguments)
    searches = fingerprint.heard()
    if chosen.ablate:
        print(ablation.TITLE)
        for worth in ablation.ablated(searches or ()):
            print(worth.line, flush=True)
        return 0
    comparisons, lines_read = pace(searches)
    whole, classes, findings = decisions(songs())
    named, posted, mistaken = identification(posts())
    if chosen.verbose:
        shown = [each for each in (*findings, *mistaken) if chosen.held_out or each.case.split is Split.TUNING]
        for each in shown:
            if chosen.only in (None, each.case.group):
                explain(each)
        if chosen.only in (None, "fingerprint") and searches is not None:
            fingerprint.figures(searches, tell=explain_heard)
    table(classes, whole)
    for split in Split:
        table({split.value: part(split)}, None)
    print()
    print(f"{'posts':16}{'cases':>7}{'right':>7}{'wrong':>7}{'nothing':>9}")
    for group, counts in (*posted.items(), ("all", named)):
        print(f"{group:16}{sum(counts.values()):7}{counts['right']:7}{counts['wrong']:7}{counts['nothing']:9}")
    print(
        json.dumps(
            {
                "golden": whole.figures,
                "fingerprint": fingerprint.figures(searches) if searches is not None else None,
                "tuning": part(Split.TUNING).figures,
                "held_out": part(Split.HELD_OUT).figures,
                "alike_wrong": sum(
                    each.said == "wrong" and each.case.alike for each in findings if isinstance(each.case, SongCase)
                ),
                "identification": identification_figures(named),
                "comparisons_per_second": comparisons,
                "candidates_read_per_second": lines_read,
            }
        )
    )
    return 0


def part(split: Split) -> Tally:
    """The counts of one part."""
    return decisions(case for case in songs() if case.split is split)[0]


def pace(searches: tuple[Heard, ...] | None) -> tuple[int, int]:
    """Candidates a second on one core: compared with what is wanted, and read from a line before.

    A comparison is of two recordings whose names were read; reading takes a line apart for the first time.
    """
    rows = [case.row for case in songs()] + [search.row for search in searches or ()]
    total = sum(len(row["candidates"]) for row in rows)
    reading = comparing = 0.0
    for row in rows:
        began = time.process_time()
        wanted, found = door.wanted(row), door.candidates(row)
        decide(wanted, found)
        read = time.process_time()
        decide(wanted, found)
        reading, comparing = reading + read - began, comparing + time.process_time() - read
    return round(total / comparing), round(total / reading)


_COLUMNS = ("cases", "due", "right", "spared", "wrong", "review", "none", "missed", "needless")


def table(classes: dict[str, Tally], whole: Tally | None) -> None:
    """The counts by class; `due` are cases with an answer to be taken, `missed` those of them where it wasn't.

    `spared` are right answers where asking would have been right as well, `needless` questions about other songs.
    """
    if whole is not None:
        print(f"{'class':16}" + "".join(f"{name:>9}" for name in _COLUMNS))
    for group, tally in (*classes.items(), *([("all", whole)] if whole else ())):
        print(f"{group:16}" + "".join(f"{getattr(tally, name):9}" for name in _COLUMNS))


def explain(finding: Finding) -> None:
    """One case on which matcher and verdict differ."""
    case, answer = finding.case, finding.answer
    print(f"{finding.said.upper():8} {case.group}/{case.name} ({case.split}): {case.why}")
    if isinstance(case, PostCase):
        print(f"           {case.post}\n           due: {case.songs or None}\n           said: {answer}")
        return
    asked = {key: value for key, value in case.row.items() if key != "candidates"}
    print(f"           {asked}")
    lines(case.row["candidates"], case.right, answer)


def explain_heard(search: Heard, answer: dict[str, Any]) -> None:
    """One search whose answer is wrong or lacks."""
    asked = {key: value for key, value in search.row.items() if key != "candidates"}
    print(f"{'WRONG' if answer['id'] else 'MISSED':8} fingerprint: {asked}")
    shown = [row for row in search.row["candidates"] if row["id"] in answer["ranked"][:3] or row["id"] == answer["id"]]
    lines(shown, {id for id, label in search.labels.items() if label == "right"}, answer)


def lines(rows: Iterable[dict[str, Any]], right: Iterable[str], answer: dict[str, Any]) -> None:
    """The candidates, and what the matcher said."""
    for row in rows:
        mark = "+" if row["id"] in right else "-"
        print(f"         {mark} {'->' if row['id'] == answer['id'] else '  '} {row}")
    print(f"           {answer['decision']} {answer['score']}: {'; '.join(answer['reasons'])}")


if __name__ == "__main__":
    sys.exit(main())
