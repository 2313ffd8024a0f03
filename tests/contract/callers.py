"""Plain requests to the simulated services of `scenario`, signed in as its people are."""

import hashlib
from typing import Any

import requests

from sandbox import scenario
from sandbox.thread import SandboxThread

Answer = requests.Response
Json = dict[str, Any]


class Caller:
    """A person's accounts in the world of `box`. Tokens are fetched when first needed."""

    timeout: float | tuple[float, float] = 10.0
    """Seconds for a connection and for each answer, or for one and the other."""

    def __init__(self, box: SandboxThread) -> None:
        self.box, self.world = box, box.world
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.proxies = {"https": box.environment()["HTTPS_PROXY"]}
        self.http.verify = str(box.sandbox.ca_file)
        self._tokens: dict[str, str] = {}

    def send(self, method: str, url: str, **more: Any) -> Answer:
        return self.http.request(method, url, timeout=self.timeout, **more)

    # Telegram

    def telegram(self, method: str, files: Any = None, **params: Any) -> Answer:
        url = f"https://api.telegram.org/bot{scenario.BOT_TOKEN}/{method}"
        return self.send("POST", url, data=params, files=files)

    # Spotify

    def spotify_token(self, refresh_token: str = scenario.SPOTIFY_REFRESH_TOKEN) -> Answer:
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        client = (scenario.SPOTIFY_CLIENT_ID, scenario.SPOTIFY_CLIENT_SECRET)
        return self.send("POST", "https://accounts.spotify.com/api/token", data=form, auth=client)

    def spotify(self, method: str, path: str, **more: Any) -> Answer:
        if "spotify" not in self._tokens:
            self._tokens["spotify"] = self.spotify_token().json()["access_token"]
        headers = {"Authorization": f"Bearer {self._tokens['spotify']}"}
        return self.send(method, f"https://api.spotify.com/v1/{path}", headers=headers, **more)

    def tracks(self, **query: Any) -> Json:
        found: Json = self.spotify("GET", f"playlists/{scenario.SPOTIFY_PLAYLIST}/items", params=query).json()
        return found

    def add_tracks(self, *spotify_ids: str) -> Answer:
        body = {"uris": [f"spotify:track:{identity}" for identity in spotify_ids]}
        return self.spotify("POST", f"playlists/{scenario.SPOTIFY_PLAYLIST}/items", json=body)

    # YouTube

    def google_token(self, refresh_token: str = scenario.GOOGLE_REFRESH_TOKEN) -> Answer:
        client = {"client_id": scenario.GOOGLE_CLIENT_ID, "client_secret": scenario.GOOGLE_CLIENT_SECRET}
        form = {**client, "grant_type": "refresh_token", "refresh_token": refresh_token}
        return self.send("POST", "https://oauth2.googleapis.com/token", data=form)

    def google(self, method: str, resource: str, body: Any = None, **query: Any) -> Answer:
        if "google" not in self._tokens:
            self._tokens["google"] = self.google_token().json()["access_token"]
        headers = {"Authorization": f"Bearer {self._tokens['google']}"}
        url = f"https://www.googleapis.com/youtube/v3/{resource}"
        return self.send(method, url, params=query, json=body, headers=headers)

    def insert(self, video_id: str) -> Answer:
        resource = {"kind": "youtube#video", "videoId": video_id}
        body = {"snippet": {"playlistId": scenario.YOUTUBE_PLAYLIST, "resourceId": resource}}
        return self.google("POST", "playlistItems", body, part="snippet")

    def rows(self, **query: Any) -> Json:
        asked = {"part": "snippet", "playlistId": scenario.YOUTUBE_PLAYLIST, "maxResults": 50, **query}
        found: Json = self.google("GET", "playlistItems", **asked).json()
        return found

    # YouTube Music

    def music(self, endpoint: str, body: Json, signed: bool = True) -> Answer:
        origin, sapisid = "https://music.youtube.com", scenario.YOUTUBE_SAPISID
        headers = {"Origin": origin}
        if signed:
            digest = hashlib.sha1(f"1 {sapisid} {origin}".encode()).hexdigest()
            headers |= {"Authorization": f"SAPISIDHASH 1_{digest}", "Cookie": f"__Secure-3PAPISID={sapisid}"}
        whole = {"context": {"client": {"clientName": "WEB_REMIX"}}, **body}
        return self.send("POST", f"{origin}/youtubei/v1/{endpoint}", json=whole, headers=headers)
