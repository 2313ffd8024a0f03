"""The simulated YouTube Music, as unmodified ytmusicapi reads it, with cookies and without."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from ytmusicapi import YTMusic
from ytmusicapi.exceptions import YTMusicServerError

from sandbox.catalogue import Song
from sandbox.faults import Fault
from sandbox.thread import SandboxThread
from sandbox.world import World
from sandbox.youtube.videos import video_id_for

MINE, SHARED = "PLmine", "PLshared"
SAPISID = "a-browser/with-cookies"
SONGS = [
    Song("bayan", ("Ann", "Bob"), "Bayan", "First", 213, "XXABC2600001", (), None, "audioBayan1", "videoBayan1"),
    Song("simarik", ("Tarkan",), "Şımarık", "Ölürüm Sana", 235, video_id="audioSimar1"),
    Song("pol", ("گوگوش",), "پل", "پل", 251, video_id="audioPol__1", youtube_spelling=("Googoosh", "Pol")),
    Song("sahar", ("Shajarian",), "Morgh-e Sahar", None, 362, music_video_id="uploadSaha1"),
]
Client = Callable[..., YTMusic]


@pytest.fixture
def world() -> World:
    world = World()
    world.catalogue.extend(SONGS)
    youtube = world.youtube
    youtube.add_account("me", "Me")
    youtube.add_cookie_session("me", SAPISID)
    youtube.create_playlist(MINE, "Mine", "me")
    youtube.create_playlist(SHARED, "Shared", "them", "UNLISTED")
    return world


@pytest.fixture
def client(world: World) -> Iterator[Client]:
    """Makes clients: a visitor's, or with `headers` a browser's."""
    with SandboxThread(world) as sandbox:
        http = requests.Session()
        http.trust_env = False
        http.proxies = {"https": sandbox.environment()["HTTPS_PROXY"]}
        http.verify = str(sandbox.sandbox.ca_file)
        yield functools.partial(YTMusic, requests_session=http)


def browser(sapisid: str = SAPISID, **headers: str) -> dict[str, str]:
    """What a person copies out of a signed-in browser."""
    return {
        "cookie": f"SOCS=CAI; __Secure-3PAPISID={sapisid}; SAPISID={sapisid}",
        "x-goog-authuser": "0",
        "authorization": "SAPISIDHASH 1_copied",
        "origin": "https://music.youtube.com",
        **headers,
    }


def whole(client: YTMusic, playlist_id: str = MINE) -> dict[str, Any]:
    return dict(client.get_playlist(playlist_id, limit=None))


def test_the_song_search_gives_artists_with_ids_an_album_and_a_duration(client: Client) -> None:
    found = client().search("ann bob bayan", filter="songs")[0]
    assert (found["videoId"], found["videoType"]) == ("audioBayan1", "MUSIC_VIDEO_TYPE_ATV")
    assert [a["name"] for a in found["artists"]] == ["Ann", "Bob"]
    assert all(a["id"].startswith("UC") for a in found["artists"])
    assert found["album"]["name"] == "First"
    assert found["album"]["id"].startswith("MPREb_")
    assert (found["duration_seconds"], found["isAvailable"]) == (213, True)


def test_the_video_search_finds_the_official_video_and_wrong_ones_beside_it(client: Client) -> None:
    found = {video["videoId"]: video for video in client().search("ann bayan", filter="videos")}
    assert found["videoBayan1"]["videoType"] == "MUSIC_VIDEO_TYPE_OMV"
    wrong = [video_id_for(f"bayan/{name}") for name in ("cover", "live", "loop")]
    assert {found[video]["videoType"] for video in wrong} == {"MUSIC_VIDEO_TYPE_UGC"}
    assert found[wrong[2]]["duration_seconds"] == 3600
    assert "audioBayan1" not in found


def test_an_unfiltered_search_has_a_top_result_then_songs_and_videos(client: Client) -> None:
    found = client().search("ann bob bayan")
    assert (found[0]["category"], found[0]["videoId"]) == ("Top result", "audioBayan1")
    assert found[0]["album"]["name"] == "First"
    assert {"Songs", "Videos"} <= {row["category"] for row in found}
    assert [row["duration_seconds"] for row in found if row["videoId"] == "audioBayan1"] == [213, 213]


@pytest.mark.parametrize("query", ["tarkan simarik", "TARKAN Şımarik", "tarkan şimarık"])
def test_accents_and_small_errors_do_not_hide_a_song(client: Client, query: str) -> None:
    assert client().search(query, filter="songs")[0]["videoId"] == "audioSimar1"


def test_a_song_is_found_by_its_own_script_and_by_youtubes_spelling(client: Client) -> None:
    found = [client().search(q, filter="songs")[0] for q in ("گوگوش پل", "Googoosh Pol")]
    assert [(row["videoId"], row["title"]) for row in found] == [("audioPol__1", "Pol")] * 2


def test_an_isrc_finds_its_recording(client: Client) -> None:
    assert [v["videoId"] for v in client().search("XXABC2600001", filter="songs")] == ["audioBayan1"]
    assert client().search("XXABC2699999", filter="songs") == []


def test_a_song_that_is_only_a_strangers_upload_is_no_song(client: Client) -> None:
    found = client().search("shajarian morgh-e sahar", filter="videos")[0]
    assert (found["videoId"], found["videoType"]) == ("uploadSaha1", "MUSIC_VIDEO_TYPE_UGC")
    songs = client().search("shajarian morgh-e sahar", filter="songs")
    assert [row["artists"][0]["name"] for row in songs] == ["Karaoke Night"]


def test_results_come_twenty_a_page_and_continue(client: Client, world: World) -> None:
    for n in range(45):
        world.catalogue.add(Song(f"n{n}", ("Many",), f"Number {n}", "All", 100 + n, video_id=f"audioMany{n:02}"))
    found = client().search("many number", filter="songs", limit=50)
    assert len({video["videoId"] for video in found}) == len(found) >= 50
    assert world.journal.counts("youtube-music")["search"] == 3


def test_the_queue_names_the_counterpart_of_a_song(client: Client) -> None:
    queue: Any = client().get_watch_playlist("audioBayan1")
    track = queue["tracks"][0]
    assert (track["videoId"], track["counterpart"]["videoId"]) == ("audioBayan1", "videoBayan1")
    assert (track["album"]["name"], track["length"]) == ("First", "3:33")
    queue = client().get_watch_playlist("videoBayan1")
    assert queue["tracks"][0]["counterpart"]["videoType"] == "MUSIC_VIDEO_TYPE_ATV"


def test_a_song_is_described_with_its_type_and_says_when_it_is_gone(client: Client, world: World) -> None:
    details = client().get_song("audioBayan1")["videoDetails"]
    assert (details["musicVideoType"], details["lengthSeconds"]) == ("MUSIC_VIDEO_TYPE_ATV", "213")
    assert details["author"] == "Ann - Topic"
    world.youtube.delete_video("audioBayan1")
    assert client().get_song("audioBayan1")["playabilityStatus"]["status"] == "ERROR"


def test_a_visitor_reads_an_unlisted_playlist_without_what_removes_rows(client: Client, world: World) -> None:
    world.youtube.add(SHARED, "audioBayan1")
    playlist = whole(client(), SHARED)
    assert (playlist["owned"], playlist["trackCount"], playlist["title"]) == (False, 1, "Shared")
    track = playlist["tracks"][0]
    assert "setVideoId" not in track
    assert (track["album"]["name"], track["duration_seconds"]) == ("First", 213)
    assert track["videoType"] == "MUSIC_VIDEO_TYPE_ATV"
    assert [a["name"] for a in track["artists"]] == ["Ann", "Bob"]


def test_a_visitor_cannot_read_a_private_playlist(client: Client) -> None:
    with pytest.raises(KeyError):
        whole(client())
    with pytest.raises(YTMusicServerError, match="404"):
        whole(client(), "PLnowhere")


def test_a_playlist_comes_a_hundred_rows_at_a_time_to_its_last_row(client: Client, world: World) -> None:
    for n in range(230):
        world.youtube.add(MINE, str(SONGS[n % 3].video_id))
    playlist = whole(client(browser()))
    assert (playlist["owned"], playlist["privacy"], playlist["id"]) == (True, "PRIVATE", MINE)
    assert playlist["trackCount"] == len(playlist["tracks"]) == 230
    rows = [(t["videoId"], t["setVideoId"]) for t in playlist["tracks"]]
    assert rows == [(e.video_id, e.set_video_id) for e in world.youtube.entries(MINE)]
    assert world.journal.counts("youtube-music")["browse"] == 3


def test_private_videos_are_grey_rows_and_deleted_ones_are_counted_only(client: Client, world: World) -> None:
    for song in SONGS[:3]:
        world.youtube.add(MINE, str(song.video_id))
    world.youtube.make_private("audioBayan1")
    world.youtube.delete_video("audioSimar1")
    playlist = whole(client(browser()))
    grey, pol = playlist["tracks"]
    assert (grey["videoId"], grey["isAvailable"], grey["videoType"]) == ("audioBayan1", False, None)
    assert grey["setVideoId"] == world.youtube.entries(MINE)[0].set_video_id
    assert pol["isAvailable"]
    assert playlist["trackCount"] == 3


def test_an_added_song_is_acknowledged_with_the_id_that_removes_it(client: Client, world: World) -> None:
    me = client(browser())
    answer: Any = me.add_playlist_items(MINE, ["audioBayan1", "audioPol__1"])
    assert answer["status"] == "STATUS_SUCCEEDED"
    entries = world.youtube.entries(MINE)
    expected = [{"videoId": e.video_id, "setVideoId": e.set_video_id} for e in entries]
    assert answer["playlistEditResults"] == expected
    assert me.remove_playlist_items(MINE, expected[:1]) == "STATUS_SUCCEEDED"
    assert [e.video_id for e in world.youtube.entries(MINE)] == ["audioPol__1"]


def test_one_duplicate_rejects_the_whole_batch_unless_duplicates_are_wanted(client: Client, world: World) -> None:
    world.youtube.add(MINE, "audioBayan1")
    me = client(browser())
    answer: Any = me.add_playlist_items(MINE, ["audioPol__1", "audioBayan1"])
    assert answer["status"] == "STATUS_FAILED"
    assert len(world.youtube.entries(MINE)) == 1
    me.add_playlist_items(MINE, ["audioPol__1", "audioBayan1"], duplicates=True)
    assert len(world.youtube.entries(MINE)) == 3


def test_what_cannot_be_edited_is_refused_and_nothing_changes(client: Client, world: World) -> None:
    entry = world.youtube.add(MINE, "audioBayan1")
    world.youtube.delete_video("audioSimar1")
    me = client(browser())
    stale = {"videoId": entry.video_id, "setVideoId": "0123456789ABCDEF"}
    with pytest.raises(YTMusicServerError, match="Precondition check failed"):
        me.add_playlist_items(MINE, ["audioPol__1", "audioSimar1"])
    with pytest.raises(YTMusicServerError, match="Precondition check failed"):
        me.remove_playlist_items(MINE, [stale])
    with pytest.raises(YTMusicServerError, match="403"):
        me.add_playlist_items(SHARED, ["audioPol__1"])
    assert world.youtube.entries(MINE) == [entry]
    assert [e.status for e in world.journal.writes("youtube-music")] == [400, 400, 403]


def test_cookies_are_checked_and_can_expire(client: Client, world: World) -> None:
    assert client(browser()).get_account_info()["accountName"] == "Me"
    with pytest.raises(YTMusicServerError, match="401"):
        client(browser("stolen")).get_account_info()
    world.youtube.expire_cookies(SAPISID)
    with pytest.raises(YTMusicServerError, match="401"):
        client(browser()).add_playlist_items(MINE, ["audioBayan1"])


def test_another_account_of_the_browser_sees_what_a_visitor_sees(client: Client) -> None:
    with pytest.raises(KeyError):
        whole(client(browser(**{"x-goog-authuser": "1"})))


def test_oauth_tokens_are_answered_as_since_august_2025(client: Client) -> None:
    oauth = {"authorization": "Bearer ya29.token", "content-type": "application/json"}
    with pytest.raises(YTMusicServerError, match="Request contains an invalid argument"):
        client(oauth).search("ann")


def test_playlists_are_made_and_deleted(client: Client, world: World) -> None:
    me = client(browser())
    made = str(me.create_playlist("New", "", video_ids=["audioBayan1"]))
    assert made.startswith("PL")
    assert whole(me, made)["tracks"][0]["videoId"] == "audioBayan1"
    assert me.delete_playlist(made) == "STATUS_SUCCEEDED"
    assert made not in world.youtube.playlists


@pytest.mark.parametrize(("kind", "tracks", "count"), [("short", 75, 75), ("empty", 0, 0), ("truncated", 100, 150)])
def test_a_spoilt_listing_raises_no_error(client: Client, world: World, kind: str, tracks: int, count: int) -> None:
    for _ in range(150):
        world.youtube.add(MINE, "audioBayan1")
    me = client(browser())
    world.faults.arm(Fault(kind, "youtube-music", "browse"))
    playlist = whole(me)
    assert (len(playlist["tracks"]), playlist["trackCount"]) == (tracks, count)
    assert len(whole(me)["tracks"]) == 150


def test_a_lost_answer_has_been_acted_on(client: Client, world: World) -> None:
    world.faults.arm(Fault("lost", "youtube-music", "edit_playlist"))
    with pytest.raises(requests.ConnectionError):
        client(browser()).add_playlist_items(MINE, ["audioBayan1"])
    assert [e.video_id for e in world.youtube.entries(MINE)] == ["audioBayan1"]


@pytest.mark.parametrize(("kind", "status"), [("error", 500), ("rate-limit", 429), ("quota", 429), ("revoked", 401)])
def test_armed_faults_are_errors_that_the_client_can_read(client: Client, world: World, kind: str, status: int) -> None:
    world.faults.arm(Fault(kind, "youtube-music", "search"))
    with pytest.raises(YTMusicServerError, match=f"HTTP {status}"):
        client().search("ann")
