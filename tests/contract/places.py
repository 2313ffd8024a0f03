"""The services' adapters in a world of their own, alike enough to be held to the same promises."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from reconcilers.recording import Recording
from reconcilers.services import AddRequest, Service
from reconcilers.services.spotify import SpotifyCredentials, SpotifyService
from reconcilers.services.youtube_auth import GoogleCredentials
from reconcilers.services.youtube_data import YouTubeDataService
from reconcilers.services.youtube_music import YouTubeMusicService
from sandbox.catalogue import Song, spotify_id
from sandbox.faults import Fault
from sandbox.journal import Entry
from sandbox.thread import SandboxThread
from sandbox.world import World

SPOTIFY_PLAYLIST = spotify_id("tapes")
YOUTUBE_PLAYLIST = "PLtapes00000000000000000000000000"
STRANGERS_SPOTIFY = spotify_id("not ours")
STRANGERS_YOUTUBE = "PLstranger000000000000000000000000"
SECRETS = ("spotify-secret", "spotify-refresh", "google-secret", "google-refresh", "the-sapisid")

SONGS = tuple(
    Song(
        key=f"song-{n}",
        artists=(f"Singer {name}",),
        title=f"{name} Song",
        album=f"{name} Album",
        duration=180 + n * 7,
        isrc=f"DEAB126000{n:02d}",
        spotify_id=spotify_id(f"song-{n}"),
        video_id=f"audio-{n:05d}",
        music_video_id=f"video-{n:05d}",
        music_video_spelling=(f"Singer {name}", f"Singer {name} - {name} Song (Official Video)"),
    )
    for n, name in enumerate(("Amber", "Basalt", "Copper", "Denim", "Ember", "Fennel"))
)


def new_world() -> World:
    """Six songs, one person's accounts, an empty playlist on each service, and somebody else's."""
    world = World()
    world.catalogue.extend(SONGS)
    spotify, youtube = world.spotify, world.youtube
    spotify.add_user("friday")
    spotify.add_app("spotify-client", "spotify-secret")
    spotify.add_app("pkce-client", None)
    spotify.grant("spotify-refresh", "friday", "spotify-client")
    spotify.grant("pkce-refresh", "friday", "pkce-client")
    spotify.create_playlist(SPOTIFY_PLAYLIST, "Tapes", "friday")
    spotify.create_playlist(STRANGERS_SPOTIFY, "Theirs", "stranger")
    youtube.add_account("friday")
    youtube.add_oauth_client("google-client", "google-secret")
    youtube.grant("google-refresh", "friday", "google-client")
    youtube.add_cookie_session("friday", "the-sapisid")
    youtube.create_playlist(YOUTUBE_PLAYLIST, "Tapes", "friday")
    youtube.create_playlist(STRANGERS_YOUTUBE, "Theirs", "stranger", "PUBLIC")
    return world


@dataclass
class Place:
    """One adapter, the playlist behind it, and how its service calls things in the journal."""

    kind: str
    box: SandboxThread
    service: Service
    calls: list[tuple[str, int, str, float]] = field(default_factory=list)

    @property
    def world(self) -> World:
        return self.box.world

    @property
    def vendor(self) -> str:
        return {"spotify": "spotify", "youtube-data": "youtube", "youtube-music": "youtube-music"}[self.kind]

    @property
    def call(self) -> dict[str, str]:
        """The journal's names for what the adapter does."""
        if self.kind == "spotify":
            rows = "/playlists/{id}/items"
            return {
                "head": "GET /playlists/{id}",
                "list": f"GET {rows}",
                "add": f"POST {rows}",
                "remove": f"DELETE {rows}",
                "search": "GET /search",
            }
        if self.kind == "youtube-data":
            listed, added, removed = (f"playlistItems.{verb}" for verb in ("list", "insert", "delete"))
            return {"head": listed, "list": listed, "add": added, "remove": removed, "search": "search"}
        edit = "edit_playlist"
        return {"head": "browse", "list": "browse", "add": edit, "remove": edit, "search": "search"}

    def id(self, n: int) -> str:
        """The n-th song's id here."""
        return str(SONGS[n].spotify_id if self.kind == "spotify" else SONGS[n].video_id)

    def request(self, n: int) -> AddRequest:
        return AddRequest(self.id(n), recording(n))

    def put(self, *numbers: int) -> None:
        """A person adds songs."""

        def put() -> None:
            for n in numbers:
                if self.kind == "spotify":
                    self.world.spotify.add(SPOTIFY_PLAYLIST, self.id(n))
                else:
                    self.world.youtube.add(YOUTUBE_PLAYLIST, self.id(n))

        self.box.call(put)

    def withdraw(self, n: int) -> None:
        """The n-th song goes away upstream."""
        if self.kind == "spotify":
            self.box.call(lambda: self.world.spotify.withdraw(self.id(n)))
        else:
            self.box.call(lambda: self.world.youtube.delete_video(self.id(n)))

    def ids(self) -> list[str]:
        """What stands in the playlist, in order."""
        if self.kind == "spotify":
            return self.box.call(lambda: self.world.spotify.song_ids(SPOTIFY_PLAYLIST))
        return self.box.call(lambda: [e.video_id for e in self.world.youtube.entries(YOUTUBE_PLAYLIST)])

    def arm(self, kind: str, what: str = "*", **how: Any) -> None:
        """A fault for ``head``, ``list``, ``add``, ``remove``, ``search`` or everything."""
        vendor = "youtube-music" if what == "search" and self.kind != "spotify" else self.vendor
        self.box.call(lambda: self.world.faults.arm(Fault(kind, vendor, self.call.get(what, what), **how)))

    def writes(self) -> list[Entry]:
        return self.world.journal.writes(self.vendor)

    def kill_token(self) -> None:
        """The person takes the permission back."""
        match self.kind:
            case "spotify":
                self.box.call(lambda: self.world.spotify.revoke("spotify-refresh"))
            case "youtube-data":
                self.box.call(lambda: self.world.youtube.revoke("google-refresh"))
            case _:
                self.box.call(lambda: self.world.youtube.expire_cookies("the-sapisid"))


