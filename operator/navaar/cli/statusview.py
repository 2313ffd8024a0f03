"""A MusicSync's overview, printed."""

from collections.abc import Iterator, Mapping
from typing import Any

from navaar.cli.moment import since
from navaar.cli.output import Cell, Column, clean, console, line, rich_table, table
from navaar.people.overview import Overview, Place, Standing
from navaar.people.progress import Progress
from reconcilers.services.protocol import ServiceName

COLUMNS = (
    Column("Place"), Column("State"), Column("Entries", right=True), Column("Songs", right=True),
    Column("To come", right=True), Column("Changed", right=True), Column("Takes yet"),
)  # fmt: skip

Paces = Mapping[ServiceName, Progress]


def said(view: Overview) -> None:
    """Plainly, in stable columns."""
    line(f"{view.namespace}/{view.name}: {heading(view).text}")
    for note in notes(view):
        line(note.text)
    table(COLUMNS, (_row(place, place.progress) for place in view.places))
    for note in messages(view):
        line(note.text)


def shown(view: Overview) -> None:
    """For a terminal."""
    console().print(drawn(view, console().width))


def drawn(view: Overview, width: int, paces: Paces | None = None) -> Any:
    """For a terminal, as rich prints it. `paces` are progresses that were measured."""
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    from navaar.cli.output import STYLES

    known = paces or {}
    state = heading(view)
    head = Text.assemble((f"{view.namespace}/{view.name}", "bold"), "  ", (clean(state.text), STYLES[state.style]))
    parts: list[Any] = [head, *(Text(clean(note.text), STYLES[note.style]) for note in notes(view)), Text()]
    progresses = {place.service: known.get(place.service, place.progress) for place in view.places}
    parts.append(rich_table(COLUMNS, (_row(place, progresses[place.service]) for place in view.places), width))
    moving = [(service, progress) for service, progress in progresses.items() if progress is not None]
    if moving:
        bars = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
        for service, progress in moving:
            bar = ProgressBar(total=progress.total, completed=progress.done, width=max(10, min(40, width - 75)))
            bars.add_row(
                service.title, bar, f"{progress.percent} %", f"{progress.done:,} of {progress.total:,}", progress.lasts
            )
        parts += [Text(), bars]
    told = [Text(clean(note.text), STYLES[note.style]) for note in messages(view)]
    if told:
        parts += [Text(), *told]
    return Group(*parts)


def heading(view: Overview) -> Cell:
    """Its condition in a word."""
    if view.suspended:
        return Cell("Suspended", "ask")
    if view.stalled:
        return Cell(f"Stalled: {view.ready.word}", "bad")
    return Cell(f"{_READY[view.ready.status]}: {view.ready.word}", _STYLE[view.ready.status])


def notes(view: Overview) -> Iterator[Cell]:
    """What stands below the heading."""
    yield Cell(view.numbers)
    if view.mode == "Plan":
        yield Cell("Mode Plan: nothing is written to any service. `navaar plan` shows what would be done.", "ask")
    if view.behind:
        yield Cell("The operator has not seen the last change of its spec yet.", "ask")


def messages(view: Overview) -> Iterator[Cell]:
    """What there is to say of it, and of each place, in sentences."""
    own = {place.standing.message for place in view.places}
    spoken = view.ready.message
    if spoken and spoken not in own and not any(message and message in spoken for message in own) and not _plain(view):
        yield Cell(spoken, _STYLE[view.ready.status] if view.ready.status == "False" else "")
    for place in view.places:
        if place.standing.message:
            yield Cell(f"{place.service.title}: {place.standing.message}", _STYLE[place.standing.status])
        if place.retained:
            yield Cell(
                f"{place.service.title}: {place.retained:,} should be gone and stay; each Track says why.", "ask"
            )


def _plain(view: Overview) -> bool:
    """Whether the message only repeats the numbers."""
    return view.ready.reason == "Synced"


_READY = {"True": "Ready", "False": "Not ready", "Unknown": "Being read", "": "New"}
_STYLE = {"True": "good", "False": "bad", "Unknown": "busy", "": "busy"}


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
    return Cell(standing.word, _STYLE[standing.status])


def _number(value: int | None) -> str:
    return f"{value:,}" if value is not None else ""
