"""What the simulated YouTube remembers, and what a person can do to it without a client."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from sandbox.catalogue import Catalogue
from sandbox.clock import Clock
from sandbox.youtube.accounts import TESTING_LIFETIME, Account, Accounts, Code, CookieSession, Grant, OAuthClient
from sandbox.youtube.quota import Quota
from sandbox.youtube.videos import Library, Video

Privacy = Literal["PUBLIC", "UNLISTED", "PRIVATE"]
Refused = Literal["bot", "age", "geo", "unavailable", "private", "busy"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a playlist.

    `set_video_id` is what YouTube Music removes a row by, `playlist_item_id` what the Data API removes it by.
    `added` is Unix seconds.
    """

    playlist_item_id: str
    set_video_id: str
    video_id: str
    added: float


@dataclass(slots=True)
class Playlist:
    """A playlist; `owner` is an account's id, rows are oldest first."""

    id: str
    title: str
    owner: str
    privacy: Privacy
    created: float
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Change:
    """Something in the world changed; ids are None where they do not apply."""

    kind: Literal["create", "delete", "add", "remove", "delete-video", "private-video", "restore-video"]
    playlist_id: str | None = None
    video_id: str | None = None


@dataclass(slots=True)
class YouTubeState:
    """Playlists, videos, accounts and quota.

    Videos come from the catalogue that `bind` was given; until then only those added with `add_video` exist.
    Methods that name something unknown raise KeyError.
    """

    library: Library = field(default_factory=Library)
    accounts: Accounts = field(default_factory=Accounts)
    quota: Quota = field(default_factory=Quota)
    playlists: dict[str, Playlist] = field(default_factory=dict)
    on_change: list[Callable[[Change], None]] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    refused: dict[str, Refused] = field(default_factory=dict)
    rows_made: int = 0

    def bind(self, catalogue: Catalogue, clock: Clock) -> None:
        """Takes the songs and the time from a world."""
        self.library.catalogue = catalogue
        self.clock = clock

    # People and their keys

    def add_account(self, account_id: str, name: str | None = None, channel_id: str | None = None) -> Account:
        """A Google account; its channel id is derived from its id unless given."""
        return self.accounts.add_account(account_id, name, channel_id)

    def add_oauth_client(
        self, client_id: str, secret: str, project: str | None = None, testing: bool = False
    ) -> OAuthClient:
        """An OAuth client; its quota belongs to `project` (default: the number its id begins with)."""
        client = OAuthClient(client_id, secret, project or client_id.split("-", 1)[0], testing)
        self.accounts.clients[client_id] = client
        return client

    def grant(self, refresh_token: str, account: str, client_id: str) -> Grant:
        """`account` allows `client_id` to act for it; lasts 7 days if the client is in testing."""
        client, now = self.accounts.clients[client_id], self.clock.now()
        expires = now + TESTING_LIFETIME if client.testing else None
        grant = Grant(refresh_token, self.accounts.accounts[account].id, client_id, now, expires)
        self.accounts.grants[refresh_token] = grant
        return grant

    def revoke(self, refresh_token: str) -> None:
        """The account takes its permission back: the refresh token and its access tokens die."""
        self.accounts.grants[refresh_token].revoked = True

    def add_code(self, code: str, account: str, client_id: str) -> None:
        """A consent just given: `code` can be exchanged once for a refresh token."""
        self.accounts.codes[code] = Code(account, client_id)

    def add_cookie_session(self, account: str, sapisid: str) -> CookieSession:
        """A browser in which `account` is signed in."""
        session = CookieSession(sapisid, self.accounts.accounts[account].id)
        self.accounts.sessions[sapisid] = session
        return session

    def expire_cookies(self, sapisid: str) -> None:
        """Google rotated this browser's cookies: requests signed with the old ones are refused."""
        self.accounts.sessions[sapisid].expired = True

    # Playlists

    def create_playlist(self, playlist_id: str, title: str, owner: str, privacy: Privacy = "PRIVATE") -> Playlist:
        """An empty playlist; ids of playlists begin with PL. An unknown owner becomes an account."""
        if owner not in self.accounts.accounts:
            self.add_account(owner)
        playlist = Playlist(playlist_id, title, owner, privacy, self.clock.now())
        self.playlists[playlist_id] = playlist
        self._changed(Change("create", playlist_id))
        return playlist

    def delete_playlist(self, playlist_id: str) -> None:
        del self.playlists[playlist_id]
        self._changed(Change("delete", playlist_id))

    def add(self, playlist_id: str, video_id: str, position: int | None = None) -> Entry:
        """A new row, at the end unless `position` says otherwise; nothing is deduplicated."""
        playlist = self.playlists[playlist_id]
        self.rows_made += 1
        seed = f"{playlist_id}/{self.rows_made}/{video_id}"
        set_video_id = hashlib.sha256(seed.encode()).hexdigest()[:16].upper()
        item_id = base64.b64encode(f"{playlist_id}.{set_video_id}".encode()).decode()
        entry = Entry(item_id, set_video_id, video_id, self.clock.now())
        playlist.entries.insert(len(playlist.entries) if position is None else position, entry)
        self._changed(Change("add", playlist_id, video_id))
        return entry

    def remove(self, playlist_id: str, video_id: str) -> int:
        """Takes every row of a video away; returns how many there were."""
        doomed = [e for e in self.playlists[playlist_id].entries if e.video_id == video_id]
        for entry in doomed:
            self.remove_entry(playlist_id, entry.set_video_id)
        return len(doomed)

    def remove_entry(self, playlist_id: str, set_video_id: str) -> bool:
        """Takes one row away; False when it is not there."""
        entries = self.playlists[playlist_id].entries
        for entry in entries:
            if entry.set_video_id == set_video_id:
                entries.remove(entry)
                self._changed(Change("remove", playlist_id, entry.video_id))
                return True
        return False

    def entries(self, playlist_id: str) -> list[Entry]:
        """The rows, in the playlist's order; a copy."""
        return list(self.playlists[playlist_id].entries)

    # Videos

    def add_video(self, video: Video) -> Video:
        """An upload that is not in the catalogue; replaces one with the same id."""
        self.library.add(video)
        return video

    def delete_video(self, video_id: str) -> None:
        """The uploader deletes it: its rows stay, as "Deleted video"."""
        self.library.deleted.add(video_id)
        self._changed(Change("delete-video", video_id=video_id))

    def make_private(self, video_id: str) -> None:
        """The uploader hides it: its rows stay, as "Private video"."""
        self.library.private.add(video_id)
        self._changed(Change("private-video", video_id=video_id))

    def restore_video(self, video_id: str) -> None:
        """Undoes `delete_video` and `make_private`."""
        self.library.deleted.discard(video_id)
        self.library.private.discard(video_id)
        self._changed(Change("restore-video", video_id=video_id))

    def refuse(self, reason: Refused, video_id: str = "*") -> None:
        """From now on players say no to a video, or to all."""
        self.refused[video_id] = reason

    def allow(self, video_id: str = "*") -> None:
        """Undoes `refuse`."""
        self.refused.pop(video_id, None)

    def _changed(self, change: Change) -> None:
        for callback in self.on_change:
            callback(change)
