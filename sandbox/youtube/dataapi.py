"""The YouTube Data API v3: playlists and their rows, videos, search, channels."""

from collections.abc import Callable

from aiohttp import web

from sandbox.listing import Page, T, cut
from sandbox.world import World
from sandbox.youtube import resources
from sandbox.youtube.accounts import Account, Grant
from sandbox.youtube.google import DataApi, refusal
from sandbox.youtube.pagetokens import offset_of, token
from sandbox.youtube.ranking import Ranking
from sandbox.youtube.state import Entry, Playlist
from sandbox.youtube.wire import Exchange, Json, Refusal, json_body

MAXIMUM_ROWS = 5_000
_NO_PLAYLIST = "The playlist identified with the request's <code>playlistId</code> parameter cannot be found."
_WRITE_SCOPES = {
    "https://www.googleapis.com/auth/youtube",
    "https://www.googleapis.com/auth/youtube.force-ssl",
}


class DataApiService:
    """Every call costs its documented units of the project's day; a refused one costs 1.

    search.list takes from its own bucket of 100 calls a day; its journal entry costs 1 and says so in
    `detail`.
    """

    def __init__(self, world: World, ranking: Ranking) -> None:
        self.world, self.ranking, self.vendor = world, ranking, DataApi()
        self.calls: dict[tuple[str, str], tuple[str, int, Callable[[Call], Json | None]]] = {
            ("GET", "playlistItems"): ("playlistItems.list", 1, self._list_items),
            ("POST", "playlistItems"): ("playlistItems.insert", 50, self._insert_item),
            ("DELETE", "playlistItems"): ("playlistItems.delete", 50, self._delete_item),
            ("GET", "playlists"): ("playlists.list", 1, self._list_playlists),
            ("GET", "videos"): ("videos.list", 1, self._list_videos),
            ("GET", "search"): ("search.list", 1, self._search),
            ("GET", "channels"): ("channels.list", 1, self._list_channels),
        }

    async def handle(self, request: web.Request, resource: str) -> web.StreamResponse:
        """Answers /youtube/v3/`resource`."""
        known = self.calls.get((request.method, resource))
        if known is None:
            exchange = Exchange(self.world, request, "youtube", f"{request.method} {resource}", cost=0)
            return await exchange.run(self.vendor, lambda: refusal(404, "notFound", "Not Found").response())
        name, cost, act = known
        detail = {k: v for k, v in request.query.items() if k != "key"}
        write = request.method != "GET"
        exchange = Exchange(self.world, request, "youtube", name, write=write, cost=0, detail=detail)
        # The searches have a bucket of their own.
        exchange.spared = ("quota",) if name == "search.list" else ()
        if (grant := self._token(request, exchange.arrived)) is not None:
            exchange.account = self.world.youtube.accounts.clients[grant.client_id].project
            exchange.about(exchange.account, grant.client_id, grant.account)
        data = await exchange.read()
        if data is None:
            return exchange.cut()
        body = json_body(data) if request.method == "POST" else {}
        snippet = body.get("snippet") or {}
        exchange.about(snippet.get("playlistId"), (snippet.get("resourceId") or {}).get("videoId"))
        exchange.about(*(part for value in detail.values() for part in str(value).split(",")))
        return await exchange.run(self.vendor, lambda: self._charged(exchange, body, cost, act))

    def _charged(self, exchange: Exchange, body: Json, cost: int, act: Callable[["Call"], Json | None]) -> web.Response:
        grant = self._grant(exchange)
        state, now = self.world.youtube, self.world.clock.now()
        project = state.accounts.clients[grant.client_id].project
        if exchange.call == "search.list":
            exchange.detail["bucket"] = "search"
            paid = state.quota.spend_search(project, now)
        else:
            paid = state.quota.spend(project, cost, now)
        if not paid:
            raise self.vendor.over_quota()
        exchange.cost = cost
        try:
            answer = act(Call(exchange, body, grant, state.accounts.accounts[grant.account]))
        except Refusal:
            exchange.cost = 1
            state.quota.refund(project, cost - 1, now)
            raise
        if answer is None:
            return web.Response(status=204)
        headers = {"ETag": answer["etag"]}
        if exchange.request.headers.get("If-None-Match") == answer["etag"]:
            return web.Response(status=304, headers=headers)
        return web.json_response(answer, headers=headers)

    def _grant(self, exchange: Exchange) -> Grant:
        request = exchange.request
        if not (request.headers.get("Authorization") or request.query.get("access_token")):
            raise self.vendor.anonymous()
        grant = self._token(request, exchange.arrived)
        if grant is None:
            raise self.vendor.revoked()
        return grant

    def _token(self, request: web.Request, now: float) -> Grant | None:
        kind, _, credential = request.headers.get("Authorization", "").partition(" ")
        credential = credential or request.query.get("access_token", "")
        if kind not in ("", "Bearer"):
            return None
        return self.world.youtube.accounts.grant_of(credential, now)

    # Rows

    def _list_items(self, call: "Call") -> Json:
        wanted, state = call.parts(), self.world.youtube
        if ids := call.ids():
            found = [row for pl in self._visible(call) for row in _rows(pl) if row[2].playlist_item_id in ids]
            scope = "id"
        elif playlist_id := call.query.get("playlistId"):
            found, scope = _rows(self._readable(call, playlist_id)), playlist_id
        else:
            raise call.bad("No filter selected. Expected one of: id, playlistId", "missingRequiredParameter")
        if video_id := call.query.get("videoId"):
            found = [row for row in found if row[2].video_id == video_id]
        page, following, size = call.page(found, scope)
        items = [resources.playlist_item(state, pl, e, at, wanted) for _, (pl, at, e) in page.rows]
        if scope in state.playlists:
            call.exchange.shifted(scope)
        return resources.page("playlistItemListResponse", items, page.total, size, nextPageToken=following)

    def _insert_item(self, call: "Call") -> Json:
        wanted, state = call.parts(), self.world.youtube
        snippet = call.body.get("snippet") or {}
        playlist_id = snippet.get("playlistId")
        video_id = (snippet.get("resourceId") or {}).get("videoId")
        call.exchange.detail |= {"playlistId": playlist_id, "videoId": video_id}
        if not playlist_id:
            raise refusal(400, "playlistIdRequired", "Playlist id not specified.", "youtube.playlistItem")
        if not video_id:
            raise refusal(400, "resourceIdRequired", "Required", "youtube.playlistItem")
        playlist = self._writable(call, playlist_id)
        if len(playlist.entries) >= MAXIMUM_ROWS:
            text = "Maximum number of videos in playlist reached."
            raise refusal(403, "playlistContainsMaximumNumberOfVideos", text, "youtube.playlistItem")
        fate = state.library.fate(video_id)
        if fate == "private":
            raise refusal(400, "failedPrecondition", "Precondition check failed.")
        if fate == "deleted":
            raise refusal(404, "videoNotFound", "Video not found.", "youtube.playlistItem")
        position = snippet.get("position")
        if position is not None and not 0 <= position <= len(playlist.entries):
            raise refusal(400, "invalidPlaylistItemPosition", "Invalid position.", "youtube.playlistItem")
        entry, *_ = [state.add(playlist_id, v, position) for v in call.exchange.added(video_id)]
        call.exchange.detail["id"] = entry.playlist_item_id
        return resources.playlist_item(state, playlist, entry, playlist.entries.index(entry), wanted)

    def _delete_item(self, call: "Call") -> None:
        item_id = call.query.get("id", "")
        for playlist in self.world.youtube.playlists.values():
            for entry in playlist.entries:
                if entry.playlist_item_id == item_id:
                    call.exchange.detail |= {"playlistId": playlist.id, "videoId": entry.video_id}
                    self._writable(call, playlist.id)
                    self.world.youtube.remove_entry(playlist.id, entry.set_video_id)
                    return
        text = "Playlist item not found."
        raise refusal(404, "playlistItemNotFound", text, "youtube.playlistItem", "id")

    # Playlists, videos, channels

    def _list_playlists(self, call: "Call") -> Json:
        wanted = call.parts()
        if ids := call.ids():
            found = [p for p in self._visible(call) if p.id in ids]
        elif call.query.get("mine") == "true":
            found = [p for p in self._visible(call) if p.owner == call.account.id]
        else:
            text = "No filter selected. Expected one of: id, channelId, mine"
            raise call.bad(text, "missingRequiredParameter")
        page, following, size = call.page(found, "playlists")
        items = [resources.playlist(self.world.youtube, p, wanted) for _, p in page.rows]
        return resources.page("playlistListResponse", items, page.total, size, nextPageToken=following)

    def _list_videos(self, call: "Call") -> Json:
        wanted, ids = call.parts(), call.ids()
        if not ids:
            raise call.bad("No filter selected. Expected one of: id, chart, myRating", "missingRequiredParameter")
        if len(ids) > 50:
            raise call.bad("The request specifies an invalid filter parameter.", "invalidFilters", "id")
        seen = dict.fromkeys(ids)
        found = [v for i in seen if (v := self.world.youtube.library.get(i)) is not None]
        page = cut(found, 0, 50, call.exchange.listing_fault())
        items = [resources.video(v, wanted) for _, v in page.rows]
        return resources.page("videoListResponse", items, page.total, len(items))

    def _search(self, call: "Call") -> Json:
        wanted, query = call.parts(), call.query.get("q", "")
        found = self.ranking.search(query)
        page, following, size = call.page(found, f"search/{query}")
        items = [resources.search_result(v, wanted) for _, v in page.rows]
        return resources.page("searchListResponse", items, page.total, size, nextPageToken=following)

    def _list_channels(self, call: "Call") -> Json:
        wanted, ids = call.parts(), call.ids()
        accounts = self.world.youtube.accounts.accounts.values()
        if not ids and call.query.get("mine") != "true":
            raise call.bad("No filter selected. Expected one of: id, mine", "missingRequiredParameter")
        found = [a for a in accounts if (a.channel_id in ids if ids else a.id == call.account.id)]
        items = [resources.channel(a.channel_id, a.name, wanted) for a in found]
        return resources.page("channelListResponse", items, len(items), 5)

    # Who may see and change what

    def _visible(self, call: "Call") -> list[Playlist]:
        playlists = self.world.youtube.playlists.values()
        return [p for p in playlists if p.owner == call.account.id or p.privacy != "PRIVATE"]

    def _readable(self, call: "Call", playlist_id: str) -> Playlist:
        playlist = self.world.youtube.playlists.get(playlist_id)
        if playlist is None:
            raise refusal(404, "playlistNotFound", _NO_PLAYLIST, "youtube.playlistItem", "playlistId")
        if playlist.owner != call.account.id and playlist.privacy == "PRIVATE":
            raise self._not_accessible("retrieve")
        return playlist

    def _writable(self, call: "Call", playlist_id: str) -> Playlist:
        if not _WRITE_SCOPES & set(call.grant.scope.split()):
            text = "Request had insufficient authentication scopes."
            raise refusal(403, "insufficientPermissions", text)
        playlist = self._readable(call, playlist_id)
        if playlist.owner != call.account.id:
            raise self._not_accessible("change")
        return playlist

    def _not_accessible(self, verb: str) -> Refusal:
        text = f"The request is not properly authorized to {verb} the specified playlist item."
        return refusal(403, "playlistItemsNotAccessible", text, "youtube.playlistItem")


