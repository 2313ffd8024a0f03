"""What a verb that reads files says beside its manifests, on standard error."""

from collections.abc import Iterable

import click

from navaar.transfer.song import Unused

SHOWN = 200
"""Entries that are listed one by one."""


def aside(text: str) -> None:
    """One line for people, where manifests go to a pipe."""
    click.echo(text, err=True)


def left_out(source: str, unused: Iterable[Unused]) -> None:
    """Each entry that could not be used, where it stands and why."""
    entries = list(unused)
    for entry in entries[:SHOWN]:
        aside(f"{source}, {entry}")
    if len(entries) > SHOWN:
        aside(f"{source}: and {len(entries) - SHOWN} more entries that can't be used")


def counted(number: int, one: str, more: str = "") -> str:
    """``1 song``, ``2 songs``."""
    return f"{number} {one if number == 1 else more or f'{one}s'}"
