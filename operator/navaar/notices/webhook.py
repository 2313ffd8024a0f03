"""A webhook: an address that somebody else listens at, and that is itself a secret."""

import asyncio
import hashlib
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from navaar.account.secrets import SecretProblem
from navaar.kube.client import user_agent
from navaar.notices.text import Message
from reconcilers.errors import OutcomeUnknown, RateLimitError, ServiceError, TargetError, TransientError

TIMEOUT = 10.0
"""Seconds for connecting, and for an answer."""

DISCORD = 2000
"""Characters that Discord takes."""

_LONGEST_WAIT = 3600.0
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.UnsupportedProtocol, httpx.InvalidURL)
_LATER = frozenset({408, 425, 429})


def body_of(message: Message, uid: str) -> dict[str, Any]:
    """What is posted: ``text`` is where Slack and Mattermost look, ``content`` where Discord does.

    ``id`` is the same however often a message is sent.
    """
    text = message.plain
    return {
        "version": 1,
        "id": hashlib.sha256(f"{uid} {message.items}".encode()).hexdigest()[:32],
        "musicSync": {"namespace": message.namespace, "name": message.name},
        "text": text,
        "content": text if len(text) <= DISCORD else f"{text[: DISCORD - 1]}…",
        "items": message.items,
    }


def address(secret: str, values: Mapping[str, str]) -> str:
    """The address in a Secret. Raises SecretProblem; the address itself is never repeated."""
    url = values["url"].strip()
    try:
        usable = httpx.URL(url).scheme == "https" and bool(urlsplit(url).hostname) and len(url) <= 4096
    except (httpx.InvalidURL, ValueError):
        usable = False
    if not usable:
        # Without TLS, and verified, any address inside of the cluster could be had to be asked by who writes Secrets.
        raise SecretProblem(
            f"url in Secret {secret} is not an https address. Copy it anew, from https:// on.",
            reason="InvalidWebhook",
        )
    return url


async def post(url: str, body: Mapping[str, Any], *, clock: Callable[[], float] = time.time) -> None:
    """Posts once. Raises a ServiceError: TargetError where a person must act, else one that passes."""
    try:
        async with (
            asyncio.timeout(2 * TIMEOUT),
            # Proxy and authorities are those of the environment, as for the services.
            httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False, headers={"User-Agent": user_agent()}) as client,
            # The answer's body is nobody's business, and may be endless.
            client.stream("POST", url, json=body) as response,
        ):
            status, wait = response.status_code, response.headers.get("Retry-After", "")
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError, ValueError) as error:
        # Not chained, and not in its own words: they may hold the address.
        if isinstance(error, _NEVER_SENT):
            raise TransientError(f"The webhook can't be reached ({type(error).__name__}).") from None
        raise OutcomeUnknown(f"The webhook's answer was lost ({type(error).__name__}).") from None
    if not 200 <= status < 300:
        raise _refusal(status, wait, clock())


def _refusal(status: int, wait: str, now: float) -> ServiceError:
    if 300 <= status < 400:
        return TargetError(
            f"The webhook answers with a redirect (HTTP {status}), which is not followed: put the address that it leads to "
            "into the Secret.",
            reason="WebhookRefused",
        )
    if status == 429 and wait.isdecimal():
        return RateLimitError("The webhook asks to wait.", retry_at=now + min(float(wait), _LONGEST_WAIT))
    if status in _LATER or status >= 500:
        return TransientError(f"The webhook is in trouble (HTTP {status}).")
    return TargetError(
        f"The webhook refuses the message (HTTP {status}). Check the address in the Secret, and what listens there.",
        reason="WebhookRefused",
    )
