"""A person's hands in the local world: a JSON interface to it on plain HTTP, on loopback."""

import json
import os
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox import kinds, scenario, views
from sandbox.catalogue import Song
from sandbox.faults import Fault
from sandbox.kinds import KINDS, SERVICES
from sandbox.proxy import LOOPBACK, Sandbox
from sandbox.shelf import Shelf
from sandbox.world import World

PLACES = ("telegram", "youtube", "spotify")


class Mistake(Exception):
    """Something that the person can put right; `near` are what they may have meant."""

    def __init__(self, message: str, near: list[str] | None = None) -> None:
        super().__init__(message)
        self.near = near or []


def state_file() -> Path:
    """Where a running world leaves its address, one per user of the machine."""
    folder = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    return Path(folder) / f"navaar-sandbox-{os.getuid()}.json"


class Control:
    """The interface to a running sandbox; an async context manager, on a free port unless given one."""

    def __init__(self, sandbox: Sandbox, port: int = 0) -> None:
        self.sandbox = sandbox
        self.port = port
        self.shelf = Shelf(sandbox.world)
        self._runner: web.AppRunner | None = None

    @property
    def world(self) -> World:
        return self.sandbox.world

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    async def __aenter__(self) -> "Control":
        self._runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def application(self) -> web.Application:
        """Every answer is a JSON object; a mistake is 400 with `error` and `near`."""
        app = web.Application(middlewares=[_mistakes], client_max_size=64 * 1024**2)
        app.router.add_get("/", self.about)
        app.router.add_get("/lists", self.lists)
        app.router.add_get("/songs", self.songs)
        app.router.add_get("/log", self.log)
        app.router.add_get("/faults", self.faults)
        app.router.add_post("/files", self.post_file)
        app.router.add_post("/post", self.post)
        app.router.add_post("/add", self.add)
        app.router.add_post("/remove", self.remove)
        app.router.add_post("/break", self.breaks)
        app.router.add_post("/mend", self.mend)
        app.router.add_post("/clock", self.clock)
        return app

    async def about(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "pid": os.getpid(),
                "proxy": self.sandbox.proxy_url,
                "environment": self.sandbox.environment(),
                "now": self.world.clock.now(),
                "refused": [str(refusal) for refusal in self.sandbox.refused],
            }
        )

    async def lists(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "telegram": self.shelf.channel(scenario.CHANNEL_ID),
                "youtube": self.shelf.youtube(scenario.YOUTUBE_PLAYLIST),
                "spotify": self.shelf.spotify(scenario.SPOTIFY_PLAYLIST),
            }
        )

    async def songs(self, request: web.Request) -> web.Response:
        return web.json_response({"songs": [asdict(song) for song in self.shelf.find(request.query.get("q", ""))]})

    async def log(self, request: web.Request) -> web.Response:
        """The requests from number `since` on, and the number to ask from next time."""
        since = int(request.query.get("since", 0))
        rows = [asdict(entry) for entry in self.world.journal.entries[since:]]
        return web.json_response(
            {"entries": rows, "next": since + len(rows)}, dumps=lambda value: json.dumps(value, default=str)
        )

    async def faults(self, _: web.Request) -> web.Response:
        """What is broken, and which refusals still hold, with the seconds that are left of them."""
        self.world.faults.expire()
        now = self.world.clock.now()
        held = [{**_fault(one.fault), "left": one.until - now} for one in self.world.faults.standing]
        return web.json_response({"faults": [_fault(fault) for fault in self.world.faults.armed], "held": held})

    async def post_file(self, request: web.Request) -> web.Response:
        name, data = request.query.get("name", ""), await request.read()
        if not data:
            raise Mistake("the file is empty")
        message = self.world.telegram.post_audio(scenario.CHANNEL_ID, data, file_name=name)
        return web.json_response({"done": f"posted {name} to {scenario.CHANNEL} as message {message.message_id}"})

    async def post(self, request: web.Request) -> web.Response:
        song = self._song((await request.json())["song"])
        number = scenario.post(self.world, song)
        return web.json_response({"done": f"posted {song.label} to {scenario.CHANNEL} as message {number}"})

    async def add(self, request: web.Request) -> web.Response:
        body = await request.json()
        place, what = _one_of(body["service"], PLACES, "service"), body["what"]
        song = self._song(what)
        if place == "telegram":
            raise Mistake("songs get into the channel with `post`")
        if place == "spotify":
            self.world.spotify.add(scenario.SPOTIFY_PLAYLIST, _there(song, song.spotify_id, "Spotify"))
        else:
            video = what if what == song.music_video_id else song.video_id or song.music_video_id
            self.world.youtube.add(scenario.YOUTUBE_PLAYLIST, _there(song, video, "YouTube"))
        return web.json_response({"done": f"added {song.label} to the {place} playlist"})

    async def remove(self, request: web.Request) -> web.Response:
        body = await request.json()
        place, what = _one_of(body["service"], PLACES, "service"), str(body["what"])
        rows = {
            "telegram": lambda: self.shelf.channel(scenario.CHANNEL_ID),
            "youtube": lambda: self.shelf.youtube(scenario.YOUTUBE_PLAYLIST),
            "spotify": lambda: self.shelf.spotify(scenario.SPOTIFY_PLAYLIST),
        }[place]()
        doomed = list(dict.fromkeys(row["id"] for row in rows if what in (row["id"], row["key"])))
        if not doomed:
            there = [name for row in rows for name in (row["key"], row["id"]) if name]
            raise Mistake(f"{what!r} is not on {place}", get_close_matches(what, there, 3, 0.5))
        for identity in doomed:
            if place == "telegram":
                self.world.telegram.delete(scenario.CHANNEL_ID, int(identity))
            elif place == "spotify":
                self.world.spotify.remove(scenario.SPOTIFY_PLAYLIST, identity)
            else:
                self.world.youtube.remove(scenario.YOUTUBE_PLAYLIST, identity)
        return web.json_response({"done": f"removed {what} from {place}"})

    async def breaks(self, request: web.Request) -> web.Response:
        """Arms what `Fault` describes, under its names; `times` None: until mended."""
        body = await request.json()
        service = _one_of(body["service"], SERVICES, "service")
        kind, there = body["kind"], [one.name for one in kinds.of(service)]
        if kind not in there:
            near = get_close_matches(kind, there, 3, 0.5)
            raise Mistake(f"{service} can't be broken by {kind!r}; `break --list {service}` shows by what", near)
        fault = Fault(**{**body, "service": service, "kind": kind})
        try:
            self.world.faults.arm(fault)
        except (KeyError, StopIteration) as error:
            raise Mistake(f"{fault.about or kind} is nothing that could be broken so: {error}") from error
        return web.json_response({"done": views.fault(_fault(fault)), "memory": _told(fault)})

    async def mend(self, request: web.Request) -> web.Response:
        body = await request.json()
        service, kind = body.get("service"), body.get("kind")
        if service:
            _one_of(service, SERVICES, "service")
        if kind:
            _one_of(kind, tuple(KINDS), "kind of fault")
        self.world.faults.clear(service or None, kind or None)
        return web.json_response(
            {"done": f"mended {' '.join(word for word in (service, kind) if word) or 'everything'}"}
        )

    async def clock(self, request: web.Request) -> web.Response:
        seconds = float((await request.json())["advance"])
        if seconds < 0:
            raise Mistake("the world's clock only moves forward")
        self.world.clock.advance(seconds)
        return web.json_response({"done": f"{views.duration(seconds)} later", "now": self.world.clock.now()})

    def _song(self, what: str) -> Song:
        named = self.shelf.named(what)
        if named is None:
            raise Mistake(f"there is no song {what!r} in the catalogue", self.shelf.near(what))
        return named


def _fault(fault: Fault) -> dict[str, Any]:
    return {one.name: getattr(fault, one.name) for one in fields(fault) if one.name != "memory"}


def _told(fault: Fault) -> dict[str, str]:
    """The tokens that took the place of others: somebody has to know them."""
    return dict(fault.memory) if fault.kind == "rotated" and fault.memory else {}


@web.middleware
async def _mistakes(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except Mistake as mistake:
        return web.json_response({"error": str(mistake), "near": mistake.near}, status=400)
    except (KeyError, TypeError, ValueError) as error:
        return web.json_response({"error": f"not understood: {error}", "near": []}, status=400)


def _one_of(word: str, words: tuple[str, ...], noun: str) -> str:
    if word not in words:
        near = get_close_matches(word, words, 3, 0.5) or list(words)
        raise Mistake(f"there is no {noun} {word!r}", near)
    return word


def _there(song: Song, identity: str | None, service: str) -> str:
    if identity is None:
        raise Mistake(f"{service} does not have {song.label}")
    return identity
