"""The chart as Helm renders and installs it, against the real API server."""

import base64
import copy
import json
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox import controlplane
from sandbox.controlplane import Api, ApiError, ControlPlane
from sandbox.controlplane.discovery import Places
from sandbox.helm import CHART, HelmError, helm, render
from sandbox.helm.chart import values_flags
from sandbox.helm.programs import KUBECONFORM
from sandbox.prometheus import definitions
from tests.monitoring import ALERTS, dashboard
from tests.waiting import until

ROOT = Path(__file__).parents[2]
QUICKSTART = ROOT / "examples/quickstart"
APPLY = "application/apply-patch+yaml"

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane, and Helm

Json = dict[str, Any]

TOGGLES: dict[str, Json] = {
    "replicas": {"replicas": 3},
    "namespaces": {"watchNamespaces": ["music", "more-music"]},
    "cluster": {"clusterWide": True},
    "no crds": {"crds.enabled": False},
    "crds go": {"crds.keep": False},
    "digest": {"image.digest": "sha256:" + "0" * 64},
    "tag": {"image.tag": "1.10"},
    "secrets": {"imagePullSecrets": [{"name": "registry"}]},
    "named": {"fullnameOverride": "songs"},
    "log": {"log.format": "console", "log.level": "DEBUG"},
    "proxy": {"proxy.httpsProxy": "http://proxy.example:3128", "proxy.noProxy": "localhost,.svc"},
    "ca": {"caBundle.configMap": "authorities"},
    "secret ca": {"caBundle.secret": "authorities", "caBundle.key": "bundle.pem"},
    "account": {"serviceAccount.create": False, "serviceAccount.name": "somebody"},
    "account's name": {"serviceAccount.name": "navaar-operator", "serviceAccount.annotations": {"a": "b"}},
    "no rbac": {"rbac.create": False},
    "flow": {"flowSchema.enabled": True, "flowSchema.matchingPrecedence": 500},
    "resources": {
        "resources": {"requests": {"cpu": 1, "memory": "1Gi"}, "limits": {"memory": "1Gi"}},
        "scratchSize": "4Gi", "uploadSeconds": 300,
    },
    "token": {"api.tokenSecret": "navaar-api"},
    "no api": {"api.enabled": False},
    "service": {"service.port": 80, "service.annotations": {"a": "b"}},
    "monitored": {
        "serviceMonitor.enabled": True, "prometheusRule.enabled": True, "dashboard.enabled": True,
        "serviceMonitor.labels": {"release": "prometheus"}, "prometheusRule.labels": {"release": "prometheus"},
        "prometheusRule.runbook": "https://example.org/runbook.md", "serviceMonitor.interval": "1m",
        "dashboard.annotations": {"grafana_folder": "Navaar"},
    },
    "no budget": {"podDisruptionBudget.enabled": False},
    "policy": {"networkPolicy.enabled": True},
    "narrow policy": {
        "networkPolicy.enabled": True,
        "networkPolicy.ingressFrom": [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}],
        "networkPolicy.egressPorts": [443, 16443, 3128],
    },
    "spread": {
        "topologySpreadConstraints": [
            {"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule"}
        ]
    },
    "pod": {
        "podAnnotations": {"a": "1"}, "podLabels": {"b": "true"}, "nodeSelector": {"kubernetes.io/arch": "arm64"},
        "tolerations": [{"operator": "Exists"}], "priorityClassName": "system-cluster-critical",
        "affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
        "extraArgs": ["--settle=600"], "extraEnv": [{"name": "TZ", "value": "UTC"}],
    },
}  # fmt: skip
"""Every switch away from its default."""

EXCLUDES = [("token", "no api"), ("namespaces", "cluster"), ("ca", "secret ca"), ("account", "account's name")]
"""Which of them can't be said together; the first gives way."""


