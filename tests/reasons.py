"""Every reason that the sources can give for a condition or a placement, found where they write it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

ROOT = Path(__file__).parents[1]

_WORD = re.compile(r"[A-Z][A-Za-z]*[a-z]")
_GIVE_ONE = {"FetchError", "Verdict", "taken_back", "withdrawn", "exclude"}
"""Functions that are called with a reason among their arguments."""

_KNOWN_OTHERWISE = {"True", "False", "Unknown", "Ready", "Stalled", "Reconciling"}
"""Words beside a reason in such calls: a condition's types and statuses."""


def reasons(*folders: str) -> set[str]:
    """Those in the modules below these folders."""
    sources = (file.read_text() for folder in folders for file in _modules(ROOT / folder))
    return {one for source in sources if "reason" in source or "FetchError" in source for one in _in(ast.parse(source))}


def _modules(folder: Path) -> list[Path]:
    found = [folder] if folder.suffix == ".py" else folder.rglob("*.py")
    # The matcher gives evidence, and no reason.
    return sorted(file for file in found if file.parent.name != "matching")


def _in(tree: ast.Module) -> Iterator[str]:
    named = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        for given in _given(node):
            found = named.get(given.id, given) if isinstance(given, ast.Name) else given
            if isinstance(found, ast.Constant) and isinstance(found.value, str) and _WORD.fullmatch(found.value):
                if found.value not in _KNOWN_OTHERWISE:
                    yield found.value


def _given(node: ast.AST) -> Iterator[ast.expr]:
    """What may be a reason there."""
    if isinstance(node, ast.keyword) and node.arg == "reason":
        yield node.value
    elif isinstance(node, ast.Call):
        if getattr(node.func, "id", "") in _GIVE_ONE:
            yield from node.args
        yield from (each.elts[0] for each in node.args if _is_pair(each))
    elif isinstance(node, ast.ClassDef):
        for line in node.body:
            if isinstance(line, ast.Assign) and getattr(line.targets[0], "id", "") == "reason":
                yield line.value
    elif isinstance(node, ast.FunctionDef):
        every = node.args.posonlyargs + node.args.args
        for argument, default in zip(every[::-1], node.args.defaults[::-1], strict=False):
            if argument.arg == "reason":
                yield default
    elif isinstance(node, (ast.Return, ast.Assign)) and _is_pair(node.value):
        yield node.value.elts[0]


def _is_pair(node: ast.expr | None) -> TypeGuard[ast.Tuple]:
    """Whether it may be a reason and its message."""
    return isinstance(node, ast.Tuple) and len(node.elts) > 1
