"""`python -m tests.explorer`: the whole exploration, a share of it, or one run."""

import argparse
import json
import sys
import time
from collections.abc import Sequence

from tests.explorer.circumstances import CIRCUMSTANCES
from tests.explorer.explore import account, clean_end, explore
from tests.explorer.faults import Kind
from tests.explorer.runs import Case, compare, run
from tests.explorer.workloads import WORKLOADS


def main(arguments: Sequence[str] | None = None) -> int:
    """Tells the figures in its last line, as JSON; 1 if any run ended otherwise than the clean one."""
    parser = argparse.ArgumentParser("python -m tests.explorer", description=__doc__)
    parser.add_argument("--workload", choices=WORKLOADS, action="append", help="only this one; may be repeated")
    parser.add_argument("--share", type=int, default=1, metavar="N", help="one in N of the runs")
    parser.add_argument("--seeds", type=int, default=20, help="runs of each workload in each lasting circumstance")
    parser.add_argument("--jobs", type=int, help="processes; as many as there are cores by default")
    parser.add_argument("--write", type=int, metavar="N", help="one run: what befalls the N-th write")
    parser.add_argument("--kind", choices=[kind.value for kind in Kind], help="what that is")
    parser.add_argument("--circumstance", choices=CIRCUMSTANCES, help="one run in a lasting circumstance")
    parser.add_argument("--seed", type=int, default=0, help="its seed")
    parser.add_argument("--scratch", action="store_true", help="one run: with a scratch chat")
    chosen = parser.parse_args(arguments)
    workloads = chosen.workload or list(WORKLOADS)
    if chosen.kind or chosen.circumstance:
        kind = Kind(chosen.kind) if chosen.kind else None
        return one(Case(workloads[0], chosen.write, kind, chosen.circumstance, chosen.seed, chosen.scratch))
    began = time.monotonic()
    figures = explore(workloads, share=chosen.share, seeds=chosen.seeds, jobs=chosen.jobs, tell=say)
    say(f"{len(figures.failures)} runs of {figures.runs} ended otherwise, in {time.monotonic() - began:.0f} s")
    say(json.dumps(figures.line))
    return 1 if figures.failures else 0


def one(case: Case) -> int:
    """One run, with all that it wrote."""
    end = run(case)
    verdict = compare(clean_end(case), end, scratch=case.scratch, forgets=case.forgets)
    for write in end.writes:
        say(f"{write}{'    <-- ' + str(case.kind) if write.number == case.at else ''}")
    for state in sorted(end.states):
        say("  ".join(state))
    for line in end.trouble:
        say(f"trouble: {line}")
    say(account(case, verdict) if not verdict.good else "it ended as the clean run does")
    return 0 if verdict.good else 1


def say(line: str) -> None:
    """One line at once, whoever reads it."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
