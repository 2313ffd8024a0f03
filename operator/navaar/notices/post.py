"""Where messages go: to a chat of the MusicSync's bot, or to a webhook."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from navaar.account.accounts import Accounts
from navaar.account.secrets import Secrets
from navaar.notices import webhook
from navaar.notices.text import Message
from reconcilers.errors import TargetError

Resource = Mapping[str, Any]


class Post(Protocol):
    """Delivers messages: `Mail`."""

    async def deliver(self, sync: Resource, message: Message) -> None:
        """Sends a message to the people of a MusicSync, once. Raises a ServiceError, and KubeError."""
        ...


def recipient(sync: Resource) -> str | None:
    """Who is told, in words that may be shown; None: nobody."""
    spec = sync["spec"].get("notifications")
    if not spec:
        return None
    if spec.get("chat") is not None:
        return f"chat {spec['chat']}"
    return f"Secret {spec['webhookSecretRef']['name']}"


def secret_of(sync: Resource) -> str:
    """The Secret without which nobody can be told."""
    spec = sync["spec"]["notifications"]
    if spec.get("chat") is not None:
        name: str = sync["spec"]["telegram"]["credentialsSecretRef"]["name"]
    else:
        name = spec["webhookSecretRef"]["name"]
    return name


@dataclass(frozen=True, slots=True)
class Mail:
    """Delivers by what `accounts` and `secrets` know; `clock` gives Unix seconds."""

    accounts: Accounts
    secrets: Secrets
    clock: Callable[[], float] = time.time

    async def deliver(self, sync: Resource, message: Message) -> None:
        """See `Post.deliver`."""
        namespace, spec = sync["metadata"]["namespace"], sync["spec"]["notifications"]
        if (chat := spec.get("chat")) is not None:
            if chat == ((sync.get("status") or {}).get("telegram") or {}).get("chatId"):
                raise TargetError(
                    "spec.notifications.chat is the channel itself. Name a person's id or a group's.",
                    reason="Forbidden",
                )
            to = await self.accounts.chat(namespace, sync["spec"]["telegram"], chat)
            await to.say(message.html, silent=not message.urgent)
            return
        name = secret_of(sync)
        values = await self.secrets.read(namespace, name, required=("url",))
        body = webhook.body_of(message, sync["metadata"]["uid"])
        await webhook.post(webhook.address(name, values), body, clock=self.clock)
