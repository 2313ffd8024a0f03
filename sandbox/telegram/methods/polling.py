"""Methods that hand out updates."""

from sandbox.telegram.calls import Call
from sandbox.telegram.chats import Json
from sandbox.telegram.errors import OTHER_POLLER, WEBHOOK_SET, ApiError, bad_request, plain
from sandbox.telegram.updates import UpdateQueue

LONGEST_POLL = 50
MOST_UPDATES = 100


async def get_updates(call: Call) -> list[Json]:
    """The waiting updates, at once or as soon as there is one; a later waiting poll ends this with 409."""
    queue = call.state.queue(call.bot.token)
    if queue.webhook:
        raise ApiError(409, WEBHOOK_SET)
    offset, limit = call.integer("offset"), min(max(call.integer("limit", MOST_UPDATES), 1), MOST_UPDATES)
    timeout = min(max(call.integer("timeout"), 0), LONGEST_POLL)
    allow(call, queue)
    call.detail |= {"offset": offset, "limit": limit, "timeout": timeout}
    limit = queue.hurried(offset, limit, call.state.now()) if call.state.throttle_repeats else limit
    found = queue.take(offset, limit, call.state.now())
    if not found and timeout:
        queue.wake("conflict")
        why = await queue.wait(timeout)
        if call.bot.revoked:
            raise plain(401)
        if why == "conflict":
            raise ApiError(409, OTHER_POLLER)
        if why == "webhook":
            raise ApiError(409, "Conflict: terminated by setWebhook request")
        # The first look confirmed or forgot what the offset said; this one only looks.
        found = queue.take(max(offset, 0), limit, call.state.now())
    call.detail["update_ids"] = [u.update_id for u in found]
    return [u.as_json() for u in found]


def allow(call: Call, queue: UpdateQueue) -> None:
    """Takes over `allowed_updates` when it is given."""
    kinds = call.object("allowed_updates")
    if isinstance(kinds, list):
        queue.allow([str(k) for k in kinds])
        call.detail["allowed_updates"] = kinds


async def set_webhook(call: Call) -> bool:
    """Notes the address (nothing is ever delivered to it), which ends polling; an empty one removes it."""
    queue, url = call.state.queue(call.bot.token), call.text("url")
    if url and not url.startswith("https://"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if call.flag("drop_pending_updates"):
        queue.forget()
    if url:
        allow(call, queue)
        queue.wake("webhook")
    queue.webhook = url
    return True


async def delete_webhook(call: Call) -> bool:
    """Removes the address, and the waiting updates when asked."""
    queue = call.state.queue(call.bot.token)
    if call.flag("drop_pending_updates"):
        queue.forget()
    queue.webhook = ""
    return True


async def get_webhook_info(call: Call) -> Json:
    """A WebhookInfo."""
    queue = call.state.queue(call.bot.token)
    info: Json = {
        "url": queue.webhook,
        "has_custom_certificate": False,
        "pending_update_count": queue.pending(call.state.now()),
    }
    if queue.webhook:
        info |= {"max_connections": 40, "ip_address": "192.0.2.1"}
    if queue.allowed is not None:
        info["allowed_updates"] = sorted(queue.allowed)
    return info
