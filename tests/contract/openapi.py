"""Holds answers to a vendor's OpenAPI description, where a copy of that is at hand."""

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

Json = dict[str, Any]


def contracts() -> Path:
    """The folder of the vendors' contracts: NAVAAR_CONTRACTS, or shared/contracts beside the project."""
    beside = Path(__file__).parents[3] / "shared" / "contracts"
    return Path(os.environ.get("NAVAAR_CONTRACTS") or beside)


@lru_cache(maxsize=2)
def contract(name: str) -> "Contract":
    """The contract in this file; skips the test that asks where the file is absent."""
    file = contracts() / name
    if not file.is_file():
        pytest.skip(f"{name} is not at hand; set NAVAAR_CONTRACTS")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return Contract(yaml.load(file.read_text(encoding="utf-8"), Loader=loader))


class Contract:
    """Finds the schema of an answer and checks it."""

    def __init__(self, document: Json) -> None:
        self.components = _plain(document["components"])
        self.paths = {re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)): path for path in document["paths"]}
        self.document = document

    def check(self, method: str, path: str, status: int, answer: Any) -> str | None:
        """The path as the contract writes it; None where it does not describe this answer.

        Raises jsonschema.ValidationError when the answer is not as it says.
        """
        template = next((known for shape, known in self.paths.items() if shape.fullmatch(path.rstrip("/"))), None)
        operation = self.document["paths"].get(template, {}).get(method.lower())
        response = (operation or {}).get("responses", {}).get(str(status))
        if response is None:
            return None
        if "$ref" in response:
            response = self.document["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
        schema = _plain(response["content"]["application/json"]["schema"])
        jsonschema.Draft202012Validator({**schema, "components": self.components}).validate(answer)
        return template


def _plain(node: Any) -> Any:
    """OpenAPI 3.0's dialect as JSON Schema: nullable becomes a type, deprecated properties may be missing."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {key: _plain(value) for key, value in node.items() if key not in ("example", "discriminator")}
    gone = {
        name
        for name, value in (node.get("properties") or {}).items()
        if isinstance(value, dict) and value.get("deprecated")
    }
    if gone and isinstance(plain.get("required"), list):
        plain["required"] = [name for name in plain["required"] if name not in gone]
    if node.get("nullable") is True and isinstance(node.get("type"), str):
        plain["type"] = [node["type"], "null"]
    return plain
