"""Credentials: read from the Secrets that people make, and what came of them, kept in one of our own.

Nothing of a value ever gets into a message, a log line or a record.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from navaar.api.instant import read, written
from navaar.kube.client import Kube, Resource
from navaar.kube.errors import AlreadyExists, Conflict, Denied, NotFound
from navaar.kube.informer import Cache, Informer
from navaar.kube.kinds import SECRETS
from reconcilers.errors import AuthError

TOKENS = "navaar-tokens"
"""The operator's own Secret, in its own namespace: one entry per consent, however many MusicSyncs live on it."""

PLACEHOLDER = "PUT-YOUR-"
"""What a value begins with that an example left for a person to fill in."""

WRITE_ATTEMPTS = 5
FORGOTTEN = 400 * 86400.0
"""Seconds after which a consent is past use, and what is kept of it can go."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What became of a credential that a person put in: when it was first seen (Unix seconds), and what replaced it."""

    seen: float
    token: str | None = field(default=None, repr=False)


class SecretProblem(AuthError):
    """A Secret is missing, or something in it is: the message says what to do."""

    reason = "SecretNotFound"


class Secrets:
    """Reads Secrets by name, and tells which ones change without reading them. `namespace` is the operator's own."""

    def __init__(self, kube: Kube, namespace: str) -> None:
        self._kube = kube
        self._own = namespace

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
                reason="SecretForbidden",
            ) from None
        values = decoded(name, secret)
        missing = [key for key in required if not values.get(key, "").strip()]
        if missing:
            there = ", ".join(sorted(values)) or "nothing"
            keys = " and ".join(missing)
            raise SecretProblem(
                f"Secret {name} in namespace {namespace} lacks {keys} (it has {there}). Add {_it(missing)} to it.",
                reason="SecretIncomplete",
            )
        if left := placeholders(values):
            raise SecretProblem(
                f"Secret {name} in namespace {namespace} still holds what an example put there, in {', '.join(left)}. "
                "Put your own in.",
                reason="SecretIncomplete",
            )
        return values

    async def consent(self, fingerprint: str) -> Consent | None:
        """What is kept of a credential; None if it was never seen, so also when a person put in another.

        `fingerprint` stands for what a person put in. Raises SecretProblem where that may not be read, else KubeError.
        """
        return _kept(await self._tokens(), fingerprint)

    async def keep(self, fingerprint: str, consent: Consent) -> None:
        """Keeps what became of a credential: stored when this returns. Raises as `consent` does."""
        value = json.dumps({"seen": written(float(int(consent.seen))), "refreshToken": consent.token})
        entry: dict[str, str | None] = {fingerprint: base64.b64encode(value.encode()).decode()}
        known = (await self._tokens()).get("data") or {}
        for old in known:
            past = _kept({"data": known}, old)
            if past is not None and past.seen < consent.seen - FORGOTTEN and old != fingerprint:
                entry[old] = None
        for attempt in range(WRITE_ATTEMPTS):
            try:
                try:
                    # A merge patch touches these entries only, so the others are safe without a version.
                    await self._kube.patch(SECRETS, self._own, TOKENS, {"data": entry})
                except NotFound:
                    await self._kube.create(SECRETS, self._own, _token_secret(self._own, entry))
                return
            except (AlreadyExists, Conflict):
                if attempt == WRITE_ATTEMPTS - 1:
                    raise
            except Denied as error:
                raise self._denied(error) from None

    async def _tokens(self) -> Resource:
        try:
            return await self._kube.get(SECRETS, self._own, TOKENS)
        except NotFound:
            return {}
        except Denied as error:
            raise self._denied(error) from None

    def _denied(self, error: Denied) -> Exception:
        if error.status != 403:
            return error
        return SecretProblem(
            f"The operator may not keep the Secret {TOKENS} in its own namespace {self._own}, where tokens that Spotify "
            "replaces must go. Give its service account the chart's Role there.",
            reason="SecretForbidden",
        )

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


def decoded(name: str, secret: Resource) -> dict[str, str]:
    """What is in a Secret, as text. Raises SecretProblem."""
    values: dict[str, str] = {}
    for key, value in (secret.get("data") or {}).items():
        try:
            values[key] = base64.b64decode(value).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise SecretProblem(
                f"{key} in Secret {name} is not text. Put it in again, as UTF-8.", reason="SecretIncomplete"
            ) from None
    return values


def placeholders(values: Mapping[str, str]) -> list[str]:
    """The keys that nobody has filled in yet."""
    return [key for key, value in sorted(values.items()) if value.strip().startswith(PLACEHOLDER)]


def _kept(kept: Resource, fingerprint: str) -> Consent | None:
    value = (kept.get("data") or {}).get(fingerprint)
    if value is None:
        return None
    try:
        entry = json.loads(base64.b64decode(value))
        token, seen = entry.get("refreshToken"), read(entry["seen"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return Consent(seen, token if isinstance(token, str) and token else None)


def _token_secret(namespace: str, entry: Mapping[str, str | None]) -> dict[str, Any]:
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
        "data": {name: value for name, value in entry.items() if value is not None},
    }


def _with(required: Sequence[str]) -> str:
    return f" with the key{'s' if len(required) > 1 else ''} {', '.join(required)}" if required else ""


def _it(missing: Sequence[str]) -> str:
    return "them" if len(missing) > 1 else "it"
