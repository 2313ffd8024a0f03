"""What somebody found who looked at an installation or an account: whether it is well, and what to do where it isn't."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["good", "ask", "bad", "step"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `verdict`: ``good``; ``ask``: works, or will, or couldn't be seen; ``bad``: broken.

    Or ``step``: nothing was looked at, this is what to do next. `says` is a sentence; `remedy` what to do, a sentence or the
    line that does it, empty where there is nothing to do.
    """

    verdict: Verdict
    says: str
    remedy: str = ""


def good(says: str) -> Finding:
    """It is well."""
    return Finding("good", says)


def ask(says: str, remedy: str = "") -> Finding:
    """Somebody should look at it."""
    return Finding("ask", says, remedy)


def bad(says: str, remedy: str = "") -> Finding:
    """It is broken."""
    return Finding("bad", says, remedy)


def step(says: str) -> Finding:
    """To be done next."""
    return Finding("step", says)
