"""The rows and panels of YouTube Music's pages, as innertube JSON."""

import hashlib
from collections.abc import Sequence

from sandbox.youtube.accounts import channel_id_for
from sandbox.youtube.state import Entry
from sandbox.youtube.videos import Video, video_id_for
from sandbox.youtube.wire import Json, thumbnails

_DOT = {"text": " • "}
_GREY = "MUSIC_ITEM_RENDERER_DISPLAY_POLICY_GREY_OUT"


def clock(seconds: int) -> str:
    """Seconds as people read them: 213 is "3:33", 3600 is "1:00:00"."""
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def text(*runs: str | Json) -> Json:
    """Runs of text; a plain string is a run without a link."""
    return {"runs": [{"text": run} if isinstance(run, str) else run for run in runs]}


def music_type(video: Video) -> str:
    """What YouTube Music calls the video's kind."""
    return f"MUSIC_VIDEO_TYPE_{video.kind}"


def album_id(video: Video) -> str | None:
    """The browse id of the video's album; None where it has none."""
    if video.album is None:
        return None
    return "MPREb_" + hashlib.sha256(f"{video.artists[0]}/{video.album}".encode()).hexdigest()[:11]


def plays(video: Video) -> str:
    """How often it was played, as the pages put it ("12M")."""
    dice = int(hashlib.sha256(video.id.encode()).hexdigest()[:4], 16)
    return f"{1 + dice % 900}{'K' if video.kind == 'UGC' else 'M'}"


def watch(video_id: str, kind: str | None = None, playlist_id: str | None = None) -> Json:
    """A link that plays a video, in a playlist if one is named."""
    endpoint: Json = {"videoId": video_id}
    if playlist_id:
        endpoint["playlistId"] = playlist_id
    if kind:
        config = {"hasPersistentPlaylistPanel": True, "musicVideoType": kind}
        endpoint["watchEndpointMusicSupportedConfigs"] = {"watchEndpointMusicConfig": config}
    return {"watchEndpoint": endpoint}


def page_link(browse_id: str, page_type: str) -> Json:
    """A link to an artist's, an album's or a channel's page."""
    config = {"browseEndpointContextMusicConfig": {"pageType": f"MUSIC_PAGE_TYPE_{page_type}"}}
    return {"browseEndpoint": {"browseId": browse_id, "browseEndpointContextSupportedConfigs": config}}


def artist_runs(video: Video) -> list[Json]:
    """Linked names: artists' pages for music, the uploader's channel for anybody's video."""
    page = "USER_CHANNEL" if video.kind == "UGC" else "ARTIST"
    names = [
        {"text": name, "navigationEndpoint": page_link(channel_id_for(f"artist/{name}"), page)}
        for name in video.artists
    ]
    runs: list[Json] = []
    for number, name in enumerate(names):
        if number:
            runs.append({"text": " & " if number == len(names) - 1 else ", "})
        runs.append(name)
    return runs


def album_runs(video: Video) -> list[Json]:
    """The album's linked name; nothing where the video has none."""
    browse_id = album_id(video)
    if browse_id is None or video.album is None:
        return []
    return [{"text": video.album, "navigationEndpoint": page_link(browse_id, "ALBUM")}]


def joined(*groups: Sequence[Json]) -> list[Json]:
    """Groups of runs with dots between them; empty groups leave no dot."""
    runs: list[Json] = []
    for group in groups:
        if group:
            runs += [_DOT, *group] if runs else group
    return runs


def pictures(video_id: str) -> Json:
    """The cover of a row."""
    return {"musicThumbnailRenderer": {"thumbnail": {"thumbnails": thumbnails(video_id)}}}


def play_button(endpoint: Json) -> Json:
    """The button over the cover: where clients look for the video of a row."""
    button = {"musicPlayButtonRenderer": {"playNavigationEndpoint": endpoint}}
    return {"musicItemThumbnailOverlayRenderer": {"content": button}}


def menu(*items: Json) -> Json:
    """The menu of a row; the first entry tells clients what kind of video it is."""
    like = {"likeButtonRenderer": {"likeStatus": "INDIFFERENT", "likesAllowed": True}}
    return {"menuRenderer": {"items": list(items), "topLevelButtons": [like]}}


def mix_item(video: Video) -> Json:
    """The menu entry that says which video this is, and of what kind."""
    endpoint = watch(video.id, music_type(video), f"RDAMVM{video.id}")
    return {
        "menuNavigationItemRenderer": {
            "text": text("Start mix"),
            "icon": {"iconType": "MIX"},
            "navigationEndpoint": endpoint,
        }
    }


