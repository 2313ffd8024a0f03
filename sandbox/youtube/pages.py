"""YouTube Music's pages as innertube answers: a playlist, search results, the queue, the account menu."""

from sandbox.listing import Page
from sandbox.youtube import renderers as r
from sandbox.youtube.accounts import Account
from sandbox.youtube.pagetokens import token
from sandbox.youtube.state import Entry, Playlist, YouTubeState
from sandbox.youtube.videos import Video
from sandbox.youtube.wire import Json

CONTEXT: Json = {"visitorData": "CgtzYW5kYm94LXZpc2l0b3I%3D", "serviceTrackingParams": []}


def playlist(state: YouTubeState, it: Playlist, page: Page[Entry], owned: bool, year: int) -> Json:
    """The first page of a playlist."""
    head = _header(state, it, page.total, owned, year)
    if owned:
        edit = {
            "musicPlaylistEditHeaderRenderer": {
                "title": r.text(it.title),
                "privacy": it.privacy,
                "playlistId": it.id,
            }
        }
        head = {
            "musicEditablePlaylistDetailHeaderRenderer": {
                "playlistId": it.id,
                "header": head,
                "editHeader": edit,
            }
        }
    shelf: Json = {"playlistId": it.id, "targetId": it.id, "collapsedItemCount": page.total}
    rows = playlist_rows(state, it, page, owned)
    if rows:
        shelf["contents"] = rows
    tab = {"tabRenderer": {"content": _sections(head)}}
    secondary = _sections({"musicPlaylistShelfRenderer": shelf})
    return {
        "responseContext": CONTEXT,
        "contents": {"twoColumnBrowseResultsRenderer": {"tabs": [tab], "secondaryContents": secondary}},
    }


def playlist_continuation(rows: list[Json]) -> Json:
    """A further page of a playlist."""
    action = {"appendContinuationItemsAction": {"continuationItems": rows}}
    return {"responseContext": CONTEXT, "onResponseReceivedActions": [action]}


def playlist_rows(state: YouTubeState, it: Playlist, page: Page[Entry], owned: bool) -> list[Json]:
    """The rows of one page, and what leads to the next."""
    rows = []
    for _, entry in page.rows:
        video, fate = state.library.get(entry.video_id), state.library.fate(entry.video_id)
        if video is not None:
            rows.append(r.playlist_row(it.id, entry, video, owned))
        else:
            shown = state.library.find(entry.video_id) if fate == "private" else None
            rows.append(r.lost_row(it.id, entry, shown, owned))
    if page.following is not None:
        command = {"token": token(it.id, page.following), "request": "CONTINUATION_REQUEST_TYPE_BROWSE"}
        rows.append({"continuationItemRenderer": {"continuationEndpoint": {"continuationCommand": command}}})
    return rows


def search(query: str, page: Page[Video], category: str) -> Json:
    """One shelf of results of one kind."""
    if not page.rows:
        return {"responseContext": CONTEXT, "contents": _tabbed([_nothing(query)])}
    shelf = {"title": r.text(category), **_shelf(query, page, category)}
    return {"responseContext": CONTEXT, "contents": _tabbed([{"musicShelfRenderer": shelf}])}


def search_continuation(query: str, page: Page[Video], category: str) -> Json:
    """A further page of results of one kind."""
    return {
        "responseContext": CONTEXT,
        "continuationContents": {"musicShelfContinuation": _shelf(query, page, category)},
    }


def mixed_search(query: str, songs: list[Video], videos: list[Video]) -> Json:
    """The unfiltered search: a top result on a card, then three of each kind."""
    found = [*songs[:1], *videos[:1]]
    if not found:
        return {"responseContext": CONTEXT, "contents": _tabbed([_nothing(query)])}
    sections = [_card(found[0])]
    for category, shelf in (("Songs", songs[:3]), ("Videos", videos[:3])):
        if shelf:
            rows = [r.search_row(v, typed=True) for v in shelf]
            sections.append({"musicShelfRenderer": {"title": r.text(category), "contents": rows}})
    return {"responseContext": CONTEXT, "contents": _tabbed(sections)}


def queue(playlist_id: str, videos: list[tuple[Video, Video | None]]) -> Json:
    """What plays next: videos, each with the twin it can be switched to."""
    rows = [
        r.queue_item(video, playlist_id) if twin is None else r.queue_item_with_twin(video, twin, playlist_id)
        for video, twin in videos
    ]
    panel: Json = {"playlistPanelRenderer": {"title": "Up next", "playlistId": playlist_id, "contents": rows}}
    queue = {"musicQueueRenderer": {"content": panel} if rows else {}}
    tabs: list[Json] = [{"tabRenderer": {"title": "Up next", "content": queue}}]
    tabs += [{"tabRenderer": {"title": name, "unselectable": True}} for name in ("Lyrics", "Related")]
    inner = {"watchNextTabbedResultsRenderer": {"tabs": tabs}}
    body = {"singleColumnMusicWatchNextResultsRenderer": {"tabbedRenderer": inner}}
    return {"responseContext": CONTEXT, "contents": body}


