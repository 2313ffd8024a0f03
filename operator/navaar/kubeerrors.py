"""The errors of the API server, as far as callers branch on them.

KubeError
├── NotFound        there is no such object (or kind)
├── AlreadyExists   something of that name is there
├── Conflict        it changed since it was read
├── Gone            the version to continue from is too old
├── Invalid         the API server refuses the content: repeating it is of no use
├── Denied          not allowed, or not known: 401 and 403
├── NotLeader       another process holds the Lease: nothing was sent
└── Unavailable     no answer, or one that says to come back; what was sent may have been done
    └── Throttled   too many requests: nothing was done; `retry_after` says for how long
"""


class KubeError(Exception):
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
