"""How findings look: a sign and a sentence, and below it what to do."""

import shutil
import sys
import textwrap
from collections.abc import Iterable

import click

from navaar.cli.output import clean
from navaar.people.finding import Finding

SIGNS = {"good": ("✓", "green"), "ask": ("!", "yellow"), "bad": ("✗", "red")}


def show(findings: Iterable[Finding], *, err: bool = False) -> None:
    """Prints them: on a terminal fitted to its width, elsewhere one line each and one for what to do."""
    stream = sys.stderr if err else sys.stdout
    width = shutil.get_terminal_size().columns if stream.isatty() else 0
    for finding in findings:
        sign, colour = SIGNS[finding.verdict]
        _print(click.style(sign, fg=colour), finding.says, width, err)
        if finding.remedy:
            _print("  →", finding.remedy, width, err)


def _print(sign: str, text: str, width: int, err: bool) -> None:
    # click leaves the colours out where nobody looks.
    indent = " " * (len(click.unstyle(sign)) + 1)
    lines = textwrap.wrap(clean(text), width - len(indent), break_on_hyphens=False) if width > 40 else [clean(text)]
    click.echo(f"{sign} {lines[0]}", err=err)
    for line in lines[1:]:
        click.echo(f"{indent}{line}", err=err)
