"""The simulated YouTube: the Data API, YouTube Music, and what a downloader asks of the site."""

from aiohttp import web

from sandbox.exchange import install
from sandbox.world import World
from sandbox.youtube.consentpage import ConsentPage
from sandbox.youtube.dataapi import DataApiService
from sandbox.youtube.music import MusicService
from sandbox.youtube.oauth import OAuthService
from sandbox.youtube.ranking import Ranking
from sandbox.youtube.site import WebService


def application(world: World) -> web.Application:
    """Answers for Google's hosts, told apart by the Host header; binds `world.youtube` to its world."""
    world.youtube.bind(world.catalogue, world.clock)
    ranking = Ranking(world.youtube.library)
    page, oauth, data = ConsentPage(world), OAuthService(world), DataApiService(world, ranking)
    music, site = MusicService(world, ranking), WebService(world)

    async def dispatch(request: web.Request) -> web.StreamResponse:
        host, path = request.host.partition(":")[0], request.path
        _, _, endpoint = path.partition("/youtubei/v1/")
        match host:
            case "accounts.google.com" if (request.method, path) == ("GET", "/o/oauth2/v2/auth"):
                return await page.authorize(request)
            case "oauth2.googleapis.com" if (request.method, path) == ("POST", "/token"):
                return await oauth.token(request)
            case "oauth2.googleapis.com" if path == "/revoke":
                return await oauth.revoke(request)
            case "www.googleapis.com" | "youtube.googleapis.com" if path.startswith("/youtube/v3/"):
                return await data.handle(request, path.removeprefix("/youtube/v3/"))
            case "music.youtube.com":
                return await (music.call(request, endpoint) if endpoint else music.home(request))
            case "www.youtube.com" | "youtube.com" | "m.youtube.com":
                if endpoint:
                    return await site.call(request, endpoint)
                return await (site.script(request) if path.startswith("/s/player/") else site.page(request))
            case "i.ytimg.com":
                return await site.thumbnail(request)
            case _ if host.endswith(".googlevideo.com") and path == "/videoplayback":
                return await site.media(request)
        return web.Response(status=404)

    # ytmusicapi says "content-encoding: gzip" and sends plain JSON, so `json_body` looks at the bytes.
    app = web.Application(client_max_size=4 << 20, handler_args={"auto_decompress": False})
    install(app)
    app.router.add_route("*", "/{path:.*}", dispatch)
    return app
