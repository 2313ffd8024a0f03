"""What of the chart can be said without Helm: nothing in it is stale, and no value is unknown."""

import json
from pathlib import Path
from typing import Any

import yaml

from navaar.api.crds import stale
from sandbox.helm import readme
from sandbox.helm.chart import CHART

ROOT = Path(__file__).parents[2]

Json = dict[str, Any]


def schema() -> Json:
    loaded: Json = json.loads((CHART / "values.schema.json").read_text())
    return loaded


def defaults() -> Json:
    loaded: Json = yaml.safe_load((CHART / "values.yaml").read_text())
    return loaded


def test_the_chart_brings_the_definitions_of_the_models() -> None:
    assert stale(CHART / "files/crds") == [], "run make crds"


def test_the_readme_has_the_values_as_they_are() -> None:
    assert readme.README.read_text() == readme.text(), "run make chart"


def test_the_readme_says_something_of_every_switch() -> None:
    """What is named like a field of Kubernetes explains itself; what is ours doesn't."""
    silent = {value.path.partition(".")[0] for value in readme.values() if not value.text}
    assert silent == {
        "image", "serviceAccount", "service", "livenessProbe", "readinessProbe", "podAnnotations", "podLabels",
        "nodeSelector", "tolerations", "affinity", "priorityClassName",
    }  # fmt: skip


def resolved(part: Json, whole: Json) -> Json:
    if "$ref" in part:
        found: Json = whole["definitions"][part["$ref"].rpartition("/")[2]]
        return found
    return part


def test_the_schema_knows_every_value_and_no_other() -> None:
    whole = schema()

    def compare(values: Json, part: Json, path: str) -> None:
        known = part["properties"].keys() - ({"global"} if not path else set())
        assert part["additionalProperties"] is False, f"{path or 'the top level'} would swallow a misspelt value"
        assert values.keys() <= known, path
        assert path.endswith("Probe") or values.keys() == known, f"{path}: in the schema, and not in values.yaml"
        for name, value in values.items():
            inner = resolved(part["properties"][name], whole)
            if isinstance(value, dict) and "properties" in inner:
                compare(value, inner, f"{path}.{name}".lstrip("."))

    compare(defaults(), whole, "")


def test_every_image_and_tag_is_quoted() -> None:
    for template in (CHART / "templates").glob("*.yaml"):
        for line in template.read_text().splitlines():
            if line.strip().startswith("image:"):
                assert line.rstrip().endswith("| quote }}"), f"{template.name}: {line}"


def test_argo_cd_prunes_no_definition_that_is_to_be_kept() -> None:
    """It goes by Helm's word when an Application is deleted, and not when `crds.enabled` is turned off in Git."""
    template = (CHART / "templates/crds.yaml").read_text()
    kept = template.partition("{{- if .Values.crds.keep }}")[2].partition("{{- end }}")[0]
    assert "helm.sh/resource-policy: keep" in kept and "argocd.argoproj.io/sync-options: Prune=false" in kept
