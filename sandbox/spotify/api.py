"""api.spotify.com/v1, as a development-mode application of 2026 sees it."""

import json
import re
from typing import Any

from aiohttp import web

from sandbox.catalogue import spotify_id
from sandbox.faults import Fault
from sandbox.listing import LISTING, cut
from sandbox.spotify import shapes
from sandbox.spotify.fields import parse
from sandbox.spotify.gate import WORLD, Problem, access_of, fault_of
from sandbox.spotify.search import Search
from sandbox.spotify.state import MOST_ITEMS, Playlist, SpotifyState

SEARCH = web.AppKey("search", Search)
_ID = re.compile(r"[0-9A-Za-z]{22}")
_URI = re.compile(r"spotify:(track|episode):([0-9A-Za-z]{22})")
_KINDS = ("album", "artist", "playlist", "track", "show", "episode", "audiobook")


async def me(request: web.Request) -> web.Response:
    return web.json_response(shapes.user(_state(request).accounts.users[_user(request)]))


async def my_playlists(request: web.Request) -> web.Response:
    state, user = _state(request), _user(request)
    limit, offset = _page(request, 20, 50)
    mine = [found for found in state.playlists.values() if found.writable_by(user)]
    rows = [_shown(state, found, {"href": _items(found), "total": len(found.entries)}) for found in mine]
    page = shapes.paging("/me/playlists", rows[offset : offset + limit], len(rows), limit, offset, {})
    return web.json_response(page)


async def create_playlist(request: web.Request) -> web.Response:
    state, user, body = _state(request), _user(request), await _body(request)
    if not isinstance(body.get("name"), str) or not body["name"]:
        raise Problem(400, "Missing required field: name")
    public = bool(body.get("public", True))
    _require(request, public)
    found = state.create_playlist(spotify_id(f"playlist:{user}/{len(state.playlists)}"), body["name"], user, public)
    empty = shapes.paging(f"/playlists/{found.id}/items", [], 0, 50, 0, {})
    return web.json_response(_shown(state, found, empty), status=201)


async def playlist(request: web.Request) -> web.Response:
    found = _find(request)
    spoilt = fault_of(request, *LISTING)
    mine = found.writable_by(access_of(request).user_id)
    shown = _shown(_state(request), found, _rows(request, found, 50, 0, spoilt) if mine else None)
    if spoilt is not None and spoilt.kind == "stale" and spoilt.memory:
        shown["snapshot_id"] = spoilt.memory.get(f"{found.id}/snapshot", found.snapshot_id)
    return _filtered(request, shown)


async def items(request: web.Request) -> web.Response:
    found = _find(request, rows=True)
    limit, offset = _page(request, 20, 50)
    shown = _rows(request, found, limit, offset, fault_of(request, *LISTING))
    _shift(request, found)
    return _filtered(request, shown)


async def add_items(request: web.Request) -> web.Response:
    found, body = _find(request, change=True), await _body(request)
    uris = _uris(request.query["uris"].split(",") if "uris" in request.query else body.get("uris"))
    _exist(_state(request), uris)
    position = request.query.get("position", body.get("position"))
    if position is not None:
        position = _number(position, "Invalid position")
        if not 0 <= position <= len(found.entries):
            raise Problem(400, "Index out of bounds.")
    if len(found.entries) + len(uris) > MOST_ITEMS:
        raise Problem(400, "Playlist size limit reached")
    user = _user(request)
    substitute = fault_of(request, "substitute")
    if substitute is not None:
        uris = [_other(_state(request), uri, substitute.detail.get("id")) for uri in uris]
    _state(request).insert(found.id, uris, position, user)
    if fault_of(request, "doubled"):
        _state(request).insert(found.id, uris, position, user)
    return web.json_response({"snapshot_id": found.snapshot_id}, status=201)


