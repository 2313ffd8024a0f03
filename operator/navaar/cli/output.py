"""What verbs print: tables for people, plain columns for pipes, and the objects as they are.

On a terminal a table is fitted to its width; elsewhere every cell is whole, without colours. Columns are as wide as their
text is shown, in every script.
"""

import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

NOTHING = "<none>"

STYLES = {
    "good": "green", "bad": "red", "ask": "yellow", "busy": "cyan", "dim": "dim", "strong": "bold", "": "",
}  # fmt: skip

_GAP = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """Text in a style of `STYLES`; `sign` stands for it where there is little room."""

    text: str
    style: str = ""
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    `wide`: only with -o wide; `roomy`: on a terminal only from so many characters; `elastic`: is cut, before others are,
    where the line is too long; `right`: numbers; `short`: on a terminal it shows signs, under this heading.
    """

    title: str
    wide: bool = False
    roomy: int = 0
    elastic: bool = False
    right: bool = False
    short: str = ""


def on_terminal() -> bool:
    """Whether a person looks on."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def clean(text: str) -> str:
    """In one line, without what would command the terminal or turn the line around: titles come from anybody."""
    if text.isprintable():
        return text
    return "".join(_letter(letter) for letter in text)


def _letter(letter: str) -> str:
    if letter in "\t\n\r\u2028\u2029":
        return " "
    return "" if unicodedata.category(letter) in _COMMANDS or letter in _TURNING else letter


_COMMANDS = frozenset({"Cc", "Cs", "Co"})
_LEFT_TO_RIGHT = "\u200e"
"""Before a cell in Arabic or Hebrew: terminals that turn such text around would take two of them for one, and swap them."""
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _turns(text: str) -> bool:
    return not text.isascii() and any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)


def table(columns: Sequence[Column], rows: Iterable[Sequence[str | Cell]], *, wide: bool = False) -> None:
    """Prints a table."""
    cells = [[_cleaned(cell) for cell in row] for row in rows]
    if on_terminal():
        _rich_table(columns, cells, wide)
    else:
        _plain_table(columns, cells, wide)


def line(text: str = "", style: str = "", *, whole: bool = False) -> None:
    """Prints a line. A terminal breaks it between words, unless it is to be copied `whole`."""
    if not on_terminal():
        click.echo(clean(text))
        return
    from rich.padding import Padding
    from rich.text import Text

    shown = Text(clean(text), STYLES[style])
    indent = len(text) - len(text.lstrip(" "))
    if whole or not indent:
        console().print(shown, soft_wrap=whole)
    else:
        console().print(Padding(shown[indent:], (0, 0, 0, indent)))


def entry(head: str, text: str, tail: str = "") -> None:
    """Prints a line behind a head, which stays alone in its columns where a terminal breaks it; `tail` isn't broken."""
    from rich.cells import cell_len

    whole = f"{head}{text}  {tail}" if tail else f"{head}{text}"
    if not on_terminal() or cell_len(clean(whole)) <= console().width:
        line(whole, whole=True)
        return
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid()
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(head), Text(clean(text)))
    console().print(grid)
    if tail:
        line(f"{' ' * cell_len(head)}{tail}", whole=True)


def objects(resources: Iterable[Mapping[str, Any]], form: str, *, one: bool = False) -> None:
    """Prints objects as json, yaml or name; unless exactly `one` was asked for, as a List."""
    shown = [_unmanaged(resource) for resource in resources]
    if form == "name":
        for resource in shown:
            click.echo(
                f"{resource['kind'].lower()}.{resource['apiVersion'].partition('/')[0]}/{resource['metadata']['name']}"
            )
        return
    whole: Any = {"apiVersion": "v1", "items": shown, "kind": "List", "metadata": {"resourceVersion": ""}}
    if one and len(shown) == 1:
        whole = shown[0]
    if form == "json":
        click.echo(json.dumps(whole, indent=4, sort_keys=True, ensure_ascii=False))
        return
    import yaml

    click.echo(yaml.safe_dump(whole, allow_unicode=True, width=2**20), nl=False)


@cache
def console() -> "Console":
    """The terminal. Nothing in what is printed is taken for markup."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False, soft_wrap=False)


def rich_table(
    columns: Sequence[Column], rows: Sequence[Sequence[str | Cell]], width: int, *, wide: bool = False
) -> Any:
    """The table for a terminal of this width, as rich prints it: without columns that want room and hold nothing."""
    from rich.table import Table

    shown = [n for n, column in enumerate(columns) if (wide or not column.wide) and (wide or column.roomy <= width)]
    if not wide:
        shown = [n for n in shown if not columns[n].roomy or any(_cleaned(row[n]).text for row in rows)]
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", expand=False)
    for n in shown:
        column = columns[n]
        heading = column.short if column.short and not wide else column.title
        made.add_column(
            heading, justify="right" if column.right else "left", no_wrap=not column.elastic, overflow="ellipsis"
        )
    for row in rows:
        made.add_row(*(_rich(_cleaned(row[n]), sign=bool(columns[n].short) and not wide) for n in shown))
    return made


def _rich_table(columns: Sequence[Column], cells: Sequence[Sequence[Cell]], wide: bool) -> None:
    console().print(rich_table(columns, cells, console().width, wide=wide))


def _rich(cell: Cell, *, sign: bool) -> "Text":
    from rich.text import Text

    text = cell.sign if sign and cell.sign else cell.text
    return Text(
        f"{_LEFT_TO_RIGHT if _turns(text) else ''}{text}", STYLES[cell.style], no_wrap=True, overflow="ellipsis"
    )


def _plain_table(columns: Sequence[Column], cells: Sequence[Sequence[Cell]], wide: bool) -> None:
    from rich.cells import cell_len

    shown = [n for n, column in enumerate(columns) if wide or not column.wide]
    lines = [[columns[n].title.upper() for n in shown], *([row[n].text for n in shown] for row in cells)]
    widths = [max(cell_len(line[n]) for line in lines) for n in range(len(shown))]
    for one in lines:
        padded = (text + " " * (width + _GAP - cell_len(text)) for text, width in zip(one, widths, strict=True))
        click.echo("".join(padded).rstrip())


def _cleaned(cell: str | Cell) -> Cell:
    given = cell if isinstance(cell, Cell) else Cell(cell)
    return Cell(clean(given.text), given.style, given.sign)


def _unmanaged(resource: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {name: value for name, value in resource["metadata"].items() if name != "managedFields"}
    return {**resource, "metadata": metadata}
