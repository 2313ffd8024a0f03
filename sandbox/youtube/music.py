"""music.youtube.com: the page that starts a session, and the innertube calls behind YouTube Music."""

from collections.abc import Callable
from datetime import UTC, datetime

from aiohttp import web

from sandbox.listing import Page, cut
from sandbox.world import World
from sandbox.youtube import pages
from sandbox.youtube.accounts import Account
from sandbox.youtube.edits import Edits
from sandbox.youtube.google import Innertube
from sandbox.youtube.pagetokens import offset_of, read_token
from sandbox.youtube.player import music_player
from sandbox.youtube.ranking import Ranking
from sandbox.youtube.signin import browser, signed_in
from sandbox.youtube.state import Entry, Playlist
from sandbox.youtube.videos import Kind, Video
from sandbox.youtube.wire import Exchange, Json, json_body

ROWS_A_PAGE = 100
RESULTS_A_PAGE = 20
QUEUE_LENGTH = 25
# The two letters by which a search's opaque `params` name its filter.
_FILTERS: dict[str, tuple[str, frozenset[Kind]]] = {
    "II": ("Songs", frozenset(("ATV",))),
    "IQ": ("Videos", frozenset(("OMV", "UGC"))),
}


class MusicService:
    """Journalled as "youtube-music"; call names are the endpoints' (browse, search, edit_playlist ...)."""

    def __init__(self, world: World, ranking: Ranking) -> None:
        self.world, self.ranking, self.vendor = world, ranking, Innertube()
        self.edits = Edits(world)
        self.calls: dict[str, tuple[str, bool, Callable[[Exchange, Json, Account | None], Json]]] = {
            "browse": ("browse", False, self._browse),
            "search": ("search", False, self._search),
            "next": ("next", False, self._next),
            "player": ("player", False, self._player),
            "account/account_menu": ("account_menu", False, self._account_menu),
            "browse/edit_playlist": ("edit_playlist", True, self.edits.edit),
            "playlist/create": ("create_playlist", True, self.edits.create),
            "playlist/delete": ("delete_playlist", True, self.edits.delete),
        }

    async def home(self, request: web.Request) -> web.StreamResponse:
        """Any page: what clients read in it is the visitor's id."""
        spared = ("rate-limit", "quota", "revoked")
        exchange = Exchange(self.world, request, "youtube-music", "home", cost=0, spared=spared)
        html = '<html><script>ytcfg.set({"VISITOR_DATA": "CgtzYW5kYm94LXZpc2l0b3I%3D"});</script></html>'
        return await exchange.run(self.vendor, lambda: web.Response(text=html, content_type="text/html"))

    async def call(self, request: web.Request, endpoint: str) -> web.StreamResponse:
        """Answers POST /youtubei/v1/`endpoint`."""
        name, write, act = self.calls.get(endpoint, (endpoint, False, None))
        exchange = Exchange(self.world, request, "youtube-music", name, write, cost=0)
        exchange.account = browser(self.world, request)
        exchange.spared = () if request.headers.get("Authorization") else ("revoked",)
        exchange.about(exchange.account)
        data = await exchange.read()
        if data is None:
            return exchange.cut()
        body = json_body(data)
        exchange.detail |= _noted(body)
        exchange.about(*_named(body))

        def answer() -> web.Response:
            account = signed_in(self.world, request)
            exchange.detail["account"] = account.id if account else None
            if act is None:
                raise self.vendor.not_found()
            if not body.get("context", {}).get("client"):
                raise self.vendor.invalid()
            return web.json_response(act(exchange, body, account))

        return await exchange.run(self.vendor, answer)

    def _browse(self, exchange: Exchange, body: Json, account: Account | None) -> Json:
        state, continuation = self.world.youtube, body.get("continuation")
        if continuation:
            scope, offset = read_token(continuation) or ("", 0)
            it = state.playlists.get(scope)
            if it is None or not _visible(it, account):
                raise self.vendor.invalid()
            exchange.detail["playlistId"] = it.id
            page = self._page(exchange, it, offset)
            return pages.playlist_continuation(pages.playlist_rows(state, it, page, _owned(it, account)))
        browse_id = str(body.get("browseId", ""))
        it = state.playlists.get(browse_id.removeprefix("VL"))
        if not browse_id.startswith("VL") or it is None:
            raise self.vendor.not_found()
        exchange.detail["playlistId"] = it.id
        if not _visible(it, account):
            return {"responseContext": pages.CONTEXT}
        year = datetime.fromtimestamp(it.created, UTC).year
        return pages.playlist(state, it, self._page(exchange, it, 0), _owned(it, account), year)

    def _page(self, exchange: Exchange, it: Playlist, offset: int) -> Page[Entry]:
        page = cut(it.entries, offset, ROWS_A_PAGE, exchange.listing_fault(), it.id)
        exchange.shifted(it.id)
        return page

    def _search(self, exchange: Exchange, body: Json, account: Account | None) -> Json:
        query, params = str(body.get("query", "")), str(body.get("params") or "")
        chosen = _FILTERS.get(params.removeprefix("EgWKAQ")[:2]) if params.startswith("EgWKAQ") else None
        if chosen is None and params.startswith(("EgWKAQ", "Eg-KAQ", "EgeKAQ", "agIY")):
            return pages.search(query, Page([], 0, None), "")
        if chosen is None:
            songs = self.ranking.search(query, frozenset(("ATV",)))
            videos = self.ranking.search(query, frozenset(("OMV", "UGC")))
            nothing = exchange.listing_fault() is not None
            return pages.mixed_search(query, [] if nothing else songs, [] if nothing else videos)
        category, kinds = chosen
        found = self.ranking.search(query, kinds)
        continuation = exchange.request.query.get("continuation")
        offset = offset_of(f"{category}/{query}", continuation) if continuation else 0
        if offset is None:
            raise self.vendor.invalid()
        page = cut(found, offset, RESULTS_A_PAGE, exchange.listing_fault())
        return (pages.search_continuation if continuation else pages.search)(query, page, category)

    def _next(self, exchange: Exchange, body: Json, account: Account | None) -> Json:
        library = self.world.youtube.library
        playlist_id = str(body.get("playlistId") or f"RDAMVM{body.get('videoId')}")
        it = self.world.youtube.playlists.get(playlist_id)
        if it is not None and _visible(it, account):
            videos = [v for e in it.entries if (v := library.get(e.video_id)) is not None]
        else:
            first = library.get(str(body.get("videoId") or playlist_id.removeprefix("RDAMVM")))
            videos = [first, *self._alike(first)] if first else []
        return pages.queue(playlist_id, [(v, self._twin(v)) for v in videos[:QUEUE_LENGTH]])

    def _alike(self, first: Video) -> list[Video]:
        near = self.ranking.search(" ".join(first.artists), frozenset(("ATV",)))
        return [v for v in near if v.id not in (first.id, first.twin)]

    def _twin(self, video: Video) -> Video | None:
        return self.world.youtube.library.get(video.twin) if video.twin else None

    def _player(self, exchange: Exchange, body: Json, account: Account | None) -> Json:
        video_id = str(body.get("videoId") or body.get("video_id") or "")
        return music_player(self.world.youtube, video_id)

    def _account_menu(self, exchange: Exchange, body: Json, account: Account | None) -> Json:
        if account is None:
            raise self.vendor.login_required()
        return pages.account_menu(account)


def _visible(it: Playlist, account: Account | None) -> bool:
    return it.privacy != "PRIVATE" or _owned(it, account)


def _owned(it: Playlist, account: Account | None) -> bool:
    return account is not None and account.id == it.owner


def _noted(body: Json) -> Json:
    kept = ("browseId", "continuation", "query", "params", "videoId", "video_id", "playlistId", "actions")
    return {name: body[name] for name in kept if name in body}


def _named(body: Json) -> list[object]:
    listed = str(body.get("browseId", "")).removeprefix("VL")
    found: list[object] = [listed, *(body.get(name) for name in ("playlistId", "videoId", "video_id", "query"))]
    for action in body.get("actions") or []:
        found += [action.get(name) for name in ("addedVideoId", "removedVideoId", "setVideoId")]
    return found
