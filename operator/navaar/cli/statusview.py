"""A MusicSync's overview, printed."""

from collections.abc import Mapping
from typing import Any

from navaar.cli.moment import since
from navaar.cli.output import Cell, Column, clean, console, line, rich_table, table
from navaar.people.overview import Overview, Place, Standing
from navaar.people.progress import Progress
from navaar.people.remark import heading, messages, notes
from navaar.people.tone import CONDITIONS
from reconcilers.services.protocol import ServiceName

COLUMNS = (
    Column("Place"), Column("State"), Column("Entries", right=True), Column("Songs", right=True),
    Column("To come", right=True), Column("Changed", right=True), Column("Time left"),
)  # fmt: skip

ARROW = "  → "
"""Before a line to copy."""

Paces = Mapping[ServiceName, Progress]


def said(view: Overview) -> None:
    """Plainly, in stable columns."""
    line(f"{view.namespace}/{view.name}: {heading(view).text}")
    for note in notes(view):
        line(note.text)
    table(COLUMNS, (_row(place, place.progress) for place in view.places))
    for note in messages(view):
        line(note.text)
        if note.line:
            line(f"{ARROW}{note.line}")


def shown(view: Overview) -> None:
    """For a terminal."""
    console().print(drawn(view, console().width), crop=False)


def drawn(view: Overview, width: int, paces: Paces | None = None, *, live: bool = False) -> Any:
    """For a terminal, as rich prints it. `paces` are progresses that were measured; `live`: what is wider would be cut off."""
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    from navaar.cli.output import STYLES

    known = paces or {}
    state = heading(view)
    head = Text.assemble((f"{view.namespace}/{view.name}", "bold"), "  ", (clean(state.text), STYLES[state.tone]))
    parts: list[Any] = [head, *(Text(clean(note.text), STYLES[note.tone]) for note in notes(view)), Text()]
    progresses = {place.service: known.get(place.service, place.progress) for place in view.places}
    parts.append(rich_table(COLUMNS, [_row(place, progresses[place.service]) for place in view.places], width))
    moving = [(service, progress) for service, progress in progresses.items() if progress is not None]
    if moving:
        bars = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
        for service, progress in moving:
            bar = ProgressBar(total=progress.total, completed=progress.done, width=max(10, min(40, width - 75)))
            bars.add_row(
                service.title, bar, f"{progress.percent} %", f"{progress.done:,} of {progress.total:,}", progress.lasts
            )
        parts += [Text(), bars]
    told: list[Any] = []
    for note in messages(view):
        told.append(Text(clean(note.text), STYLES[note.tone]))
        if note.line:
            told.append(Text(f"{ARROW}{clean(note.line)}", no_wrap=not live, overflow="fold" if live else "ignore"))
    if told:
        parts += [Text(), *told]
    return Group(*parts)


def _row(place: Place, progress: Progress | None) -> list[str | Cell]:
    return [
        place.service.title,
        _state(place.standing),
        _number(place.items),
        _number(place.placed),
        _number(place.pending),
        since(place.changed),
        progress.lasts_briefly if progress is not None else "",
    ]


def _state(standing: Standing) -> Cell:
    return Cell(standing.word, CONDITIONS[standing.status])


def _number(value: int | None) -> str:
    return f"{value:,}" if value is not None else ""
