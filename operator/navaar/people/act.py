"""A change that a person can make: what `kubectl` could write, and the line by which it would."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from navaar.api.common import API_VERSION


@dataclass(frozen=True, slots=True)
class Act:
    """One change of one MusicSync or Track (`kind`).

    `patch` is a merge patch of spec and annotations, or of a `new` object all that it is made of; `says` tells what it does,
    in a sentence without its end. `version` is the resourceVersion that it was decided on; None: it is right whatever else
    changed meanwhile.
    """

    kind: str
    namespace: str
    name: str
    patch: Mapping[str, Any]
    says: str
    new: bool = False
    version: str | None = None

    @property
    def target(self) -> str:
        """The object, as kubectl names it."""
        return f"{self.kind.lower()}.navaar.dev/{self.name}"

    @property
    def manifest(self) -> dict[str, Any]:
        """The object with what is changed, and nothing else of it."""
        metadata = {**self.patch.get("metadata", {}), "name": self.name, "namespace": self.namespace}
        return {"apiVersion": API_VERSION, "kind": self.kind, **self.patch, "metadata": metadata}

    @property
    def line(self) -> str:
        """The equal line of kubectl for a shell. It does the same to whatever the object is by then."""
        where = f"{self.name} -n {shlex.quote(self.namespace)}"
        if self.new:
            return f"echo {shlex.quote(_compact(self.manifest))} | kubectl create -f -"
        if self.patch.keys() == {"metadata"} and self.patch["metadata"].keys() == {"annotations"}:
            values = " ".join(
                f"{name}-" if value is None else shlex.quote(f"{name}={value}")
                for name, value in self.patch["metadata"]["annotations"].items()
            )
            return f"kubectl annotate {self.kind.lower()} {where} --overwrite {values}"
        return f"kubectl patch {self.kind.lower()} {where} --type=merge -p {shlex.quote(_compact(self.patch))}"


def _compact(value: Mapping[str, Any]) -> str:
    """In one line, with what would command a terminal or turn the line around written out: titles come from anybody."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_WRITTEN_OUT)


_WRITTEN_OUT = {
    letter: f"\\u{letter:04x}"
    for letter in (*range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))
}
