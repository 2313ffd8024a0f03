"""What stands in `examples/`, and what stands in people's Git since earlier releases, is accepted by the API server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.controlplane.discovery import Places
from sandbox.stage import Stage

ROOT = Path(__file__).parents[2]
OURS = ("navaar.dev", "v1", "apps", "rbac.authorization.k8s.io", "networking.k8s.io", "policy")

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane


def manifests(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted(folder.rglob("*.yaml")):
        for manifest in yaml.safe_load_all(file.read_text()):
            if isinstance(manifest, dict) and manifest.get("apiVersion", "").split("/")[0] in OURS:
                yield str(file.relative_to(ROOT)), manifest


@pytest.fixture(scope="module")
def places(stage: Stage) -> Places:
    return Places(stage.api)


@pytest.mark.parametrize("folder", ["examples", "tests/e2e/v1alpha1"])
def test_it_is_accepted_as_it_stands(stage: Stage, places: Places, folder: str) -> None:
    found = list(manifests(ROOT / folder))
    assert {manifest["kind"] for _, manifest in found} >= {"MusicSync", "Track"}
    stage.create_namespaces({m["metadata"].get("namespace", "default") for _, m in found} - {"default"})
    for file, manifest in found:
        path = f"{places.path(manifest)}?dryRun=All&fieldValidation=Strict&fieldManager=examples&force=true"
        stored = stage.api.request("PATCH", path, manifest, "application/apply-patch+yaml")
        assert stored["metadata"]["name"] == manifest["metadata"]["name"], file


def test_one_version_is_stored_and_served(stage: Stage) -> None:
    """Another one comes as docs/api-versions.md says."""
    for plural in ("musicsyncs", "tracks"):
        path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{plural}.navaar.dev"
        definition = stage.api.get(path)
        assert definition["status"]["storedVersions"] == ["v1alpha1"]
        assert [v["name"] for v in definition["spec"]["versions"] if v["served"]] == ["v1alpha1"]
