"""www.youtube.com as a downloader sees it, the media hosts behind it, and the pictures."""

import itertools
import json
import re

from aiohttp import web

from sandbox import media
from sandbox.world import World
from sandbox.youtube.google import Innertube
from sandbox.youtube.player import sound, web_player
from sandbox.youtube.renderers import text
from sandbox.youtube.state import Refused
from sandbox.youtube.wire import Exchange, Json, Refusal, json_body

_PLAYER = "/s/player/5a4d6b0c/player_ias.vflset/en_US/base.js"
_SIGNATURE_TIMESTAMP = 20_400
_SPARED = ("rate-limit", "quota", "revoked")
_VIDEO = re.compile(r"/vi(?:_webp)?/([\w-]{11})/")


class WebService:
    """Journalled as "youtube": watch, next, player, media, thumbnail.

    A fault of kind ``playability`` for "player", with `detail` {"reason": one of `Refused`}, refuses one
    whole extraction, however many clients a downloader tries: it is taken when the watch page is fetched, and
    the players asked under that page's visitor id all say the same. Without a watch page each player request
    takes one.
    """

    def __init__(self, world: World) -> None:
        self.world, self.vendor = world, Innertube()
        self.visitors = itertools.count(1)
        self.refused: dict[str, Refused | None] = {}

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The watch page, and any other page: the settings that players start from, and the first answers."""
        video_id = request.query.get("v", "")
        exchange = self._exchange(request, "watch", {"videoId": video_id})

        def answer() -> web.Response:
            visitor = f"CgtzYW5kYm94{next(self.visitors):06d}"
            settings = {
                "VISITOR_DATA": visitor,
                "PLAYER_JS_URL": _PLAYER,
                "STS": _SIGNATURE_TIMESTAMP,
                "INNERTUBE_CONTEXT": {
                    "client": {
                        "clientName": "WEB",
                        "clientVersion": "2.20261101.00.00",
                        "visitorData": visitor,
                    }
                },
            }
            scripts = [f"ytcfg.set({json.dumps(settings)});"]
            if video_id:
                self.refused[visitor] = self._told(exchange)
                player = web_player(self.world.youtube, video_id, "WEB", self.refused[visitor])
                scripts += [
                    f"var ytInitialPlayerResponse = {json.dumps(player)};",
                    f"var ytInitialData = {json.dumps(self._results(video_id))};",
                ]
            html = "".join(f"<script>{script}</script>" for script in scripts)
            return web.Response(text=f"<html><head></head><body>{html}</body></html>", content_type="text/html")

        return await exchange.run(self.vendor, answer)

    async def script(self, request: web.Request) -> web.StreamResponse:
        """The player's script: links here carry no challenge, so all it holds is its timestamp."""
        exchange = self._exchange(request, "script")
        code = f"var sandbox={{signatureTimestamp:{_SIGNATURE_TIMESTAMP}}};"
        return await exchange.run(self.vendor, lambda: web.Response(text=code, content_type="application/javascript"))

    async def call(self, request: web.Request, endpoint: str) -> web.StreamResponse:
        """Answers POST /youtubei/v1/`endpoint`: player and next."""
        exchange = self._exchange(request, endpoint)
        data = await exchange.read()
        if data is None:
            return exchange.cut()
        body = json_body(data)
        video_id = str(body.get("videoId", ""))
        client = str(body.get("context", {}).get("client", {}).get("clientName", ""))
        exchange.detail |= {"videoId": video_id, "client": client}
        exchange.about(video_id, client)

        def answer() -> web.Response:
            if endpoint == "next":
                return web.json_response(self._results(video_id))
            if endpoint != "player":
                raise self.vendor.not_found()
            visitor = request.headers.get("X-Goog-Visitor-Id", "")
            told = self.refused[visitor] if visitor in self.refused else self._told(exchange)
            return web.json_response(web_player(self.world.youtube, video_id, client, told))

        return await exchange.run(self.vendor, answer)

    async def media(self, request: web.Request) -> web.StreamResponse:
        """/videoplayback: bytes, whole or by Range (header or parameter); links die after six hours."""
        video_id, itag = request.query.get("id", ""), request.query.get("itag", "0")
        detail = {"videoId": video_id, "itag": itag, "range": request.headers.get("Range")}
        exchange = self._exchange(request, "media", detail)
        return await exchange.run(_Media(), lambda: self._media(request, video_id, itag))

    async def thumbnail(self, request: web.Request) -> web.StreamResponse:
        """i.ytimg.com: a small JPEG in the video's colour; 404 for what is not a video's picture."""
        exchange = self._exchange(request, "thumbnail")

        def answer() -> web.Response:
            match = _VIDEO.match(request.path)
            if match is None or not request.path.endswith(".jpg"):
                return web.Response(status=404)
            return web.Response(body=media.cover(match[1]), content_type="image/jpeg")

        return await exchange.run(_Media(), answer)

    def _exchange(self, request: web.Request, call: str, detail: Json | None = None) -> Exchange:
        exchange = Exchange(self.world, request, "youtube", call, detail=detail or {}, cost=0, spared=_SPARED)
        exchange.about((detail or {}).get("videoId"), (detail or {}).get("itag"))
        return exchange

    def _media(self, request: web.Request, video_id: str, itag: str) -> web.Response:
        video = self.world.youtube.library.get(video_id)
        expires = float(request.query.get("expire", "0"))
        data = sound(video, int(itag)) if video and expires > self.world.clock.now() else None
        if data is None:
            return web.Response(status=403)
        kind = "audio/mp4" if itag == "140" else "audio/webm"
        headers = {"Content-Type": kind, "Accept-Ranges": "bytes"}
        asked = request.query.get("range") or request.headers.get("Range", "").removeprefix("bytes=")
        if not asked:
            return web.Response(body=data, headers=headers)
        start, end = _span(asked, len(data))
        if start >= len(data) or start > end:
            return web.Response(status=416, headers={"Content-Range": f"bytes */{len(data)}"})
        if "range" in request.query:
            return web.Response(body=data[start : end + 1], headers=headers)
        headers["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
        return web.Response(status=206, body=data[start : end + 1], headers=headers)

    def _told(self, exchange: Exchange) -> Refused | None:
        armed = self.world.faults.take("youtube", "player", "playability", names=exchange.names)
        return armed.detail.get("reason", "bot") if armed else None

    def _results(self, video_id: str) -> Json:
        video = self.world.youtube.library.get(video_id)
        contents: list[Json] = [{"videoPrimaryInfoRenderer": {"title": text(video.title if video else "")}}]
        if video is not None:
            owner = {"videoOwnerRenderer": {"title": text(video.channel_title)}}
            contents.append({"videoSecondaryInfoRenderer": {"owner": owner}})
        results = {"results": {"results": {"contents": contents}}}
        return {"responseContext": {}, "contents": {"twoColumnWatchNextResults": results}}


class _Media(Innertube):
    """The media hosts refuse without a word."""

    def generic(self, status: int) -> Refusal:
        return Refusal(status, {})

    def rate_limited(self, seconds: float, reason: str = "") -> Refusal:
        return Refusal(429, {}, {"Retry-After": str(round(seconds))})

    def over_quota(self, seconds: float = 0.0) -> Refusal:
        return Refusal(429, {})

    def revoked(self) -> Refusal:
        return Refusal(403, {})


def _span(asked: str, length: int) -> tuple[int, int]:
    first, _, last = asked.partition("-")
    if not first:
        return max(0, length - int(last or 0)), length - 1
    return int(first), min(int(last), length - 1) if last else length - 1
