"""The page as a browser sees it, in memory: who asks for it, what the API server lets them see, and what is read of it."""

import asyncio
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from navaar.http.access import Gate
from navaar.http.app import application
from navaar.http.endpoints import Answers
from navaar.http.live import Live
from navaar.http.reviews import Stranger
from navaar.http.sources import Sources
from navaar.page.sessions import Sessions
from navaar.page.site import Site
from tests.library import NAMESPACE, SYNC, sources

NOW = 1_800_000_000.0
TOKEN = "a-kubernetes-token-of-somebody"
FIRST = f"{SYNC}-{0:010x}"
PAGES = ("/", "/songs", "/review", f"/syncs/{NAMESPACE}/{SYNC}", f"/songs/{NAMESPACE}/{FIRST}")


class Asked(HTMLParser):
    """What a page is made of."""

    VOID = frozenset({"meta", "link", "input", "br", "rect", "img", "path"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice: {attrs}"
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open.pop() == tag, f"{tag} closes nothing"

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, tag: str, name: str) -> list[str]:
        """What an attribute says, of all tags of a kind that have it, in order."""
        return [value for found, attrs in self.tags if found == tag and (value := attrs.get(name)) is not None]


class Reviewed:
    """What the API server says: `TOKEN` may list what is in `namespaces`."""

    def __init__(self) -> None:
        self.tokens = {TOKEN}
        self.namespaces = {"", NAMESPACE}
        self.denied: set[str] = set()

    async def allowed(self, token: str, question: tuple[str, str, str, str]) -> bool:
        if token not in self.tokens:
            raise Stranger
        return question[2] in self.namespaces and question[1] not in self.denied


class Browser:
    """One that keeps its cookie, and leads nowhere by itself."""

    def __init__(self, there: Sources, reviews: Reviewed | None = None) -> None:
        self.live = Live()
        gate = Gate(reviews, local=True)  # type: ignore[arg-type]
        self.clock = 0.0
        self.site = Site(there, gate, self.live, Sessions(lambda: self.clock), lambda: NOW)
        self.index = there.tracks.index
        self.index.on_change = self.live.changed
        self.app = application(
            alive=lambda: None,
            ready=lambda: None,
            metrics=lambda accept: (b"", "text/plain"),
            api=(Answers(there, self.live), gate),
            pages=self.site,
        )
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://localhost:8080")
        self.cookie = ""

    async def ask(
        self, path: str, method: str = "GET", data: dict[str, str] | None = None, **headers: str
    ) -> tuple[int, str, httpx.Headers]:
        """The answer as it is: its status, its text and its headers; `headers` go with it, with `_` for `-` in their names."""
        sent = {"Accept": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.cookie:
            sent.setdefault("Cookie", self.cookie)
        answer = await self._client.request(method, path, data=data, headers=sent)
        self._client.cookies.clear()
        if "Set-Cookie" in answer.headers:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return answer.status_code, answer.text, answer.headers

    async def see(self, path: str) -> str:
        """The text of a page that there is."""
        status, text, _ = await self.ask(path)
        assert status == 200, text
        return text


class Client:
    """Takes what it is sent while it is `taking`."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.taking = asyncio.Event()
        self.taking.set()
        self.left = asyncio.Event()

    async def receive(self) -> Any:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        await self.taking.wait()
        self.got.append(message)

    def events(self) -> list[str]:
        """The names of all events so far, in order."""
        text = b"".join(message.get("body", b"") for message in self.got).decode()
        return re.findall("event: (.*)", text)

    def told(self, name: str) -> list[Any]:
        """What the events of a name said so far, in order."""
        text = b"".join(message.get("body", b"") for message in self.got).decode()
        return [json.loads(data) for found, data in re.findall("event: (.*)\ndata: (.*)", text) if found == name]


async def event(lines: Any) -> tuple[str, Any]:
    """The next event of a stream, with what it says: `over` at its end."""
    name = ""
    async for line in lines:
        text = line.decode().rstrip("\n")
        if text.startswith("event: "):
            name = text[7:]
        elif text.startswith("data: "):
            return name, json.loads(text[6:])
    return "over", None


# Only pytest uses these, by name: a test module that wants one says `browser = browsing.browser`, as an import would seem
# to be unused there.


@pytest.fixture(scope="module")
def library() -> Sources:
    """120 songs, the same for all tests of a module."""
    return sources(120, NOW)


@pytest.fixture
def browser(library: Sources) -> Browser:
    """Of somebody who may see everything."""
    return Browser(library)


@pytest.fixture
def stranger(library: Sources) -> Browser:
    """Of somebody who has to sign in."""
    return Browser(library, Reviewed())


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No error is logged, in every test of a module that has this."""
    yield
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
