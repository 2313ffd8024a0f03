"""What may come next on a command line: for shells, and for kubectl, which asks its plugins."""

import sys
from collections.abc import Sequence

import click
from click.shell_completion import ShellComplete, get_completion_class

from navaar.cli.program import program

VARIABLE = "_NAVAAR_COMPLETE"

NO_FILES = ":4"
"""The directive by which kubectl's completion knows not to offer file names."""


def script(shell: str) -> str:
    """What the shell (bash, zsh, fish) is to read. Raises ValueError for another."""
    found = get_completion_class(shell)
    if found is None:
        raise ValueError(f"there is no completion for {shell}")
    made = found(program, {}, "navaar", VARIABLE)
    return made.source_template % made.source_vars()


def for_kubectl(arguments: Sequence[str] | None = None) -> int:
    """Prints what may come next as kubectl reads it: a line each, and a directive; the exit code.

    [source: kubernetes/kubernetes#105867, kubectl_complete-NAME]
    """
    *words, incomplete = list(sys.argv[1:] if arguments is None else arguments) or [""]
    asked = ShellComplete(program, {}, "kubectl navaar", VARIABLE)
    for item in asked.get_completions(words, incomplete):
        click.echo(f"{item.value}\t{item.help}" if item.help else item.value)
    click.echo(NO_FILES)
    return 0
