"""What somebody else's token may do, by the API server's own word.

The question is a SelfSubjectAccessReview, sent with that token and nothing else: everybody who is somebody may ask it of
themselves, so this needs no right, and the operator's own are never in play.
"""

import asyncio
import hashlib
import ssl
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import aiohttp
from kubernetes.aio.client.configuration import Configuration
from pydantic_core import from_json

from navaar.api.common import GROUP
from navaar.http.problem import unavailable
from navaar.kube.client import user_agent

PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
TIMEOUT = 5.0
LASTS = 15.0
"""Seconds that a verdict is believed: a right that was taken away is gone after that."""

REMEMBERED = 4096
AT_ONCE = 8
"""Questions under way; others wait."""

WAITING = 256

Question = tuple[str, str, str, str]
"""Verb, resource of navaar.dev, namespace (empty: in all of them) and name (empty: of any)."""


class Stranger(Exception):
    """The API server doesn't know the token, or no longer."""


class Reviews:
    """Asks the API server of `configuration`, with nothing of it but the address and the authority to trust."""

    def __init__(self, configuration: Configuration, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings: Any = configuration
        self._clock = clock
        self._verdicts: OrderedDict[tuple[bytes, Question], tuple[bool | None, float]] = OrderedDict()
        self._limit = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._session: aiohttp.ClientSession | None = None

    async def allowed(self, token: str, question: Question) -> bool:
        """Whether the token's owner may do that. Raises Stranger, and Problem when there is no telling."""
        # Not the token itself: memory may be dumped.
        key = (hashlib.sha256(token.encode()).digest(), question)
        known = self._verdicts.get(key)
        if known is not None and self._clock() < known[1]:
            verdict = known[0]
        else:
            verdict = await self._ask(token, question)
            self._verdicts[key] = (verdict, self._clock() + LASTS)
            self._verdicts.move_to_end(key)
            if len(self._verdicts) > REMEMBERED:
                self._verdicts.popitem(last=False)
        if verdict is None:
            raise Stranger
        return verdict

    async def _ask(self, token: str, question: Question) -> bool | None:
        """None: the token is nobody's."""
        if self._waiting >= WAITING:
            raise unavailable("Too many are asking at once. Ask again in a moment.", 1)
        self._waiting += 1
        try:
            async with self._limit:
                return await self._send(token, question)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            said = "The API server, which must say what you may see, doesn't answer. Ask again in a moment."
            raise unavailable(said) from error
        finally:
            self._waiting -= 1

    async def _send(self, token: str, question: Question) -> bool | None:
        verb, resource, namespace, name = question
        attributes = {"group": GROUP, "verb": verb, "resource": resource, "namespace": namespace, "name": name}
        body = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": {key: value for key, value in attributes.items() if value}},
        }
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", "User-Agent": user_agent()}
        async with self._opened().post(
            self._settings.host + PATH,
            json=body,
            headers=headers,
            allow_redirects=False,
            server_hostname=getattr(self._settings, "tls_server_name", None),
        ) as answer:
            if answer.status == 401:
                return None
            if answer.status == 403:
                return False  # a cluster in which not everybody may ask
            if answer.status != 201:
                raise ValueError(f"the API server answered {answer.status}")
            return from_json(await answer.read())["status"].get("allowed") is True

    def _opened(self) -> aiohttp.ClientSession:
        """No certificate of the operator's, no proxy, no cookie that would go from one caller to the next."""
        if self._session is None:
            context = ssl.create_default_context(cafile=self._settings.ssl_ca_cert)
            if not self._settings.verify_ssl:
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=context, limit=AT_ONCE),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=TIMEOUT),
                trust_env=False,
            )
        return self._session

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None
