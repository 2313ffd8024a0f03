"""The command line: `navaar`, and `kubectl navaar`.

A verb is a module of `navaar.cli.verbs`, named in the table of `navaar.cli.program`; nothing of it is imported before it is
called. What people are told, and what they can do, is worked out in `navaar.people`, which knows nothing of a terminal.
"""

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Carries out a command; the process's exit code: 0, 1 where it came to nothing, 2 for what can't be understood."""
    from navaar.cli.program import run

    return run(arguments)


def complete(arguments: Sequence[str] | None = None) -> int:
    """What kubectl asks as `kubectl_complete-navaar`, to complete `kubectl navaar …`; prints what may come next."""
    from navaar.cli.completion import for_kubectl

    return for_kubectl(arguments)
