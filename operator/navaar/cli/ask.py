"""What a person is asked for: at a terminal by a prompt, else each answer is a line of standard input.

Secrets are asked for and never are arguments, which stay in the shell's history and are seen by everybody on the machine.
Prompts go to standard error, so that a manifest on standard output stays one.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from navaar.cli.findings import tell
from navaar.cli.trouble import Trouble

_END_OF_TEXT, _END_OF_FILE = "\x03", "\x04"


def line(what: str, *, hidden: bool = False, empty: bool = False) -> str:
    """One line. Raises Trouble where nothing is said, unless `empty` may be."""
    if sys.stdin.isatty():
        said: str = click.prompt(what, hide_input=hidden, err=True, default="" if empty else None, show_default=False)
        return said.strip()
    said = sys.stdin.readline()
    if not said.strip() and not empty:
        raise Trouble(f"{what}: nothing was said; give it on standard input, as a line of its own, or at a terminal")
    return said.strip()


def pasted(what: str) -> str:
    """Many lines, until the end of input. At a terminal they aren't shown, and no line is too long."""
    if not sys.stdin.isatty():
        return sys.stdin.read()
    tell(f"{what} Then press Ctrl-D. What you paste is not shown.")
    return _from_terminal()


def address(what: str) -> str:
    """One long line, which a terminal in its usual mode would cut: 4,095 characters on Linux, 1,023 on macOS."""
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    tell(f"{what} Then press Enter.")
    return _from_terminal(one_line=True)


def _from_terminal(*, one_line: bool = False) -> str:
    if sys.platform == "win32":  # no such terminals there, nor their limit
        return sys.stdin.readline() if one_line else sys.stdin.read()
    read: list[str] = []
    with _unlimited():
        while (letter := sys.stdin.read(1)) not in ("", _END_OF_FILE):
            if letter == _END_OF_TEXT:
                raise click.Abort
            if one_line and letter in "\r\n" and "".join(read).strip():
                break
            read.append(letter)
    click.echo(err=True)
    return "".join(read)


@contextmanager
def _unlimited() -> Iterator[None]:
    """The terminal without echo, and without its line editor, which is what cuts."""
    import termios as terminal

    file = sys.stdin.fileno()
    before = terminal.tcgetattr(file)
    raw = terminal.tcgetattr(file)
    raw[3] &= ~(terminal.ICANON | terminal.ECHO)
    terminal.tcsetattr(file, terminal.TCSADRAIN, raw)
    try:
        yield
    finally:
        terminal.tcsetattr(file, terminal.TCSADRAIN, before)
