"""The CustomResourceDefinitions, made from the models: ``python -m navaar.api.crds [--check] DIRECTORY``."""

import argparse
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from navaar.api.common import CATEGORY, GROUP, VERSION, Model, Schema
from navaar.api.musicsync import MusicSync
from navaar.api.schema import structural_schema, without_defaults
from navaar.api.track import Track

_HEADER = "# Made by `make crds` from operator/navaar/api. Change it there.\n"


@dataclass(frozen=True, slots=True)
class Column:
    """A column that kubectl prints. Priority 1 shows with ``-o wide`` only."""

    name: str
    path: str
    type: str = "string"
    priority: int = 0
    description: str = ""

    def manifest(self) -> Schema:
        """The column as a CustomResourceDefinition has it."""
        column: Schema = {"name": self.name, "type": self.type, "jsonPath": self.path}
        if self.description:
            column["description"] = self.description
        if self.priority:
            column["priority"] = self.priority
        return column


@dataclass(frozen=True, slots=True)
class Resource:
    """One custom resource: its model, its names, and how kubectl shows and selects it."""

    model: type[Model]
    plural: str
    short: str
    columns: tuple[Column, ...]
    selectable: tuple[str, ...] = ()
    waited_for: bool = False
    """Whether tools wait for it to become ready: what was not looked at yet says so, instead of nothing."""

    @property
    def kind(self) -> str:
        """The kind, such as ``Track``."""
        return self.model.__name__

    @property
    def file_name(self) -> str:
        """The name of its file, as controller-gen would have it."""
        return f"{GROUP}_{self.plural}.yaml"

    def manifest(self) -> dict[str, Any]:
        """The CustomResourceDefinition."""
        version: Schema = {
            "name": VERSION,
            "served": True,
            "storage": True,
            "schema": {"openAPIV3Schema": self.schema()},
            "subresources": {"status": {}},
            "additionalPrinterColumns": [column.manifest() for column in self.columns],
        }
        if self.selectable:
            version["selectableFields"] = [{"jsonPath": path} for path in self.selectable]
        return {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{self.plural}.{GROUP}"},
            "spec": {
                "group": GROUP,
                "scope": "Namespaced",
                "names": {
                    "kind": self.kind,
                    "listKind": f"{self.kind}List",
                    "plural": self.plural,
                    "singular": self.kind.lower(),
                    "shortNames": [self.short],
                    "categories": [CATEGORY],
                },
                "versions": [version],
            },
        }

    def schema(self) -> Schema:
        """The model's schema, its standard fields as every resource has them."""
        schema = structural_schema(self.model)
        schema["properties"] |= {
            "apiVersion": {"type": "string", "description": f"The version of this form: {GROUP}/{VERSION}."},
            "kind": {"type": "string", "description": f"The kind of this resource: {self.kind}."},
            "metadata": {"type": "object"},
        }
        schema["properties"]["status"] = without_defaults(schema["properties"]["status"])
        if self.waited_for:
            # kstatus, by which Flux and Helm wait, takes what has no status at all for done.
            schema["properties"]["status"]["default"] = {"observedGeneration": -1}
        return schema


_AGE = Column("Age", ".metadata.creationTimestamp", "date")


def _ready(field: str) -> str:
    return f'.status.conditions[?(@.type=="Ready")].{field}'


def _counts(*names: str) -> Iterable[Column]:
    return (Column(name.title(), f".status.counts.{name}", "integer") for name in names)


RESOURCES = (
    Resource(
        MusicSync,
        "musicsyncs",
        "msync",
        (
            Column("Ready", _ready("status")),
            Column("Reason", _ready("reason")),
            *_counts("songs", "synced", "partial", "review", "failed"),
            Column("Changed", ".status.lastChanged", "date", description="When a song last came or went."),
            _AGE,
            Column("Message", _ready("message"), priority=1),
        ),
        waited_for=True,
    ),
    Resource(
        Track,
        "tracks",
        "trk",
        (
            Column("Artist", ".status.artist"),
            Column("Title", ".status.title"),
            Column("Telegram", ".status.placements.telegram.state"),
            Column("YouTube", ".status.placements.youtubeMusic.state"),
            Column("Spotify", ".status.placements.spotify.state"),
            Column("Phase", ".status.phase"),
            Column("Message", ".status.message"),
            Column("Sync", ".spec.musicSyncRef.name", priority=1),
            Column("Age", ".metadata.creationTimestamp", "date", priority=1),
        ),
        selectable=(".spec.musicSyncRef.name", ".status.phase"),
    ),
)


class _Dumper(yaml.SafeDumper):
    """Without anchors: the same part in two places is written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def rendered(resource: Resource) -> str:
    """The text of a resource's file."""
    manifest = resource.manifest()
    return _HEADER + yaml.dump(manifest, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def stale(directory: Path) -> list[Path]:
    """The files that differ from the models."""
    paths = ((directory / resource.file_name, rendered(resource)) for resource in RESOURCES)
    return [path for path, text in paths if not path.exists() or path.read_text(encoding="utf-8") != text]


def main(arguments: list[str] | None = None) -> int:
    """Writes the files, or with ``--check`` only says which differ (exit code 1)."""
    parser = argparse.ArgumentParser(prog="python -m navaar.api.crds", description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file differs")
    options = parser.parse_args(arguments)
    if options.check:
        for path in (differing := stale(options.directory)):
            print(f"{path} differs from the models: run make crds", file=sys.stderr)
        return 1 if differing else 0
    options.directory.mkdir(parents=True, exist_ok=True)
    for resource in RESOURCES:
        path = options.directory / resource.file_name
        path.write_text(rendered(resource), encoding="utf-8")
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
