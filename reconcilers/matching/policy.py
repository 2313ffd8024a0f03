"""How sure is sure enough: where the bands of a decision lie."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MatchPolicy:
    """Where the bands lie. Scores are 0..1, durations seconds.

    From `accept` on a candidate may be taken unasked, if it is `margin` ahead of every other recording; from `review`
    on a person is asked. Beyond `max_duration_difference` nothing is taken unasked. `shown` candidates are kept for
    people. `without` names rules (`rules.RULES`) that don't count: to measure what each is worth, and for nothing else.
    """

    accept: float = 0.86
    review: float = 0.55
    margin: float = 0.04
    max_duration_difference: float = 8.0
    shown: int = 5
    without: frozenset[str] = frozenset()
