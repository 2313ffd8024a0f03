"""Words for the person who waits. They go to stderr, so that stdout can be read by programs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

PLAIN_INTERVAL = 15.0
"""Seconds between two lines of progress where stderr is not a terminal."""


def say(text: str) -> None:
    """Print one line to stderr."""
    Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(text)


class Meter(Protocol):
    """Shows how far a long piece of work has come."""

    def update(self, detail: str, done: int = 0, total: int | None = None) -> None:
        """Show `detail` and `done` of `total` steps (None: how many there are is not known)."""


class _Plain:
    def __init__(self, title: str) -> None:
        self._title = title
        self._started = time.monotonic()
        self._next = self._started

    def update(self, detail: str, done: int = 0, total: int | None = None) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + PLAIN_INTERVAL
        share = f" {100 * done // total}%" if total else ""
        say(f"{self._title}: {now - self._started:.0f} s{share} {detail}")


class _Bar:
    def __init__(self, progress: Progress, title: str) -> None:
        self._progress = progress
        self._task = progress.add_task(title, total=None, detail="")

    def update(self, detail: str, done: int = 0, total: int | None = None) -> None:
        self._progress.update(self._task, detail=detail, completed=done, total=total)


@contextmanager
def meter(title: str) -> Iterator[Meter]:
    """A bar on a terminal; elsewhere one plain line every `PLAIN_INTERVAL` seconds."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Plain(title)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[detail]}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Bar(progress, title)
