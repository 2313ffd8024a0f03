"""How Google's public APIs word their refusals."""

from http import HTTPStatus

from sandbox.faults import Fault
from sandbox.youtube.quota import next_reset
from sandbox.youtube.wire import Json, Refusal

_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
_NO_CREDENTIALS = (
    "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or "
    "other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)
_BAD_CREDENTIALS = _NO_CREDENTIALS.replace("is missing required", "had invalid").replace(
    "credential. E", "credentials. E"
)
_OVER_QUOTA = (
    "The request cannot be completed because you have exceeded your "
    '<a href="/youtube/v3/getting-started#quota">quota</a>.'
)


def refusal(
    status: int,
    reason: str,
    message: str,
    domain: str = "global",
    location: str | None = None,
    kind: str = "parameter",
) -> Refusal:
    """The Data API's error body: `location` is the parameter (or header) at fault."""
    error: Json = {"message": message, "domain": domain, "reason": reason}
    if location:
        error |= {"location": location, "locationType": kind}
    body: Json = {"code": status, "message": message, "errors": [error]}
    if domain == "global" and status in _STATUS:
        body["status"] = _STATUS[status]
    return Refusal(status, {"error": body})


class Google:
    """What Google's interfaces have in common."""

    def generic(self, status: int) -> Refusal:
        return refusal(status, "internalError", HTTPStatus(status).phrase)

    def conflict(self) -> Refusal:
        return self.generic(409)

    def ends(self, fault: Fault, now: float) -> float:
        """A rate limit is over after its seconds; so is a quota, where no reset is known."""
        return now + fault.seconds


class DataApi(Google):
    """The Data API v3."""

    def generic(self, status: int) -> Refusal:
        reason = {500: "backendError", 503: "backendError"}.get(status, "internalError")
        return refusal(status, reason, HTTPStatus(status).phrase)

    def rate_limited(self, seconds: float, reason: str = "") -> Refusal:
        """429 rateLimitExceeded, or with `reason` one of the 403s: rateLimitExceeded or userRateLimitExceeded."""
        if reason:
            message = "User Rate Limit Exceeded" if reason.startswith("user") else "Rate Limit Exceeded"
            answer = refusal(403, reason, message, "usageLimits")
        else:
            answer = refusal(429, "rateLimitExceeded", "Resource has been exhausted (e.g. check quota).")
        answer.headers["Retry-After"] = str(round(seconds))
        return answer

    def over_quota(self, seconds: float = 0.0) -> Refusal:
        return refusal(403, "quotaExceeded", _OVER_QUOTA, "youtube.quota")

    def ends(self, fault: Fault, now: float) -> float:
        """The quota comes back at midnight in California."""
        return next_reset(now) if fault.kind == "quota" else now + fault.seconds

    def revoked(self) -> Refusal:
        answer = refusal(401, "authError", "Invalid Credentials", location="Authorization", kind="header")
        answer.body["error"]["message"] = _BAD_CREDENTIALS
        return answer

    def anonymous(self) -> Refusal:
        answer = refusal(401, "required", "Login Required.", location="Authorization", kind="header")
        answer.body["error"]["message"] = _NO_CREDENTIALS
        return answer


class OAuth(Google):
    """oauth2.googleapis.com."""

    def error(self, error: str, description: str, status: int = 400) -> Refusal:
        return Refusal(status, {"error": error, "error_description": description})

    def generic(self, status: int) -> Refusal:
        return self.error("internal_failure", HTTPStatus(status).phrase, status)

    def rate_limited(self, seconds: float, reason: str = "") -> Refusal:
        answer = self.error("rate_limit_exceeded", "Rate Limit Exceeded", 429)
        answer.headers["Retry-After"] = str(round(seconds))
        return answer

    def over_quota(self, seconds: float = 0.0) -> Refusal:
        return self.error("rate_limit_exceeded", "Rate Limit Exceeded", 403)

    def revoked(self) -> Refusal:
        return self.error("invalid_grant", "Token has been expired or revoked.")


class Innertube(Google):
    """The interface of YouTube's own pages: music.youtube.com and www.youtube.com."""

    def error(self, status: int, message: str, name: str | None = None) -> Refusal:
        error: Json = {
            "message": message,
            "domain": "global",
            "reason": "badRequest" if status == 400 else "forbidden",
        }
        name = name or _STATUS.get(status, "UNKNOWN")
        return Refusal(status, {"error": {"code": status, "message": message, "errors": [error], "status": name}})

    def generic(self, status: int) -> Refusal:
        return self.error(status, "Internal error encountered." if status >= 500 else HTTPStatus(status).phrase)

    def rate_limited(self, seconds: float, reason: str = "") -> Refusal:
        answer = self.error(429, "Resource has been exhausted (e.g. check quota).")
        answer.headers["Retry-After"] = str(round(seconds))
        return answer

    def over_quota(self, seconds: float = 0.0) -> Refusal:
        return self.error(429, "Resource has been exhausted (e.g. check quota).")

    def revoked(self) -> Refusal:
        return self.error(401, _BAD_CREDENTIALS)

    def login_required(self) -> Refusal:
        return self.error(401, _NO_CREDENTIALS)

    def forbidden(self) -> Refusal:
        return self.error(403, "The caller does not have permission")

    def not_found(self) -> Refusal:
        return self.error(404, "Requested entity was not found.")

    def precondition(self) -> Refusal:
        return self.error(400, "Precondition check failed.", "FAILED_PRECONDITION")

    def invalid(self) -> Refusal:
        return self.error(400, "Request contains an invalid argument.")
