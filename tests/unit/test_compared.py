"""Every verb of the command line, and every command of the bot, is held against kubectl's objects by a test on the wire."""

import ast
from collections.abc import Iterator
from pathlib import Path

from navaar.bot.commands import COMMANDS
from navaar.cli.program import SECTIONS
from navaar.cli.verbs.auth import command as auth

WIRE = Path(__file__).parents[1] / "e2e"
EVERYWHERE = {"run"}
"""What the fixtures do for every test there."""


def compared() -> Iterator[tuple[str, str, set[str]]]:
    """What each test says that it compares, which test that is, and the words that it uses."""
    for file in sorted(WIRE.glob("test_*.py")):
        source = file.read_text()
        for test in ast.parse(source).body if "mark.compares(" in source else ():
            if not isinstance(test, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            used = {
                word
                for node in ast.walk(ast.Module(test.body, []))
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
                for word in node.value.split()
            }
            for mark in test.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.compares":
                    for name in mark.args:
                        yield ast.literal_eval(name), f"{file.name}::{test.name}", used


def test_every_verb_and_every_command_is_compared_with_the_cluster() -> None:
    verbs = {verb for section in SECTIONS.values() for verb in section} - {"auth"} - EVERYWHERE
    verbs |= {f"auth {service}" for service in auth.commands}
    wanted = verbs | {f"/{command}" for command in COMMANDS}
    there = {name for name, _, _ in compared()}
    assert wanted - there == set(), "mark the tests that do it with pytest.mark.compares"
    assert there - wanted == set(), "there are no such verbs and commands"


def test_who_says_that_it_compares_a_verb_has_it_carried_out() -> None:
    for name, test, used in compared():
        assert set(name.split()[-1:]) <= used, f"{test} never says {name}"
