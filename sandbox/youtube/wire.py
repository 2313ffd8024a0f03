"""One request to the simulated YouTube: its body, and what a fault makes of a listing or an add."""

import gzip
import hashlib
import json
from typing import Any

from sandbox import exchange
from sandbox.exchange import Json, Refusal
from sandbox.faults import Fault
from sandbox.listing import LISTING

__all__ = ["Exchange", "Json", "Refusal", "etag", "json_body", "thumbnails"]

ADDING_FAULTS = ("doubled", "substitute")


class Exchange(exchange.Exchange):
    """A request to any of Google's hosts."""

    def listing_fault(self) -> Fault | None:
        """The armed fault that spoils this listing, used up by one."""
        return self.draw(*LISTING)

    def shifted(self, playlist_id: str) -> None:
        """After a page was made: under a ``changing`` fault somebody changes the list before the next one is read."""
        fault, state = self.draw("changing"), self.world.youtube
        entries = state.playlists[playlist_id].entries
        if fault is None or not entries:
            return
        match fault.detail.get("change", "remove"):
            case "add":
                state.add(playlist_id, fault.detail.get("id", entries[-1].video_id), 0)
            case "move":
                last = entries[-1]
                state.remove_entry(playlist_id, last.set_video_id)
                state.add(playlist_id, last.video_id, 0)
            case _:
                state.remove_entry(playlist_id, entries[0].set_video_id)

    def added(self, video_id: str) -> list[str]:
        """What an add of `video_id` really puts in: a fault may be ``doubled`` or ``substitute``."""
        fault = self.draw(*ADDING_FAULTS)
        if fault is None:
            return [video_id]
        if fault.kind == "doubled":
            return [video_id, video_id]
        library = self.world.youtube.library
        video = library.find(video_id)
        other: str | None = fault.detail.get("id") or (video.twin if video else None)
        return [other or next((v.id for v in library.all() if v.id != video_id), video_id)]


def json_body(data: bytes) -> Json:
    """The JSON object in a body, gzipped or not whatever the headers say; anything else reads as empty."""
    try:
        body = json.loads(gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data or b"{}")
    except (OSError, ValueError):
        return {}
    return body if isinstance(body, dict) else {}


def etag(thing: Any) -> str:
    """A tag that changes exactly when the thing does."""
    return hashlib.sha256(json.dumps(thing, sort_keys=True).encode()).hexdigest()[:27]


def thumbnails(video_id: str) -> list[Json]:
    """Where the video's pictures are, small to large."""
    sizes = (("default", 120, 90), ("mqdefault", 320, 180), ("hqdefault", 480, 360))
    return [
        {"url": f"https://i.ytimg.com/vi/{video_id}/{name}.jpg", "width": width, "height": height}
        for name, width, height in sizes
    ]
