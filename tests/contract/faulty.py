"""One write to each of the simulated services, alike enough that every fault can be tried on all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox import scenario
from sandbox.faults import Fault
from sandbox.world import World
from tests.contract.callers import Answer, Caller

TRACK = "/playlists/{id}/items"


@dataclass(frozen=True)
class Write:
    """A service's add: its name in the journal, how it is made, and how many have arrived."""

    service: str
    call: str
    make: Callable[[Caller], Answer]
    arrived: Callable[[World], int]
    read: Callable[[Caller], Answer]

    def __str__(self) -> str:
        return self.service

    def fault(self, kind: str, **how: Any) -> Fault:
        return Fault(kind, self.service, self.call, **how)


def song(world: World, key: str = "yellow") -> Any:
    return world.catalogue.by_key(key)


def video(world: World, key: str = "yellow") -> str:
    return str(song(world, key).video_id or song(world, key).music_video_id)


def add_video(caller: Caller, *videos: str) -> Answer:
    actions = [{"action": "ACTION_ADD_VIDEO", "addedVideoId": v, "dedupeOption": "DEDUPE_OPTION_SKIP"} for v in videos]
    return caller.music("browse/edit_playlist", {"playlistId": scenario.YOUTUBE_PLAYLIST, "actions": actions})


def _videos(world: World) -> int:
    return sum(entry.video_id == video(world) for entry in world.youtube.entries(scenario.YOUTUBE_PLAYLIST))


WRITES = [
    Write(
        "telegram",
        "sendMessage",
        lambda caller: caller.telegram("sendMessage", chat_id=scenario.CHANNEL_ID, text="yellow"),
        lambda world: sum(message.text == "yellow" for message in world.telegram.messages(scenario.CHANNEL_ID)),
        lambda caller: caller.telegram("getMe"),
    ),
    Write(
        "spotify",
        f"POST {TRACK}",
        lambda caller: caller.add_tracks(song(caller.world).spotify_id),
        lambda world: world.spotify.song_ids(scenario.SPOTIFY_PLAYLIST).count(song(world).spotify_id),
        lambda caller: caller.spotify("GET", "me"),
    ),
    Write(
        "youtube",
        "playlistItems.insert",
        lambda caller: caller.insert(video(caller.world)),
        _videos,
        lambda caller: caller.google("GET", "channels", part="id", mine="true"),
    ),
    Write(
        "youtube-music",
        "edit_playlist",
        lambda caller: add_video(caller, video(caller.world)),
        _videos,
        lambda caller: caller.music("browse", {"browseId": f"VL{scenario.YOUTUBE_PLAYLIST}"}),
    ),
]