def combinations() -> Iterator[Json]:
    """Sets of toggles in which every two are seen both on, both off, and either one without the other."""
    names = list(TOGGLES)
    bits = len(names).bit_length()
    chosen: list[set[str]] = [set(), set(names)]
    for bit in range(bits):
        chosen.append({name for number, name in enumerate(names) if number >> bit & 1})
        chosen.append(set(names) - chosen[-1])
    chosen += [{name} for pair in EXCLUDES for name in pair]
    for on in chosen:
        for first, second in EXCLUDES:
            if {first, second} <= on:
                on = on - {first}
        yield {key: value for name in names if name in on for key, value in TOGGLES[name].items()}


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A cluster of its own: here the resources come and go with the release."""
    with controlplane.start(data=tmp_path_factory.mktemp("chart")) as made:
        api = Api.from_kubeconfig(made.kubeconfig)
        for name in ("music", "more-music", "navaar"):
            restricted = {"pod-security.kubernetes.io/enforce": "restricted"}
            namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": restricted}}
            api.create("/api/v1/namespaces", namespace)
        for definition in definitions():
            api.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition)
        for kind in ("servicemonitors", "prometheusrules"):
            until(lambda kind=kind: not gone(api, f"/apis/monitoring.coreos.com/v1/{kind}?limit=1"), 30)  # type: ignore[misc]
        until(lambda: not gone(api, "/openapi/v3/apis/monitoring.coreos.com/v1"), 30)
        yield made


@pytest.fixture(scope="module")
def api(plane: ControlPlane) -> Api:
    return Api.from_kubeconfig(plane.kubeconfig)


@pytest.fixture(scope="module")
def manifests() -> list[Json]:
    """Every different object of every combination."""
    found = {json.dumps(manifest, sort_keys=True): manifest for values in combinations() for manifest in render(values)}
    return list(found.values())


def kinds(found: list[Json]) -> set[str]:
    return {manifest["kind"] for manifest in found}


# --- What Helm says ---------------------------------------------------------------------------------------------------


def test_helm_finds_nothing_to_complain_about() -> None:
    for values in list(combinations())[:2]:
        helm("lint", "--strict", "--quiet", str(CHART), *values_flags(values))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"replica": 2}, "additional properties 'replica' not allowed"),
        ({"image.tags": "1"}, "additional properties 'tags' not allowed"),
        ({"image.tag": 1.10}, "got number, want string"),
        ({"uploadSeconds": 5}, "minimum: got 5, want 30"),
        ({"serviceAccount.create": False}, "serviceAccount.name is needed when serviceAccount.create is false"),
        ({"clusterWide": True, "watchNamespaces": ["a"]}, "leave watchNamespaces empty, or set clusterWide to false"),
        ({"api.enabled": False, "api.tokenSecret": "a"}, "leave one of the two out"),
        ({"caBundle.configMap": "a", "caBundle.secret": "b"}, "name one of the two"),
    ],
)
def test_a_value_that_cannot_work_is_refused(values: Json, sentence: str) -> None:
    with pytest.raises(HelmError, match=sentence):
        render(values)


# --- What the API server says -----------------------------------------------------------------------------------------


def test_the_api_server_takes_every_object_of_every_combination(api: Api, manifests: list[Json]) -> None:
    places = Places(api)
    assert kinds(manifests) >= {
        "ClusterRole", "ClusterRoleBinding", "ConfigMap", "CustomResourceDefinition", "Deployment", "NetworkPolicy",
        "PodDisruptionBudget", "PrometheusRule", "Role", "RoleBinding", "Service", "ServiceAccount", "ServiceMonitor",
    }  # fmt: skip
    for manifest in manifests:
        query = "?dryRun=All&fieldValidation=Strict&fieldManager=helm&force=true"
        api.request("PATCH", places.path(manifest) + query, manifest, APPLY)


def test_every_pod_is_admitted_under_the_restricted_profile(api: Api, manifests: list[Json]) -> None:
    pods = 0
    for manifest in manifests:
        if manifest["kind"] == "Deployment":
            template = copy.deepcopy(manifest["spec"]["template"])
            pod = {"apiVersion": "v1", "kind": "Pod", **template}
            pod["metadata"]["name"] = "navaar"
            api.create("/api/v1/namespaces/navaar/pods?dryRun=All&fieldValidation=Strict", pod)
            pods += 1
    assert pods > 5
    pod["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = True
    with pytest.raises(ApiError, match="restricted"):
        api.create("/api/v1/namespaces/navaar/pods?dryRun=All", pod)


def test_kubeconform_agrees_by_the_schemas_of_the_api_server(api: Api, manifests: list[Json], tmp_path: Path) -> None:
    for version in sorted({manifest["apiVersion"] for manifest in manifests}):
        write_schemas(api, version, tmp_path)
    file = tmp_path / "manifests.yaml"

    def conforms(objects: list[Json]) -> subprocess.CompletedProcess[str]:
        file.write_text("\n---\n".join(json.dumps(one) for one in objects))
        where = f"{tmp_path}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"
        command = [str(KUBECONFORM.ensure()), "-strict", "-summary", "-schema-location", where, str(file)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    answer = conforms(manifests)
    assert answer.returncode == 0, answer.stdout
    assert "Skipped: 0" in answer.stdout
    deployment = copy.deepcopy(next(m for m in manifests if m["kind"] == "Deployment"))
    deployment["spec"]["template"]["spec"]["containers"][0]["imagePullPolice"] = "Always"
    assert "imagePullPolice" in conforms([deployment]).stdout


def write_schemas(api: Api, version: str, folder: Path) -> None:
    """One file a kind, named as kubeconform looks for it, with what the API server publishes of the version."""
    group, _, number = version.rpartition("/")
    published = api.get(f"/openapi/v3/apis/{version}" if group else f"/openapi/v3/api/{version}")["components"][
        "schemas"
    ]
    for schema in published.values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    suffix = f"-{group.split('.')[0]}-{number}" if group else f"-{number}"
    for name, schema in published.items():
        for kind in schema.get("x-kubernetes-group-version-kind", []):
            if kind == {"group": group, "version": number, "kind": kind["kind"]}:
                whole = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": published}}
                (folder / f"{kind['kind'].lower()}{suffix}.json").write_text(json.dumps(whole))


def test_the_cluster_gets_the_very_rules_and_dashboard_that_are_tested(manifests: list[Json]) -> None:
    (rule,) = [m for m in manifests if m["kind"] == "PrometheusRule" and m["metadata"]["name"] == "navaar"][:1]
    linked = ALERTS.read_text().replace("docs/runbook.md#", "https://example.org/runbook.md#")
    assert rule["spec"] == yaml.safe_load(linked)
    (config,) = [m for m in manifests if m["kind"] == "ConfigMap"][:1]
    assert json.loads(config["data"]["navaar.json"]) == dashboard()
    assert config["metadata"]["labels"]["grafana_dashboard"] == "1"
    (monitor,) = [m for m in manifests if m["kind"] == "ServiceMonitor"][:1]
    (service,) = [m for m in manifests if m["kind"] == "Service"][:1]
    assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert [e["port"] for e in monitor["spec"]["endpoints"]] == [port["name"] for port in service["spec"]["ports"]]
    assert monitor["spec"]["endpoints"][0]["honorLabels"] is True, "or `namespace` and `service` are not what they were"


def test_renewals_of_the_lease_are_put_apart_from_what_else_the_operator_asks(plane: ControlPlane, api: Api) -> None:
    rendered = render({"flowSchema.enabled": True, "crds.enabled": False})
    needed = ("ServiceAccount", "Role", "RoleBinding", "FlowSchema")
    places = Places(api)
    for manifest in rendered:
        if manifest["kind"] in needed:
            api.request("PATCH", f"{places.path(manifest)}?fieldManager=tests", manifest, APPLY)
    path = "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/navaar-navaar"
    made = api.get(path)["metadata"]["uid"]
    kubeconfig = yaml.safe_load(plane.kubeconfig_for("navaar", "navaar").read_text())
    token, server = kubeconfig["users"][0]["user"]["token"], kubeconfig["clusters"][0]["cluster"]

    def schema_of(path: str) -> str:
        authority = base64.b64decode(server["certificate-authority-data"]).decode()
        request = urllib.request.Request(server["server"] + path, headers={"Authorization": f"Bearer {token}"})
        direct = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=ssl.create_default_context(cadata=authority)),
        )
        try:
            answer = direct.open(request, timeout=30)
        except urllib.error.HTTPError as error:  # there is no such Lease
            return str(error.headers["X-Kubernetes-PF-FlowSchema-UID"])
        return str(answer.headers["X-Kubernetes-PF-FlowSchema-UID"])

    until(lambda: schema_of("/apis/coordination.k8s.io/v1/namespaces/navaar/leases/navaar") == made, 30)
    assert schema_of("/apis/navaar.dev/v1alpha1/namespaces/navaar/tracks") != made
    assert schema_of("/apis/coordination.k8s.io/v1/namespaces/music/leases/navaar") != made
    for manifest in rendered:
        if manifest["kind"] in needed:
            api.delete(places.path(manifest))


# --- A release's life -------------------------------------------------------------------------------------------------


def test_what_people_made_outlives_upgrade_and_uninstall(plane: ControlPlane, api: Api) -> None:
    def run(*words: str, **values: Any) -> str:
        named = {name.replace("__", "."): value for name, value in values.items()}
        return helm(*words, "--namespace=music", *values_flags(named), kubeconfig=plane.kubeconfig)

    assert "kubectl wait -n music musicsync/friday-tapes" in run("install", "navaar", str(CHART))
    served(api)
    made = {name: created(api, name) for name in ("musicsync", "track")}
    assert api.get("/apis/apps/v1/namespaces/music/deployments/navaar")["spec"]["replicas"] == 1

    run("upgrade", "navaar", str(CHART), replicas=2, clusterWide=True, networkPolicy__enabled=True)
    assert api.get("/apis/apps/v1/namespaces/music/deployments/navaar")["spec"]["replicas"] == 2
    assert gone(api, "/apis/rbac.authorization.k8s.io/v1/namespaces/music/roles/navaar")
    still(api, made)

    run("rollback", "navaar", "1")
    assert gone(api, "/apis/networking.k8s.io/v1/namespaces/music/networkpolicies/navaar")
    still(api, made)

    run("uninstall", "navaar")
    assert gone(api, "/apis/apps/v1/namespaces/music/deployments/navaar")
    assert gone(api, "/api/v1/namespaces/music/serviceaccounts/navaar")
    still(api, made)

    run("install", "navaar", str(CHART), crds__keep=False)
    still(api, made)
    run("uninstall", "navaar")
    until(lambda: gone(api, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/tracks.navaar.dev"), 30)


def test_who_applied_the_definitions_by_hand_can_hand_them_over(plane: ControlPlane, api: Api) -> None:
    for kind in ("musicsyncs", "tracks"):
        path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{kind}.navaar.dev"
        until(lambda path=path: gone(api, path), 30)  # type: ignore[misc]
        manifest = yaml.safe_load((ROOT / f"crds/navaar.dev_{kind}.yaml").read_text())
        api.request("PATCH", f"{path}?fieldManager=kubectl", manifest, APPLY)
    served(api)
    made = {name: created(api, name) for name in ("musicsync", "track")}
    words = ("install", "navaar", str(CHART), "--namespace=music")
    with pytest.raises(HelmError, match="invalid ownership metadata"):
        helm(*words, kubeconfig=plane.kubeconfig)
    helm(*words, "--take-ownership", kubeconfig=plane.kubeconfig)
    helm("uninstall", "navaar", "--namespace=music", kubeconfig=plane.kubeconfig)
    still(api, made)
    for name, left in made.items():
        api.delete(path_of(name, left))


def created(api: Api, name: str) -> Json:
    manifest = yaml.safe_load((QUICKSTART / f"{name}.yaml").read_text())
    made: Json = api.create(f"/apis/navaar.dev/v1alpha1/namespaces/music/{name}s", manifest)
    return made


def still(api: Api, made: Mapping[str, Json]) -> None:
    for name, before in made.items():
        assert api.get(path_of(name, before))["metadata"]["uid"] == before["metadata"]["uid"]


def path_of(name: str, resource: Json) -> str:
    return f"/apis/navaar.dev/v1alpha1/namespaces/music/{name}s/{resource['metadata']['name']}"


def served(api: Api) -> None:
    for kind in ("musicsyncs", "tracks"):
        until(lambda kind=kind: not gone(api, f"/apis/navaar.dev/v1alpha1/{kind}?limit=1"), 30)  # type: ignore[misc]


def gone(api: Api, path: str) -> bool:
    try:
        api.get(path)
    except ApiError as error:
        if error.status != 404:
            raise
        return True
    return False
