"""The operator: where it is installed, which version, whether one is active and hears of changes."""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from navaar.api.instant import read
from navaar.kube.client import Kube, Resource
from navaar.kube.errors import Denied, KubeError, NotFound
from navaar.kube.kinds import LEASES, Kind
from navaar.people.finding import Finding, ask, bad, good
from navaar.people.span import short

DEPLOYMENTS = Kind("apps", "v1", "deployments")
PODS = Kind("", "v1", "pods")
LABEL = "app.kubernetes.io/name=navaar"
COMPONENT = "app.kubernetes.io/component"

ACCOUNTS = ("navaar-bot-", "navaar-account-")
"""How Leases begin that are no operator's own, but notes about a bot or an account."""

LATE = 60.0
"""Seconds without a renewal after which a Lease tells of trouble: it is renewed every 2, and given up after 10."""

STALE = 180.0
"""Seconds without a word of the API server's: it says something each minute."""


@dataclass(frozen=True, slots=True)
class Installation:
    """One operator, as its Deployment says; `release` is Helm's name for it. `serves`: namespaces; None among them: all."""

    namespace: str
    name: str
    release: str
    account: str
    lease: str
    serves: tuple[str | None, ...]
    deployment: Resource


async def installations(kube: Kube, namespaces: Sequence[str]) -> tuple[list[Installation], bool]:
    """The operators of the cluster; and whether all namespaces could be looked at, or only these."""
    try:
        found = await kube.list(DEPLOYMENTS, None, labels=LABEL)
        everywhere = True
    except Denied:
        found, everywhere = [], False
        for namespace in dict.fromkeys(namespaces):
            try:
                found += await kube.list(DEPLOYMENTS, namespace, labels=LABEL)
            except Denied:
                continue
    return [_read(one) for one in found], everywhere


def _read(deployment: Resource) -> Installation:
    metadata = deployment["metadata"]
    pod = deployment["spec"]["template"]["spec"]
    given = [str(one) for container in pod["containers"] for one in container.get("args") or []]
    names = [one.partition("=")[2] for one in given if one.startswith("--namespace=")]
    lease = next((one.partition("=")[2] for one in given if one.startswith("--lease-name=")), "navaar")
    everything = "--all-namespaces" in given
    serves: tuple[str | None, ...] = (None,) if everything else tuple(names) or (metadata["namespace"],)
    account = pod.get("serviceAccountName") or "default"
    release = (metadata.get("labels") or {}).get("app.kubernetes.io/instance") or metadata["name"]
    return Installation(metadata["namespace"], metadata["name"], release, account, lease, serves, deployment)


async def operator(kube: Kube, one: Installation) -> list[Finding]:
    """Whether this one runs, is of this program's version, is active, and hears of changes."""
    return [_image(one), _replicas(one), await _lease(kube, one), *await _informer(kube, one)]


def _image(one: Installation) -> Finding:
    image = str(one.deployment["spec"]["template"]["spec"]["containers"][0].get("image") or "")
    labels = one.deployment["metadata"].get("labels") or {}
    theirs = str(labels.get("app.kubernetes.io/version") or image.rpartition(":")[2])
    ours = version("navaar")
    where = f"The operator {one.namespace}/{one.name} is of version {theirs}"
    if theirs == ours:
        return good(f"{where}, as this program ({image}).")
    return ask(f"{where}, this program of {ours} ({image}).", "Bring both to the same version.")


def _replicas(one: Installation) -> Finding:
    wanted = int(one.deployment["spec"].get("replicas", 1))
    ready = int((one.deployment.get("status") or {}).get("readyReplicas") or 0)
    if wanted == 0:
        return bad(
            "The operator is scaled to nothing.", f"kubectl scale deployment {one.name} -n {one.namespace} --replicas=1"
        )
    if ready == 0:
        return bad(
            f"None of the operator's {wanted} pods is ready.",
            f"kubectl logs deployment/{one.name} -n {one.namespace} tells why; kubectl describe pod, if there are no logs.",
        )
    if ready < wanted:
        return ask(
            f"{ready} of the operator's {wanted} pods are ready.", f"kubectl describe pod -n {one.namespace} -l {LABEL}"
        )
    return good("Its pod is ready." if wanted == 1 else f"All of its {wanted} pods are ready.")


async def _lease(kube: Kube, one: Installation) -> Finding:
    try:
        lease = await kube.get(LEASES, one.namespace, one.lease)
    except NotFound:
        return bad(
            f"No operator has ever been active: there is no Lease {one.lease} in namespace {one.namespace}.",
            f"kubectl logs deployment/{one.name} -n {one.namespace} tells why.",
        )
    except Denied:
        return ask("Whether an operator is active can't be seen: you may not read its Lease.")
    return held(lease, time.time())


async def without_deployment(kube: Kube) -> list[Finding]:
    """Operators that are active without one, such as `navaar run` from a shell; empty where none is, or can be seen."""
    try:
        leases = await kube.list(LEASES, None, labels="app.kubernetes.io/managed-by=navaar")
    except KubeError:
        return []
    own = [one for one in leases if not one["metadata"]["name"].startswith(ACCOUNTS)]
    found = [finding for one in own if (finding := held(one, time.time())).verdict == "good"]
    return [*found, ask("It runs without a Deployment: nothing starts it again when it ends.")] if found else []


def held(lease: Mapping[str, Any], now: float) -> Finding:
    """Whether somebody holds a Lease and renews it."""
    spec, name = lease.get("spec") or {}, lease["metadata"]["name"]
    holder, renewed = spec.get("holderIdentity"), spec.get("renewTime")
    if not holder or not renewed:
        return bad(
            f"No operator is active: nobody holds the Lease {name}.",
            "Start one, or see why it doesn't get on: kubectl logs.",
        )
    age = now - read(renewed)
    if age > LATE:
        return bad(
            f"The Lease {name} was last renewed {short(age)} ago, by {holder}: no operator is active.",
            "See whether its pod runs (kubectl get pods), and whether it reaches the API server (kubectl logs).",
        )
    return good(f"{holder} is active; it renewed its Lease {short(age)} ago.")


async def _informer(kube: Kube, one: Installation) -> list[Finding]:
    """What the active pod's metrics say, where one may read them through the API server."""
    try:
        pods = await kube.list(PODS, one.namespace, labels=LABEL)
    except KubeError:
        return []
    for pod in pods:
        name = f"{pod['metadata']['name']}:8080"
        try:
            text = await kube.text(f"{PODS.path(one.namespace, name, 'proxy')}/metrics")
        except KubeError:
            continue
        age = figure(text, "navaar_informer_age_seconds")
        if figure(text, "navaar_leader") != 1.0 or age is None:
            continue
        if age > STALE:
            remedy = f"kubectl logs pod/{pod['metadata']['name']} -n {one.namespace} tells why; deleting the pod starts it anew."
            return [bad(f"The operator last heard of Tracks {short(age)} ago.", remedy)]
        return [good(f"The operator heard of Tracks {short(age)} ago.")]
    return []


def figure(text: str, name: str) -> float | None:
    """The value of a metric without labels in Prometheus' text."""
    found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else None
