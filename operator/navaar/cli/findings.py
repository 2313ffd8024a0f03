"""How findings look: a sign and a sentence, and below it what to do."""

import os
import shutil
import sys
import textwrap
from collections.abc import Iterable

import click

from navaar.cli.output import clean
from navaar.people.finding import Finding
from navaar.people.remedy import is_line, parted

SIGNS = {"good": ("✓", "green"), "ask": ("!", "yellow"), "bad": ("✗", "red"), "step": ("", "")}


def show(findings: Iterable[Finding], *, err: bool = False) -> None:
    """Prints them: on a terminal fitted to its width, elsewhere one line each and one for what to do."""
    for finding in findings:
        sign, colour = SIGNS[finding.verdict]
        says, remedy = (finding.says, finding.remedy) if finding.remedy else parted(finding.says)
        plain = not sign or os.environ.get("NO_COLOR")
        _print(sign if plain else click.style(sign, fg=colour), says, err)
        if remedy:
            _print("  →", remedy, err)


def tell(text: str) -> None:
    """Tells the person something, beside what is printed: fitted to a terminal, but no address is broken."""
    for paragraph in text.split("\n"):
        for line in _fitted(paragraph, err=True):
            click.echo(line, err=True)


def _fitted(text: str, *, err: bool, indent: int = 0) -> list[str]:
    """The lines in which a terminal shows a text, where there is one; a line to be copied is never broken."""
    width = shutil.get_terminal_size().columns if (sys.stderr if err else sys.stdout).isatty() else 0
    if width <= 40 or is_line(text):
        return [clean(text)]
    return textwrap.wrap(clean(text), width - indent, break_on_hyphens=False, break_long_words=False) or [""]


def _print(sign: str, text: str, err: bool) -> None:
    # click leaves the colours out where nobody looks. What to do next has a number in the place of a sign.
    sign = f"{sign} " if sign else ""
    indent = " " * (len(click.unstyle(sign)) or len("1. "))
    lines = _fitted(text, err=err, indent=len(indent))
    click.echo(f"{sign}{lines[0]}", err=err)
    for line in lines[1:]:
        click.echo(f"{indent}{line}", err=err)