def _rows(playlist: Playlist) -> list[tuple[Playlist, int, Entry]]:
    return [(playlist, position, entry) for position, entry in enumerate(playlist.entries)]


class Call:
    """One authorised request, with its parameters checked as they are read."""

    def __init__(self, exchange: Exchange, body: Json, grant: Grant, account: Account) -> None:
        self.exchange, self.body, self.grant, self.account = exchange, body, grant, account
        self.query = exchange.request.query

    def bad(self, message: str, reason: str, location: str = "parameters") -> Refusal:
        domain = "youtube.parameter" if reason == "missingRequiredParameter" else "youtube"
        return refusal(400, reason, message, domain, location)

    def parts(self) -> set[str]:
        """The `part` parameter; required."""
        wanted = {p.strip() for value in self.query.getall("part", []) for p in value.split(",") if p.strip()}
        if not wanted:
            raise self.bad("Required parameter: part", "missingRequiredParameter", "part")
        return wanted

    def ids(self) -> list[str]:
        """The `id` parameter, repeated or separated by commas."""
        return [i.strip() for value in self.query.getall("id", []) for i in value.split(",") if i.strip()]

    def page(self, rows: list[T], scope: str) -> tuple[Page[T], str | None, int]:
        """The page that was asked for, the token of the next, and the page's size (1 to 50, 5 by default)."""
        given = self.query.get("maxResults", "5")
        if not given.isdecimal() or int(given) > 50:
            text = f"Invalid value '{given}'. Values must be within the range: [0, 50]"
            raise refusal(400, "invalidParameter", text, location="maxResults")
        offset, page_token = 0, self.query.get("pageToken")
        if page_token:
            start = offset_of(scope, page_token)
            if start is None:
                text = "The request specifies an invalid page token."
                raise self.bad(text, "invalidPageToken", "pageToken")
            offset = start
        page = cut(rows, offset, int(given), self.exchange.listing_fault(), scope)
        return page, None if page.following is None else token(scope, page.following), int(given)
