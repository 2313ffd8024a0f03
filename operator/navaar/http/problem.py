"""What an answer says that gives nothing: a problem (RFC 9457), in a sentence that says what to do."""

from http import HTTPStatus

from pydantic_core import to_json
from starlette.responses import Response

from navaar.api.common import Model

TYPE = "application/problem+json"


class ProblemDetails(Model):
    """Why there is no answer, and what to do about it."""

    title: str
    """The status in words."""

    status: int
    """The HTTP status."""

    detail: str
    """What happened and what to do, in a sentence."""


class Problem(Exception):
    """Ends a request with this answer. `headers` go with it."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}

    def response(self) -> Response:
        """The answer."""
        body = {"title": HTTPStatus(self.status).phrase, "status": self.status, "detail": self.detail}
        return Response(to_json(body), self.status, self.headers, TYPE)


def bad(detail: str) -> Problem:
    """The question can't be understood."""
    return Problem(400, detail)


def unknown(detail: str) -> Problem:
    """There is no such thing."""
    return Problem(404, detail)


def unauthorized(detail: str) -> Problem:
    """Nobody knows who asks."""
    return Problem(401, detail, {"WWW-Authenticate": 'Bearer realm="navaar"'})


def forbidden(detail: str) -> Problem:
    """It is known who asks, and that they may not."""
    return Problem(403, detail)


def unavailable(detail: str, seconds: int = 5) -> Problem:
    """It can't be told just now; `seconds` is when to ask again."""
    return Problem(503, detail, {"Retry-After": str(seconds)})
