"""A cluster with Navaar installed in it: as the chart does it, but without Helm, or from what Helm rendered."""

import json
import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from sandbox.controlplane import Api, ApiError, ControlPlane
from sandbox.controlplane.discovery import Places

ROOT = Path(__file__).parents[1]
OPERATOR_NAMESPACE = "navaar-system"
ACCOUNT = "navaar"

_PATHS = {
    "Namespace": "/api/v1/namespaces",
    "Secret": "/api/v1/namespaces/{namespace}/secrets",
    "ServiceAccount": "/api/v1/namespaces/{namespace}/serviceaccounts",
    "Role": "/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/roles",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/rolebindings",
    "CustomResourceDefinition": "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    "MusicSync": "/apis/navaar.dev/v1alpha1/namespaces/{namespace}/musicsyncs",
    "Track": "/apis/navaar.dev/v1alpha1/namespaces/{namespace}/tracks",
    "Event": "/apis/events.k8s.io/v1/namespaces/{namespace}/events",
    "Lease": "/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases",
}

Manifest = dict[str, Any]


def _rules() -> dict[str, list[Manifest]]:
    rules: dict[str, list[Manifest]] = yaml.safe_load((ROOT / "charts/navaar/files/role-rules.yaml").read_text())
    return rules


def operator_arguments(namespaces: Iterable[str]) -> list[str]:
    """Those of `navaar` for what `Stage.install` makes."""
    return ["run", *(f"--namespace={namespace}" for namespace in namespaces), f"--lease-namespace={OPERATOR_NAMESPACE}"]


class Stage:
    """What a person with kubectl would do, on one control plane."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.api = Api.from_kubeconfig(plane.kubeconfig, agent="navaar-stage")
        self._places = Places(self.api)

    def install(self, namespaces: Iterable[str]) -> Path:
        """CRDs, namespaces, ServiceAccount and Roles; returns the operator's kubeconfig."""
        for file in sorted((ROOT / "crds").glob("*.yaml")):
            self.apply(yaml.safe_load(file.read_text()))
        self._await_crds()
        self.create_namespaces([OPERATOR_NAMESPACE])
        account = {"name": ACCOUNT, "namespace": OPERATOR_NAMESPACE}
        self.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
        rules = _rules()
        self._grant(OPERATOR_NAMESPACE, "navaar-own", rules["own"])
        for namespace in namespaces:
            self.create_namespaces([namespace])
            self._grant(namespace, "navaar", rules["watched"])
        return self.plane.kubeconfig_for(OPERATOR_NAMESPACE, ACCOUNT)

    def create_namespaces(self, namespaces: Iterable[str]) -> None:
        """Makes those that aren't there."""
        for namespace in namespaces:
            self.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})

    def apply_everywhere(self, manifests: Iterable[Manifest]) -> None:
        """Applies objects of any kind that the cluster serves."""
        for manifest in manifests:
            self._apply(self._places.path(manifest), manifest)

    def _grant(self, namespace: str, name: str, rules: list[Manifest]) -> None:
        metadata = {"name": name, "namespace": namespace}
        group = "rbac.authorization.k8s.io"
        self.apply({"apiVersion": f"{group}/v1", "kind": "Role", "metadata": metadata, "rules": rules})
        subject = {"kind": "ServiceAccount", "name": ACCOUNT, "namespace": OPERATOR_NAMESPACE}
        role = {"apiGroup": group, "kind": "Role", "name": name}
        self.apply(
            {
                "apiVersion": f"{group}/v1",
                "kind": "RoleBinding",
                "metadata": metadata,
                "subjects": [subject],
                "roleRef": role,
            }
        )

    def _await_crds(self) -> None:
        end = time.monotonic() + 30
        while True:
            try:
                self.api.get("/apis/navaar.dev/v1alpha1/tracks?limit=1")
                self.api.get("/apis/navaar.dev/v1alpha1/musicsyncs?limit=1")
                return
            except ApiError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def apply(self, manifest: Manifest, namespace: str | None = None) -> Manifest:
        """`kubectl apply --server-side --validate=strict`: the object as it then is. Raises ApiError."""
        return self._apply(f"{self.path(manifest, namespace)}/{manifest['metadata']['name']}", manifest)

    def _apply(self, path: str, manifest: Manifest) -> Manifest:
        query = "?fieldManager=kubectl&force=true&fieldValidation=Strict"
        answer: Manifest = self.api.request("PATCH", path + query, manifest, "application/apply-patch+yaml")
        return answer

    def apply_files(self, *files: Path) -> None:
        """Every document of every file, in order."""
        for file in files:
            for manifest in yaml.safe_load_all(file.read_text()):
                if manifest:
                    self.apply(manifest)

    def path(self, manifest: Manifest, namespace: str | None = None) -> str:
        """Where objects of this kind and namespace are."""
        return _PATHS[manifest["kind"]].format(namespace=namespace or manifest["metadata"].get("namespace", "default"))

    def get(self, kind: str, namespace: str, name: str) -> Manifest:
        """One object. Raises ApiError."""
        answer: Manifest = self.api.get(f"{_PATHS[kind].format(namespace=namespace)}/{name}")
        return answer

    def list(self, kind: str, namespace: str, query: str = "") -> list[Manifest]:
        """All objects of a kind in a namespace."""
        answer: list[Manifest] = self.api.get(_PATHS[kind].format(namespace=namespace) + query)["items"]
        return answer

    def patch(self, kind: str, namespace: str, name: str, body: Manifest, subresource: str = "") -> Manifest:
        """A merge patch, as `kubectl patch --type=merge`."""
        path = f"{_PATHS[kind].format(namespace=namespace)}/{name}{subresource}"
        answer: Manifest = self.api.request("PATCH", path, body, "application/merge-patch+json")
        return answer

    def kubectl(self, line: str) -> str:
        """What a command prints that a person pastes into a shell: kubectl's own words, where there is one.

        Where there is none on PATH, a merge patch is carried out all the same. Raises RuntimeError with what went wrong.
        """
        if shutil.which("kubectl") is not None:
            path = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
            environment = {**path, "KUBECONFIG": str(self.plane.kubeconfig)}
            answer = subprocess.run(["sh", "-c", line], env=environment, capture_output=True, text=True, timeout=60)
            if answer.returncode != 0:
                raise RuntimeError(f"{line}: {answer.stderr.strip()}")
            return answer.stdout
        program, verb, kind, name, *options = shlex.split(line)
        if (program, verb) != ("kubectl", "patch"):
            raise RuntimeError(f"{line}: there is no kubectl on PATH")
        namespace, body = options[options.index("-n") + 1], options[options.index("-p") + 1]
        self.patch({"track": "Track", "musicsync": "MusicSync"}[kind], namespace, name, json.loads(body))
        return f"{kind}.navaar.dev/{name} patched\n"

    def delete(self, kind: str, namespace: str, name: str) -> None:
        """Deletes one object."""
        self.api.delete(f"{_PATHS[kind].format(namespace=namespace)}/{name}")
