"""The only errors that leave a service adapter.

    ServiceError
    ├── AuthError          the credentials are refused: a person must act; nothing is tried again until they change
    ├── TargetError        the playlist or channel is gone, or not ours to write: a person must act
    ├── QuotaError         the daily allowance is used up: parked until `retry_at`
    ├── RateLimitError     too fast: parked until `retry_at`
    ├── TransientError     the service or the network is in trouble: back off, then try again
    │   └── OutcomeUnknown the write may or may not have been applied: look before doing anything else
    ├── LocalError         this program lacks something, such as room on its disk: back off, then try again
    └── ItemError          this one song can't be placed (or fetched): the others go on

Each error is classified once, where the vendor's answer is known. Messages are sentences for the person who reads the
condition: what happened, then what to do. They never hold a token or a URL with one.
"""


class ServiceError(Exception):
    """Something a service said or failed to say. `reason` is the PascalCase reason of the condition it leads to."""

    reason = "ServiceError"

    def __init__(self, message: str, *, reason: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if reason is not None:
            self.reason = reason


class AuthError(ServiceError):
    """The credentials are missing, malformed, revoked or expired."""

    reason = "AuthExpired"


class TargetError(ServiceError):
    """The playlist or channel isn't there (``NotFound``) or isn't ours to use (``Forbidden``)."""

    reason = "NotFound"


class QuotaError(ServiceError):
    """The allowance is used up. `retry_at` is Unix time in seconds."""

    reason = "QuotaExhausted"

    def __init__(self, message: str, *, retry_at: float, reason: str | None = None) -> None:
        super().__init__(message, reason=reason)
        self.retry_at = retry_at


class RateLimitError(QuotaError):
    """The service asks to wait. `retry_at` is Unix time in seconds."""

    reason = "RateLimited"


class AudioRefused(RateLimitError):
    """Whoever hands out the audio asks to wait. It says nothing of the account at the service that was to get it."""


class TransientError(ServiceError):
    """The service or the network is in trouble. Nothing was changed."""

    reason = "Unreachable"


class OutcomeUnknown(TransientError):
    """A write was sent and its answer never came: it may have been applied, now or within `settle`."""


class LocalError(ServiceError):
    """What this program needs is missing, by no fault of the service or the song. Nothing was changed."""

    reason = "DiskFull"


class ItemError(ServiceError):
    """One song can't be placed, and trying again at once would not help.

    `permanent` marks what no retry can mend (too large, removed upstream).
    """

    reason = "Refused"

    def __init__(self, message: str, *, reason: str | None = None, permanent: bool = False) -> None:
        super().__init__(message, reason=reason)
        self.permanent = permanent
