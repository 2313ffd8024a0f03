"""A headless Chromium, told what to do over its DevTools protocol: just as much of it as looking at a page needs.

There is none in the lock file, since browsers aren't on PyPI: what needs one is skipped where none is on PATH. Debian has
`chromium-headless-shell`.
"""

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

NAMES = ("chromium-headless-shell", "chrome-headless-shell", "chromium", "chromium-browser", "google-chrome")

Json = dict[str, Any]


def found() -> str | None:
    """The program, if there is one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Chromium:
    """A running browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = count(1)
        self._answers: dict[int, asyncio.Future[Json]] = {}
        self._tabs: dict[str, Tab] = {}

    @classmethod
    @contextlib.asynccontextmanager
    async def running(cls, folder: Path) -> AsyncIterator["Chromium"]:
        """One of its own, ended with everything that it started."""
        program = found()
        assert program is not None
        arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--no-proxy-server", "--remote-debugging-port=0"]
        arguments += [f"--user-data-dir={folder}", "about:blank"]
        process = await asyncio.create_subprocess_exec(
            program,
            *arguments,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            address = await _listening(folder)
            async with (
                aiohttp.ClientSession(trust_env=False) as session,
                session.ws_connect(address, max_msg_size=0) as ws,
            ):
                made = cls(ws)
                reading = asyncio.create_task(made._read())
                yield made
                reading.cancel()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    async def tab(self, width: int = 1280, scheme: str = "light", scripts: bool = True) -> "Tab":
        """A new tab of that width, in a profile of its own."""
        context = (await self.call("Target.createBrowserContext"))["browserContextId"]
        target = (await self.call("Target.createTarget", url="about:blank", browserContextId=context))["targetId"]
        session = (await self.call("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        made = self._tabs[session] = Tab(self, session, context)
        for domain in ("Page", "Runtime", "Log", "Network"):
            await made.call(f"{domain}.enable")
        await made.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500
        )
        await made.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        if not scripts:
            await made.call("Emulation.setScriptExecutionDisabled", value=True)
        return made

    async def call(self, method: str, session: str | None = None, **params: Any) -> Json:
        """One command, and its result. Raises RuntimeError with what is wrong."""
        number = next(self._numbers)
        message: Json = {"id": number, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json(message)
        told = await asyncio.wait_for(answer, 30)
        if "error" in told:
            raise RuntimeError(f"{method}: {told['error']['message']}")
        result: Json = told["result"]
        return result

    async def _read(self) -> None:
        async for message in self._socket:
            told = message.json()
            if "id" in told:
                self._answers.pop(told["id"]).set_result(told)
            elif told.get("sessionId") in self._tabs:
                self._tabs[told["sessionId"]].happened(told["method"], told["params"])


class Tab:
    """One tab. `complaints` are what it said on its console, refused to load, or asked in a dialog."""

    def __init__(self, browser: Chromium, session: str, context: str) -> None:
        self._browser = browser
        self._session = session
        self.context = context
        self._loaded = asyncio.Event()
        self.complaints: list[str] = []

    def happened(self, method: str, params: Json) -> None:
        if method == "Page.loadEventFired":
            self._loaded.set()
        elif method == "Log.entryAdded":
            self.complaints.append(params["entry"]["text"])
        elif method in ("Page.javascriptDialogOpening", "Runtime.exceptionThrown"):
            self.complaints.append(str(params))

    async def call(self, method: str, **params: Any) -> Json:
        return await self._browser.call(method, self._session, **params)

    async def go(self, address: str) -> None:
        """Loads an address."""
        self._loaded.clear()
        await self.call("Page.navigate", url=address)
        await asyncio.wait_for(self._loaded.wait(), 30)

    async def act(self, script: str) -> None:
        """Does what leads to another page, and waits for that."""
        self._loaded.clear()
        await self.run(script)
        await asyncio.wait_for(self._loaded.wait(), 30)

    async def run(self, script: str) -> Any:
        """The value of an expression, awaited."""
        told = await self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True
        )
        if "exceptionDetails" in told:
            raise RuntimeError(f"{script[:200]}: {told['exceptionDetails']}")
        return told["result"].get("value")

    async def until(self, script: str) -> Any:
        """Waits until an expression is true."""
        async with asyncio.timeout(20):
            while not (value := await self.run(script)):
                await asyncio.sleep(0.05)
            return value


async def _listening(folder: Path) -> str:
    """Where it can be told what to do: it says so in a file, once it is up."""
    file = folder / "DevToolsActivePort"
    async with asyncio.timeout(30):
        while True:
            lines = file.read_text().split() if file.exists() else []
            if len(lines) == 2:
                return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
            await asyncio.sleep(0.05)
