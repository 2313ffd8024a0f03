"""What YouTube Music lets an account do to its playlists."""

import hashlib

from sandbox.world import World
from sandbox.youtube import pages
from sandbox.youtube.accounts import Account
from sandbox.youtube.google import Innertube
from sandbox.youtube.state import Entry, Playlist
from sandbox.youtube.wire import Exchange, Json

MAXIMUM_ROWS = 5_000
_PRIVACY = ("PUBLIC", "UNLISTED", "PRIVATE")


class Edits:
    """A batch is done whole or not at all; `Refusal` says why not."""

    def __init__(self, world: World) -> None:
        self.world, self.vendor = world, Innertube()

    def edit(self, exchange: Exchange, body: Json, account: Account | None) -> Json:
        """ACTION_ADD_VIDEO, ACTION_REMOVE_VIDEO, ACTION_SET_PLAYLIST_NAME and ACTION_SET_PLAYLIST_PRIVACY.

        A song that is already there, or twice in the batch, fails the batch unless its dedupeOption skips the
        check.
        """
        it = self._owned(body, account)
        actions: list[Json] = body.get("actions") or []
        kinds = {a.get("action") for a in actions}
        known = {
            "ACTION_ADD_VIDEO",
            "ACTION_REMOVE_VIDEO",
            "ACTION_SET_PLAYLIST_NAME",
            "ACTION_SET_PLAYLIST_PRIVACY",
        }
        if not actions or not kinds <= known:
            raise self.vendor.invalid()
        adds = [a for a in actions if a["action"] == "ACTION_ADD_VIDEO"]
        removals = [a for a in actions if a["action"] == "ACTION_REMOVE_VIDEO"]
        self._check(it, adds, removals)
        if self._duplicated(it, adds):
            return pages.duplicate_dialog()
        for action in removals:
            self.world.youtube.remove_entry(it.id, action["setVideoId"])
        for action in actions:
            it.title = action.get("playlistName", it.title)
            it.privacy = action.get("playlistPrivacy", it.privacy)
        return pages.edited([self._add(exchange, it, str(a["addedVideoId"])) for a in adds])

    def create(self, exchange: Exchange, body: Json, account: Account | None) -> Json:
        if account is None:
            raise self.vendor.login_required()
        privacy = body.get("privacyStatus", "PRIVATE")
        if not body.get("title") or privacy not in _PRIVACY:
            raise self.vendor.invalid()
        state = self.world.youtube
        seed = f"{account.id}/{len(state.playlists)}/{body['title']}"
        playlist_id = "PL" + hashlib.sha256(seed.encode()).hexdigest()[:32]
        state.create_playlist(playlist_id, body["title"], account.id, privacy)
        for video_id in body.get("videoIds") or []:
            state.add(playlist_id, video_id)
        return {"responseContext": pages.CONTEXT, "playlistId": playlist_id}

    def delete(self, exchange: Exchange, body: Json, account: Account | None) -> Json:
        it = self._owned(body, account)
        self.world.youtube.delete_playlist(it.id)
        return {"responseContext": pages.CONTEXT, "status": "STATUS_SUCCEEDED"}

    def _owned(self, body: Json, account: Account | None) -> Playlist:
        if account is None:
            raise self.vendor.login_required()
        it = self.world.youtube.playlists.get(str(body.get("playlistId", "")))
        if it is None:
            raise self.vendor.not_found()
        if it.owner != account.id:
            raise self.vendor.forbidden()
        return it

    def _check(self, it: Playlist, adds: list[Json], removals: list[Json]) -> None:
        rows = {e.set_video_id: e.video_id for e in it.entries}
        missing = any(rows.get(a.get("setVideoId", "")) != a.get("removedVideoId") for a in removals)
        library = self.world.youtube.library
        dead = any(library.get(str(a.get("addedVideoId"))) is None for a in adds)
        if missing or dead or len(it.entries) + len(adds) > MAXIMUM_ROWS:
            raise self.vendor.precondition()

    def _duplicated(self, it: Playlist, adds: list[Json]) -> bool:
        there = {e.video_id for e in it.entries}
        for action in adds:
            if action["addedVideoId"] in there and action.get("dedupeOption") != "DEDUPE_OPTION_SKIP":
                return True
            there.add(action["addedVideoId"])
        return False

    def _add(self, exchange: Exchange, it: Playlist, video_id: str) -> Entry:
        entry, *_ = [self.world.youtube.add(it.id, v) for v in exchange.added(video_id)]
        return entry
