"""What the simulated Spotify remembers, and what a person can do to it without a client."""

import base64
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote_plus

from sandbox.catalogue import Catalogue, Song, spotify_id
from sandbox.clock import Clock
from sandbox.spotify.accounts import CONSENT_LIFETIME, SCOPES, Accounts, App, Code, Grant, User
from sandbox.spotify.quota import Quota

MOST_ITEMS = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a playlist; `uri` is None where Spotify shows `item: null`. `added_at` is Unix seconds."""

    uri: str | None
    added_at: float | None
    added_by: str | None
    name: str = ""


@dataclass(slots=True)
class Playlist:
    """A playlist; `owner` and `collaborators` are user ids, rows are in the playlist's order.

    `snapshot_id` is new after every change; `snapshots` has all that ever were.
    """

    id: str
    name: str
    owner: str
    public: bool = True
    collaborators: set[str] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)
    snapshots: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.touch()

    @property
    def snapshot_id(self) -> str:
        return self.snapshots[-1]

    def touch(self) -> None:
        """Something changed: a new snapshot."""
        number = len(self.snapshots) + 1
        digest = hashlib.sha256(f"{self.id}/{number}".encode()).digest()[:16]
        self.snapshots.append(base64.b64encode(number.to_bytes(4) + digest).decode())

    def writable_by(self, user_id: str | None) -> bool:
        """Whether this user may read and change the rows."""
        return user_id is not None and (user_id == self.owner or user_id in self.collaborators)


@dataclass(frozen=True, slots=True)
class Change:
    """A playlist changed, whoever did it; `uris` are the rows that came, went or moved."""

    kind: Literal["create", "add", "remove", "replace", "reorder"]
    playlist_id: str
    uris: tuple[str | None, ...] = ()


@dataclass(slots=True)
class SpotifyState:
    """Playlists, people, applications, tokens and quota.

    `on_change` holds callbacks that are told of every change. Songs come from the catalogue that `bind` was
    given. Methods that name something unknown raise KeyError.
    """

    accounts: Accounts = field(default_factory=Accounts)
    playlists: dict[str, Playlist] = field(default_factory=dict)
    quotas: dict[str, Quota] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    on_change: list[Callable[[Change], None]] = field(default_factory=list)
    catalogue: Catalogue = field(default_factory=Catalogue)
    clock: Clock = field(default_factory=Clock)

    def bind(self, catalogue: Catalogue, clock: Clock) -> None:
        """Takes the songs and the time from a world; `World` and `application` do it."""
        self.catalogue, self.clock = catalogue, clock

    # People and their keys

    def add_user(self, user_id: str, display_name: str | None = None) -> User:
        """A person, or the one already there."""
        return self.accounts.add_user(user_id, display_name)

    @property
    def quota(self) -> Quota:
        """The quota of the developer who owns the applications of whom nothing else was said."""
        return self.quota_of("developer")

    def quota_of(self, developer: str) -> Quota:
        """A developer's quota, which all of the developer's applications share."""
        return self.quotas.setdefault(developer, Quota())

    def add_app(
        self,
        client_id: str,
        secret: str | None,
        allowed: Iterable[str] | None = None,
        developer: str = "developer",
    ) -> App:
        """A client application; without a secret a public one, whose refresh tokens rotate.

        `allowed` are the users on its development-mode list; None lets everybody in.
        """
        app = App(client_id, secret, None if allowed is None else set(allowed), developer)
        self.accounts.apps[client_id] = app
        return app

    def grant(self, refresh_token: str, user: str, client_id: str, scopes: tuple[str, ...] = SCOPES) -> Grant:
        """`user` allows an application to act; the consent dies six months from now."""
        self.accounts.users[user]
        app = self.accounts.apps[client_id]
        return self.accounts.grant(app, user, scopes, self.clock.now(), refresh_token)

    def revoke(self, refresh_token: str) -> None:
        """The user takes the permission back: the refresh token and its access tokens die."""
        self.accounts.revoke(refresh_token)

    def expire(self, refresh_token: str) -> None:
        """The consent is six months old now: no more refreshing; access tokens live out their hour."""
        self.accounts.grants[refresh_token].authorised_at = self.clock.now() - CONSENT_LIFETIME

    def add_code(
        self,
        code: str,
        user: str,
        client_id: str,
        redirect_uri: str,
        challenge: str | None = None,
        scopes: tuple[str, ...] = SCOPES,
    ) -> None:
        """A consent just given: `code` can be exchanged once; `challenge` is PKCE's, S256."""
        self.accounts.users[user]
        self.accounts.codes[code] = Code(user, client_id, redirect_uri, scopes, challenge)

    # Playlists

    def create_playlist(
        self, playlist_id: str, name: str, owner: str, public: bool = True, collaborators: Iterable[str] = ()
    ) -> Playlist:
        """An empty playlist; an unknown owner becomes a user."""
        self.add_user(owner)
        self.playlists[playlist_id] = Playlist(playlist_id, name, owner, public, set(collaborators))
        self._changed("create", playlist_id)
        return self.playlists[playlist_id]

    def add(self, playlist_id: str, song_id: str, position: int | None = None) -> Entry:
        """The owner adds a song, at the end unless `position` says otherwise; nothing is deduplicated."""
        if self.song(song_id) is None:
            raise KeyError(song_id)
        return self.insert(playlist_id, [f"spotify:track:{song_id}"], position)[0]

    def add_local(self, playlist_id: str, artist: str, title: str, album: str = "", seconds: int = 180) -> Entry:
        """The owner drags a file of their own in; no API call can add or play it."""
        parts = (quote_plus(artist), quote_plus(album), quote_plus(title), str(seconds))
        return self.insert(playlist_id, ["spotify:local:" + ":".join(parts)])[0]

    def add_episode(self, playlist_id: str, name: str) -> Entry:
        """The owner adds a podcast episode; its id depends on its name."""
        entry = Entry(
            f"spotify:episode:{spotify_id('episode:' + name)}",
            self.clock.now(),
            self._owner(playlist_id),
            name,
        )
        return self._insert(playlist_id, [entry])[0]

    def add_null(self, playlist_id: str) -> Entry:
        """A row about which Spotify says nothing any more: `item: null`, no date, nobody."""
        return self._insert(playlist_id, [Entry(None, None, None)])[0]

    def remove(self, playlist_id: str, song_id: str) -> int:
        """Takes every row of a song away; returns how many there were."""
        return self.drop(playlist_id, {f"spotify:track:{song_id}"})

    def entries(self, playlist_id: str) -> list[Entry]:
        """The rows, in the playlist's order; a copy."""
        return list(self.playlists[playlist_id].entries)

    def song_ids(self, playlist_id: str) -> list[str]:
        """The ids of the songs among the rows, in order, with repetitions."""
        uris = (entry.uri or "" for entry in self.playlists[playlist_id].entries)
        return [uri.removeprefix("spotify:track:") for uri in uris if uri.startswith("spotify:track:")]

    def insert(
        self, playlist_id: str, uris: list[str], position: int | None = None, by: str | None = None
    ) -> list[Entry]:
        """Rows as they are, by the owner unless `by` says otherwise: one change, one snapshot."""
        who = by or self._owner(playlist_id)
        return self._insert(playlist_id, [Entry(uri, self.clock.now(), who) for uri in uris], position)

    def drop(self, playlist_id: str, uris: set[str]) -> int:
        """Takes every row of these uris away in one change; no row, no change."""
        playlist = self.playlists[playlist_id]
        kept = [entry for entry in playlist.entries if entry.uri not in uris]
        gone = len(playlist.entries) - len(kept)
        if gone:
            playlist.entries = kept
            playlist.touch()
            self._changed("remove", playlist_id, list(uris))
        return gone

    def remove_row(self, playlist_id: str, position: int) -> None:
        """Takes one row away, whatever else is like it."""
        playlist = self.playlists[playlist_id]
        row = playlist.entries.pop(position)
        playlist.touch()
        self._changed("remove", playlist_id, [row.uri])

    def replace(self, playlist_id: str, uris: list[str], by: str | None = None) -> None:
        """These rows in place of all others, in one change."""
        playlist, who = self.playlists[playlist_id], by or self._owner(playlist_id)
        playlist.entries = [Entry(uri, self.clock.now(), who) for uri in uris]
        playlist.touch()
        self._changed("replace", playlist_id, uris)

    def reorder(self, playlist_id: str, start: int, length: int, before: int) -> None:
        """Moves `length` rows from `start` in front of the row that is at `before` now.

        Raises IndexError outside the playlist.
        """
        playlist = self.playlists[playlist_id]
        size = len(playlist.entries)
        if not (0 <= start < size and 1 <= length <= size - start and 0 <= before <= size):
            raise IndexError(f"{start}+{length} before {before} in {size} rows")
        moved = playlist.entries[start : start + length]
        del playlist.entries[start : start + length]
        at = before if before <= start else max(start, before - length)
        playlist.entries[at:at] = moved
        playlist.touch()
        self._changed("reorder", playlist_id, [entry.uri for entry in moved])

    # Songs

    def song(self, song_id: str) -> Song | None:
        """The song behind an id, unless it was withdrawn."""
        return None if song_id in self.withdrawn else self.catalogue.by_spotify_id(song_id)

    def withdraw(self, song_id: str) -> None:
        """The label takes a song away: nobody finds it any more, its rows stay as `item: null`."""
        self.withdrawn.add(song_id)

    def restore(self, song_id: str) -> None:
        """Undoes `withdraw`."""
        self.withdrawn.discard(song_id)

    def _owner(self, playlist_id: str) -> str:
        return self.playlists[playlist_id].owner

    def _insert(self, playlist_id: str, entries: list[Entry], position: int | None = None) -> list[Entry]:
        playlist = self.playlists[playlist_id]
        at = len(playlist.entries) if position is None else position
        playlist.entries[at:at] = entries
        playlist.touch()
        self._changed("add", playlist_id, [entry.uri for entry in entries])
        return entries

    def _changed(
        self,
        kind: Literal["create", "add", "remove", "replace", "reorder"],
        playlist_id: str,
        uris: Iterable[str | None] = (),
    ) -> None:
        for callback in self.on_change:
            callback(Change(kind, playlist_id, tuple(uris)))
