"""The simulated Spotify: accounts.spotify.com and api.spotify.com."""

from aiohttp import web

from sandbox.exchange import install
from sandbox.spotify import api, authorize, tokens
from sandbox.spotify.gate import WORLD, gate
from sandbox.spotify.search import Search
from sandbox.world import World


def application(world: World) -> web.Application:
    """Both hosts in one application; it tells them apart by the Host header."""
    world.spotify.bind(world.catalogue, world.clock)
    app = web.Application(middlewares=[gate], client_max_size=4 * 1024**2)
    install(app)
    app[WORLD] = world
    app[api.SEARCH] = Search(world.spotify)
    app.router.add_post("/api/token", tokens.token)
    app.router.add_get("/authorize", authorize.authorize)
    for address in ("/v1/me", "/v1/me/"):
        app.router.add_get(address, api.me)
    app.router.add_get("/v1/me/playlists", api.my_playlists)
    app.router.add_post("/v1/me/playlists", api.create_playlist)
    app.router.add_get("/v1/playlists/{id}", api.playlist)
    app.router.add_get("/v1/playlists/{id}/items", api.items)
    app.router.add_post("/v1/playlists/{id}/items", api.add_items)
    app.router.add_put("/v1/playlists/{id}/items", api.replace_items)
    app.router.add_delete("/v1/playlists/{id}/items", api.remove_items)
    app.router.add_route("*", "/v1/playlists/{id}/tracks", api.gone)
    app.router.add_post("/v1/users/{id}/playlists", api.gone)
    for address in ("/v1/tracks", "/v1/tracks/"):
        app.router.add_get(address, api.gone)
    app.router.add_get("/v1/tracks/{id}", api.track)
    app.router.add_get("/v1/search", api.search)
    return app
