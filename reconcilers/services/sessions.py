"""The HTTP sessions that the synchronous clients are given."""

import os
from typing import Any

import requests
import requests.adapters
import urllib3.connection
import urllib3.exceptions

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 20.0

_NO_CONNECTION = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NameResolutionError,
)
_NO_TUNNEL = ("Tunnel connection failed", "CERTIFICATE_VERIFY_FAILED", "WRONG_VERSION_NUMBER")


class _Adapter(requests.adapters.HTTPAdapter):
    """Sends headers and body behind a proxy without a pause: urllib3 turns Nagle's algorithm on there (40 ms)."""

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        options = urllib3.connection.HTTPConnection.default_socket_options
        return super().proxy_manager_for(proxy, socket_options=options, **kwargs)


class Session(requests.Session):
    """A `requests.Session` that never waits for ever, never repeats a request, and remembers the last answer.

    It trusts the authorities of ``SSL_CERT_FILE`` as the other clients do: requests itself only knows
    ``REQUESTS_CA_BUNDLE``, which goes first. `last` is the latest answer, None since the latest `forget`. One thread
    only.
    """

    def __init__(self, timeout: tuple[float, float] = (CONNECT_TIMEOUT, READ_TIMEOUT)) -> None:
        super().__init__()
        self.timeout = timeout
        self.last: requests.Response | None = None
        self.hooks["response"].append(self._remember)
        self.mount("https://", _Adapter())
        bundle = os.environ.get("SSL_CERT_FILE")
        if bundle and not os.environ.get("REQUESTS_CA_BUNDLE"):
            self.verify = bundle

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """As in `requests.Session`, with a timeout where the caller gave none (positions before it are never used)."""
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = self.timeout
        return super().request(*args, **kwargs)

    def forget(self) -> None:
        """Before a call whose answer will be asked for."""
        self.last = None

    def _remember(self, response: requests.Response, *_: Any, **__: Any) -> None:
        self.last = response


def retry_after(response: requests.Response | None) -> float | None:
    """The seconds of a Retry-After header; None without a usable one."""
    if response is None:
        return None
    return seconds(response.headers.get("Retry-After"))


def seconds(text: str | None) -> float | None:
    """A number of seconds in a header; None where it isn't one."""
    try:
        return max(0.0, float(text)) if text is not None else None
    except ValueError:
        return None


def never_sent(error: BaseException) -> bool:
    """Whether a failed request surely never reached the service: no connection was made, or no secure one.

    Everything else may have been acted upon, a cut connection included. A `ProxyError` says little: urllib3 (2.x) also
    makes one of a connection through a proxy that is cut after the request, as the closed connection no longer knows
    that it once was a tunnel.
    """
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(reason, urllib3.exceptions.ProxyError):
        reason = reason.original_error
    if isinstance(reason, _NO_CONNECTION):
        return True
    return any(words in str(reason) for words in _NO_TUNNEL)
