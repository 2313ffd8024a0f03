"""The way to the API server: one client, raw dictionaries, and errors that callers branch on (`navaar.kube.errors`)."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlencode

import aiohttp
from kubernetes.aio import config as kubernetes_config
from kubernetes.aio.client.api_client import ApiClient
from kubernetes.aio.client.configuration import Configuration
from pydantic_core import from_json

from navaar.kube import kubeconfig as kubeconfigs
from navaar.kube.errors import (
    AlreadyExists,
    Conflict,
    Denied,
    Gone,
    Invalid,
    KubeError,
    NotFound,
    NotLeader,
    Throttled,
    Unavailable,
    error_from,
    translated,
)
from navaar.kube.kinds import EVENTS, LEASES, MUSICSYNCS, SECRETS, TRACKS, Kind
from navaar.kube.objectlist import ObjectList

__all__ = [
    "EVENTS",
    "LEASES",
    "MUSICSYNCS",
    "SECRETS",
    "TRACKS",
    "AlreadyExists",
    "Conflict",
    "Denied",
    "Gone",
    "Invalid",
    "Kind",
    "Kube",
    "KubeError",
    "NotFound",
    "NotLeader",
    "Resource",
    "Throttled",
    "Unavailable",
    "user_agent",
]

Resource = dict[str, Any]

config: Any = kubernetes_config  # untyped

TIMEOUT = 15.0
"""Seconds for one request, connecting included."""

PIECE = 64 * 1024
"""Bytes of a list whose objects are in memory at a time: the client may hand out megabytes at once, and objects take ten
times the room of their text."""

LIST_SILENCE = 60.0
"""Seconds that a list may not get further."""

MERGE_PATCH = "application/merge-patch+json"

_MUTATIONS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_METADATA_ONLY = "application/json;as={};g=meta.k8s.io;v=v1"


def user_agent() -> str:
    """How the operator presents itself: ``navaar/<version>``."""
    try:
        return f"navaar/{version('navaar')}"
    except PackageNotFoundError:
        return "navaar/unknown"


class Kube:
    """The requests that the operator makes. Every method raises `KubeError`s and nothing else.

    `guard` is asked before each write with the seconds that the write may take; what it raises (`NotLeader`) leaves the
    write unsent. Use `Kube.connect`, and one of its own for Leases: a burst of writes must not delay their renewal.
    """

    def __init__(
        self,
        client: ApiClient,
        *,
        reload: Callable[[], Any] | None = None,
        guard: Callable[[float], None] | None = None,
        timeout: float = TIMEOUT,
        agent: str = "",
    ) -> None:
        self._client: Any = client  # half of its methods are untyped
        self._client.user_agent = agent or user_agent()
        self._reload = reload
        self.guard = guard
        self.timeout = timeout
        self.rehearses = False
        """Whether the API server is to check writes only, and to store nothing."""

    @classmethod
    async def connect(
        cls,
        kubeconfig: str | None = None,
        context: str | None = None,
        *,
        in_cluster: bool = False,
        guard: Callable[[float], None] | None = None,
        timeout: float = TIMEOUT,
        pool: int = 50,
        agent: str = "",
    ) -> "Kube":
        """A client for the cluster that the pod runs in, or that a kubeconfig (None: the usual place) names.

        `pool` bounds its connections; `agent` is who it says it is (empty: the operator).
        Raises KubeError when there is no usable configuration, Denied when signing in by it fails.
        """
        settings = Configuration(
            # HTTP(S)_PROXY is for the services; Python doesn't know the CIDRs that keep clusters out of it.
            client_session_kwargs={"trust_env": False},
            connection_pool_maxsize=pool,
        )

        async def load() -> None:
            if in_cluster:
                config.load_incluster_config(client_configuration=settings)
            else:
                await kubeconfigs.load(kubeconfig, context, settings)

        try:
            await load()
            client = ApiClient(configuration=settings)
        except (config.ConfigException, OSError, ValueError, ssl.SSLError) as error:
            raise KubeError(f"no usable Kubernetes configuration: {error}") from error
        return cls(client, reload=load, guard=guard, timeout=timeout, agent=agent)

    @property
    def server(self) -> str:
        """The API server's address."""
        return str(self._client.configuration.host)

    @property
    def configuration(self) -> Configuration:
        """How the API server is reached: address, CA, credentials."""
        held: Configuration = self._client.configuration
        return held

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.close()

    async def get(self, kind: Kind, namespace: str | None, name: str) -> Resource:
        """The object as it is now (a consistent read); `namespace` None: an object of the cluster."""
        return await self._json("GET", kind.path(namespace, name))

    async def pages(
        self,
        kind: Kind,
        namespace: str | None,
        *,
        labels: str = "",
        fields: str = "",
        metadata_only: bool = False,
        limit: int | None = None,
    ) -> AsyncGenerator[tuple[list[Resource], int], None]:
        """A consistent list, a few objects at a time as they arrive, with 0; at its end, with none, the list's version.

        The API server is asked for `limit` objects at once, if that is given: each page costs it some milliseconds of its
        own, so a long list is read sooner in one, but its API server gives up on what takes a minute. Raises Gone when
        reading pages took too long. They come uncompressed: gzip is half of what a long list costs the API server, which
        every start waits for.
        """
        accept = _METADATA_ONLY.format("PartialObjectMetadataList") if metadata_only else None
        query = {"limit": str(limit)} if limit is not None else {}
        if labels:
            query["labelSelector"] = labels
        if fields:
            query["fieldSelector"] = fields
        timeout = aiohttp.ClientTimeout(total=None, connect=self.timeout, sock_read=LIST_SILENCE)
        while True:
            arriving = ObjectList()
            async with self._answer("GET", kind.path(namespace), query, accept, None, timeout, "identity") as response:
                async for chunk in response.content.iter_any():
                    for start in range(0, len(chunk), PIECE):
                        if items := arriving.feed(chunk[start : start + PIECE]):
                            yield items, 0
                last, meta = arriving.close()
            if last:
                yield last, 0
            if not meta.get("continue"):
                yield [], int(meta.get("resourceVersion") or 0)
                return
            query["continue"] = meta["continue"]

    async def list(self, kind: Kind, namespace: str | None, *, labels: str = "", fields: str = "") -> list[Resource]:
        """Everything in the namespace (None: in all of them), read consistently."""
        return [item async for items, _ in self.pages(kind, namespace, labels=labels, fields=fields) for item in items]

    async def version(self) -> Resource:
        """What the API server says of its own version: `gitVersion` and more."""
        return await self._json("GET", "/version")

    async def text(self, path: str) -> str:
        """What is at a path, as text: for what the API server passes on, such as a pod's metrics."""
        timeout = aiohttp.ClientTimeout(total=self.timeout)
        async with self._answer("GET", path, None, "*/*", None, timeout) as response:
            return (await response.read()).decode(errors="replace")

    async def create(self, kind: Kind, namespace: str | None, body: Mapping[str, Any]) -> Resource:
        """Creates an object. Raises AlreadyExists."""
        return await self._json("POST", kind.path(namespace), body=body)

    async def replace(
        self,
        kind: Kind,
        namespace: str,
        name: str,
        body: Mapping[str, Any],
        *,
        subresource: str | None = None,
    ) -> Resource:
        """Puts `body` in the place of the object. Raises Conflict when it isn't at the body's resourceVersion."""
        return await self._json("PUT", kind.path(namespace, name, subresource), body=body)

    async def patch(
        self,
        kind: Kind,
        namespace: str,
        name: str,
        body: Mapping[str, Any],
        *,
        subresource: str | None = None,
    ) -> Resource:
        """Merges `body` into the object (null removes). Raises Conflict if its resourceVersion isn't the object's."""
        return await self._json("PATCH", kind.path(namespace, name, subresource), body=body)

    async def delete(
        self, kind: Kind, namespace: str, name: str, *, uid: str | None = None, version: int | None = None
    ) -> None:
        """Deletes the object, only if it is this one (`uid`) and unchanged (`version`); else raises Conflict."""
        preconditions: dict[str, str] = {}
        if uid is not None:
            preconditions["uid"] = uid
        if version is not None:
            preconditions["resourceVersion"] = str(version)
        body = {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": preconditions}
        await self._json("DELETE", kind.path(namespace, name), body=body)

    @asynccontextmanager
    async def watch(
        self,
        kind: Kind,
        namespace: str | None,
        since: int,
        *,
        labels: str = "",
        metadata_only: bool = False,
        seconds: int = 600,
        quiet: float = 70.0,
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Chunks of the stream of changes since a version, bookmarks (about one a minute) included.

        The server ends it after `seconds`. It ends, too, after `quiet` seconds without a byte: the connection may be dead,
        or nothing of that kind has changed. Bookmarks don't come before the API server knows of a newer version than `since`
        (``processInterval`` in its cache_watcher.go), which it learns in quiet times when somebody asks for a list.
        """
        query = {
            "watch": "1",
            "allowWatchBookmarks": "true",
            "resourceVersion": str(since),
            "timeoutSeconds": str(seconds),
        }
        if labels:
            query["labelSelector"] = labels
        accept = _METADATA_ONLY.format("PartialObjectMetadata") if metadata_only else None
        timeout = aiohttp.ClientTimeout(total=None, connect=self.timeout, sock_read=quiet)
        async with self._answer("GET", kind.path(namespace), query, accept, None, timeout) as response:
            yield _until_quiet(response.content)

    async def _json(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        accept: str | None = None,
    ) -> Resource:
        if self.guard is not None and method in _MUTATIONS:
            self.guard(self.timeout)
        if self.rehearses and method in _MUTATIONS:
            query = {**(query or {}), "dryRun": "All"}
        timeout = aiohttp.ClientTimeout(total=self.timeout)
        async with self._answer(method, path, query, accept, body, timeout) as response:
            found: Resource = from_json(await response.read())
            return found

    @asynccontextmanager
    async def _answer(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        accept: str | None,
        body: Mapping[str, Any] | None,
        timeout: aiohttp.ClientTimeout,
        encoding: str | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """What the API server answers, unless it refuses; credentials that have run out are read again, once."""
        with translated():
            response = await self._send(method, path, query, accept, body, timeout, encoding)
            if response.status == 401 and self._reload is not None:
                response.close()
                await self._reload_credentials()
                response = await self._send(method, path, query, accept, body, timeout, encoding)
            async with response:
                if response.status >= 400:
                    raise error_from(response, await response.read())
                yield response

    async def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        accept: str | None,
        body: Mapping[str, Any] | None,
        timeout: aiohttp.ClientTimeout,
        encoding: str | None = None,
    ) -> aiohttp.ClientResponse:
        headers = {**self._client.default_headers, "Accept": accept or "application/json"}
        headers["Content-Type"] = MERGE_PATCH if method == "PATCH" else "application/json"
        if encoding is not None:
            headers["Accept-Encoding"] = encoding
        await self._client.update_params_for_auth(headers, [], ["BearerToken"], path, method, body)
        url = self.server + path + ("?" + urlencode(query) if query else "")
        answer = await self._client.rest_client.request(
            method, url, headers=headers, body=body, _request_timeout=timeout
        )
        response: aiohttp.ClientResponse = answer.response
        return response

    async def _reload_credentials(self) -> None:
        """Reads the configuration again: a token ran out before its time, or a plugin has a new one."""
        assert self._reload is not None
        loaded = self._reload()
        if asyncio.iscoroutine(loaded):
            await loaded


async def _until_quiet(content: aiohttp.StreamReader) -> AsyncGenerator[bytes, None]:
    with suppress(TimeoutError):
        async for chunk in content.iter_any():
            yield chunk
