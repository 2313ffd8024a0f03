"""What a request tells of the browser that it comes from: whose page sent it, and the cookie that it brings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from navaar.http.access import is_loopback

_PORT = re.compile(r":(\d{1,5})$")

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cookie:
    """The cookie of a browser that asks for this host.

    Cookies know no ports: on a loopback address, where one operator is forwarded beside another, the port is part of the
    name. Elsewhere the cookie travels over TLS only.
    """

    name: str
    secure: bool

    @classmethod
    def of(cls, host: str) -> "Cookie":
        """For the Host header of a request."""
        if is_loopback(_PORT.sub("", host)):
            port = _PORT.search(host)
            return cls(f"navaar-{port.group(1) if port else 80}", secure=False)
        return cls("__Host-navaar", secure=True)

    def brought(self, headers: Headers) -> str:
        """The id that the request brings; empty without one."""
        for part in headers.get("cookie", "").split(";"):
            name, _, value = part.strip().partition("=")
            if name == self.name:
                return value
        return ""

    def given(self, id: str) -> str:
        """The header that leaves this id with the browser until it is closed; an empty one takes it back."""
        ends = "" if id else "; Max-Age=0"
        return f"{self.name}={id}; Path=/; HttpOnly; SameSite=Strict{'; Secure' if self.secure else ''}{ends}"


def from_here(headers: Headers) -> bool:
    """Whether a page of ours sent it, or no browser did.

    As Go's net/http.CrossOriginProtection decides: by Sec-Fetch-Site, which browsers send where the connection can be trusted,
    else by Origin.
    """
    site = headers.get("sec-fetch-site", "")
    if site:
        return site in ("same-origin", "none")
    origin = headers.get("origin", "")
    return not origin or urlsplit(origin).netloc == headers.get("host", "")


def in_the_clear(headers: Headers) -> bool:
    """Whether others than this machine could read what is sent, as far as the browser tells."""
    if is_loopback(_PORT.sub("", headers.get("host", ""))):
        return False
    if headers.get("origin", "").startswith("https://"):
        return False
    return "sec-fetch-site" not in headers and headers.get("x-forwarded-proto", "") != "https"


def local(path: str) -> str:
    """The path, if it leads to a page here, else that of the first one."""
    try:
        split = urlsplit(path)
    except ValueError:
        return "/"
    if split.scheme or split.netloc or not path.startswith("/") or path.startswith("//") or not path.isprintable():
        return "/"
    return "/" if "\\" in path or path.startswith("/sign-") else path