async def remove_items(request: web.Request) -> web.Response:
    found, body = _find(request, change=True), await _body(request)
    listed = body.get("items")
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise Problem(400, "No items provided")
    uris = _uris([item.get("uri") for item in listed])
    if body.get("snapshot_id") is not None and body["snapshot_id"] not in found.snapshots:
        raise Problem(400, "Invalid snapshot id")
    _state(request).drop(found.id, set(uris))
    return web.json_response({"snapshot_id": found.snapshot_id})


async def replace_items(request: web.Request) -> web.Response:
    found, body, state = _find(request, change=True), await _body(request), _state(request)
    if "uris" in request.query or "uris" in body:
        given = request.query["uris"].split(",") if "uris" in request.query else body["uris"]
        uris = _uris(given, none=True)
        _exist(state, uris)
        state.replace(found.id, uris, _user(request))
    elif "range_start" in body:
        start, before = (_number(body.get(name), f"Invalid {name}") for name in ("range_start", "insert_before"))
        length = _number(body.get("range_length", 1), "Invalid range_length")
        try:
            state.reorder(found.id, start, length, before)
        except IndexError as error:
            raise Problem(400, "Index out of bounds.") from error
    else:
        raise Problem(400, "No uris provided")
    return web.json_response({"snapshot_id": found.snapshot_id})


async def track(request: web.Request) -> web.Response:
    song = _state(request).song(_checked(request.match_info["id"]))
    if song is None:
        raise Problem(404, "Resource not found")
    return web.json_response(shapes.track(song))


async def search(request: web.Request) -> web.Response:
    query, kinds = request.query.get("q", ""), request.query.get("type", "").split(",")
    if not query.strip():
        raise Problem(400, "No search query")
    if kinds == [""]:
        raise Problem(400, "Missing parameter type")
    for kind in kinds:
        if kind not in _KINDS:
            raise Problem(400, f"Bad search type field {kind}")
    limit, offset = _page(request, 5, 10, most=1000)
    found = request.app[SEARCH].find(query)[:1000]
    spoilt = fault_of(request, "empty", "short", "truncated")
    if spoilt is not None:
        found = [] if spoilt.kind == "empty" else found[:1]
    rest = {key: value for key, value in request.query.items() if key not in ("limit", "offset")}
    pages = {}
    for kind in kinds:
        rows = [shapes.track(song) for song in found] if kind == "track" else []
        page = shapes.paging("/search", rows[offset : offset + limit], len(rows), limit, offset, rest)
        pages[f"{kind}s"] = page
    return web.json_response(pages)


async def gone(request: web.Request) -> web.Response:
    """What development-mode applications lost in 2026."""
    raise Problem(403, "Forbidden")


def _rows(request: web.Request, found: Playlist, limit: int, offset: int, spoilt: Fault | None) -> dict[str, Any]:
    state = _state(request)
    page = cut(found.entries, offset, limit, spoilt, found.id)
    rest = {key: value for key, value in request.query.items() if key not in ("limit", "offset")}
    rows = [shapes.entry(row, state) for _, row in page.rows]
    shown = shapes.paging(f"/playlists/{found.id}/items", rows, page.total, limit, offset, rest)
    if page.following is None:
        shown["next"] = None
    return shown


def _shift(request: web.Request, found: Playlist) -> None:
    """After a page was made: under a ``changing`` fault somebody changes the list before the next one is read."""
    fault, state = fault_of(request, "changing"), _state(request)
    if fault is None or not found.entries:
        return
    match fault.detail.get("change", "remove"):
        case "add":
            other = fault.detail.get("id")
            state.insert(found.id, [f"spotify:track:{other}" if other else str(found.entries[-1].uri)], 0)
        case "move":
            state.reorder(found.id, len(found.entries) - 1, 1, 0)
        case _:
            state.remove_row(found.id, 0)


def _items(found: Playlist) -> str:
    return f"{shapes.API}/playlists/{found.id}/items"