def remove_item(playlist_id: str, entry: Entry) -> Json:
    """The menu entry that says how a row is removed."""
    action = {
        "action": "ACTION_REMOVE_VIDEO",
        "setVideoId": entry.set_video_id,
        "removedVideoId": entry.video_id,
    }
    endpoint = {"playlistEditEndpoint": {"playlistId": playlist_id, "actions": [action]}}
    name = text("Remove from playlist")
    icon = {"iconType": "REMOVE_FROM_PLAYLIST"}
    return {"menuServiceItemRenderer": {"text": name, "icon": icon, "serviceEndpoint": endpoint}}


def list_item(columns: Sequence[Sequence[Json]], **rest: Json | str | list[Json]) -> Json:
    """A row of a list; an empty column stays, without text."""
    flex = [
        {"musicResponsiveListItemFlexColumnRenderer": {"text": {"runs": list(runs)} if runs else {}}}
        for runs in columns
    ]
    return {"musicResponsiveListItemRenderer": {"flexColumns": flex, **rest}}


def title_run(video: Video) -> Json:
    """The video's title, linked to it."""
    return {"text": video.shown, "navigationEndpoint": watch(video.id, music_type(video))}


def search_row(video: Video, typed: bool = False) -> Json:
    """A search result; `typed` rows begin with what they are, as in an unfiltered search."""
    kind = [{"text": "Song" if video.kind == "ATV" else "Video"}] if typed else []
    length = [{"text": clock(video.duration)}]
    if video.kind == "ATV":
        details = joined(kind, artist_runs(video), album_runs(video), length)
        columns = [[title_run(video)], details, [{"text": f"{plays(video)} plays"}]]
    else:
        columns = [
            [title_run(video)],
            joined(kind, artist_runs(video), [{"text": f"{plays(video)} views"}], length),
        ]
    return list_item(
        columns,
        thumbnail=pictures(video.id),
        overlay=play_button(watch(video.id, music_type(video))),
        menu=menu(mix_item(video)),
        playlistItemData={"videoId": video.id},
    )


def playlist_row(playlist_id: str, entry: Entry, video: Video, owned: bool) -> Json:
    """A playable row of a playlist; only owners get what removes it."""
    items = [mix_item(video), *([remove_item(playlist_id, entry)] if owned else [])]
    data = {"videoId": video.id} | ({"playlistSetVideoId": entry.set_video_id} if owned else {})
    length = {"text": text(clock(video.duration))}
    return list_item(
        [[title_run(video)], artist_runs(video), album_runs(video)],
        fixedColumns=[{"musicResponsiveListItemFixedColumnRenderer": length}],
        thumbnail=pictures(video.id),
        overlay=play_button(watch(video.id, music_type(video), playlist_id)),
        menu=menu(*items),
        playlistItemData=data,
    )


def lost_row(playlist_id: str, entry: Entry, video: Video | None, owned: bool) -> Json:
    """A row that can't be played: grey while private, "Song deleted" (no `video`) once gone."""
    items = [remove_item(playlist_id, entry)] if owned else []
    columns: list[list[Json]] = [[{"text": "Song deleted"}], [], []]
    if video is not None:
        columns = [[{"text": video.shown}], [{"text": ", ".join(video.artists)}], []]
    return list_item(
        columns,
        musicItemRendererDisplayPolicy=_GREY,
        thumbnail=pictures(video_id_for("grey")),
        overlay=play_button_without_target(),
        menu=menu(*items),
    )


def play_button_without_target() -> Json:
    """The button of a row that can't be played."""
    return {"musicItemThumbnailOverlayRenderer": {"content": {"musicPlayButtonRenderer": {}}}}


def queue_item(video: Video, playlist_id: str) -> Json:
    """A row of the "Up next" panel."""
    if video.kind == "ATV":
        byline = joined(artist_runs(video), album_runs(video), [{"text": str(video.year)}])
    else:
        byline = joined(artist_runs(video), [{"text": f"{plays(video)} views"}], [{"text": "1M likes"}])
    return {
        "playlistPanelVideoRenderer": {
            "title": text(video.shown),
            "longBylineText": {"runs": byline},
            "shortBylineText": text(", ".join(video.artists)),
            "lengthText": text(clock(video.duration)),
            "thumbnail": {"thumbnails": thumbnails(video.id)},
            "videoId": video.id,
            "navigationEndpoint": watch(video.id, music_type(video), playlist_id),
            "menu": menu(mix_item(video)),
            "selected": False,
        }
    }


def queue_item_with_twin(video: Video, twin: Video, playlist_id: str) -> Json:
    """A row that can be switched between song and video."""
    counterpart = {"counterpartRenderer": queue_item(twin, playlist_id)}
    primary = queue_item(video, playlist_id)
    return {"playlistPanelVideoWrapperRenderer": {"primaryRenderer": primary, "counterpart": [counterpart]}}
