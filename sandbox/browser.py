"""A person's browser in the local world: opens the page of a sign-in, answers it, and goes where it is sent."""

from collections.abc import Mapping
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests


class Browser:
    """A person's; `environment` is that of `Sandbox.environment`."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.proxies = {"https": environment["HTTPS_PROXY"]}
        self._session.verify = environment["SSL_CERT_FILE"]

    def answer(self, url: str, *, agree: bool = True) -> str:
        """Opens the page that asks, and answers; the address that it is sent to. Raises ValueError with what is shown instead."""
        page = self._session.get(url, timeout=20)
        links = _Links()
        links.feed(page.text)
        link = links.found.get("agree" if agree else "cancel")
        if link is None:
            raise ValueError(f"HTTP {page.status_code}: {page.text}")
        sent = self._session.get(urljoin(page.url, link), allow_redirects=False, timeout=20)
        return sent.headers["Location"]

    def open(self, url: str) -> requests.Response:
        """Opens an address of this machine, as a browser that is sent there; nothing else."""
        if urlsplit(url).hostname != "127.0.0.1":
            raise ValueError(f"{url} is not on this machine")
        return self._session.get(url, allow_redirects=False, timeout=20)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("id") and given.get("href"):
            self.found[str(given["id"])] = str(given["href"])
