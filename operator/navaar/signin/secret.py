"""The Secret that a sign-in ends in."""

from collections.abc import Mapping, Sequence
from typing import Any

from navaar.api.instant import written
from navaar.kube.client import Kube, Resource
from navaar.kube.errors import AlreadyExists, NotFound
from navaar.kube.kinds import SECRETS
from navaar.signin.problem import SignInProblem

ENDS = "navaar.dev/consent-ends"
"""The annotation that says when a consent ends, where that is known: for people, and for `navaar doctor`."""


def manifest(namespace: str, name: str, values: Mapping[str, str], ends: float | None) -> dict[str, Any]:
    """The Secret as one would apply it, with its values to be read."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": name,
            "namespace": namespace,
            **({"annotations": {ENDS: written(ends)}} if ends is not None else {}),
        },
        "type": "Opaque",
        "stringData": dict(values),
    }


def owner_of(secret: Resource | None) -> str | None:
    """What makes this Secret and would make it again as it was, such as a SealedSecret; None where people do."""
    for reference in ((secret or {}).get("metadata") or {}).get("ownerReferences") or []:
        if reference.get("controller"):
            return f"{reference.get('kind')} {reference.get('name')}"
    return None


async def stored(
    kube: Kube, namespace: str, name: str, values: Mapping[str, str], keys: Sequence[str], ends: float | None
) -> bool:
    """Creates the Secret, or puts the values into the one that is there; True where it was created.

    Of `keys` those without a value are taken out; what else is in it stays. Raises `SignInProblem` where somebody else makes
    that Secret, and `KubeError`s.
    """
    made = manifest(namespace, name, values, ends)
    try:
        there = await kube.get(SECRETS, namespace, name)
    except NotFound:
        try:
            await kube.create(SECRETS, namespace, made)
            return True
        except AlreadyExists:
            there = await kube.get(SECRETS, namespace, name)
    owner = owner_of(there)
    if owner is not None:
        raise SignInProblem(
            f"Secret {name} is made by {owner}, which would undo this. Print it with -o yaml and put the values in there."
        )
    gone = {key: None for key in keys if key not in values and key in (there.get("data") or {})}
    notes = {ENDS: written(ends) if ends is not None else None}
    patch = {"metadata": {"annotations": notes}, "stringData": dict(values), **({"data": gone} if gone else {})}
    await kube.patch(SECRETS, namespace, name, patch)
    return False
