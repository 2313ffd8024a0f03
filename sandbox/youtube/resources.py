"""The Data API's resources, as JSON."""

from datetime import UTC, datetime
from html import escape

from sandbox.youtube.state import Entry, Playlist, YouTubeState
from sandbox.youtube.videos import Video
from sandbox.youtube.wire import Json, etag, thumbnails


def timestamp(seconds: float) -> str:
    """Unix seconds as the API writes times."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_duration(seconds: int) -> str:
    """Seconds as an ISO 8601 duration: 213 is "PT3M33S"."""
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    parts = ((hours, "H"), (minutes, "M"), (rest, "S"))
    return "PT" + ("".join(f"{n}{unit}" for n, unit in parts if n) or "0S")


def published(video: Video) -> str:
    """When the video came out, as the API writes times; never before there was a YouTube."""
    return f"{video.year}-03-01T00:00:00Z" if video.year >= 2005 else "2018-08-01T00:00:00Z"


def resource(kind: str, resource_id: object, parts: Json, wanted: set[str]) -> Json:
    """A resource with the parts that were asked for."""
    body: Json = {"kind": f"youtube#{kind}", "id": resource_id}
    body |= {name: part for name, part in parts.items() if name in wanted}
    return {"kind": body.pop("kind"), "etag": etag(body), **body}


def page(kind: str, items: list[Json], total: int, per_page: int, **tokens: str | None) -> Json:
    """A list response; tokens that are None are left out."""
    body: Json = {name: token for name, token in tokens.items() if token is not None}
    body |= {"items": items, "pageInfo": {"totalResults": total, "resultsPerPage": per_page}}
    return {"kind": f"youtube#{kind}", "etag": etag(body), **body}


def pictures(video_id: str) -> Json:
    """Thumbnails under the names that the API gives their sizes."""
    return dict(zip(("default", "medium", "high"), thumbnails(video_id), strict=True))


def playlist_item(state: YouTubeState, playlist: Playlist, entry: Entry, position: int, wanted: set[str]) -> Json:
    """One row; videos that are gone keep their row and lose their name."""
    owner = state.accounts.accounts[playlist.owner]
    snippet: Json = {
        "publishedAt": timestamp(entry.added),
        "channelId": owner.channel_id,
        "channelTitle": owner.name,
        "playlistId": playlist.id,
        "position": position,
        "resourceId": {"kind": "youtube#video", "videoId": entry.video_id},
    }
    details: Json = {"videoId": entry.video_id}
    privacy = "public"
    video, fate = state.library.get(entry.video_id), state.library.fate(entry.video_id)
    if video is not None:
        snippet |= {
            "title": video.title,
            "description": video.description,
            "thumbnails": pictures(video.id),
            "videoOwnerChannelTitle": video.channel_title,
            "videoOwnerChannelId": video.channel_id,
        }
        details["videoPublishedAt"] = published(video)
    elif fate == "private":
        snippet |= {"title": "Private video", "description": "This video is private.", "thumbnails": {}}
        privacy = "private"
    else:
        snippet |= {"title": "Deleted video", "description": "This video is unavailable.", "thumbnails": {}}
        privacy = "privacyStatusUnspecified"
    parts = {"snippet": snippet, "contentDetails": details, "status": {"privacyStatus": privacy}}
    return resource("playlistItem", entry.playlist_item_id, parts, wanted)


def playlist(state: YouTubeState, it: Playlist, wanted: set[str]) -> Json:
    """A playlist; its count includes rows whose video is gone."""
    owner = state.accounts.accounts[it.owner]
    snippet = {
        "publishedAt": timestamp(it.created),
        "channelId": owner.channel_id,
        "title": it.title,
        "description": "",
        "thumbnails": pictures(it.entries[0].video_id) if it.entries else {},
        "channelTitle": owner.name,
        "localized": {"title": it.title, "description": ""},
    }
    parts = {
        "snippet": snippet,
        "contentDetails": {"itemCount": len(it.entries)},
        "status": {"privacyStatus": it.privacy.lower()},
    }
    return resource("playlist", it.id, parts, wanted)


def video(it: Video, wanted: set[str]) -> Json:
    """A video that can be seen."""
    snippet = {
        "publishedAt": published(it),
        "channelId": it.channel_id,
        "title": it.title,
        "description": it.description,
        "thumbnails": pictures(it.id),
        "channelTitle": it.channel_title,
        "tags": [*it.artists, it.title],
        "categoryId": "10",
        "liveBroadcastContent": "none",
        "localized": {"title": it.title, "description": it.description},
    }
    details = {
        "duration": iso_duration(it.duration),
        "dimension": "2d",
        "definition": "hd",
        "caption": "false",
        "licensedContent": it.kind != "UGC",
        "contentRating": {},
        "projection": "rectangular",
    }
    status = {
        "uploadStatus": "processed",
        "privacyStatus": "public",
        "license": "youtube",
        "embeddable": True,
        "publicStatsViewable": True,
        "madeForKids": False,
    }
    return resource("video", it.id, {"snippet": snippet, "contentDetails": details, "status": status}, wanted)


def search_result(it: Video, wanted: set[str]) -> Json:
    """Titles are HTML-escaped here and nowhere else, as the real search does."""
    snippet = {
        "publishedAt": published(it),
        "channelId": it.channel_id,
        "title": escape(it.title),
        "description": escape(it.description[:160]),
        "thumbnails": pictures(it.id),
        "channelTitle": escape(it.channel_title),
        "liveBroadcastContent": "none",
    }
    return resource("searchResult", {"kind": "youtube#video", "videoId": it.id}, {"snippet": snippet}, wanted)


def channel(channel_id: str, title: str, wanted: set[str]) -> Json:
    """An account's channel."""
    related = {"likes": "LL", "uploads": "UU" + channel_id[2:]}
    parts = {
        "snippet": {"title": title, "description": "", "localized": {"title": title, "description": ""}},
        "contentDetails": {"relatedPlaylists": related},
        "status": {"privacyStatus": "public", "isLinked": True},
    }
    return resource("channel", channel_id, parts, wanted)
