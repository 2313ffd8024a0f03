"""Unmodified spotipy at the simulated Spotify, as a person with a playlist uses it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import spotipy
from spotipy.cache_handler import MemoryCacheHandler

from sandbox.catalogue import load, spotify_id
from sandbox.faults import Fault
from sandbox.thread import SandboxThread
from sandbox.world import World

PLAYLIST = spotify_id("the playlist")
STRANGE = spotify_id("somebody else's playlist")
REFRESH = "a-refresh-token"
TOKEN_URL = "https://accounts.spotify.com/api/token"
Json = dict[str, Any]


@dataclass
class Stage:
    """A world with one person, one application and one playlist, and a client in it."""

    box: SandboxThread
    session: requests.Session
    api: spotipy.Spotify
    cache: MemoryCacheHandler

    @property
    def world(self) -> World:
        return self.box.world

    def song(self, key: str) -> str:
        found = self.world.catalogue.by_key(key).spotify_id
        assert found is not None
        return found

    def put(self, *keys: str) -> None:
        self.box.call(lambda: [self.world.spotify.add(PLAYLIST, self.song(key)) for key in keys])

    def rows(self) -> list[str]:
        return self.box.call(lambda: self.world.spotify.song_ids(PLAYLIST))

    def arm(self, kind: str, **how: Any) -> None:
        self.box.call(lambda: self.world.faults.arm(Fault(kind, "spotify", **how)))

    def add(self, *keys: str, **more: Any) -> Json:
        body = {"uris": [f"spotify:track:{self.song(key)}" for key in keys], **more}
        answer: Json = self.api._post(f"playlists/{PLAYLIST}/items", payload=body)
        return answer

    def token(self, **form: str) -> requests.Response:
        return self.session.post(TOKEN_URL, data=form)


@contextmanager
def staged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """An empty playlist of the person's own, another person's, and a client whose access token has run out."""
    world = World(catalogue=load())
    spotify = world.spotify
    spotify.add_user("friday", "Friday")
    spotify.add_app("client", "secret", allowed=["friday"])
    spotify.add_app("public", None)
    spotify.grant(REFRESH, "friday", "client")
    spotify.create_playlist(PLAYLIST, "Tapes", "friday")
    spotify.create_playlist(STRANGE, "Theirs", "somebody")
    with SandboxThread(world) as box:
        for name, value in box.environment().items():
            monkeypatch.setenv(name, value)
        session = requests.Session()
        cache = MemoryCacheHandler({"refresh_token": REFRESH, "access_token": "", "expires_at": 0, "scope": None})
        auth = spotipy.SpotifyOAuth(
            "client", "secret", "http://127.0.0.1/callback", requests_session=session, cache_handler=cache
        )
        yield Stage(box, session, spotipy.Spotify(auth_manager=auth, requests_session=session), cache)


def refused(call: Callable[[], object]) -> spotipy.SpotifyException:
    """The refusal that the call must meet."""
    with pytest.raises(spotipy.SpotifyException) as caught:
        call()
    return caught.value
