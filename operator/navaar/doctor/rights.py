"""What the operator's ServiceAccount may do, against what it must be able to."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from navaar.account.secrets import TOKENS
from navaar.api.common import GROUP
from navaar.kube.client import Kube
from navaar.kube.errors import Denied, KubeError
from navaar.kube.kinds import Kind
from navaar.people.finding import Finding, ask, bad, good

REVIEWS = Kind("authorization.k8s.io", "v1", "subjectaccessreviews")


@dataclass(frozen=True, slots=True)
class Rule:
    """One of RBAC's: `name` limits it to one object."""

    group: str
    resource: str
    verbs: tuple[str, ...]
    name: str = ""


WATCHED = (
    Rule(GROUP, "musicsyncs", ("get", "list", "watch")),
    Rule(GROUP, "musicsyncs/status", ("update",)),
    Rule(GROUP, "tracks", ("get", "list", "watch", "create", "patch", "delete")),
    Rule(GROUP, "tracks/status", ("update",)),
    Rule("", "secrets", ("get", "list", "watch")),
    Rule("", "events", ("create", "patch")),
)
OWN = (
    Rule("coordination.k8s.io", "leases", ("get", "create", "update")),
    Rule("", "secrets", ("get", "patch"), TOKENS),
    Rule("", "secrets", ("create",)),
)
"""Those of charts/navaar/files/role-rules.yaml, which a test holds them equal to."""


async def rights(kube: Kube, account: str, own: str, watched: Sequence[str | None]) -> list[Finding]:
    """What the ServiceAccount `account` of namespace `own` lacks there and in the namespaces it serves (None: in all)."""
    user = f"system:serviceaccount:{own}:{account}"
    asked = [(namespace, rule, verb) for namespace in watched for rule, verb in _each(WATCHED)]
    asked += [(own, rule, verb) for rule, verb in _each(OWN)]
    try:
        answers = await asyncio.gather(*(_may(kube, user, own, *one) for one in asked))
    except Denied:
        return [
            ask(
                f"Whether the ServiceAccount {own}/{account} may do what it must can't be seen: you may not ask that of others.",
                "Ask somebody who may create subjectaccessreviews, or look at the MusicSyncs' conditions.",
            )
        ]
    except KubeError as error:
        return [
            ask(f"Whether the ServiceAccount {own}/{account} may do what it must couldn't be asked: {error.message}.")
        ]
    missing: dict[str | None, list[str]] = {}
    for (namespace, rule, verb), allowed in zip(asked, answers, strict=True):
        if not allowed:
            missing.setdefault(namespace, []).append(f"{verb} {rule.resource}")
    if not missing:
        where = ", ".join(sorted({namespace or "all namespaces" for namespace in watched}))
        return [good(f"The ServiceAccount {own}/{account} may do what it must (in {where}).")]
    return [
        bad(
            f"The ServiceAccount {own}/{account} may not {', '.join(lacks)} {_in(namespace)}.",
            f"Give it the chart's Role there: add {namespace} to watchNamespaces and upgrade the release."
            if namespace not in (None, own)
            else "Upgrade the release with rbac.create, or repair its Roles.",
        )
        for namespace, lacks in missing.items()
    ]


def _each(rules: Iterable[Rule]) -> Iterable[tuple[Rule, str]]:
    return ((rule, verb) for rule in rules for verb in rule.verbs)


async def _may(kube: Kube, user: str, own: str, namespace: str | None, rule: Rule, verb: str) -> bool:
    resource, _, subresource = rule.resource.partition("/")
    attributes = {"namespace": namespace or "", "group": rule.group, "resource": resource, "verb": verb}
    attributes |= {"subresource": subresource} if subresource else {}
    attributes |= {"name": rule.name} if rule.name else {}
    groups = ["system:serviceaccounts", f"system:serviceaccounts:{own}", "system:authenticated"]
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {"user": user, "groups": groups, "resourceAttributes": attributes},
    }
    answer = await kube.create(REVIEWS, None, body)
    return bool((answer.get("status") or {}).get("allowed"))


def _in(namespace: str | None) -> str:
    return f"in namespace {namespace}" if namespace else "in all namespaces"
