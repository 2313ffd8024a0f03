"""docs/tour.md: prose, commands, and what they showed when it was recorded.

The commands stand in blocks of the kind `console`, each behind a dollar sign, and below it what it shows.
"""

import re
from collections.abc import Callable, Iterator

FENCE, PROMPT = "```", "$ "

_VARYING = (
    (r"127\.0\.0\.1:\d+", "ADDRESS"),
    (r"\d{4}-\d\d-\d\d(T[\d:.]+Z)?", "DATE"),
    (r"\b\d{1,2} [A-Z][a-z]+ \d{4}\b", "DATE"),
    (r"(?<=LAST DEPLOYED: ).*", "DATE"),
    (r"\b\d\d:\d\d(:\d\d)?\b", "TIME"),
    (r"\b(\d+(ms|s|m|h|d))+\b", "SPAN"),
    (r"\b\d+ days\b", "SPAN"),
    (r"\S+(?= is active;)", "POD"),
    (r"\bv?\d+\.\d+\.\d+\b", "VERSION"),
    (r"  +", "  "),
)
"""What is another each time; and how far apart columns are, which that has a part in."""


def commands(book: str) -> list[str]:
    """Every command, in order."""
    return [line.removeprefix(PROMPT) for line, inside in _lines(book) if inside and line.startswith(PROMPT)]


def recorded(book: str, run: Callable[[str], str]) -> str:
    """The book with what each command shows: as it stands there, where that is another in nothing that matters."""
    made: list[str] = []
    block: list[str] = []
    for line, inside in _lines(book):
        if inside:
            block.append(line)
            continue
        made += _played(block, run)
        block = []
        made.append(line)
    return "\n".join(made) + "\n"


def same(one: list[str], other: list[str]) -> bool:
    """Whether two lists of lines say the same, but for what is another each time."""
    return [_steady(line) for line in one] == [_steady(line) for line in other]


def _played(block: list[str], run: Callable[[str], str]) -> Iterator[str]:
    """The lines of one block; between a command's last and the next command one is left free."""
    shown: list[tuple[str, list[str]]] = []
    for line in block:
        if line.startswith(PROMPT):
            shown.append((line, []))
        else:
            shown[-1][1].append(line)
    for number, (command, told) in enumerate(shown):
        if number:
            yield ""
        yield command
        before = "\n".join(told).strip("\n").split("\n")
        now = [line.rstrip() for line in run(command.removeprefix(PROMPT)).strip("\n").split("\n")]
        yield from before if same(before, now) else now


def _lines(book: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it is inside a block of commands."""
    inside = False
    for line in book.splitlines():
        if line.startswith(FENCE):
            inside = line == f"{FENCE}console"
            yield line, False
        else:
            yield line, inside


def _steady(line: str) -> str:
    for pattern, name in _VARYING:
        line = re.sub(pattern, name, line)
    return line
