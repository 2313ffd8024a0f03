"""Credentials: read from the Secrets that people make, and, where a service replaces them, kept in one of our own.

Nothing of a value ever gets into a message, a log line or a record.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from navaar.informer import Cache, Informer
from navaar.kinds import SECRETS
from navaar.kube import Kube, Resource
from navaar.kubeerrors import AlreadyExists, Conflict, Denied, NotFound
from reconcilers.errors import AuthError

TOKENS = "navaar-tokens"
"""Name of the operator's own Secret in each namespace with MusicSyncs. One fixed name, so that a Role can name it."""

WRITE_ATTEMPTS = 5


class SecretProblem(AuthError):
    """A Secret is missing, or something in it is: the message says what to do."""

    reason = "SecretNotFound"


class Secrets:
    """Reads Secrets by name, and tells which ones change without reading them."""

    def __init__(self, kube: Kube) -> None:
        self._kube = kube

    async def read(self, namespace: str, name: str, required: Sequence[str] = ()) -> dict[str, str]:
        """The Secret's keys and values, as text. Raises SecretProblem; KubeError when the API server is in trouble."""
        try:
            secret = await self._kube.get(SECRETS, namespace, name)
        except NotFound:
            raise SecretProblem(
                f"There is no Secret {name} in namespace {namespace}. Create it{_with(required)}."
            ) from None
        except Denied as error:
            if error.status != 403:
                raise
            raise SecretProblem(
                f"The operator may not read Secret {name} in namespace {namespace}. Let its service account get it.",
                reason="Forbidden",
            ) from None
        values = _decoded(name, secret)
        missing = [key for key in required if not values.get(key, "").strip()]
        if missing:
            there = ", ".join(sorted(values)) or "nothing"
            keys = " and ".join(missing)
            raise SecretProblem(
                f"Secret {name} in namespace {namespace} lacks {keys} (it has {there}). Add {_it(missing)} to it.",
                reason="SecretIncomplete",
            )
        return values

    async def read_token(self, namespace: str, secret: str, fingerprint: str) -> str | None:
        """The token that took the place of the one in `secret`; None if none did, or a person has replaced that since.

        `fingerprint` stands for what a person put into `secret`. Raises KubeError.
        """
        try:
            kept = await self._kube.get(SECRETS, namespace, TOKENS)
        except NotFound:
            return None
        return _kept(kept, secret, fingerprint)

    async def write_token(self, namespace: str, secret: str, fingerprint: str, token: str) -> None:
        """Keeps the token that took the place of the one in `secret`: stored when this returns. Raises KubeError."""
        value = json.dumps({"fingerprint": fingerprint, "refreshToken": token})
        entry = {secret: base64.b64encode(value.encode()).decode()}
        for attempt in range(WRITE_ATTEMPTS):
            try:
                try:
                    # A merge patch touches this entry only, so those of other Secrets are safe without a version.
                    await self._kube.patch(SECRETS, namespace, TOKENS, {"data": entry})
                except NotFound:
                    await self._kube.create(SECRETS, namespace, _token_secret(namespace, entry))
                return
            except (AlreadyExists, Conflict):
                if attempt == WRITE_ATTEMPTS - 1:
                    raise

    def informer(self, namespace: str | None, changed: Callable[[str, str], None]) -> Informer["SecretVersion"]:
        """Watches which Secrets of a namespace (None: of all) change; their values are never sent here.

        `changed` is told of each one (namespace, name), and of those that are there at the start. What the operator
        itself writes doesn't count.
        """

        def tell(old: SecretVersion | None, new: SecretVersion | None) -> None:
            secret = new or old
            if secret is not None and secret.name != TOKENS:
                changed(secret.namespace, secret.name)

        cache: Cache[SecretVersion] = Cache(_stamp, on_foreign=tell)
        return Informer(self._kube, SECRETS, namespace, cache, SecretVersion.parse, metadata_only=True)


@dataclass(frozen=True, slots=True)
class SecretVersion:
    """That there is a Secret, and which version of it; nothing of what is in it."""

    namespace: str
    name: str
    uid: str
    version: int

    @classmethod
    def parse(cls, resource: Resource) -> "SecretVersion":
        """From the metadata of a Secret."""
        metadata = resource["metadata"]
        return cls(metadata["namespace"], metadata["name"], metadata["uid"], int(metadata["resourceVersion"]))


def _stamp(secret: SecretVersion) -> tuple[str, int]:
    return secret.uid, secret.version


def _decoded(name: str, secret: Resource) -> dict[str, str]:
    values: dict[str, str] = {}
    for key, value in (secret.get("data") or {}).items():
        try:
            values[key] = base64.b64decode(value).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise SecretProblem(
                f"{key} in Secret {name} is not text. Put it in again, as UTF-8.", reason="SecretIncomplete"
            ) from None
    return values


def _kept(kept: Resource, secret: str, fingerprint: str) -> str | None:
    value = (kept.get("data") or {}).get(secret)
    if value is None:
        return None
    try:
        entry = json.loads(base64.b64decode(value))
        token = entry["refreshToken"] if entry["fingerprint"] == fingerprint else None
    except (ValueError, KeyError, TypeError):
        return None
    return token if isinstance(token, str) and token else None


def _token_secret(namespace: str, entry: dict[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        # Without an owner: the consent outlives any one MusicSync, and a new one can't be had without a person.
        "metadata": {
            "name": TOKENS,
            "namespace": namespace,
            "labels": {"app.kubernetes.io/managed-by": "navaar", "app.kubernetes.io/component": "tokens"},
        },
        "data": entry,
    }


def _with(required: Sequence[str]) -> str:
    return f" with the key{'s' if len(required) > 1 else ''} {', '.join(required)}" if required else ""


def _it(missing: Sequence[str]) -> str:
    return "them" if len(missing) > 1 else "it"
