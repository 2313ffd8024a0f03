"""All cases, or a share of them, on all cores; what they add up to."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

from tests.explorer.circumstances import CIRCUMSTANCES
from tests.explorer.faults import every
from tests.explorer.runs import Case, Ending, Verdict, compare, run


@dataclass
class Figures:
    """What an exploration came to. `failures` are (case, how it ended otherwise)."""

    workloads: int = 0
    writes: int = 0
    runs: int = 0
    lost: int = 0
    duplicates: int = 0
    wrong_removals: int = 0
    not_converged: int = 0
    failures: list[tuple[Case, Verdict]] = field(default_factory=list)

    def add(self, case: Case, verdict: Verdict) -> None:
        """Counts one run."""
        self.runs += 1
        self.lost += verdict.lost
        self.duplicates += verdict.duplicates
        self.wrong_removals += verdict.wrong_removals
        self.not_converged += verdict.not_converged
        if not verdict.good:
            self.failures.append((case, verdict))

    @property
    def line(self) -> dict[str, int]:
        """The figures, as they are told."""
        names = ("workloads", "writes", "runs", "lost", "duplicates", "wrong_removals", "not_converged")
        return {name: getattr(self, name) for name in names}


_clean: dict[Case, Ending] = {}


def clean_end(case: Case) -> Ending:
    """How a case ends when nothing befalls it."""
    clean = case.clean
    if clean not in _clean:
        _clean[clean] = run(clean)
    return _clean[clean]


def tried(case: Case) -> tuple[Case, Verdict]:
    """One case, held against the clean end."""
    return case, compare(clean_end(case), run(case), scratch=case.scratch, forgets=case.forgets)


def cases(workload: str, seeds: int, *, scratch: bool = False) -> list[Case]:
    """Every write of a workload with everything that can befall it, and every circumstance with that many seeds."""
    writes = clean_end(Case(workload, scratch=scratch)).writes
    found = [Case(workload, write.number, kind, scratch=scratch) for write, kind in every(writes)]
    for name in CIRCUMSTANCES:
        found += [Case(workload, circumstance=name, seed=seed, scratch=scratch) for seed in range(seeds)]
    return found


def explore(
    workloads: Sequence[str],
    *,
    share: int = 1,
    seeds: int = 20,
    jobs: int | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> Figures:
    """Tries one in `share` of all cases. `tell` hears of the progress, and of every failure as it happens."""
    figures = Figures(len(workloads))
    chosen: list[Case] = []
    for workload in workloads:
        figures.writes += len(clean_end(Case(workload)).writes)
        for scratch in (False, True):
            # Neighbours are the kinds of one write: with an odd share, every kind has its turn.
            chosen += cases(workload, seeds, scratch=scratch)[len(chosen) % share :: share]
    tell(f"{len(chosen)} runs of {len(workloads)} workloads with {figures.writes} writes")
    for case, verdict in _all(chosen, jobs or os.cpu_count() or 1):
        figures.add(case, verdict)
        if not verdict.good:
            tell(account(case, verdict))
        if figures.runs % 500 == 0:
            tell(f"{figures.runs} of {len(chosen)} runs, {len(figures.failures)} ended otherwise")
    return figures


def _all(chosen: Sequence[Case], jobs: int) -> Iterator[tuple[Case, Verdict]]:
    if jobs == 1:
        yield from map(tried, chosen)
        return
    with ProcessPoolExecutor(jobs, get_context("fork")) as pool:
        yield from pool.map(tried, chosen, chunksize=20)


def account(case: Case, verdict: Verdict) -> str:
    """A failure for people: what befell which write, how the end differs, and how to see just this run."""
    what = "with a scratch chat, " if case.scratch else ""
    what += f"{case.circumstance}, seed {case.seed}" if case.circumstance else f"{case.kind}"
    if case.at is not None:
        what += f" at {clean_end(case).writes[case.at - 1]}"
    lines = [f"{case.workload}: {what}", *(f"    {line}" for line in verdict.account)]
    return "\n".join([*lines, f"    again: python -m tests.explorer {case.arguments}"])
