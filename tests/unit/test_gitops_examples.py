"""The GitOps examples are what Argo CD, Flux and the two makers of Secrets accept, and they fit together.

`tests/foreign` has what the definitions of those kinds say of `spec`: whole on the paths that the examples use, and only
the names of what is beside them.
"""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from sandbox.argocd.health import HealthScripts
from sandbox.helm.chart import CHART

ROOT = Path(__file__).parents[2]
GITOPS = ROOT / "examples/gitops"
OURS = {"v1", "navaar.dev/v1alpha1"}

Json = dict[str, Any]


def documents(path: Path) -> Iterator[Json]:
    for file in sorted(path.rglob("*.yaml")) if path.is_dir() else [path]:
        yield from yaml.safe_load_all(file.read_text())


FOREIGN = [document for document in documents(GITOPS) if document["apiVersion"] not in OURS]
SCHEMAS = {
    (s["apiVersion"], s["kind"]): s for f in (ROOT / "tests/foreign").glob("*.json") if (s := json.loads(f.read_text()))
}


def of_kind(kind: str) -> list[Json]:
    return [document for document in documents(GITOPS) if document["kind"] == kind]


def validate(document: Json) -> None:
    schema = SCHEMAS[document["apiVersion"], document["kind"]]
    jsonschema.Draft202012Validator(schema["spec"]).validate(document["spec"])


@pytest.mark.parametrize("document", FOREIGN, ids=lambda d: f"{d['kind']} {d['metadata']['name']}")
def test_what_others_define_is_as_they_define_it(document: Json) -> None:
    validate(document)
    misspelt = copy.deepcopy(document)
    misspelt["spec"]["selfHeel"] = True
    with pytest.raises(jsonschema.ValidationError):
        validate(misspelt)


def test_every_foreign_kind_has_its_definition_here_and_none_is_left_over() -> None:
    assert {(d["apiVersion"], d["kind"]) for d in FOREIGN} == SCHEMAS.keys()


def test_what_the_chart_is_told_it_understands() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    (application,) = [a for a in of_kind("Application") if a["metadata"]["name"] == "navaar"]
    (release,) = of_kind("HelmRelease")
    for values in (application["spec"]["source"]["helm"]["valuesObject"], release["spec"]["values"]):
        assert values
        jsonschema.Draft202012Validator(schema).validate(values)


def test_every_path_that_is_named_is_there_and_brings_what_belongs_to_it() -> None:
    sources = [s for a in of_kind("Application") for s in a["spec"].get("sources") or [a["spec"]["source"]]]
    paths = [s["path"] for s in sources] + [k["spec"]["path"] for k in of_kind("Kustomization")]
    assert len(paths) == 7
    assert all((ROOT / path).is_dir() for path in paths)
    (release,) = of_kind("HelmRelease")
    assert (ROOT / release["spec"]["chart"]["spec"]["chart"]).resolve() == CHART
    root, music = (
        next(a for a in of_kind("Application") if a["metadata"]["name"] == n) for n in ("navaar-root", "navaar-music")
    )
    assert {d["kind"] for d in documents(ROOT / root["spec"]["source"]["path"])} == {"Application"}
    assert {d["kind"] for d in documents(ROOT / music["spec"]["sources"][0]["path"])} == {"MusicSync", "Track"}


def test_the_waves_are_the_operator_and_then_what_people_decide() -> None:
    waves = {
        a["metadata"]["name"]: a["metadata"].get("annotations", {}).get("argocd.argoproj.io/sync-wave")
        for a in of_kind("Application")
    }
    assert waves == {"navaar-root": None, "navaar": "0", "navaar-music": "1"}
    # A MusicSync in trouble would hold up every wave after it.
    for document in documents(GITOPS / "music"):
        assert "argocd.argoproj.io/sync-wave" not in document["metadata"].get("annotations", {})


def test_nothing_is_replaced_forced_or_ignored() -> None:
    for application in of_kind("Application"):
        policy = application["spec"]["syncPolicy"]
        assert policy["automated"] == {"prune": True, "selfHeal": True}
        assert not {"Replace=true", "Force=true"} & {*policy.get("syncOptions", [])}
        assert "ignoreDifferences" not in application["spec"]


@pytest.mark.parametrize("variant", ["sealed", "external"])
def test_either_way_the_secrets_are_those_that_the_music_sync_names(variant: str) -> None:
    (sync,) = of_kind("MusicSync")
    named = {part["credentialsSecretRef"]["name"] for part in sync["spec"].values() if isinstance(part, dict)}
    made = list(documents(GITOPS / "secrets" / variant))
    assert {m["metadata"]["namespace"] for m in made} == {sync["metadata"]["namespace"]}
    if variant == "external":
        # Made and owned by the ExternalSecret, which is the default: so Argo CD never takes one for its own.
        assert {m["spec"]["target"]["name"] for m in made} == named
        assert all(m["spec"]["target"].get("creationPolicy", "Owner") == "Owner" for m in made)
        return
    assert {m["spec"]["template"]["metadata"]["name"] for m in made} == named
    quickstart = {
        s["metadata"]["name"]: s["stringData"].keys() for s in documents(ROOT / "examples/quickstart/secrets.yaml")
    }
    for sealed in made:
        keys = sealed["spec"]["encryptedData"]
        assert keys.keys() - {"consented-at"} == quickstart[sealed["metadata"]["name"]]
        assert set(keys.values()) == {"PUT-SEALED-VALUE-HERE"}


def test_the_tokens_are_nobodys_to_make_but_the_operators() -> None:
    for document in documents(GITOPS):
        assert document["metadata"]["name"] != "navaar-tokens"
        assert document["kind"] not in ("Secret", "PushSecret")


def test_argo_cd_is_told_of_every_kind_and_can_be_told_to_look_past_tracks() -> None:
    scripts = HealthScripts()
    for document in [*of_kind("MusicSync"), *of_kind("Track"), *of_kind("Application")]:
        document["metadata"]["generation"] = 1
        health = scripts.health(document)
        assert health is not None and health.status == "Progressing"
    (settings,) = documents(GITOPS / "argocd/many-tracks.yaml")
    (rule,) = yaml.safe_load(settings["data"]["resource.selectors"])
    assert (rule["apiGroups"], rule["kinds"]) == (["navaar.dev"], ["Track"])
    assert rule["selector"] == "app.kubernetes.io/managed-by!=navaar"
    for track in of_kind("Track"):
        assert "labels" not in track["metadata"], "it would be out of Argo CD's sight"
