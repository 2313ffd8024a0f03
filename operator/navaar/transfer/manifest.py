"""Manifests as a person likes to read them in Git: block style, one order of keys, the same bytes every time."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from reconcilers.matching import legible

Resource = dict[str, Any]

# What one YAML reader or another takes for a number, a date, a truth value or nothing: kubectl's is an older one than ours.
_AMBIGUOUS = re.compile(r"[\d+.~=-]|(?:y|n|yes|no|on|off|true|false|null|nan|inf)\Z", re.IGNORECASE)
_COMMENT = 160


@dataclass(frozen=True, slots=True)
class Document:
    """One manifest, and the comment above it."""

    resource: Mapping[str, Any]
    comment: str = ""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        # Lists stand below their key, indented.
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    if "\n" in text:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|")
    style = '"' if _AMBIGUOUS.match(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def written(documents: Iterable[Document]) -> str:
    """The documents as one YAML stream; empty for none. Apply it as it stands."""
    parts = []
    for document in documents:
        lines = [f"# {said}" for line in document.comment.splitlines() if (said := legible(line, _COMMENT))]
        body = yaml.dump(
            document.resource,
            Dumper=_Dumper,
            sort_keys=False,
            allow_unicode=True,
            default_flow_style=False,
            width=2**31,
        )
        parts.append("\n".join([*lines, body]))
    return "---\n".join(parts)
