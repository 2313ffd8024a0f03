"""What each rule of the scorer is worth: the golden cases and the real searches without it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconcilers.matching import MatchPolicy
from reconcilers.matching.rules import RULES
from tests.golden import fingerprint
from tests.golden.cases import songs
from tests.golden.figures import ask
from tests.golden.fingerprint import Heard

TITLE = f"{'without':24}{'right':>7}{'wrong':>7}{'asked':>7}{'heard right':>13}{'heard wrong':>13}  cases that fail"


@dataclass(frozen=True, slots=True)
class Worth:
    """How figures change without a rule: answers that were right, wrong, questions; the same of the real searches.

    `failing` are golden cases that are as they should be with the rule, and not without it.
    """

    rule: str
    right: int
    wrong: int
    asked: int
    heard_right: int
    heard_wrong: int
    failing: tuple[str, ...]

    @property
    def line(self) -> str:
        """The row of the table."""
        shown = f"{len(self.failing)}: {', '.join(self.failing[:2])}" if self.failing else "none"
        figures = f"{self.right:+7}{self.wrong:+7}{self.asked:+7}{self.heard_right:+13}{self.heard_wrong:+13}"
        return f"{self.rule:24}{figures}  {shown}"


def as_due(verdict: str, said: str) -> bool:
    """Whether an answer is what the verdict allows."""
    return said == "right" if verdict == "auto" else said != "wrong"


def ablated(searches: Sequence[Heard]) -> Iterator[Worth]:
    """Every rule left out in turn."""
    cases = songs()
    before = [ask(case)[0] for case in cases]
    heard = fingerprint.figures(searches)
    for rule in RULES:
        policy = MatchPolicy(without=frozenset({rule}))
        after = [ask(case, policy)[0] for case in cases]
        now = fingerprint.figures(searches, policy)
        failing = tuple(
            case.name
            for case, said, then in zip(cases, before, after, strict=True)
            if as_due(case.verdict, said) and not as_due(case.verdict, then)
        )
        right, wrong, asked = (after.count(said) - before.count(said) for said in ("right", "wrong", "review"))
        heard_right, heard_wrong = (now[name] - heard[name] for name in ("right", "wrong"))
        yield Worth(rule, right, wrong, asked, heard_right, heard_wrong, failing)
