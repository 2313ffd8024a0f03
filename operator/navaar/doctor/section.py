"""What is looked at together."""

from collections.abc import Sequence
from dataclasses import dataclass

from navaar.people.finding import Finding


@dataclass(frozen=True, slots=True)
class Section:
    """Findings under a heading."""

    title: str
    findings: Sequence[Finding]
