"""How the vendor says no. Descriptions are word for word those of the Bot API server."""

import math
from typing import Any

from sandbox.exchange import Refusal
from sandbox.faults import Fault

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
OTHER_POLLER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_SET = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
PREFIXES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    413: "Request Entity Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class ApiError(Refusal):
    """An answer with ``ok: false``. `retry_after` is in seconds and goes with 429 only."""

    def __init__(self, status: int, description: str, retry_after: int | None = None) -> None:
        body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
        headers = {}
        if retry_after is not None:
            body["parameters"] = {"retry_after": retry_after}
            headers["Retry-After"] = str(retry_after)
        super().__init__(status, body, headers)


class BotApi:
    """How the Bot API refuses."""

    def generic(self, status: int) -> Refusal:
        return plain(status)

    def rate_limited(self, seconds: float, reason: str = "") -> Refusal:
        return too_many_requests(max(1, math.ceil(seconds)))

    def over_quota(self, seconds: float) -> Refusal:
        return self.rate_limited(seconds)

    def revoked(self) -> Refusal:
        return plain(401)

    def conflict(self) -> Refusal:
        return ApiError(409, OTHER_POLLER)

    def ends(self, fault: Fault, now: float) -> float:
        """After the seconds that the refusal asks to wait."""
        return now + fault.seconds


def bad_request(reason: str) -> ApiError:
    """400 with the vendor's prefix."""
    return ApiError(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> ApiError:
    """403 with the vendor's prefix."""
    return ApiError(403, f"Forbidden: {reason}")


def too_many_requests(seconds: int) -> ApiError:
    """429 that asks to wait so many seconds."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", seconds)


def plain(status: int) -> ApiError:
    """The status with its bare name."""
    return ApiError(status, PREFIXES.get(status, "Internal Server Error"))