def recording(n: int) -> Recording:
    song = SONGS[n]
    return Recording(song.title, song.artists, song.album, song.duration, song.isrc)


async def stored(token: str) -> None:
    """The `on_rotated` that stores it at once."""


def cookies(sapisid: str = "the-sapisid") -> dict[str, str]:
    return {"Cookie": f"SID=x; __Secure-3PAPISID={sapisid}", "X-Goog-AuthUser": "0"}


def open_place(
    kind: str,
    box: SandboxThread,
    *,
    playlist: str | None = None,
    read_timeout: float = 10.0,
    clock: Callable[[], float] | None = None,
) -> Place:
    """The adapter of that kind on its playlist (or another), in the world of `box`."""
    calls: list[tuple[str, int, str, float]] = []
    timeout = (2.0, read_timeout)
    now = clock or box.world.clock.now

    def on_call(operation: str, units: int, outcome: str, seconds: float) -> None:
        calls.append((operation, units, outcome, seconds))

    service: Service
    if kind == "spotify":
        known = SpotifyCredentials("spotify-client", "spotify-secret", "spotify-refresh")
        service = SpotifyService(
            playlist or SPOTIFY_PLAYLIST, known, stored, requests_timeout=timeout, clock=now, on_call=on_call
        )
    elif kind == "youtube-data":
        google = GoogleCredentials("google-client", "google-secret", "google-refresh")
        service = YouTubeDataService(playlist or YOUTUBE_PLAYLIST, google, timeout=timeout, clock=now, on_call=on_call)
    else:
        service = YouTubeMusicService(
            playlist or YOUTUBE_PLAYLIST, cookies(), timeout=timeout, clock=now, on_call=on_call
        )
    return Place(kind, box, service, calls)