def account_menu(account: Account) -> Json:
    """The menu behind the account's picture: what a client shows to say who is signed in."""
    header = {
        "accountName": r.text(account.name),
        "channelHandle": r.text(f"@{account.id}"),
        "accountPhoto": {"thumbnails": [{"url": "https://i.ytimg.com/vi/account/default.jpg"}]},
    }
    popup = {"multiPageMenuRenderer": {"header": {"activeAccountHeaderRenderer": header}}}
    return {"responseContext": CONTEXT, "actions": [{"openPopupAction": {"popup": popup}}]}


def duplicate_dialog() -> Json:
    """What adding a song again answers: nothing was done, the person is asked."""
    dialog = {
        "title": r.text("Duplicates"),
        "dialogMessages": [r.text("This track is already in your playlist")],
    }
    action = {"confirmDialogEndpoint": {"content": {"confirmDialogRenderer": dialog}}}
    return {"responseContext": CONTEXT, "status": "STATUS_FAILED", "actions": [action]}


def edited(added: list[Entry]) -> Json:
    """A batch that was done: every row that it added, with the id that removes it."""
    results = [
        {"playlistEditVideoAddedResultData": {"videoId": e.video_id, "setVideoId": e.set_video_id}} for e in added
    ]
    body: Json = {"responseContext": CONTEXT, "status": "STATUS_SUCCEEDED"}
    return body | ({"playlistEditResults": results} if results else {})


def _header(state: YouTubeState, it: Playlist, count: int, owned: bool, year: int) -> Json:
    owner = state.accounts.accounts[it.owner]
    words = ["Playlist", *([it.privacy.capitalize()] if owned else []), str(year)]
    videos = [state.library.get(e.video_id) for e in it.entries]
    minutes = sum(v.duration for v in videos if v) // 60
    counted = [f"{count:,} {'track' if count == 1 else 'tracks'}", *([f"{minutes} minutes"] if count else [])]
    if it.privacy == "PUBLIC":
        counted.insert(0, "12 views")
    link = {"innertubeCommand": {"browseEndpoint": {"browseId": owner.channel_id}}}
    face = {
        "text": {"content": owner.name},
        "rendererContext": {"commandContext": {"onTap": link}},
    }
    play = r.watch(it.entries[0].video_id if it.entries else "", None, it.id)
    buttons: list[Json] = [
        {"toggleButtonRenderer": {"isToggled": False}},
        {"musicPlayButtonRenderer": {"playNavigationEndpoint": play}},
    ]
    header = {
        "title": r.text(it.title),
        "subtitle": {"runs": r.joined(*([{"text": w}] for w in words))},
        "secondSubtitle": {"runs": r.joined(*([{"text": c}] for c in counted))},
        "thumbnail": r.pictures(it.entries[0].video_id if it.entries else it.id),
        "facepile": {"avatarStackViewModel": face},
        "buttons": buttons,
    }
    return {"musicResponsiveHeaderRenderer": header}


def _shelf(query: str, page: Page[Video], category: str) -> Json:
    shelf: Json = {"contents": [r.search_row(v) for _, v in page.rows]}
    if page.following is not None:
        continuation = token(f"{category}/{query}", page.following)
        shelf["continuations"] = [{"nextContinuationData": {"continuation": continuation}}]
    return shelf


def _card(video: Video) -> Json:
    kind = "Song" if video.kind == "ATV" else "Video"
    number = [{"text": r.clock(video.duration)}]
    card = {
        "header": {"musicCardShelfHeaderBasicRenderer": {"title": r.text("Top result")}},
        "title": {"runs": [r.title_run(video)]},
        "subtitle": {"runs": r.joined([{"text": kind}], r.artist_runs(video), r.album_runs(video), number)},
        "thumbnail": r.pictures(video.id),
        "onTap": r.watch(video.id, r.music_type(video)),
    }
    return {"musicCardShelfRenderer": card}


def _nothing(query: str) -> Json:
    return {"itemSectionRenderer": {"contents": [{"messageRenderer": {"text": r.text(f'No results for "{query}"')}}]}}


def _tabbed(sections: list[Json]) -> Json:
    tab = {"tabRenderer": {"title": "YT Music", "selected": True, "content": _sections(*sections)}}
    return {"tabbedSearchResultsRenderer": {"tabs": [tab]}}


def _sections(*contents: Json) -> Json:
    return {"sectionListRenderer": {"contents": list(contents)}}
