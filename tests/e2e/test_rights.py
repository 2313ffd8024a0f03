"""What the operator may do: exactly what it needs, where it is needed, by the API server's own account of it."""

from collections.abc import Callable
from typing import Any

import pytest

from navaar.account.secrets import TOKENS
from sandbox.controlplane import Api
from sandbox.helm import render
from sandbox.stage import Stage
from tests.e2e.conftest import Scene

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane, and Helm

Matrix = dict[str, set[str]]

WATCHED: Matrix = {
    "musicsyncs.navaar.dev": {"get", "list", "watch"},
    "musicsyncs/status.navaar.dev": {"update"},
    "tracks.navaar.dev": {"get", "list", "watch", "create", "patch", "delete"},
    "tracks/status.navaar.dev": {"update"},
    "secrets": {"get", "list", "watch"},
    "events": {"create", "patch"},
}
"""In a namespace with MusicSyncs."""

OWN: Matrix = {
    "leases.coordination.k8s.io": {"get", "create", "update"},
    f"secrets={TOKENS}": {"get", "patch"},
    "secrets": {"create"},
}
"""In the release's namespace."""

EVERYBODY: Matrix = {
    f"{kind}.{group}.k8s.io": {"create"}
    for kind, group in (
        ("selfsubjectaccessreviews", "authorization"),
        ("selfsubjectrulesreviews", "authorization"),
        ("selfsubjectreviews", "authentication"),
    )
}
"""What everybody may who is somebody: ask what they may."""


def together(*matrices: Matrix) -> Matrix:
    return {what: set().union(*(m.get(what, set()) for m in matrices)) for m in matrices for what in m}


def rights(api: Api, namespace: str) -> Matrix:
    """What the owner of `api`'s token may do in a namespace, and may not be told to be incomplete."""
    body = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview", "spec": {"namespace": namespace}}
    status = api.create("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", body)["status"]
    assert not status["incomplete"], status
    found: Matrix = {}
    for rule in status["resourceRules"]:
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                for name in rule.get("resourceNames") or [""]:
                    what = resource + (f".{group}" if group else "") + (f"={name}" if name else "")
                    found.setdefault(what, set()).update(rule["verbs"])
    return found


def installed(stage: Stage, own: str, **values: Any) -> Api:
    """The API as the operator of a release sees it."""
    stage.create_namespaces([own, *values.get("watchNamespaces", [])])
    stage.apply_everywhere(render({**values, "crds.enabled": False}, name=own, namespace=own))
    return Api.from_kubeconfig(stage.plane.kubeconfig_for(own, own))


def test_it_may_do_what_it_needs_where_it_is_needed_and_nothing_else(stage: Stage) -> None:
    api = installed(stage, "rights-own", watchNamespaces=["rights-watched"])
    assert rights(api, "rights-watched") == together(WATCHED, EVERYBODY)
    assert rights(api, "rights-own") == together(OWN, EVERYBODY)
    assert rights(api, "default") == EVERYBODY


def test_by_default_it_serves_the_namespace_that_it_is_in(stage: Stage) -> None:
    api = installed(stage, "rights-alone")
    assert rights(api, "rights-alone") == together(OWN, WATCHED, EVERYBODY)
    assert rights(api, "default") == EVERYBODY


def test_for_the_whole_cluster_it_may_do_the_same_everywhere(stage: Stage) -> None:
    api = installed(stage, "rights-cluster", clusterWide=True)
    assert rights(api, "rights-cluster") == together(OWN, WATCHED, EVERYBODY)
    assert rights(api, "default") == together(WATCHED, EVERYBODY)
    stage.api.delete("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/rights-cluster-rights-cluster")
    # It would serve the namespaces of every other test, too.
    stage.api.delete("/apis/apps/v1/namespaces/rights-cluster/deployments/rights-cluster")
    assert rights(api, "default") == EVERYBODY


def test_without_a_right_that_it_needs_nothing_is_synced(scene_with: Callable[..., Scene]) -> None:
    """The operator of these tests has the chart's Roles and no others: the one that is taken away is missed."""
    scene = scene_with()
    role = next(m for m in scene.release.manifests if m["kind"] == "Role" and m["metadata"]["name"] == "navaar")
    rule = next(rule for rule in role["rules"] if rule["resources"] == ["tracks"])
    rule["verbs"].remove("create")
    scene.stage.apply_everywhere([role])
    scene.start()
    scene.begin()
    scene.until("it says what it may not", lambda: scene.reason() == "Forbidden")
    assert 'cannot create resource "tracks"' in scene.conditions()["Stalled"][2]
    assert scene.tracks() == []
    assert scene.service_writes() == []
    rule["verbs"].append("create")
    scene.stage.apply_everywhere([role])
    scene.nudge()
    scene.wait_converged()
