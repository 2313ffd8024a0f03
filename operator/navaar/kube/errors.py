"""The errors of the API server, as far as callers branch on them.

KubeError
├── NotFound        there is no such object
├── AlreadyExists   something of that name is there
├── Conflict        it changed since it was read
├── Gone            the version to continue from is too old
├── Invalid         the API server refuses the content: repeating it is of no use
├── Denied          not allowed, or not known: 401 and 403
├── NotLeader       another process holds the Lease: nothing was sent
└── Unavailable     no answer, or one that says to come back; what was sent may have been done
    └── Throttled   too many requests: nothing was done; `retry_after` says for how long
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import aiohttp
from kubernetes.aio.config import ConfigException

from reconcilers.store import StoreError


class KubeError(StoreError):
    """The API server said no, or nothing. `status` is the HTTP status, 0 without one."""

    def __init__(self, message: str, *, status: int = 0, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.retry_after = retry_after


class NotFound(KubeError):
    """There is no such object."""


class AlreadyExists(KubeError):
    """Something of that name is there already."""


class Conflict(KubeError):
    """The object changed since it was read."""


class Gone(KubeError):
    """The version to continue from is no longer kept."""


class Invalid(KubeError):
    """The content is refused; repeating it is of no use."""


class Denied(KubeError):
    """The service account may not do this."""


class NotLeader(KubeError):
    """The Lease is lost, or would run out during the request. Nothing was sent."""


class Unavailable(KubeError):
    """No answer came. A write may have been done."""


class Throttled(Unavailable):
    """Too many requests; nothing was done."""


_BY_STATUS: Mapping[int, type[KubeError]] = {
    400: Invalid,
    401: Denied,
    403: Denied,
    404: NotFound,
    409: Conflict,
    410: Gone,
    413: Invalid,
    422: Invalid,
    429: Throttled,
}


@contextmanager
def translated() -> Iterator[None]:
    """Turns what a request can die of into `KubeError`s."""
    try:
        yield
    except TimeoutError as error:
        raise Unavailable("the API server didn't answer in time") from error
    except (aiohttp.ClientError, OSError, ValueError, ConfigException) as error:
        raise Unavailable(f"the API server can't be reached: {_why(error)}") from error


def _why(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorError) and not isinstance(
        error, aiohttp.ClientConnectorCertificateError
    ):
        failed = error.os_error
        # asyncio puts the address in the place of the system's word for it.
        word = os.strerror(failed.errno) if failed.errno is not None and failed.errno > 0 else failed.strerror
        return word or type(failed).__name__
    return f"{type(error).__name__}: {error}"


def error_from(response: aiohttp.ClientResponse, text: bytes) -> KubeError:
    """The API server's refusal as an exception."""
    try:
        status = json.loads(text)
        message, reason = status.get("message", ""), status.get("reason", "")
        named = bool((status.get("details") or {}).get("name"))
    except (ValueError, AttributeError):
        message, reason, named = text.decode(errors="replace")[:200], "", False
    retry_after = response.headers.get("Retry-After", "")
    seconds = float(retry_after) if retry_after.isdigit() else None
    kind = _BY_STATUS.get(response.status, Unavailable if response.status >= 500 else KubeError)
    if reason == "AlreadyExists":
        kind = AlreadyExists
    if kind is NotFound and not named:
        # The path is not served just now (the kind is being installed, or something stands between): that says nothing
        # about the object.
        kind = Unavailable
    return kind(message or f"the API server answered {response.status}", status=response.status, retry_after=seconds)