def _shown(state: SpotifyState, found: Playlist, rows: dict[str, Any] | None) -> dict[str, Any]:
    return shapes.playlist(found, state.accounts.users[found.owner], rows)


def _state(request: web.Request) -> SpotifyState:
    return request.app[WORLD].spotify


def _user(request: web.Request) -> str:
    user = access_of(request).user_id
    if user is None:
        raise Problem(401, "Valid user authentication required")
    return user


def _require(request: web.Request, public: bool) -> None:
    if f"playlist-modify-{'public' if public else 'private'}" not in access_of(request).scopes:
        raise Problem(403, "Insufficient client scope")


def _find(request: web.Request, rows: bool = False, change: bool = False) -> Playlist:
    """The playlist, if this user may do with it what is asked."""
    access = access_of(request)
    found = _state(request).playlists.get(_checked(request.match_info["id"]))
    mine = found is not None and found.writable_by(access.user_id)
    if found is None or not (found.public or mine):
        raise Problem(404, "Resource not found")
    if (rows or change) and not mine:
        raise Problem(403, "Forbidden")
    if change:
        _require(request, found.public)
    elif not found.public and "playlist-read-private" not in access.scopes:
        raise Problem(403, "Insufficient client scope")
    return found


def _checked(identity: str) -> str:
    if not _ID.fullmatch(identity):
        raise Problem(400, "Invalid base62 id")
    return identity


def _filtered(request: web.Request, answer: dict[str, Any]) -> web.Response:
    if not request.query.get("fields"):
        return web.json_response(answer)
    try:
        return web.json_response(parse(request.query["fields"]).of(answer))
    except ValueError as error:
        raise Problem(400, "Invalid fields") from error


def _page(request: web.Request, default: int, largest: int, most: int | None = None) -> tuple[int, int]:
    limit = _number(request.query.get("limit", default), "Invalid limit")
    offset = _number(request.query.get("offset", 0), "Invalid offset")
    if not 1 <= limit <= largest:
        raise Problem(400, "Invalid limit")
    if offset < 0 or (most is not None and offset > most):
        raise Problem(400, "Invalid offset")
    return limit, offset


def _number(value: Any, otherwise: str) -> int:
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise Problem(400, otherwise) from error


async def _body(request: web.Request) -> dict[str, Any]:
    raw = await request.read()
    try:
        body = json.loads(raw) if raw else {}
    except ValueError as error:
        raise Problem(400, "Error parsing JSON.") from error
    # The bare array that older clients send is documented nowhere any more.
    if not isinstance(body, dict):
        raise Problem(400, "Error parsing JSON.")
    return body


def _uris(given: Any, none: bool = False) -> list[str]:
    if not isinstance(given, list) or (not given and not none):
        raise Problem(400, "No uris provided")
    if len(given) > 100:
        raise Problem(400, "You can add a maximum of 100 tracks per request.")
    uris = [uri.strip() if isinstance(uri, str) else "" for uri in given]
    for uri, raw in zip(uris, given, strict=True):
        if not _URI.fullmatch(uri):
            raise Problem(400, f"Invalid track uri: {raw}")
    return uris


def _exist(state: SpotifyState, uris: list[str]) -> None:
    for uri in uris:
        if uri.startswith("spotify:track:") and state.song(uri.removeprefix("spotify:track:")) is None:
            raise Problem(400, "Payload contains a non-existing ID")


def _other(state: SpotifyState, uri: str, wanted: str | None) -> str:
    """Another recording in place of this one: `wanted`, or another by the same artist, or any."""
    if wanted is not None:
        return f"spotify:track:{wanted}"
    song = state.song(uri.removeprefix("spotify:track:"))
    others = [one for one in state.catalogue.songs if one.spotify_id and one is not song]
    alike = [one for one in others if song is not None and one.artists == song.artists] or others
    return f"spotify:track:{alike[0].spotify_id}"
