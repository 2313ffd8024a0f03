"""The cluster, and the resources that it serves."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from navaar.api.common import GROUP, VERSION
from navaar.api.crds import RESOURCES
from navaar.kube.client import Kube
from navaar.kube.errors import Denied, KubeError, NotFound
from navaar.kube.kinds import Kind
from navaar.people.finding import Finding, ask, bad, good

LEAST = (1, 31)
"""Since then kube-apiserver selects custom resources by their fields."""

CRDS = Kind("apiextensions.k8s.io", "v1", "customresourcedefinitions")

INSTALL = "The chart brings them with the operator; alone they come by kubectl apply --server-side -f crds/"


async def cluster(kube: Kube) -> list[Finding]:
    """Whether the API server can be reached, and is new enough. Raises KubeError where it can't."""
    told = await kube.version()
    name = str(told.get("gitVersion") or "of an unknown version")
    numbers = re.match(r"v?(\d+)\.(\d+)", name)
    if numbers is None:
        return [ask(f"Kubernetes {name} answers at {kube.server}; Navaar needs 1.31 or newer.")]
    if (int(numbers[1]), int(numbers[2])) < LEAST:
        return [
            bad(
                f"Kubernetes {name} is too old: Tracks can't be selected by their fields.",
                "Upgrade it to 1.31 or newer.",
            )
        ]
    return [good(f"Kubernetes {name} answers at {kube.server}.")]


async def resources(kube: Kube) -> tuple[list[Finding], bool]:
    """Whether MusicSyncs and Tracks are served as this program knows them; and whether they are served at all."""
    found: list[Finding] = []
    missing: list[str] = []
    unserved: list[str] = []
    for resource in RESOURCES:
        ours, name = resource.manifest(), f"{resource.plural}.{GROUP}"
        try:
            there = await kube.get(CRDS, None, name)
        except NotFound:
            missing.append(resource.kind)
        except Denied:
            if await _answers(kube, resource.plural):
                found.append(good(f"{resource.kind} is served (its definition is not yours to read)."))
            else:
                unserved.append(resource.kind)
        else:
            found.append(_compared(resource.kind, ours, there))
    for kinds, says in ((missing, "not installed in this cluster"), (unserved, "not served")):
        if kinds:
            found.append(bad(f"{' and '.join(kinds)} {'is' if len(kinds) == 1 else 'are'} {says}.", INSTALL))
    return found, all(finding.verdict != "bad" for finding in found)


async def _answers(kube: Kube, plural: str) -> bool:
    try:
        await anext(kube.pages(Kind(GROUP, VERSION, plural), "default", limit=1))
    except Denied:
        return True  # one must know a kind to forbid it
    except (KubeError, StopAsyncIteration):
        return False
    return True


def _compared(kind: str, ours: Mapping[str, Any], there: Mapping[str, Any]) -> Finding:
    versions = {one["name"]: one for one in there["spec"].get("versions") or []}
    if not versions.get(VERSION, {}).get("served"):
        return bad(f"{kind} is served without version {VERSION}.", "Install the resources of this program's version.")
    conditions = {c["type"]: c["status"] for c in (there.get("status") or {}).get("conditions") or []}
    if conditions.get("Established") != "True":
        return bad(
            f"{kind} is not established: its names are taken, or it was just made.", "kubectl describe crd tells why."
        )
    known = set(_fields(_schema(ours["spec"]["versions"][0])))
    served = set(_fields(_schema(versions[VERSION])))
    since = str(there["metadata"].get("creationTimestamp") or "")[:10]
    if missing := sorted(known - served):
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        return ask(
            f"{kind} is served by an older definition than this program's (it lacks {missing[0]}{more}).",
            "Upgrade the chart's resources: helm upgrade leaves them as they are unless crds.install is on.",
        )
    if newer := sorted(served - known):
        return ask(
            f"{kind} is served by a newer definition than this program's (it has {newer[0]}).", "Upgrade this program."
        )
    return good(f"{kind} is served as this program knows it (since {since}).")


def _schema(version: Mapping[str, Any]) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = (version.get("schema") or {}).get("openAPIV3Schema") or {}
    return schema


def _fields(schema: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Every field of a schema by its path."""
    for name, inner in (schema.get("properties") or {}).items():
        yield f"{path}.{name}"
        yield from _fields(inner, f"{path}.{name}")
    for part in ("items", "additionalProperties"):
        if isinstance(schema.get(part), dict):
            yield from _fields(schema[part], f"{path}[]")
